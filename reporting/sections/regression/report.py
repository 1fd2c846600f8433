"""These losses beside those that the reference report prints."""

import dataclasses
from collections.abc import Callable
from typing import Any, NamedTuple

from reporting.engine.sections import Found
from reporting.results import Results, load_reference_report
from reporting.sections.regression.results import losses_of


class Row(NamedTuple):
    """A row of the table of both reports' losses."""

    name: str  # of the network
    train_loss: float
    validation_loss: float
    test_loss: float


@dataclasses.dataclass(frozen=True)
class ReportFindings:
    tuned_below_report: bool  # tuned test loss (mean over folds) below the reference report's tuned one
    ensemble_below_report: bool  # the same of the tuned networks' mean
    same_winner: bool  # the search chose what the reference report says its search chose


def find(results: Results, found: Found) -> ReportFindings:
    """Whether the tuned networks do better than the reference report's, and have its settings."""
    report, tuned = load_reference_report()["regression"], found("results").tuned
    test_loss = report["tuned"]["test_loss"]
    return ReportFindings(
        tuned_below_report=tuned.test_loss < test_loss,
        ensemble_below_report=tuned.ensemble_test_loss < test_loss,
        same_winner=found("search").winner == report["winner"],
    )


def tables(results: Results, found: Found) -> dict[str, Callable[[], Any]]:
    return {"regression_report": lambda: rows(results)}


def rows(results: Results) -> list[Row]:
    """Both reports before and after the grid search."""
    report, own = load_reference_report()["regression"], losses_of(results)
    losses = {
        "reference report, first network": report["first"],
        "this run, reference settings": vars(own["reference"]),
        "reference report, tuned": report["tuned"],
        "this run, tuned": vars(own["tuned"]),
    }
    return [Row(name, *(item[loss] for loss in Row._fields[1:])) for name, item in losses.items()]
