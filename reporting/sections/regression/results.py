"""The losses before and after the grid search, and whether they differ by more than folds do."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from reporting.engine.sections import Found
from reporting.results import Results, Variant
from reporting.sections.regression.noise import noise_of_training_points
from reporting.sections.shared.curves import plot_training_curves
from reporting.sections.shared.settings import Stopping, stopping_of
from reporting.sections.shared.verdicts import same_folds
from reporting.stats.differences import Difference, resampled_difference, unpaired_difference

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclasses.dataclass(frozen=True)
class FitLosses:
    """Mean squared errors of the networks of all folds: mean and sd over the folds."""

    train_loss: float
    train_loss_sd: float
    validation_loss: float
    validation_loss_sd: float
    test_loss: float
    test_loss_sd: float
    ensemble_test_loss: float  # of the mean of the networks' predictions; never above test_loss: the square is convex
    stopping: Stopping


class Row(NamedTuple):
    """A row of the table of losses."""

    name: str  # of the configuration
    losses: FitLosses
    best: bool  # by test loss


@dataclasses.dataclass(frozen=True)
class ResultsFindings:
    reference: FitLosses
    tuned: FitLosses
    change: Difference  # of the test loss, from reference to tuned, beside the spread between folds
    paired: bool  # whether that is over the same folds

    @property
    def ensemble_improved(self) -> bool:
        """Whether the tuned networks' mean prediction has a lower test loss than the reference networks'."""
        return self.tuned.ensemble_test_loss < self.reference.ensemble_test_loss


def find(results: Results, found: Found) -> ResultsFindings:
    """The losses of both configurations, and what the tuning changed."""
    return ResultsFindings(
        **losses_of(results),
        change=change_of(results.reference, results.tuned, "test_loss"),
        paired=same_folds(results.reference, results.tuned),
    )


def figures(results: Results, found: Found) -> dict[str, list]:
    return {"regression_training": [functools.partial(curves_figure, results, name) for name in results.variants]}


def tables(results: Results, found: Found) -> dict[str, Callable]:
    return {"regression_losses": lambda: rows_of(losses_of(results))}


def losses_of(results: Results) -> dict[str, FitLosses]:
    """The FitLosses of each configuration by name."""
    return {name: fit_losses(variant) for name, variant in results.variants.items()}


def fit_losses(variant: Variant) -> FitLosses:
    """The FitLosses of a configuration's networks."""
    names = [f"{kind}_loss{suffix}" for kind in ("train", "validation", "test") for suffix in ("", "_sd")]
    metrics = variant.run.metrics
    return FitLosses(
        **{name: metrics[name] for name in [*names, "ensemble_test_loss"]},
        stopping=stopping_of(variant),
    )


def change_of(first: Variant, second: Variant, name: str) -> Difference:
    """The Difference of the means of the column `name` of folds.csv.

    Its margin is the sd of the folds' own differences; where the folds are not the same, the root of the sum of both
    variances. So a change is undecided if it is no larger than what one fold differs from another.
    """
    a, b = first.column(name), second.column(name)
    return resampled_difference(b - a) if same_folds(first, second) else unpaired_difference(a, b)


def rows_of(losses: Mapping[str, FitLosses]) -> list[Row]:
    """A Row for each configuration; several are best if their test losses are equal."""
    least = min(item.test_loss for item in losses.values())
    return [Row(name, item, item.test_loss == least) for name, item in losses.items()]


def curves_figure(results: Results, name: str) -> Figure:
    """Training and validation loss of a configuration by epoch, above the variance of the noise where it is known."""
    variant, noise = results.variants[name], noise_of_training_points(results)
    curves = variant.curves("train_loss"), variant.curves("validation_loss")
    return plot_training_curves(*curves, "MSE", logarithmic=True, floor=noise.value if noise else None)
