"""All networks with the tuned settings together: their mean, their spread, and how far to trust it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from reporting.engine.canvas import CONFIGURATIONS
from reporting.engine.formatting import format_decimals
from reporting.engine.sections import Found
from reporting.results import Results
from reporting.sections.regression.columns import XY, Columns, columns_of, has_several_inputs, label_axes
from reporting.sections.regression.coverage import Coverage, added_noise, coverage_by_region, members_of
from reporting.sections.regression.data import TEST, TRAINING, Gap, Region, gaps_of, in_gaps, points, points_of, shade
from reporting.stats.bands import ensemble_band
from reporting.stats.differences import Difference
from reporting.stats.intervals import group_difference
from reporting.stats.metrics import mean_squared_error

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MANY_CURVES = 40  # from more on they are drawn as pixels


@dataclasses.dataclass(frozen=True)
class EnsembleFindings:
    """What the networks of all folds and seeds, its members, come to together."""

    members: int
    folds: int
    loss: float  # test MSE of the mean of all members
    member_loss: float  # mean of the members' own test MSE
    noise: float | None  # variance of the test points' noise, which the bands hold; None if there is no estimate
    coverage: tuple[Coverage, ...]  # all test points as one if there are no regions
    seed_losses: tuple[float, ...]  # of each seed, the mean of its members' test MSE
    seed_ensemble_losses: tuple[float, ...]  # of each seed, the test MSE of its members' mean
    gap_error: float | None  # MSE (mean over members) of the test points in gaps; None if there are none
    outside_error: float | None  # likewise of all other test points
    gap_difference: Difference | None  # the first less the second; None if either holds fewer than two test points
    process_inside: float | None  # share of the curve's x where the Gaussian process' mean lies in the members' band
    truth_errors: dict[str, float]  # see `truth_errors`

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
        """Whether the error is larger in the gaps than elsewhere, by more than chance and in the decimals printed."""
        return self.gap_difference is not None and self.gap_difference.higher and self.gap_errors_differ

    @property
    def gaps_are_easier(self) -> bool:
        """Whether it is smaller there, likewise."""
        return self.gap_difference is not None and self.gap_difference.lower and self.gap_errors_differ

    @property
    def gap_errors_differ(self) -> bool:
        """Whether the two errors are printed as different numbers."""
        errors = [error for error in (self.gap_error, self.outside_error) if error is not None]
        return len({format_decimals(error) for error in errors}) == 2

    @property
    def several_regions(self) -> bool:
        return len(self.coverage) > 1

    @property
    def methods(self) -> tuple[str, ...]:
        """The methods whose bands are compared."""
        return tuple(held.method for held in self.coverage[0].bands)

    @property
    def judged(self) -> bool:
        """Whether it is known what a calibrated band may hold."""
        return self.coverage[0].calibrated is not None

    @property
    def too_low(self) -> list[tuple[list[Region], list[str]]]:
        """Where methods' bands hold fewer points than a calibrated one may: regions, and the methods of which it is."""
        numbers = {
            method: tuple(k for k, item in enumerate(self.coverage) if method in item.too_low)
            for method in self.methods
        }
        return [
            ([self.coverage[k].region for k in where], [name for name in numbers if numbers[name] == where])
            for where in dict.fromkeys(numbers.values())
            if where
        ]

    @property
    def honest(self) -> tuple[str, ...]:
        """The methods whose bands do so nowhere."""
        return tuple(name for name in self.methods if not any(name in item.too_low for item in self.coverage))


def find(results: Results, found: Found) -> EnsembleFindings | None:
    """What the tuned networks and those of the further seeds do on the test points; None with several inputs."""
    if has_several_inputs(results):
        return None
    stored, members = results.tuned.predictions, members_of(results, "test_predictions")
    y_test = stored["y_test"].astype(float)
    metrics = [variant.run.metrics for variant in results.seeds_of("tuned")]
    squared = squared_errors(results)
    inside = in_gaps(stored["x_test"], gaps_of(results))
    gap_error, outside_error = (float(squared[..., part].mean()) if part.any() else None for part in (inside, ~inside))
    return EnsembleFindings(
        members=len(members),
        folds=len(results.tuned.folds),
        loss=mean_squared_error(y_test, members.mean(axis=0)),
        member_loss=float(np.mean((members - y_test) ** 2)),
        noise=added_noise(results),
        coverage=coverage_by_region(results),
        seed_losses=tuple(item["test_loss"] for item in metrics),
        seed_ensemble_losses=tuple(item["ensemble_test_loss"] for item in metrics),
        gap_error=gap_error,
        outside_error=outside_error,
        gap_difference=group_difference(squared, inside),
        process_inside=process_inside(results),
        truth_errors=truth_errors(results),
    )


def tables(results: Results, found: Found) -> dict[str, Callable[[], Any]]:
    return {"regression_coverage": lambda: coverage_by_region(results)}


def squared_errors(results: Results) -> np.ndarray:
    """The members' squared errors at the test points: (seeds, folds, m)."""
    members = members_of(results, "test_predictions")
    errors: np.ndarray = (members - results.tuned.predictions["y_test"]) ** 2
    return errors.reshape(-1, len(results.tuned.folds), errors.shape[1])


def process_mean(results: Results) -> np.ndarray | None:
    """The mean of the folds' Gaussian processes on the curve's x: (points,); None if the baselines are switched off."""
    process = results.extras["baselines"].cases.get("gaussian_process")
    return process.predictions["curve_predictions"].mean(axis=0) if process else None


def process_inside(results: Results) -> float | None:
    """The share of the curve's x where that mean lies in the members' band; None without it."""
    mean, band = process_mean(results), ensemble_band(members_of(results, "curve_predictions"))
    return None if mean is None else float(np.mean((mean >= band.low) & (mean <= band.high)))


def truth_of(results: Results) -> np.ndarray | None:
    """The true function on the curve's x (points,); None where it is not known."""
    return results.tuned.predictions.get("curve_truth")


def fit_of(results: Results) -> dict[str, Any]:
    """What `draw_fit` draws of all members."""
    return {
        "x_curve": results.tuned.predictions["x_curve"],
        "curves": members_of(results, "curve_predictions"),
        "sets": points_of(results),
        "gaps": gaps_of(results),
        "process": process_mean(results),
        "truth": truth_of(results),
        "columns": columns_of(results),
    }


def truth_errors(results: Results) -> dict[str, float]:
    """The rms distance of the members' mean from the true function, in the gaps and outside; empty if not known."""
    truth, x = truth_of(results), results.tuned.predictions["x_curve"]
    if truth is None:
        return {}
    squares, inside = (members_of(results, "curve_predictions").mean(axis=0) - truth) ** 2, in_gaps(x, gaps_of(results))
    parts = {"in_gaps": inside, "outside": ~inside}
    return {name: float(np.sqrt(np.mean(squares[part]))) for name, part in parts.items() if part.any()}


def draw_fit(
    axes: Axes,
    x_curve: np.ndarray,
    curves: np.ndarray,
    sets: tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray],
    gaps: Sequence[Gap],
    process: np.ndarray | None = None,
    truth: np.ndarray | None = None,
    columns: Columns = XY,
) -> None:
    """The members' curves (members, points), faint, their mean and its 95 % band; gaps shaded.

    `sets` are x and y of the training and of the test points, which lie behind; `process` is the mean of the Gaussian
    process and `truth` the true function (points,), where there are such.
    """
    x_train, y_train, x_test, y_test = sets
    color, _ = CONFIGURATIONS["tuned"]
    shade(axes, gaps)
    points(axes, x_test, y_test, TEST, label="test points")
    points(axes, x_train, y_train, TRAINING, label="training points")
    look: dict[str, Any] = {"color": color, "alpha": 0.18, "linewidth": 0, "zorder": 1}
    axes.fill_between(x_curve, *ensemble_band(curves), label="95 % band", **look)
    draw_members(axes, x_curve, curves, color, label="networks")
    axes.plot(x_curve, np.mean(curves, axis=0), color=color, linewidth=1.4, label="their mean", zorder=4)
    if process is not None:
        look = {"color": "black", "linewidth": 0.8, "linestyle": (0, (4, 1.5)), "zorder": 5}
        axes.plot(x_curve, process, label="Gaussian process", **look)
    if truth is not None:
        look = {"color": "black", "linewidth": 1.1, "linestyle": (0, (1, 1)), "zorder": 5}
        axes.plot(x_curve, truth, label="true function", **look)
    limits = np.concatenate([y_train, y_test, *curves])
    axes.set(xlim=padded(x_curve, 0.01), ylim=padded(limits, 0.1))
    label_axes(axes, columns)


def padded(values: np.ndarray, share: float) -> tuple[float, float]:
    """A range that holds all values and on both sides a margin of this share of it."""
    low, high = float(values.min()), float(values.max())
    margin = share * (high - low) or 1.0
    return low - margin, high + margin


def draw_members(axes: Axes, x_curve: np.ndarray, curves: np.ndarray, color: str, label: str | None = None) -> None:
    """Faint curves (members, points); many of them as pixels."""
    look: dict[str, Any] = {"color": color, "linewidth": 0.4, "alpha": 0.35, "zorder": 3}
    for number, curve in enumerate(curves):
        axes.plot(x_curve, curve, label=label if number == 0 else None, rasterized=len(curves) > MANY_CURVES, **look)
