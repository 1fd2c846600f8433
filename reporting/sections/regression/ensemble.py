"""All networks with the tuned settings together: their mean, their spread, and how far to trust it."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from reporting.engine.canvas import FULL, new_figure, styled
from reporting.engine.sections import Found
from reporting.results import Results
from reporting.sections.regression.coverage import NOMINAL, Coverage, added_noise, coverage_by_region, members_of
from reporting.sections.regression.data import TEST, TRAINING, Gap, gaps_of, in_gaps, points, points_of, shade
from reporting.stats.metrics import NORMAL_QUANTILE, mean_squared_error

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MANY_CURVES = 40  # from more on they are drawn as pixels


@dataclasses.dataclass(frozen=True)
class EnsembleFindings:
    """What the networks of all folds and seeds, its members, come to together."""

    members: int
    folds: int
    loss: float  # test MSE of the mean of all members
    member_loss: float  # mean of the members' own test MSE
    nominal: float  # the share of the test points that the band with noise promises to hold
    noise: float  # the variance that is added to theirs for that band
    coverage: tuple[Coverage, ...]  # all test points as one if there are no regions
    seed_losses: tuple[float, ...]  # of each seed, the mean of its members' test MSE
    seed_ensemble_losses: tuple[float, ...]  # of each seed, the test MSE of its members' mean
    gap_error: float | None  # first seed: MSE (mean over members) of the test points in gaps; None if there are none
    outside_error: float | None  # likewise of all other test points
    ensemble_error: float | None  # first seed: standard error of the mean's test MSE; None for a single test point

    @property
    def seeds(self) -> int:
        """How many seeds there are; 1 if the further ones are switched off."""
        return len(self.seed_losses)

    @property
    def several_seeds(self) -> bool:
        return self.seeds > 1

    @property
    def mean_seed_loss(self) -> float:
        return float(np.mean(self.seed_losses))

    @property
    def seed_spread(self) -> float:
        """The sd of the members' mean test MSE over the seeds; needs several."""
        return float(np.std(self.seed_losses, ddof=1))

    @property
    def mean_seed_ensemble_loss(self) -> float:
        return float(np.mean(self.seed_ensemble_losses))

    @property
    def seed_ensemble_spread(self) -> float:
        """The sd of the test MSE of the members' mean over the seeds; needs several."""
        return float(np.std(self.seed_ensemble_losses, ddof=1))

    @property
    def gaps_are_harder(self) -> bool:
        """Whether the error is larger in the gaps than elsewhere; False if either holds no test point."""
        return self.gap_error is not None and self.outside_error is not None and self.gap_error > self.outside_error

    @property
    def too_low(self) -> tuple[Coverage, ...]:
        """The regions in which the band with noise covers less than it promises, by more than chance."""
        return tuple(item for item in self.coverage if item.excess.lower)

    @property
    def all_too_high(self) -> bool:
        """Whether it covers more than it promises in all regions, by more than chance."""
        return all(item.excess.higher for item in self.coverage)

    @property
    def has_gaussian_process(self) -> bool:
        """Whether the shares of the Gaussian process stand beside the others."""
        return any(item.gaussian_process is not None for item in self.coverage)


def find(results: Results, found: Found) -> EnsembleFindings:
    """What the tuned networks and those of the further seeds do on the test points."""
    stored, members = results.tuned.predictions, members_of(results, "test_predictions")
    y_test = stored["y_test"].astype(float)
    metrics = [variant.run.metrics for variant in (results.tuned, *results.extras["tuned_seeds"].cases.values())]
    gap_error, outside_error = errors_by_gap(stored, gaps_of(results))
    return EnsembleFindings(
        members=len(members),
        folds=len(results.tuned.folds),
        loss=mean_squared_error(y_test, members.mean(axis=0)),
        member_loss=float(np.mean((members - y_test) ** 2)),
        nominal=NOMINAL,
        noise=added_noise(results),
        coverage=coverage_by_region(results),
        seed_losses=tuple(item["test_loss"] for item in metrics),
        seed_ensemble_losses=tuple(item["ensemble_test_loss"] for item in metrics),
        gap_error=gap_error,
        outside_error=outside_error,
        ensemble_error=ensemble_error(stored),
    )


def figures(results: Results, found: Found) -> dict[str, list]:
    return {"regression_fit": [lambda: fit_figure(results)]}


def tables(results: Results, found: Found) -> dict[str, Callable[[], Any]]:
    return {"regression_coverage": lambda: coverage_by_region(results)}


def errors_by_gap(stored: Mapping[str, Any], gaps: Sequence[Gap]) -> tuple[float | None, float | None]:
    """The networks' MSE on the test points in gaps, and on all others; None where there are no points."""
    inside = in_gaps(stored["x_test"], gaps)
    squared = (stored["test_predictions"].astype(float) - stored["y_test"]) ** 2  # (folds, m)
    within, outside = (float(squared[:, part].mean()) if part.any() else None for part in (inside, ~inside))
    return within, outside


def ensemble_error(stored: Mapping[str, Any]) -> float | None:
    """The standard error of the test loss of the members' mean, as a mean over the test points; None for one point."""
    squared = (stored["test_predictions"].astype(float).mean(axis=0) - stored["y_test"]) ** 2
    return float(np.std(squared, ddof=1) / math.sqrt(len(squared))) if len(squared) > 1 else None


def fit_figure(results: Results) -> Figure:
    """What all members have learned."""
    curves = members_of(results, "curve_predictions")
    return plot_fit(results.tuned.predictions["x_curve"], curves, *points_of(results), gaps_of(results))


@styled
def plot_fit(
    x_curve: np.ndarray,
    curves: np.ndarray,
    x_train: np.ndarray,
    y_train: np.ndarray,
    x_test: np.ndarray,
    y_test: np.ndarray,
    gaps: Sequence[Gap],
) -> Figure:
    """The members' curves (members, points), faint, their mean, and a 95 % band of their spread around it; gaps shaded.

    The points of both data sets lie behind.
    """
    figure = new_figure(FULL, 68)
    axes = figure.subplots()
    shade(axes, gaps)
    points(axes, x_test, y_test, TEST, label="test points")
    points(axes, x_train, y_train, TRAINING, label="training points")
    mean, spread = np.mean(curves, axis=0), NORMAL_QUANTILE * np.std(curves, axis=0, ddof=1)
    band: dict[str, Any] = {"color": "C2", "alpha": 0.18, "linewidth": 0, "zorder": 1}
    axes.fill_between(x_curve, mean - spread, mean + spread, label="95 % band", **band)
    draw_members(axes, x_curve, curves, "C2", label="networks")
    axes.plot(x_curve, mean, color="C2", linewidth=1.4, label="their mean", zorder=4)
    axes.set(xlabel="$x$", xlim=(x_curve[0], x_curve[-1]))
    axes.set_ylabel("$y$", rotation=0)
    figure.legend(loc="outside upper center", ncols=5)
    return figure


def draw_members(axes: Axes, x_curve: np.ndarray, curves: np.ndarray, color: str, label: str | None = None) -> None:
    """Faint curves (members, points); many of them as pixels."""
    look: dict[str, Any] = {"color": color, "linewidth": 0.4, "alpha": 0.35, "zorder": 3}
    for number, curve in enumerate(curves):
        axes.plot(x_curve, curve, label=label if number == 0 else None, rasterized=len(curves) > MANY_CURVES, **look)
