"""`run.json`, which a stage writes last: what it was made from, and whether it is up to date."""

import math
import subprocess
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO

from reporting.artifacts import SCHEMA_VERSION, Data, Run, UserError, is_current, load_run, save_json
from training.device import configure, describe_machine, package_versions
from training.lock import acquire_lock
from training.settings import Homework


class Recording:
    """A run of one stage, from its start to its `run.json`; tells whether a finished one is up to date."""

    def __init__(
        self,
        folder: Path | str,
        task: str,
        variant: str,
        homework: Homework,
        config: Any,
        data: Data,
        seed: int | None = None,
    ) -> None:
        """`config` is the stage's configuration, a dataclass or a mapping; `data` describes the data that it reads.

        The default of `seed` is the seed in the settings.
        """
        self.folder = Path(folder)
        self.started = time.perf_counter()
        self.identified_by = {
            "task": task,
            "variant": variant,
            "scale": homework.scale,
            "seed": homework.compute.seed if seed is None else seed,
            "config": config,
            "data": data,
        }
        self.compute = homework.compute
        self.precision = "float32" if task == "regression" else self.compute.precision
        self.lock: TextIO | None = None  # the open file while this process holds the lock

    @property
    def threads(self) -> int:
        """The threads of one fit."""
        return self.compute.threads

    @property
    def distribution(self) -> str:
        """Whether GPUs share each batch: "none" or "mirrored"."""
        return self.compute.distribution

    @property
    def name(self) -> str:
        """The name of the stage in messages, e.g. "regression tuned"."""
        return f"{self.identified_by['task']} {self.identified_by['variant']}"

    def describe(self, data: Data) -> None:
        """Have this recorded of the data: the same, but told in more detail than needs be known beforehand."""
        self.identified_by["data"] = data

    def acquire(self, lock: str = "lock") -> None:
        """Lock the stage's folder, waiting for another process that works in it. Ends with `release` or the process."""
        if not self.lock:
            self.lock, self.started = acquire_lock(self.folder / lock, self.name), time.perf_counter()

    def release(self) -> None:
        """Unlock the stage's folder."""
        if self.lock:
            self.lock.close()
            self.lock = None

    def is_current(self) -> bool:
        """Whether the folder holds a finished run with the same settings, data, seed and numerical options."""
        if not is_current(self.folder, **self.identified_by):
            return False
        machine = load_run(self.folder).machine
        same = machine.threads == self.threads and self.precision in ("auto", machine.precision)
        return same and self.compute.onednn in ("auto", machine.onednn)

    def is_done(self) -> bool:
        """Lock the folder and return `is_current`; if it is, say so and unlock."""
        self.acquire()
        done = self.is_current()
        if done:
            print(f"{self.name}: up to date")
            self.release()
        return done

    def set_up(self) -> None:
        """Load and configure TensorFlow."""
        self.precision = configure(self.threads, self.precision, self.distribution, self.compute.onednn)

    def begin(self) -> None:
        """Configure TensorFlow, and invalidate an earlier run before its files are replaced."""
        self.set_up()
        self.invalidate()

    def invalidate(self) -> None:
        """Delete `run.json`, so that the folder counts as unfinished, and temporary files of a killed process."""
        (self.folder / "run.json").unlink(missing_ok=True)
        for leftover in self.folder.glob(".*.tmp"):
            leftover.unlink(missing_ok=True)

    def finish(self, metrics: Mapping[str, float]) -> None:
        """Write `run.json`, which completes the folder, and unlock. Raises UserError if a metric is not finite."""
        infinite = [name for name, value in metrics.items() if not math.isfinite(value)]
        if infinite:
            raise UserError(
                f"{self.name}: training diverged, its {infinite[0]} is not finite;"
                " take a smaller learning rate, or data of ordinary size"
            )
        run = {
            "schema_version": SCHEMA_VERSION,
            **self.identified_by,
            "machine": describe_machine(self.precision, self.threads),
            "versions": package_versions(),
            "commit": current_commit(),
            "seconds": time.perf_counter() - self.started,
            "finished_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "metrics": metrics,
        }
        save_json(self.folder / "run.json", Run(**run))
        self.release()


def current_commit() -> str:
    """The commit of this checkout, with "-dirty" if tracked files have changed; "unknown" outside a git checkout."""
    command = ["git", "-C", str(Path(__file__).parent), "describe", "--always", "--dirty", "--abbrev=12", "--exclude=*"]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
