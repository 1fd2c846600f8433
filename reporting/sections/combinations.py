"""All combinations of the grids, and the folds that failed."""

import dataclasses
import functools
from collections.abc import Callable, Mapping
from typing import Any

from reporting.engine.sections import Found
from reporting.results import Results, SearchResults
from reporting.sections.shared.search import SearchFindings


@dataclasses.dataclass(frozen=True)
class FailedFold:
    fold: int
    values: dict[str, Any]  # the combination, by hyperparameter
    reason: str


@dataclasses.dataclass(frozen=True)
class Grid:
    """The search of one task."""

    task: str
    search: SearchFindings
    places: int  # decimals of its scores
    failed: tuple[FailedFold, ...]


def find(results: Mapping[str, Results], found: Found) -> list[Grid]:
    """The searches of all tasks."""
    return [
        Grid(name, found(f"{name}/search"), 4 if task.classifies else 3, failed_folds(task.search))
        for name, task in results.items()
    ]


def tables(results: Mapping[str, Results], found: Found) -> dict[str, Callable[[], Any]]:
    return {f"{task}_trials": functools.partial(combinations_of, task, found) for task in results}


def combinations_of(task: str, found: Found) -> Any:
    """The Combinations of a task's grid, best first."""
    return found(f"{task}/search").ranked


def failed_folds(search: SearchResults) -> tuple[FailedFold, ...]:
    """The folds of a search on which the training failed."""
    return tuple(
        FailedFold(row["fold"], {name: row[name] for name in search.hyperparameters}, row["reason"])
        for row in search.folds
        if row.get("status") == "failed"
    )
