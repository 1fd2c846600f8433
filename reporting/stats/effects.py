"""What each factor of a full factorial design contributes to its results: arrays in, numbers out.

Everywhere `scores` has an axis for each factor, as long as the factor has values, and may hold nan or infinity where a
result is missing.
"""

import math
from collections.abc import Sequence

import numpy as np
from scipy import special

from reporting.stats.significance import SIGNIFICANCE, f_p_value, holm_adjusted

ROUNDING = 1e-9  # relative difference, up to which scores count as equal
LEAST_DEGREES = 2  # of freedom of a rest to test against; with one, a share must exceed 99 % to be significant


def variance_shares(scores: np.ndarray) -> list[float] | None:
    """The share of the variance of the scores that each factor's main effect has.

    None if a score is missing or all are equal. The main effects of a full factorial design are orthogonal: of the sum
    of squares about the mean, each takes that of its values' means, and the rest are interactions and noise
    (Montgomery, Design and Analysis of Experiments, 5.4).
    """
    if not np.ptp(scores) > ROUNDING * np.abs(scores).max():  # written so that nan has no share either
        return None
    total = float(np.sum((scores - scores.mean()) ** 2))
    squares = []
    for axis, values in enumerate(scores.shape):
        means = scores.mean(axis=tuple(other for other in range(scores.ndim) if other != axis))
        squares.append(scores.size / values * float(np.sum((means - scores.mean()) ** 2)))
    return [value / total for value in squares]


def degrees_of_rest(shape: Sequence[int]) -> int:
    """The degrees of freedom that the main effects leave for interactions and noise."""
    return math.prod(shape) - 1 - sum(values - 1 for values in shape)


def can_be_tested(shares: Sequence[float], shape: Sequence[int]) -> bool:
    """Whether there is a rest of the variance to test the shares against, with enough degrees of freedom."""
    return degrees_of_rest(shape) >= LEAST_DEGREES and sum(shares) < 1 - ROUNDING


def effect_p_values(shares: Sequence[float], shape: Sequence[int]) -> list[float | None]:
    """The p value of each factor's share, Holm-adjusted over the factors; None for a factor of one value.

    By an F test against the rest of the variance, which it takes for noise alone. All are None where that cannot be.
    """
    if not can_be_tested(shares, shape):
        return [None] * len(shape)
    degrees, rest = degrees_of_rest(shape), 1 - sum(shares)
    tested = [axis for axis, values in enumerate(shape) if values > 1]
    ratios = [shares[axis] / (shape[axis] - 1) / (rest / degrees) for axis in tested]
    p_values = [f_p_value(ratio, shape[axis] - 1, degrees) for axis, ratio in zip(tested, ratios, strict=True)]
    adjusted = dict(zip(tested, holm_adjusted(p_values), strict=True))
    return [adjusted.get(axis) for axis in range(len(shape))]


def least_significant_share(shares: Sequence[float], shape: Sequence[int], axis: int) -> float:
    """The share from which on a factor's effect is significant while no other one is, beside the others' shares.

    A share s of what these leave has the F ratio s / (1 - s) * rest's degrees / its own. Needs a rest.
    """
    degrees, own = degrees_of_rest(shape), shape[axis] - 1
    factors = sum(values > 1 for values in shape)
    ratio = float(special.fdtri(own, degrees, 1 - SIGNIFICANCE / factors)) * own / degrees
    return (1 - sum(shares) + shares[axis]) * ratio / (1 + ratio)


def range_of_means(scores: np.ndarray, axis: int) -> float:
    """The range of the mean finite score over the values of a factor; 0 if fewer than two values have one."""
    groups = [group[np.isfinite(group)] for group in np.moveaxis(scores, axis, 0)]
    means = [np.mean(group) for group in groups if len(group)]
    spread = max(means) - min(means) if means else 0.0
    return float(spread) if means and spread > ROUNDING * max(map(abs, means)) else 0.0


def pair_means(scores: np.ndarray, first: int, second: int) -> np.ndarray:
    """The mean finite score for each pair of values of two factors: (values of first, of second); nan without one."""
    table = np.moveaxis(scores, (first, second), (0, 1))
    means = np.full(table.shape[:2], np.nan)
    for row, column in np.ndindex(*means.shape):
        cell = table[row, column][np.isfinite(table[row, column])]
        if len(cell):
            means[row, column] = np.mean(cell)
    return means
