"""What checklists of reproducibility ask, as far as recorded files can answer it."""

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from reporting.artifacts import Data
from reporting.engine.sections import Found
from reporting.results import Results, Variant
from reporting.sections.provenance import different, recorded_runs


@dataclasses.dataclass(frozen=True)
class Fits:
    """The trainings of a task; a fit is the training of one model on one fold."""

    search: int  # in the grid search
    failed: int  # of these
    others: int
    seconds: float  # of all that ended, one after the other; those that failed have none
    tested: int  # models that were evaluated on the test set
    tested_in_search: bool  # whether the search recorded anything of the test set


@dataclasses.dataclass(frozen=True)
class Answers:
    """What the templates cannot take from other sections."""

    fits: dict[str, Fits]  # by task
    seeds: tuple[int, ...]  # of the runs
    fit_seeds: int  # different ones of single fits
    precisions: tuple[str, ...]  # of the runs, as the next one
    threads: tuple[int, ...]
    data: dict[str, Data]  # by task
    repeated_points: int  # test points of the regression that are training points too
    validation_images: int
    margins: tuple[float, float]  # up to which losses (as a share of the reference's) and accuracies count as equal

    @property
    def seconds(self) -> float:
        """Of all fits."""
        return sum(item.seconds for item in self.fits.values())

    @property
    def tested(self) -> int:
        return sum(item.tested for item in self.fits.values())

    @property
    def tested_in_search(self) -> bool:
        return any(item.tested_in_search for item in self.fits.values())


def find(results: Mapping[str, Results], found: Found) -> Answers:
    """The answers from all runs."""
    runs, tasks = list(recorded_runs(results)), results.values()
    regression, classification = results["regression"], results["classification"]
    return Answers(
        fits={task.task: fits_of(task) for task in tasks},
        seeds=tuple(sorted({run.seed for run in runs})),
        fit_seeds=len({row["seed"] for task in tasks for row in rows_of_fits(task) if "seed" in row}),
        precisions=tuple(different(run.machine.precision for run in runs)),
        threads=tuple(different(run.machine.threads for run in runs)),
        data={task.task: task.reference.run.data for task in tasks},
        repeated_points=repeated_points(regression.tuned),
        validation_images=classification.reference.folds[0]["validation_points"],
        margins=(regression.judgement["equivalent_loss"], regression.judgement["equivalent_accuracy"]),
    )


def tables(results: Mapping[str, Results], found: Found) -> dict[str, Callable[[], Any]]:
    return {"checklist": lambda: found("checklist")}


def rows_of_fits(task: Results) -> list[Mapping[str, Any]]:
    """A row of folds.csv for each fit, the search's first."""
    return [*task.search.folds, *(row for _, variant in task.networks() for row in variant.folds)]


def fits_of(task: Results) -> Fits:
    """The Fits of a task."""
    search, rows = task.search.folds, rows_of_fits(task)
    return Fits(
        search=len(search),
        failed=sum(row.get("status") == "failed" for row in search),
        others=len(rows) - len(search),
        seconds=sum(row["seconds"] for row in rows if isinstance(row.get("seconds"), int | float)),
        tested=sum(len(variant.folds) for _, variant in task.networks() if is_tested(variant)),
        tested_in_search=any(name.startswith("test") for name in search[0]),
    )


def is_tested(variant: Variant) -> bool:
    """Whether predictions for the test set are stored."""
    return bool({"test_predictions", "test_labels"} & set(variant.predictions))


def repeated_points(variant: Variant) -> int:
    """How many test points of a regression are training points too, by x and y."""
    stored = variant.predictions
    train, test = (
        [tuple(row) for row in np.column_stack([stored[f"{axis}_{part}"] for axis in "xy"]).tolist()]
        for part in ("train", "test")
    )
    known = set(train)
    return sum(point in known for point in test)
