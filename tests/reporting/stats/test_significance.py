"""P values and intervals against printed tables and closed forms."""

import math

import numpy as np
import pytest

from reporting.stats.significance import (
    binomial_interval,
    corrected_variance,
    f_p_value,
    holm_adjusted,
    normal_quantile,
    t_quantile,
)


@pytest.mark.parametrize(
    ("between", "within", "f"), [(1, 4, 7.709), (2, 10, 4.103), (3, 20, 3.098), (5, 2, 19.296), (10, 60, 1.993)]
)
def test_f_has_its_table_values(between, within, f):
    assert f_p_value(f, between, within) == pytest.approx(0.05, rel=2e-3)


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
    assert f_p_value(math.inf, 2, 4) == 0


def test_corrected_variance_by_hand():
    # sd 1, k = 5: 1/5 + 1/4, where independent differences would have 1/5
    assert corrected_variance(2 + np.array([-1, -1, 0, 1, 1])) == pytest.approx(0.45)
    # twice five folds: s^2 (1/10 + 1/4)
    repeated = np.array([[1, 1, 2, 3, 3], [2, 2, 2, 1, 3]])
    assert corrected_variance(repeated) == pytest.approx(np.var(repeated, ddof=1) * 0.35)


def test_quantiles_have_their_table_values():
    assert normal_quantile() == pytest.approx(1.959964, abs=1e-6) and normal_quantile(0.9) == pytest.approx(1.644854)
    assert t_quantile(4) == pytest.approx(2.776, abs=5e-4) and t_quantile(4, 0.99) == pytest.approx(4.604, abs=5e-4)


def test_holm_by_hand():
    assert holm_adjusted([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm_adjusted([0.6, 0.7]) == [1.0, 1.0] and holm_adjusted([]) == []
