"""What a finished stage leaves behind beside its arrays: `run.json`, written last."""

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
    """One stage's record, from its start to its `run.json`; it knows whether an earlier one still holds."""

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
        """`config` is the stage's configuration (a dataclass or a mapping), `data` the Data record of what it reads.

        `seed` is the settings' own unless given.
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
        self.threads, self.distribution = homework.compute.threads, homework.compute.distribution
        self.precision = "float32" if task == "regression" else homework.compute.precision
        self.lock: TextIO | None = None  # the open file that keeps other processes out

    @property
    def name(self) -> str:
        """What progress lines call this stage, e.g. "regression tuned"."""
        return f"{self.identified_by['task']} {self.identified_by['variant']}"

    def acquire(self, lock: str = "lock") -> None:
        """Wait for a process that is at work on this stage; until `release`, or this process's end, others wait."""
        if not self.lock:
            self.lock, self.started = acquire_lock(self.folder / lock, self.name), time.perf_counter()

    def release(self) -> None:
        """Let other processes work on this stage."""
        if self.lock:
            self.lock.close()

    def is_current(self) -> bool:
        """Whether the folder holds this very run already."""
        if not is_current(self.folder, **self.identified_by):
            return False
        machine = load_run(self.folder).machine
        return machine.threads == self.threads and self.precision in ("auto", machine.precision)

    def is_done(self) -> bool:
        """Whether nothing is to do, once no other process is at work on this stage; says so."""
        self.acquire()
        done = self.is_current()
        if done:
            print(f"{self.name}: up to date")
            self.release()
        return done

    def set_up(self) -> None:
        """Load and set up TensorFlow."""
        self.precision = configure(self.threads, self.precision, self.distribution)

    def begin(self) -> None:
        """Set up TensorFlow, and invalidate an earlier run before its files are replaced."""
        self.set_up()
        self.invalidate()

    def invalidate(self) -> None:
        """Delete `run.json`, so that the folder counts as unfinished, and what a killed process left half written."""
        (self.folder / "run.json").unlink(missing_ok=True)
        for leftover in self.folder.glob(".*.tmp"):
            leftover.unlink(missing_ok=True)

    def finish(self, metrics: Mapping[str, float]) -> None:
        """Write `run.json`: from here on the folder is complete. Raises UserError if a metric is no finite number."""
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
    """The checkout's commit, with "-dirty" behind it if tracked files were changed; "unknown" outside a checkout."""
    command = ["git", "-C", str(Path(__file__).parent), "describe", "--always", "--dirty", "--abbrev=12", "--exclude=*"]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
