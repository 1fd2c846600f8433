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
        yield from (stage_of(f"{task.task}/{name}", None, run, [run]) for name, run in main_runs(task).items())
        yield from (
            stage_of(f"{task.task}/{name}", len(extra.cases), extra.run, [case.run for case in extra.cases.values()])
            for name, extra in task.extras.items()
            if extra.cases
        )


def stage_of(folder: str, cases: int | None, whole: Run, parts: Sequence[Run]) -> Stage:
    """The Stage of a run, which is its own and only part, or that of an extra with its cases as parts."""
    machines, scales = [run.machine for run in parts], [run.scale for run in parts]
    return Stage(
        folder=folder,
        cases=cases,
        seconds=sum(run.seconds for run in parts),
        finished_at=whole.finished_at,
        seeds=different(run.seed for run in parts),
        precision=machines[0].precision,
        threads=machines[0].threads,
        scale=scales[0],
    )


def main_runs(task: Results) -> dict[str, Run]:
    """The runs of a task's search and networks by folder, in the order in which they were made."""
    names = list(task.variants)
    ordered = [names[0], "search", *names[1:]]
    return {name: task.search.run if name == "search" else task.variants[name].run for name in ordered}


def recorded_runs(results: Mapping[str, Results]) -> Iterator[Run]:
    """Every Run that the report rests on, those of the extras' cases behind the others."""
    for task in results.values():
        yield from main_runs(task).values()
    for task in results.values():
        yield from (case.run for extra in task.extras.values() for case in extra.cases.values())


def different(values: Iterable[Item]) -> list[Item]:
    """The values that differ, in order."""
    kept: list[Item] = []
    for value in values:
        if value not in kept:
            kept.append(value)
    return kept
