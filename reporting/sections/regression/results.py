"""The losses before and after the grid search, the verdict on the tuning, and how optimistic the search was."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from reporting.engine.sections import Found
from reporting.results import Results, Variant
from reporting.sections.regression.noise import noise_of_training_points
from reporting.sections.shared.curves import plot_training_curves
from reporting.sections.shared.over_seeds import OverSeeds, means_over_seeds
from reporting.sections.shared.settings import Stopping, stopping_of
from reporting.sections.shared.verdicts import Verdict, verdict_over_folds
from reporting.stats.differences import Difference, unpaired_difference

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PARTS = ("train", "validation")
CURVES = ("reference", "tuned")  # the configurations whose losses are drawn
SHARES = ("train_r2", "validation_r2", "test_r2", "ensemble_test_r2")


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
    # R^2, the same as shares of the targets' variance; None where all targets of a part are the same
    train_r2: float | None
    validation_r2: float | None
    test_r2: float | None
    ensemble_test_r2: float | None


class Row(NamedTuple):
    """A row of the table of losses."""

    name: str  # of the configuration
    losses: FitLosses
    best: bool  # by test loss


@dataclasses.dataclass(frozen=True)
class Optimism:
    """The score by which the search chose its winner, beside that of networks with the same settings, trained anew."""

    score: float  # validation loss of the winner in the search, the least of all
    fresh: float  # the mean over all networks with its settings, whose folds and seeds the search never saw
    difference: Difference  # fresh less score

    @property
    def shown(self) -> bool:
        """Whether the score is too low by more than chance explains."""
        return self.difference.higher


@dataclasses.dataclass(frozen=True)
class ResultsFindings:
    reference: FitLosses
    tuned: FitLosses
    verdict: Verdict  # on the tuned settings against the reference ones, by test loss
    validation_verdict: Verdict  # the same by validation loss
    optimism: Optimism
    over_seeds: OverSeeds  # test_loss and ensemble_test_loss
    extended: FitLosses | None = None  # None if they are switched off
    extended_verdict: Verdict | None = None  # on the extended settings against the tuned ones, by test loss


def find(results: Results, found: Found) -> ResultsFindings:
    """The losses of both configurations, and what the tuning changed."""
    reference, tuned = (results.seeds_of(name) for name in ("reference", "tuned"))
    extended = results.seeds_of("extended") if results.extended else None
    return ResultsFindings(
        **losses_of(results),
        verdict=verdict_over_folds(results, reference, tuned, "test_loss"),
        validation_verdict=verdict_over_folds(results, reference, tuned, "validation_loss"),
        optimism=optimism_of(results),
        over_seeds=means_over_seeds(results, ("test_loss", "ensemble_test_loss")),
        extended_verdict=verdict_over_folds(results, tuned, extended, "test_loss") if extended else None,
    )


def figures(results: Results, found: Found) -> dict[str, list]:
    return {"regression_training": [functools.partial(curves_figure, results, name) for name in CURVES]}


def tables(results: Results, found: Found) -> dict[str, Callable]:
    return {"regression_losses": lambda: rows_of(losses_of(results))}


def losses_of(results: Results) -> dict[str, FitLosses]:
    """The FitLosses of each configuration by name."""
    return {name: fit_losses(variant) for name, variant in results.variants.items()}


def fit_losses(variant: Variant) -> FitLosses:
    """The FitLosses of a configuration's networks."""
    names = [f"{kind}_loss{suffix}" for kind in ("train", "validation", "test") for suffix in ("", "_sd")]
    metrics = variant.run.metrics
    found: dict[str, Any] = {name: metrics[name] for name in [*names, "ensemble_test_loss"]}
    found |= {name: metrics.get(name) for name in SHARES}
    return FitLosses(**found, stopping=stopping_of(variant))


def optimism_of(results: Results) -> Optimism:
    """The Optimism of the search."""
    scores = results.search.fold_scores(results.search.best["trial"])
    fresh = np.array([variant.column("validation_loss") for variant in results.seeds_of("tuned")])
    return Optimism(float(scores.mean()), float(fresh.mean()), unpaired_difference(scores, fresh))


def rows_of(losses: Mapping[str, FitLosses]) -> list[Row]:
    """A Row for each configuration; several are best if their test losses are equal."""
    least = min(item.test_loss for item in losses.values())
    return [Row(name, item, item.test_loss == least) for name, item in losses.items()]


def curves_figure(results: Results, name: str) -> Figure:
    """Training and validation loss of a configuration by epoch, above the variance of the noise where it is known."""
    noise = noise_of_training_points(results)
    drawn = {key: results.variants[key] for key in CURVES}
    losses = {key: [item.curves(f"{part}_loss") for part in PARTS] for key, item in drawn.items()}
    train, validation = losses[name]
    limits = limits_of(loss for curves in losses.values() for curve in (*curves[0], *curves[1]) for loss in curve)
    return plot_training_curves(train, validation, "MSE", True, noise.value if noise else None, limits)


def limits_of(losses: Iterable[float]) -> tuple[float, float] | None:
    """The ends of a logarithmic axis for all of the losses, so that panels compare; None if none is above zero."""
    positive = [loss for loss in losses if loss > 0]
    return (0.9 * min(positive), 1.1 * max(positive)) if positive else None
