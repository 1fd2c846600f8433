"""P values and intervals against printed tables and closed forms."""

import math

import numpy as np
import pytest

from reporting.stats.significance import (
    binomial_interval,
    corrected_resampled_p_value,
    f_p_value,
    holm_adjusted,
    normal_quantile,
    t_p_value,
    t_quantile,
    two_shares_p_value,
)


@pytest.mark.parametrize(
    ("degrees", "t", "p"),  # critical values as textbooks print them
    [
        (1, 12.706, 0.05),
        (2, 4.303, 0.05),
        (4, 2.776, 0.05),
        (4, 4.604, 0.01),
        (9, 2.262, 0.05),
        (30, 2.750, 0.01),
        (120, 1.980, 0.05),
    ],
)
def test_student_t_has_its_table_values(degrees, t, p):
    assert t_p_value(t, degrees) == pytest.approx(p, rel=5e-4)
    assert t_p_value(-t, degrees) == t_p_value(t, degrees)


@pytest.mark.parametrize(
    ("between", "within", "f"), [(1, 4, 7.709), (2, 10, 4.103), (3, 20, 3.098), (5, 2, 19.296), (10, 60, 1.993)]
)
def test_f_has_its_table_values(between, within, f):
    assert f_p_value(f, between, within) == pytest.approx(0.05, rel=2e-3)


def test_t_of_one_and_two_degrees_has_a_closed_form():
    for t in (0.01, 0.5, 3.0, 200.0):
        assert t_p_value(t, 1) == pytest.approx(1 - 2 / math.pi * math.atan(t), rel=1e-9)
        assert t_p_value(t, 2) == pytest.approx(1 - t / math.sqrt(2 + t**2), rel=1e-8)


def test_t_of_many_degrees_is_normal():
    assert t_p_value(1.96, 10**6) == pytest.approx(0.05, abs=1e-4)


@pytest.mark.parametrize(
    ("successes", "n", "interval"),  # "exact" in Newcombe (1998), Statistics in Medicine 17, table I
    [(81, 263, (0.2527, 0.3676)), (15, 148, (0.0578, 0.1617)), (0, 20, (0.0, 0.1684)), (1, 29, (0.0009, 0.1776))],
)
def test_binomial_interval_has_its_table_values(successes, n, interval):
    assert binomial_interval(successes, n) == pytest.approx(interval, abs=5e-5)


@pytest.mark.parametrize("n", [1, 2, 7, 40])
def test_binomial_interval_by_its_definition(n):
    """At the lower end 2.5 % of draws have as many successes or more, at the upper end 2.5 % as many or fewer."""
    for successes in range(n + 1):
        low, high = binomial_interval(successes, n)
        assert low == 0 if successes == 0 else tail(n, low, range(successes, n + 1)) == pytest.approx(0.025)
        assert high == 1 if successes == n else tail(n, high, range(successes + 1)) == pytest.approx(0.025)
        assert binomial_interval(n - successes, n) == pytest.approx((1 - high, 1 - low))


def tail(n, share, counts):
    """The probability that the number of successes is one of these."""
    return sum(math.comb(n, k) * share**k * (1 - share) ** (n - k) for k in counts)


def test_binomial_interval_widens_with_confidence():
    low, high = binomial_interval(30, 100)
    wide_low, wide_high = binomial_interval(30, 100, confidence=0.99)
    assert wide_low < low < 0.3 < high < wide_high


def test_infinite_ratios_have_p_zero():
    assert t_p_value(math.inf, 4) == 0 and f_p_value(math.inf, 2, 4) == 0


def test_corrected_t_test_by_hand():
    # mean 2, sd 1, k = 5: t = 2 / sqrt(1/5 + 1/4) = 2.9814 with 4 degrees of freedom
    differences = 2 + np.array([-1, -1, 0, 1, 1])
    assert corrected_resampled_p_value(differences) == pytest.approx(t_p_value(2 / math.sqrt(0.45), 4))
    assert t_p_value(2 / math.sqrt(0.2), 4) < corrected_resampled_p_value(differences)


def test_corrected_t_test_of_repeated_folds_by_hand():
    # twice five folds: the variance of the mean is s^2 (1/10 + 1/4), with 9 degrees of freedom
    differences = np.array([[1, 1, 2, 3, 3], [2, 2, 2, 1, 3]])
    error = np.std(differences, ddof=1) * math.sqrt(0.1 + 0.25)
    assert corrected_resampled_p_value(differences) == pytest.approx(t_p_value(2 / error, 9))


def test_quantiles_have_their_table_values():
    assert normal_quantile() == pytest.approx(1.959964, abs=1e-6) and normal_quantile(0.9) == pytest.approx(1.644854)
    assert t_quantile(4) == pytest.approx(2.776, abs=5e-4) and t_quantile(4, 0.99) == pytest.approx(4.604, abs=5e-4)


def test_corrected_t_test_without_spread():
    assert corrected_resampled_p_value(np.zeros(5)) == 1 and corrected_resampled_p_value(np.ones(5)) == 0


def test_two_shares():
    assert two_shares_p_value(0.5, 0.5, 100) == 1
    assert two_shares_p_value(0.5, 0.5 + 1.96 * math.sqrt(2 * 0.25 / 10_000), 10_000) == pytest.approx(0.05, abs=1e-3)
    assert two_shares_p_value(0.0, 1.0, 10) == 0


def test_holm_by_hand():
    assert holm_adjusted([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm_adjusted([0.6, 0.7]) == [1.0, 1.0] and holm_adjusted([]) == []
