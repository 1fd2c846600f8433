"""How values are distributed, and how much two arrays are alike."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike
from scipy import special


def skewness(values: ArrayLike) -> float:
    """Third standardised moment: 0 for a symmetric distribution; nan for a constant."""
    return standardised_moment(values, 3)


def excess_kurtosis(values: ArrayLike) -> float:
    """Fourth standardised moment less 3: 0 for a normal distribution, -1.2 for a uniform one; nan for a constant."""
    return standardised_moment(values, 4) - 3


def standardised_moment(values: ArrayLike, order: int) -> float:
    """Mean of ((x - mean) / sd) ** order over all entries, with the population's sd; nan for a constant."""
    deviations = centred(values)
    spread = math.sqrt(np.mean(deviations**2))
    if spread == 0:
        return math.nan
    deviations /= spread
    return float(np.mean(math.prod([deviations] * order)))  # far faster than a power


def centred(values: ArrayLike) -> np.ndarray:
    """All entries less their mean: (n,). Exactly 0 for a constant, where the rounded mean would leave a remainder."""
    flat = np.asarray(values, dtype=float).ravel()
    return flat - (flat[0] if (flat == flat[0]).all() else flat.mean())


def distance_from_normal(values: ArrayLike) -> float:
    """Kolmogorov's distance of the values from a normal distribution of the same mean and standard deviation.

    The greatest difference between the two distribution functions, at the thousandths of the normal one: 0.06 for a
    uniform distribution; nan for a constant.
    """
    deviations = np.sort(centred(values))
    spread = math.sqrt(np.mean(deviations**2))
    if spread == 0:
        return math.nan
    shares = np.arange(1, 1000) / 1000
    quantiles = spread * special.ndtri(shares)
    below = np.searchsorted(deviations, quantiles, "left"), np.searchsorted(deviations, quantiles, "right")
    return max(float(np.abs(counts / len(deviations) - shares).max()) for counts in below)


def correlations(a: Sequence[ArrayLike] | np.ndarray, b: Sequence[ArrayLike] | np.ndarray) -> np.ndarray:
    """Pearson's correlation of each array of `a` with each of `b`: (len(a), len(b)); 0 where one is constant."""
    return standardised(a) @ standardised(b).T


def standardised(arrays: Sequence[ArrayLike] | np.ndarray) -> np.ndarray:
    """Each of the arrays as a row with mean 0 and length 1, a constant one as zeros: (len(arrays), entries of one)."""
    rows = np.reshape(np.asarray(arrays), (len(arrays), -1)).astype(float)
    rows = np.where(np.ptp(rows, axis=1, keepdims=True) > 0, rows - rows.mean(axis=1, keepdims=True), 0.0)
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.divide(rows, lengths, out=np.zeros_like(rows), where=lengths > 0)
