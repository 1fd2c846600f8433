"""The units of work: what one process does for a stage, with its command, expected seconds and memory.

A network is a unit, and so is a search, whose combinations its workers share; the cases of an extra are packed into
units of a minute or more, which run side by side.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from reporting.artifacts import TASKS as REGISTERED
from reporting.artifacts import UserError, stages
from training.experiment import Experiment
from training.extras import Case, case_recording, make_cases, points_of
from training.pace import LOADING, Pace, combinations

LEAST = 60.0  # seconds of a unit into which cases are packed: a process takes several seconds to start
INSPECTING = 10.0  # seconds for the activations, feature maps and receptive fields of a network
PARTS = 1000  # of a search that are told apart
# GiB that a process takes at most, with a margin: in a whole `make all` on two processors 1.0 and 1.25 were resident,
# and 0.7 in a chief, which trains nothing itself. What they share of the libraries is counted in each.
MEMORY = {"regression": 1.1, "classification": 1.4}
CHIEF_MEMORY = 0.8


@dataclasses.dataclass(frozen=True)
class Unit:
    """What one process does, or one search with its workers."""

    name: str  # in messages
    stage: str  # the folder of its stage, or "data"
    command: tuple[str, ...]  # module and its own flags
    memory: float  # GiB of the process, or of each worker
    parts: tuple[float, ...]  # expected seconds of what can run side by side: the combinations of a search

    @property
    def seconds(self) -> float:
        """The expected seconds of the whole unit in one process."""
        return sum(self.parts)

    @property
    def shared(self) -> bool:
        """Whether several workers can share it and it is long enough to be worth their start."""
        return len(self.parts) > 1 and self.seconds > LEAST


DATA = Unit("data", "data", ("training.prepare_data",), 0.2, (1.0,))


class Forecast(Experiment):
    """An Experiment that takes the middle of the grid for the winner of a search that is not finished yet."""

    def config(self, variant: str) -> Any:
        """The configuration of a variant."""
        try:
            return super().config(variant)
        except UserError:
            if variant != REGISTERED[self.task.name].searched:
                raise
            middle = {name: values[len(values) // 2] for name, values in self.settings.search.grid.items()}
            return dataclasses.replace(self.settings.search.base, **middle)


def units_of(this: Experiment, name: str, pace: Pace) -> list[Unit]:
    """The units of a stage whose needs are finished; raises UserError where they are not."""
    task = this.task.name
    if name == "search":
        return [unit(this, name, ("tuning.tune",), search_parts(this, pace))]
    if name not in REGISTERED[task].variants:
        return case_units(this, name, make_cases(this, name), pace)
    if this.leaves_out(name):
        return [unit(this, name, ("training.train", "--variant", name), [LOADING])]
    config = this.config(name)
    seconds = pace.fit(config, this.data.shapes, points_of(this.folds(config))) + INSPECTING + LOADING
    return [unit(this, name, ("training.train", "--variant", name), [seconds])]


def unit(this: Experiment, name: str, words: Sequence[str], parts: Sequence[float]) -> Unit:
    """The Unit of a whole stage."""
    task = this.task.name
    return Unit(f"{task} {name}", f"{task}/{name}", command(words[0], task, *words[1:]), MEMORY[task], tuple(parts))


def command(module: str, task: str, *flags: str) -> tuple[str, ...]:
    """The command of a unit: a module, the task and further flags."""
    return (module, "--task", task, *flags)


def search_parts(this: Experiment, pace: Pace) -> list[float]:
    """The expected seconds of each combination on all folds; of a large grid, of PARTS equal shares."""
    search = this.settings.search
    points = points_of(this.folds(search.base))
    parts = [pace.fit(config, this.data.shapes, points) for config in combinations(search, PARTS)]
    scale = search.combinations / len(parts)
    return [LOADING / len(parts) + scale * seconds for seconds in parts]


def case_units(this: Experiment, name: str, cases: Mapping[str, Case], pace: Pace) -> list[Unit]:
    """The units of an extra: its cases that are not finished, packed; one unit if it is switched off."""
    words = ("training.run_extra", "--extra", name)
    left = {
        label: pace.fit(case.config, this.data.shapes, case.points) if case.points else 1.0
        for label, case in cases.items()
        if not case_recording(this, name, label, case).is_current()
    }
    packs: list[list[str]] = []
    for label in left:
        if not packs or sum(left[other] for other in packs[-1]) >= LEAST:
            packs.append([])
        packs[-1].append(label)
    if len(packs) < 2:
        return [unit(this, name, words, [LOADING + sum(left.values())])]
    units = []
    for pack in packs:
        whole = unit(this, name, (*words, "--cases", *pack), [LOADING + sum(left[label] for label in pack)])
        units.append(dataclasses.replace(whole, name=f"{whole.name}: {', '.join(pack)}"))
    return units


def forecast(experiments: Mapping[str, Experiment], stale: Sequence[str], pace: Pace) -> dict[str, list[Unit]]:
    """Stage -> its units as far as they can be told before the stages that they need, in the order of the stages."""
    told: dict[str, list[Unit]] = {}
    for stage in [stage for stage in stages() if stage in stale]:
        task, _, name = stage.partition("/")
        this = Forecast(*(getattr(experiments[task], field) for field in ("task", "homework", "runs")))
        try:
            told[stage] = units_of(this, name, pace)
        except UserError:  # its cases depend on what another stage computes: as long as the tuned network
            config = this.config(REGISTERED[task].searched)
            told[stage] = [
                unit(this, name, ("",), [LOADING + pace.fit(config, this.data.shapes, points_of(this.folds(config)))])
            ]
    return told
