"""How long the stages that are left will take together, from a few timed epochs on this machine."""

from __future__ import annotations

import dataclasses
import json
import os
import statistics
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from reporting.artifacts import ArtifactError, Shapes, load_json, plain, save_json, stages
from training.budget import Budget
from training.device import ONEDNN, cpuinfo, instruction_set
from training.experiment import Experiment, experiment
from training.pace import Pace, kinds
from training.schedule import simulate
from training.settings import Homework, load_homework
from training.units import Unit, forecast

REPORT = 15.0  # seconds
WORTH_TIMING = 600.0  # seconds of work from which on it is timed how fast the machine is


@dataclasses.dataclass(frozen=True)
class Estimate:
    """Seconds of what is left, of `make quick` and of `make all EXTRAS=0`; and what it is made of."""

    seconds: float
    quick: float
    without_extras: float
    stages: Mapping[str, list[Unit]]
    pace: Pace

    @property
    def units(self) -> list[Unit]:
        """All units, in the order of their stages."""
        return [unit for units in self.stages.values() for unit in units]

    @property
    def largest(self) -> float:
        """The GiB of the largest process."""
        return max(unit.memory for unit in self.units)


def make_estimate(
    experiments: Mapping[str, Experiment], stale: Sequence[str], budget: Budget, config: Path
) -> Estimate:
    """The Estimate of the stages `stale` of these experiments."""
    some = next(iter(experiments.values()))
    homework, runs = some.homework, some.runs
    pace = Pace()
    if sum(unit.seconds for units in forecast(experiments, stale, pace).values() for unit in units) > WORTH_TIMING:
        shapes = {task: this.data.shapes for task, this in experiments.items()}
        pace = timed_pace(homework, shapes, runs, budget, config)
    told = forecast(experiments, stale, pace)

    def whole(quick: bool, extras: bool) -> float:
        other = load_homework(config, quick, extras)
        anew = {task: experiment(task, other, runs / "nothing") for task in other.tasks}
        return duration(forecast(anew, list(stages()), pace), budget)

    return Estimate(duration(told, budget), whole(True, True), whole(False, False), told, pace)


def duration(told: Mapping[str, Sequence[Unit]], budget: Budget) -> float:
    """The seconds of units by stage, and of the report."""
    largest = max((unit.memory for units in told.values() for unit in units), default=1.0)
    return simulate(parts(told), stages(), budget.side_by_side(largest)) + REPORT


def parts(told: Mapping[str, Sequence[Unit]]) -> dict[str, list[float]]:
    """Stage -> expected seconds of what can run side by side."""
    return {stage: [seconds for unit in units for seconds in unit.parts] for stage, units in told.items()}


def timed_pace(homework: Homework, shapes: Mapping[str, Shapes], runs: Path, budget: Budget, config: Path) -> Pace:
    """The Pace of this machine: from an earlier time, if nothing that it depends on has changed."""
    about = {
        "processor": cpuinfo("model name"),
        "kernels": [instruction_set(), os.environ.get(ONEDNN, ""), os.environ.get("XLA_FLAGS", "")],
        "compute": plain(homework.compute),
        "slots": budget.slots,
        "kinds": sorted(kinds(homework, shapes)),
    }
    about = json.loads(json.dumps(about))
    try:
        recorded = plain(load_json(runs / "pace.json"))
        if recorded["about"] == about:
            return Pace(recorded["seconds"])
    except (ArtifactError, KeyError, TypeError):
        pass
    seconds = time_side_by_side(budget, config, len(about["kinds"]))
    save_json(runs / "pace.json", {"about": about, "seconds": seconds})
    return Pace(seconds)


def time_side_by_side(budget: Budget, config: Path, count: int) -> dict[str, float]:
    """Time the kinds of network in as many processes as there are slots, so that they slow each other down."""
    processes = [
        subprocess.Popen(
            [sys.executable, "-m", "training.pace", "--config", str(config), "--share", f"{slot + 1}/{budget.slots}"],
            stdout=subprocess.PIPE,
            env=os.environ | budget.environment(slot),
        )
        for slot in range(min(budget.slots, 2 * count))
    ]
    times: dict[str, list[float]] = {}
    for process in processes:
        output, _ = process.communicate()
        for name, seconds in (json.loads(output) if process.returncode == 0 else {}).items():
            times.setdefault(name, []).append(seconds)
    return {name: statistics.mean(values) for name, values in times.items()}
