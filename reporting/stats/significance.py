"""Tests of hypotheses and exact intervals. Distributions are scipy's; by hand is what it lacks, with its source."""

import math
from collections.abc import Sequence

import numpy as np
from scipy import special

SIGNIFICANCE = 0.05  # the level of all tests


def normal_quantile(confidence: float = 1 - SIGNIFICANCE) -> float:
    """By how many standard deviations a normal interval of that confidence extends to either side."""
    return float(special.ndtri(0.5 + confidence / 2))


def t_quantile(degrees: float, confidence: float = 1 - SIGNIFICANCE) -> float:
    """By how many standard errors Student's interval of that confidence extends to either side."""
    return float(special.stdtrit(degrees, 0.5 + confidence / 2))


def f_p_value(f: float, between: float, within: float) -> float:
    """P value of an F ratio with so many degrees of freedom between and within the groups."""
    return float(special.fdtrc(between, within, f)) if math.isfinite(f) else 0.0


def binomial_interval(successes: int, n: int, confidence: float = 1 - SIGNIFICANCE) -> tuple[float, float]:
    """The exact interval (low, high) of a share, from the successes in n draws.

    Clopper and Pearson (1934), Biometrika 26, 404-413.
    """
    tail = (1 - confidence) / 2
    low = special.betaincinv(successes, n - successes + 1, tail) if successes else 0.0
    high = special.betaincinv(successes + 1, n - successes, 1 - tail) if successes < n else 1.0
    return float(low), float(high)


def upper_bound(successes: int, n: int, confidence: float = 1 - SIGNIFICANCE) -> float:
    """The exact one-sided bound that a share does not exceed, from the successes in n draws."""
    return float(special.betaincinv(successes + 1, n - successes, confidence)) if successes < n else 1.0


def corrected_variance(differences: np.ndarray) -> float:
    """The variance of the mean of differences (repetitions, k), one for each fold of repeated k-fold cross-validation.

    The training sets of the folds overlap, so it is not 1/n of the variance s^2 of the n differences, but 1/n +
    n_test/n_train of it, here 1/n + 1/(k - 1) (Nadeau and Bengio, 2003, Machine Learning 52, 239-281; for repetitions
    Bouckaert and Frank, 2004, PAKDD, 3-12).
    """
    folds = differences.shape[-1]
    return float(np.var(differences, ddof=1) * (1 / differences.size + 1 / (folds - 1)))


def holm_adjusted(p_values: Sequence[float]) -> list[float]:
    """P values adjusted for their number, so that the level holds for all tests together, in the given order.

    The k-th smallest of n is multiplied by n - k + 1 and is never below the smaller ones (Holm, 1979, Scandinavian
    Journal of Statistics 6, 65-70).
    """
    adjusted, largest = [0.0] * len(p_values), 0.0
    for k, index in enumerate(sorted(range(len(p_values)), key=lambda index: p_values[index])):
        largest = max(largest, min(1.0, (len(p_values) - k) * p_values[index]))
        adjusted[index] = largest
    return adjusted
