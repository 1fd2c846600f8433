"""The losses of a regression's networks, and how they change from one configuration to another."""

import dataclasses
import math

import numpy as np

from reporting.findings.stopping import Stopping, stopping_of


@dataclasses.dataclass(frozen=True)
class FitLosses:
    """Mean squared errors of the networks of all folds: mean and sd over the folds."""

    train_loss: float
    train_loss_sd: float
    validation_loss: float
    validation_loss_sd: float
    test_loss: float
    test_loss_sd: float
    ensemble_test_loss: (
        float  # of the mean of the networks' predictions; never above test_loss, for the square is convex
    )
    best_test_loss: float  # of the networks
    worst_test_loss: float
    stopping: Stopping

    @property
    def test_below_validation(self):
        """Whether the test loss is below the validation loss, as it is where the test points carry less noise."""
        return self.test_loss < self.validation_loss


@dataclasses.dataclass(frozen=True)
class Change:
    """The change of a loss from one configuration to another, beside the spread between folds."""

    difference: float  # second less first; negative is better
    spread: float  # sd of the folds' differences; if the folds are not the same, root of the sum of both variances
    paired: bool  # whether both were trained on the same folds

    @property
    def within_spread(self):
        """Whether the change is no larger than what one fold differs from another (also if it is not a number)."""
        return not abs(self.difference) > self.spread

    @property
    def improved(self):
        return not self.within_spread and self.difference < 0

    @property
    def worse(self):
        return not self.within_spread and self.difference > 0


def fit_losses(variant):
    """The FitLosses of a regression's results.Variant."""
    names = [f"{kind}_loss{suffix}" for kind in ("train", "validation", "test") for suffix in ("", "_sd")]
    test = variant.column("test_loss")
    return FitLosses(
        **{name: variant.run.metrics[name] for name in [*names, "ensemble_test_loss"]},
        best_test_loss=float(test.min()),
        worst_test_loss=float(test.max()),
        stopping=stopping_of(variant),
    )


def change_of(first, second, name):
    """The Change of the column `name` of folds.csv; paired over the folds where both runs have the same ones."""
    a, b = first.column(name), second.column(name)
    paired = np.array_equal(first.predictions["fold"], second.predictions["fold"])
    spread = np.std(b - a, ddof=1) if paired else math.hypot(np.std(a, ddof=1), np.std(b, ddof=1))
    return Change(float(b.mean() - a.mean()), float(spread), paired)
