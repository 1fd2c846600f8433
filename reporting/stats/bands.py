"""Bands that should hold most measurements: how wide they are, and what share a calibrated one may hold."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy import special

from reporting.stats.significance import SIGNIFICANCE, normal_quantile

MOST_POINTS = 600  # whose covariance is worth computing; of more, evenly chosen ones stand for all
DRAWS = 4000
AT_ONCE = 4_000_000  # numbers that CV+ sorts together
JITTER = 1e-9  # of the signal's variance, so that rounding leaves the covariance positive


class Band(NamedTuple):
    """An interval at each of m points."""

    low: np.ndarray  # (m,)
    high: np.ndarray

    @property
    def half_width(self) -> np.ndarray:
        return (self.high - self.low) / 2

    def holds(self, y: np.ndarray) -> np.ndarray:
        """Which of the points y (m,) lie inside: (m,) bool."""
        return (self.low <= y) & (y <= self.high)


class Process(NamedTuple):
    """The hyperparameters of a Gaussian process with a squared-exponential kernel."""

    signal_variance: float
    length_scale: float
    noise_variance: float

    def kernel(self, a: np.ndarray, b: np.ndarray) -> np.ndarray:
        """The covariance of the function at points a (n,) and b (m,): (n, m)."""
        kernel: np.ndarray = self.signal_variance * np.exp(-0.5 * ((a[:, None] - b) / self.length_scale) ** 2)
        return kernel


def around(mean: np.ndarray, half: np.ndarray) -> Band:
    return Band(mean - half, mean + half)


def ensemble_band(members: np.ndarray, noise: float = 0.0) -> Band:
    """The 95 % prediction interval from the members' predictions (members, m), plus noise of a known variance.

    A further draw from where m members come from differs from their mean by a variance of (1 + 1/m) s^2, which is known
    with m - 1 degrees of freedom (Student's t). With noise, the degrees of the sum are Satterthwaite's (1946,
    Biometrics Bulletin 2, 110-114).
    """
    count = len(members)
    spread = (1 + 1 / count) * members.var(axis=0, ddof=1)
    total = spread + noise
    share = np.divide(spread, total, out=np.ones_like(total), where=total > 0)
    degrees = (count - 1) / np.maximum(share, 1e-4) ** 2
    return around(members.mean(axis=0), special.stdtrit(degrees, 1 - SIGNIFICANCE / 2) * np.sqrt(total))


def mixture_band(means: np.ndarray, deviations: np.ndarray, noise: float = 0.0) -> Band:
    """The 95 % band of the mean of normal distributions (k, m), by the mixture's mean and variance, plus noise.

    The variance is the mean of theirs, and that of their means.
    """
    variance = np.mean(deviations**2, axis=0) + means.var(axis=0)
    return around(means.mean(axis=0), normal_quantile() * np.sqrt(variance + noise))


def cv_plus_band(predictions: np.ndarray, residuals: np.ndarray, fold: np.ndarray) -> Band | None:
    """The CV+ intervals from the folds' predictions (folds, m), and the absolute held-out residuals (n,) of each fold.

    Barber, Candes, Ramdas and Tibshirani (2021), Annals of Statistics 49, 486-507: if training and test points come
    from one distribution they hold 90 % at least, and 95 % as a rule. None where n points are too few.
    """
    n, points = len(residuals), predictions.shape[1]
    rank = int(np.floor(SIGNIFICANCE * (n + 1)))
    if rank < 1:
        return None
    low, high = np.empty(points), np.empty(points)
    step = max(1, AT_ONCE // n)
    for start in range(0, points, step):
        part = predictions[fold - 1, start : start + step]  # (n, points)
        low[start : start + step] = np.partition(part - residuals[:, None], rank - 1, axis=0)[rank - 1]
        high[start : start + step] = np.partition(part + residuals[:, None], n - rank, axis=0)[n - rank]
    return Band(low, high)


def posterior_covariance(process: Process, x_train: np.ndarray, x: np.ndarray) -> np.ndarray:
    """The covariance (m, m) of the function at x after measurements at x_train (n,).

    Rasmussen and Williams (2006), Gaussian Processes for Machine Learning, equation 2.24. Of very many measurements
    every k-th stands for k.
    """
    every = -(-len(x_train) // MOST_POINTS)
    kept = np.sort(x_train)[::every]
    measured = process.kernel(kept, kept)
    measured[np.diag_indices(len(kept))] += process.noise_variance / every + JITTER * process.signal_variance
    across = process.kernel(kept, x)
    return process.kernel(x, x) - across.T @ np.linalg.solve(measured, across)


def calibrated_shares(
    covariance: np.ndarray, noise: float, regions: Sequence[np.ndarray], rng: np.random.Generator, draws: int = DRAWS
) -> np.ndarray:
    """The shares of the points in each region that an exactly calibrated 95 % band holds: (draws, regions).

    Functions with this covariance (m, m) are drawn, with noise, and judged by their own band; `regions` are masks (m,).
    """
    deviations = np.sqrt(np.maximum(np.diag(covariance), 0) + noise)
    values, vectors = np.linalg.eigh(covariance)
    functions = rng.normal(size=(draws, len(values))) * np.sqrt(np.maximum(values, 0)) @ vectors.T
    drawn = functions + np.sqrt(noise) * rng.normal(size=functions.shape)
    held = np.abs(drawn) <= normal_quantile() * deviations
    return np.column_stack([held[:, inside].mean(axis=1) for inside in regions])


def joint_ranges(shares: np.ndarray) -> np.ndarray:
    """From where to where the shares (draws, regions) may lie: (regions, 2), so that 95 % of draws do in all regions.

    The ends are equally rare in each region.
    """
    ordered, draws = np.sort(shares, axis=0), len(shares)
    fewest, most = 0, int(SIGNIFICANCE / 2 * draws)  # draws that are left out at either end of each region
    while fewest < most:
        tail = (fewest + most + 1) // 2
        inside = np.all((shares >= ordered[tail]) & (shares <= ordered[draws - 1 - tail]), axis=1)
        fewest, most = (tail, most) if inside.mean() >= 1 - SIGNIFICANCE else (fewest, tail - 1)
    return np.column_stack([ordered[fewest], ordered[draws - 1 - fewest]])


def evenly_chosen(x: np.ndarray) -> np.ndarray:
    """The indices of at most MOST_POINTS of the points (m,), evenly along x."""
    order = np.argsort(x, kind="stable")
    return order[:: -(-len(order) // MOST_POINTS)]
