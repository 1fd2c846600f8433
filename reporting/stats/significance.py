"""Tests of hypotheses from their definitions, since scipy is a large package for three distributions.

The p values of Student's t and of F are values of the regularised incomplete beta function.
"""

import math
from collections.abc import Sequence

import numpy as np

SIGNIFICANCE = 0.05  # the level of all tests
TINY = 1e-300  # in place of a zero denominator


def incomplete_beta(a: float, b: float, x: float) -> float:
    """The regularised incomplete beta function I_x(a, b), for a, b > 0 and 0 <= x <= 1.

    By its continued fraction (DLMF 8.17.22, evaluated as in Numerical Recipes, 6.4), which converges fast for
    x < (a + 1) / (a + b + 2); beyond it, I_x(a, b) = 1 - I_(1-x)(b, a).
    """
    if x <= 0 or x >= 1:
        return float(x >= 1)
    if x > (a + 1) / (a + b + 2):
        return 1 - incomplete_beta(b, a, 1 - x)
    logarithm = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    return math.exp(logarithm) / (a * beta_fraction(a, b, x))


def beta_fraction(a: float, b: float, x: float) -> float:
    """The continued fraction 1 + d1/(1 + d2/(1 + ...)) of `incomplete_beta`, by Lentz's method."""
    value, c, d = 1.0, 1.0, 0.0
    for k in range(1, 1000):
        m = k // 2
        term = m * (b - m) / ((a + k - 1) * (a + k)) if k % 2 == 0 else -(a + m) * (a + b + m) / ((a + k - 1) * (a + k))
        d = 1 / (1 + term * x * d or TINY)
        c = 1 + term * x / c or TINY
        value *= c * d
        if abs(c * d - 1) < 1e-14:
            break
    return value


def beta_quantile(probability: float, a: float, b: float) -> float:
    """The x at which the regularised incomplete beta function reaches `probability`, by bisection, to 1e-15."""
    low, high = 0.0, 1.0
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (middle, high) if incomplete_beta(a, b, middle) < probability else (low, middle)
    return (low + high) / 2


def binomial_interval(successes: int, n: int, confidence: float = 1 - SIGNIFICANCE) -> tuple[float, float]:
    """The exact interval (low, high) of a share, from the successes in n draws.

    Clopper and Pearson (1934), Biometrika 26, 404-413.
    """
    tail = (1 - confidence) / 2
    low = beta_quantile(tail, successes, n - successes + 1) if successes else 0.0
    high = beta_quantile(1 - tail, successes + 1, n - successes) if successes < n else 1.0
    return low, high


def t_p_value(t: float, degrees: float) -> float:
    """Two-sided p value of Student's t with so many degrees of freedom."""
    return incomplete_beta(degrees / 2, 0.5, degrees / (degrees + t**2)) if math.isfinite(t) else 0.0


def f_p_value(f: float, between: float, within: float) -> float:
    """P value of an F ratio with so many degrees of freedom between and within the groups."""
    return incomplete_beta(within / 2, between / 2, within / (within + between * f)) if math.isfinite(f) else 0.0


def corrected_resampled_p_value(differences: np.ndarray) -> float:
    """Two-sided p value of the corrected resampled t test, from one difference of two scores for each of k folds: (k,).

    The training sets of the folds overlap, so the mean's variance is not 1/k of that of the differences, but 1/k +
    n_test/n_train of it, here 1/k + 1/(k - 1) (Nadeau and Bengio, 2003, Machine Learning 52, 239-281).
    """
    k, mean, spread = len(differences), float(np.mean(differences)), float(np.std(differences, ddof=1))
    if mean == 0:
        return 1.0
    return t_p_value(mean / (spread * math.sqrt(1 / k + 1 / (k - 1))) if spread else math.inf, k - 1)


def two_shares_p_value(first: float, second: float, n: int) -> float:
    """Two-sided p value of the difference between two shares, each of n draws, by the normal approximation."""
    variance = (first * (1 - first) + second * (1 - second)) / n
    if first == second:
        return 1.0
    return math.erfc(abs(first - second) / math.sqrt(2 * variance)) if variance else 0.0


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
