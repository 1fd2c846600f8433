"""The variance of noise, from measurements that lie side by side: arrays in, numbers out."""

import dataclasses
import math
from typing import Any

import numpy as np

AGREEMENT = 2.0  # standard errors
FEW = 8  # triples of neighbours, below which nothing is said about the noise
CURVED = 0.1  # share of an estimate that may be due to the function's bending
SPANS = (1, 2)  # how many places along x the neighbours of a point lie away


@dataclasses.dataclass(frozen=True)
class NoiseVariance:
    value: float
    error: float  # standard error

    def agrees(self, other: float) -> bool:
        """Whether a number lies within two standard errors."""
        return abs(other - self.value) <= AGREEMENT * self.error

    def agrees_with(self, other: float) -> bool:
        """Whether another estimate lies within two standard errors, taken from the larger of both."""
        larger = max(self.error, self.error * other / self.value) if self.value > 0 else 0.0
        return abs(other - self.value) <= AGREEMENT * larger

    def exceeds(self, squared_errors: np.ndarray) -> bool:
        """Whether held-out squared errors (n,) are too small to hold such noise, by two standard errors of both.

        Their mean is the variance of the noise and the squared distance from the function, so it cannot be less.
        """
        own = float(np.std(squared_errors, ddof=1)) / math.sqrt(len(squared_errors)) if len(squared_errors) > 1 else 0.0
        return self.value - float(np.mean(squared_errors)) > AGREEMENT * math.hypot(self.error, own)


@dataclasses.dataclass(frozen=True)
class NeighbourEstimate(NoiseVariance):
    bends: bool  # whether neighbours are too far apart: the function bends between them


def neighbour_estimate(x: np.ndarray, y: np.ndarray, stretch: np.ndarray | None = None) -> NeighbourEstimate | None:
    """The variance of the noise of points (n,), by how far each lies from the line through two neighbours along x.

    Gasser, Sroka and Jennen-Steinmetz (1986), Biometrika 73, 625-633. None for few points. Only points of the same
    `stretch` (n,) of x are neighbours. What the function's curvature adds grows as the fourth power of the distance, so
    neighbours two places away tell how much that is (Richardson's extrapolation): it is subtracted, and where it is
    clearly more than a tenth the function bends between the points. The standard error is that of the quadratic form
    for normal noise.
    """
    order = np.argsort(x, kind="stable")
    x, y = (np.asarray(values, dtype=float)[order] for values in (x, y))
    stretch = np.zeros(len(x)) if stretch is None else np.asarray(stretch)[order]
    rows = [neighbour_weights(x, stretch, span) for span in SPANS]
    if any(len(weights) < FEW for _, weights in rows):
        return None
    near, far = (mean_form(places, weights, len(x)) for places, weights in rows)
    gain = (SPANS[1] / SPANS[0]) ** 4
    estimate, growth = (gain * near - far) / (gain - 1), far - near
    value, at_once, more = (float(y @ (form @ y)) for form in (estimate, near, growth))
    curved = more > AGREEMENT * spread_of(growth) * at_once and more / (gain - 1) > CURVED * at_once
    return NeighbourEstimate(max(value, 0.0), max(value, 0.0) * spread_of(estimate), curved)


def neighbour_weights(x: np.ndarray, stretch: np.ndarray, span: int) -> tuple[np.ndarray, np.ndarray]:
    """Each triple of sorted points (n,) that are `span` places apart, and what they count in its residual: (k, 3) each.

    Rows of the weights have the length 1, so that the residuals of pure noise have its variance.
    """
    places = np.arange(max(len(x) - 2 * span, 0))[:, None] + span * np.arange(3)
    places = places[stretch[places[:, 0]] == stretch[places[:, 2]]]
    first, middle, last = x[places].T
    width = last - first
    left = np.divide(last - middle, width, out=np.full(len(width), 0.5), where=width > 0)
    weights = np.column_stack([left, np.full(len(width), -1.0), 1 - left])
    return places, weights / np.linalg.norm(weights, axis=1, keepdims=True)


def mean_form(places: np.ndarray, weights: np.ndarray, n: int) -> Any:
    """The sparse matrix A (n, n) for which y A y is the mean square of the residuals of `neighbour_weights`."""
    from scipy.sparse import csr_array

    numbers = np.repeat(np.arange(len(places)), 3)
    residuals = csr_array((weights.ravel(), (numbers, places.ravel())), shape=(len(places), n))
    return residuals.T @ residuals / len(places)


def spread_of(form: Any) -> float:
    """The standard deviation of y A y for noise y of variance 1: the root of 2 tr(A^2)."""
    return math.sqrt(2 * float(form.multiply(form).sum()))
