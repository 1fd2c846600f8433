"""What the regression's recorded results say."""

import dataclasses
import math

import numpy as np

from reporting.findings.layers import InspectedNetwork, LayerUnits, LayerWeights, unit_findings, weight_findings
from reporting.findings.search import SearchFindings, search_findings
from reporting.findings.stopping import Stopping, stopping_of
from reporting.results import load_reference_report

GAP_SHARE = 0.1  # of the range of x
CHANCE = 0.05


@dataclasses.dataclass(frozen=True)
class FitLosses:
    """Mean squared errors of the networks of all folds: mean and sd over the folds."""

    train_loss: float
    train_loss_sd: float
    validation_loss: float
    validation_loss_sd: float
    test_loss: float
    test_loss_sd: float
    ensemble_test_loss: float  # of the mean of the networks' predictions; never above test_loss, for the square is convex
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


@dataclasses.dataclass(frozen=True)
class Gap:
    """An unusually wide interval of x without a training point."""

    start: float
    end: float
    test_points: int  # that lie inside


@dataclasses.dataclass(frozen=True)
class RegressionFindings(InspectedNetwork):
    train_points: int
    test_points: int
    train_x: tuple[float, float]  # least and greatest
    train_y: tuple[float, float]
    test_x: tuple[float, float]
    gaps: tuple[Gap, ...]  # empty if the training points leave none
    test_points_in_gaps: int
    test_points_outside_range: int  # where the network must extrapolate
    same_data_as_reference: bool  # both files are the course's, by SHA-256
    folds: int
    reference: FitLosses
    tuned: FitLosses
    change: Change  # of the test loss, from reference to tuned
    tuned_below_report: bool  # tuned test loss (mean over folds) below the reference report's tuned one
    ensemble_below_report: bool  # the same of the tuned networks' mean
    search: SearchFindings
    same_winner_as_report: bool  # the search chose what the reference report says its search chose
    gap_error: float | None  # tuned: MSE (mean over networks) of the test points in gaps; None if there are none
    outside_error: float | None  # likewise of all other test points
    weights: tuple[LayerWeights, ...]  # of the tuned network of the first fold, as are the units
    units: tuple[LayerUnits, ...]

    @property
    def ensemble_improved(self):
        """Whether the tuned networks' mean prediction has a lower test loss than the reference networks'."""
        return self.tuned.ensemble_test_loss < self.reference.ensemble_test_loss

    @property
    def has_gaps(self):
        return bool(self.gaps)

    @property
    def gaps_are_harder(self):
        """Whether the error is larger in the gaps than elsewhere; False if either holds no test point."""
        return None not in (self.gap_error, self.outside_error) and self.gap_error > self.outside_error


def regression_findings(results):
    """The RegressionFindings of a results.RegressionResults."""
    report = load_reference_report()["regression"]
    stored = results.tuned.predictions
    x_train, x_test = stored["x_train"], stored["x_test"]
    gaps = find_gaps(x_train, x_test)
    inside = in_gaps(x_test, gaps)
    squared = (stored["test_predictions"].astype(float) - stored["y_test"]) ** 2  # (folds, m)
    tuned = fit_losses(results.tuned)
    search = search_findings(results.search, results.reference.run.config, results.reference.folds[0]["validation_points"])
    return RegressionFindings(
        train_points=len(x_train),
        test_points=len(x_test),
        train_x=limits(x_train),
        train_y=limits(stored["y_train"]),
        test_x=limits(x_test),
        gaps=gaps,
        test_points_in_gaps=int(inside.sum()),
        test_points_outside_range=int(np.sum((x_test < x_train.min()) | (x_test > x_train.max()))),
        same_data_as_reference=set(report["data"].values()) <= set(results.tuned.run.data.digests.values()),
        folds=len(results.tuned.folds),
        reference=fit_losses(results.reference),
        tuned=tuned,
        change=change_of(results.reference, results.tuned, "test_loss"),
        tuned_below_report=tuned.test_loss < report["tuned"]["test_loss"],
        ensemble_below_report=tuned.ensemble_test_loss < report["tuned"]["test_loss"],
        search=search,
        same_winner_as_report=search.winner == report["winner"],
        gap_error=float(squared[:, inside].mean()) if inside.any() else None,
        outside_error=float(squared[:, ~inside].mean()) if not inside.all() else None,
        weights=weight_findings(results.tuned),
        units=unit_findings(results.tuned),
    )


def limits(values):
    """The least and the greatest value."""
    return float(values.min()), float(values.max())


def find_gaps(x_train, x_test):
    """The gaps between neighbouring training points: a tuple of Gap, from left to right.

    An interval is a gap if it is wider than a tenth of the range and if chance hardly explains it: between n points spread
    evenly at random, an interval wider than the share w of the range arises with probability at most (n - 1) (1 - w)^(n - 2)
    (David and Nagaraja, 2003, Order Statistics, 6.4, by the union bound), which must be below 5 %.
    """
    x = np.sort(np.asarray(x_train, dtype=float))
    shares = np.diff(x) / max(x[-1] - x[0], np.finfo(float).tiny)
    chance = len(shares) * (1 - shares) ** (len(x) - 2)
    starts = np.flatnonzero((shares > GAP_SHARE) & (chance < CHANCE))
    return tuple(Gap(float(x[k]), float(x[k + 1]), int(np.sum((x_test > x[k]) & (x_test < x[k + 1])))) for k in starts)


def in_gaps(x, gaps):
    """Which of the points lie inside one of the gaps: (n,) bool."""
    return np.any([(x > gap.start) & (x < gap.end) for gap in gaps], axis=0) if gaps else np.zeros(len(x), dtype=bool)


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
