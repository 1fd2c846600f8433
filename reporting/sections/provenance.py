"""Where the numbers come from: the recorded runs, what they were made of and by, and what is read of which file."""

import dataclasses
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

from reporting.artifacts import Data, Machine, Run
from reporting.engine.sections import Found
from reporting.results import Results

Item = TypeVar("Item")


class Stage(NamedTuple):
    """A search, a network, or an extra with all its cases."""

    folder: str
    cases: int | None  # None of what is no extra
    seconds: float
    finished_at: str
    seeds: list[int]  # the different ones
    precision: str  # of an extra, that of its first case, as the next two
    threads: int
    scale: str


@dataclasses.dataclass(frozen=True)
class ProvenanceFindings:
    """What the recorded runs come from, each once."""

    machines: list[Machine]  # without precision and threads, which differ from run to run
    version_sets: list[Mapping[str, str]]
    commits: list[str]
    data_sets: list[Data]
    quick: bool  # whether any of them is a trial on a small scale
    newest: str  # when the last one finished
    several_cases: bool  # whether any extra is switched on


def find(results: Mapping[str, Results], found: Found) -> ProvenanceFindings:
    """What all runs come from, those of the extras' cases included."""
    runs = list(recorded_runs(results))
    return ProvenanceFindings(
        machines=different(dataclasses.replace(run.machine, precision="", threads=0) for run in runs),
        version_sets=different(dict(run.versions) for run in runs),
        commits=different(run.commit for run in runs),
        data_sets=different(run.data for run in runs),
        quick="quick" in [run.scale for run in runs],
        newest=max(run.finished_at for run in runs),
        several_cases=any(extra.cases for task in results.values() for extra in task.extras.values()),
    )


def tables(results: Mapping[str, Results], found: Found) -> dict[str, Any]:
    """The recorded runs; and their files, whose rows the document fills in once everything else is made."""
    return {"runs": lambda: list(stages(results)), "origins": list}


def stages(results: Mapping[str, Results]) -> Iterator[Stage]:
    """A Stage for everything that the report rests on, but for the extras that are switched off."""
    for task in results.values():
        yield from (stage_of(run, None, [run]) for run in main_runs(task))
        yield from (
            stage_of(extra.run, len(extra.cases), [case.run for case in extra.cases.values()])
            for extra in task.extras.values()
            if extra.cases
        )


def stage_of(run: Run, cases: int | None, runs: Sequence[Run]) -> Stage:
    """The Stage of a run that consists of these runs: itself, or its cases, whose times are added."""
    first = runs[0]
    return Stage(
        folder=f"{run.task}/{run.variant}",
        cases=cases,
        seconds=sum(each.seconds for each in runs),
        finished_at=run.finished_at,
        seeds=different(each.seed for each in runs),
        precision=first.machine.precision,
        threads=first.machine.threads,
        scale=first.scale,
    )


def main_runs(task: Results) -> list[Run]:
    """The runs of a task's search and networks, in the order in which they were made."""
    first, *others = [variant.run for variant in task.variants.values()]
    return [first, task.search.run, *others]


def recorded_runs(results: Mapping[str, Results]) -> Iterator[Run]:
    """Every Run that the report rests on, those of the extras' cases behind the others."""
    for task in results.values():
        yield from main_runs(task)
    for task in results.values():
        yield from (case.run for extra in task.extras.values() for case in extra.cases.values())


def different(values: Iterable[Item]) -> list[Item]:
    """The values that differ, in order."""
    kept: list[Item] = []
    for value in values:
        if value not in kept:
            kept.append(value)
    return kept
