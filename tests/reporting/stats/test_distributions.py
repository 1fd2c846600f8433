"""Moments, the distance from a normal distribution and correlations, by hand and at their limits."""

import math
from statistics import NormalDist

import numpy as np
import pytest

from reporting.stats.distributions import correlations, distance_from_normal, excess_kurtosis, skewness


def test_moments_of_small_samples():
    assert skewness([-1, 0, 1]) == pytest.approx(0)
    assert skewness([0, 0, 0, 1]) == pytest.approx(2 / math.sqrt(3))
    assert excess_kurtosis([-1, 1]) == pytest.approx(-2)


def test_moments_of_a_constant_are_nan():
    assert math.isnan(skewness([2, 2])) and math.isnan(excess_kurtosis([2, 2]))


def test_distance_from_a_normal_distribution():
    """Of two values -1 and 1 the distribution function jumps to a half where the normal one is at 0.159."""
    assert distance_from_normal([-1, 1]) == pytest.approx(0.5 - 0.1587, abs=0.001)
    assert distance_from_normal(np.linspace(3, 5, 100_001)) == pytest.approx(0.0578, abs=0.001)
    assert distance_from_normal([NormalDist().inv_cdf((k + 0.5) / 5000) for k in range(5000)]) < 0.002
    assert math.isnan(distance_from_normal([2, 2]))


def test_correlations_and_their_absence():
    table = correlations([[1, 2, 3], [1, 1, 1]], [[-2, -4, -6], [0, 1, 0]])
    assert table == pytest.approx(np.array([[-1, 0], [0, 0]]))
    assert correlations([[455.3569786808307] * 9], [range(9)]) == 0  # its mean is rounded
