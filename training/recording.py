"""What a finished stage leaves behind beside its arrays: `run.json`, written last."""

import dataclasses
import math
import os
import subprocess
import time
from datetime import UTC, datetime
from pathlib import Path

from reporting.artifacts import SCHEMA_VERSION, Run, UserError, is_current, load_run, save_json
from training.device import configure, describe_machine, package_versions
from training.lock import take_turn


class Recording:
    """One stage's record, from its start to its `run.json`; it knows whether an earlier one still holds."""

    def __init__(self, folder, task, variant, homework, config, data, seed=None):
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
        self.turn = None  # the open file that keeps other processes out

    @property
    def name(self):
        """What progress lines call this stage, e.g. "regression tuned"."""
        return f"{self.identified_by['task']} {self.identified_by['variant']}"

    def take_turn(self, lock="lock"):
        """Wait for a process that is at work on this stage; from here to `finish`, or to this process's end, others wait."""
        if not self.turn:
            self.turn, self.started = take_turn(self.folder / lock, self.name), time.perf_counter()

    def is_current(self):
        """Whether the folder holds this very run already, or will when the process that makes it ends, which is waited for.

        If so, says so and marks it as up to date for make.
        """
        self.take_turn()
        current = is_current(self.folder, **self.identified_by) and self._computed_alike(load_run(self.folder).machine)
        if current:
            os.utime(self.folder / "run.json")
            print(f"{self.name}: up to date")
            self.turn.close()
        return current

    def _computed_alike(self, machine):
        return machine.threads == self.threads and self.precision in ("auto", machine.precision)

    def set_up(self):
        """Load and set up TensorFlow."""
        self.precision = configure(self.threads, self.precision, self.distribution)

    def begin(self):
        """Set up TensorFlow, and withdraw an earlier run's claim to be finished before its files are replaced."""
        self.set_up()
        self.withdraw()

    def withdraw(self):
        (self.folder / "run.json").unlink(missing_ok=True)
        for leftover in self.folder.glob(".*.tmp"):  # of a process that was killed while it wrote
            leftover.unlink(missing_ok=True)

    def finish(self, metrics):
        """Write `run.json`: from here on the folder is complete. Raises UserError if a metric is no finite number."""
        infinite = [name for name, value in metrics.items() if not math.isfinite(value)]
        if infinite:
            raise UserError(
                f"{self.name}: training diverged, its {infinite[0]} is not finite; take a smaller learning rate, or data of ordinary size"
            )
        parts = {
            name: dataclasses.asdict(value) if name == "config" and dataclasses.is_dataclass(value) else value
            for name, value in self.identified_by.items()
        }
        run = Run(
            schema_version=SCHEMA_VERSION,
            machine=describe_machine(self.precision, self.threads),
            versions=package_versions(),
            commit=current_commit(),
            seconds=time.perf_counter() - self.started,
            finished_at=datetime.now(UTC).isoformat(timespec="seconds"),
            metrics=metrics,
            **parts,
        )
        save_json(self.folder / "run.json", run)
        if self.turn:
            self.turn.close()


def current_commit():
    """The checkout's commit, with "-dirty" behind it if tracked files were changed; "unknown" outside a checkout."""
    command = ["git", "-C", str(Path(__file__).parent), "describe", "--always", "--dirty", "--abbrev=12", "--exclude=*"]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
