"""P values against printed tables and closed forms."""

import math

import numpy as np
import pytest

from reporting.significance import (
    corrected_resampled_p_value,
    f_p_value,
    holm_adjusted,
    incomplete_beta,
    t_p_value,
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


def test_incomplete_beta_is_a_distribution():
    values = [incomplete_beta(2.5, 0.7, x) for x in np.linspace(0, 1, 101)]
    assert values[0] == 0 and values[-1] == 1 and np.all(np.diff(values) > 0)
    assert incomplete_beta(1, 1, 0.3) == pytest.approx(0.3)
    assert incomplete_beta(3, 4, 0.2) == pytest.approx(1 - incomplete_beta(4, 3, 0.8))


def test_infinite_ratios_have_p_zero():
    assert t_p_value(math.inf, 4) == 0 and f_p_value(math.inf, 2, 4) == 0


def test_corrected_t_test_by_hand():
    # mean 2, sd 1, k = 5: t = 2 / sqrt(1/5 + 1/4) = 2.9814 with 4 degrees of freedom
    differences = 2 + np.array([-1, -1, 0, 1, 1])
    assert corrected_resampled_p_value(differences) == pytest.approx(t_p_value(2 / math.sqrt(0.45), 4))
    assert t_p_value(2 / math.sqrt(0.2), 4) < corrected_resampled_p_value(differences)


def test_corrected_t_test_without_spread():
    assert corrected_resampled_p_value(np.zeros(5)) == 1 and corrected_resampled_p_value(np.ones(5)) == 0


def test_two_shares():
    assert two_shares_p_value(0.5, 0.5, 100) == 1
    assert two_shares_p_value(0.5, 0.5 + 1.96 * math.sqrt(2 * 0.25 / 10_000), 10_000) == pytest.approx(0.05, abs=1e-3)
    assert two_shares_p_value(0.0, 1.0, 10) == 0


def test_holm_by_hand():
    assert holm_adjusted([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm_adjusted([0.6, 0.7]) == [1.0, 1.0] and holm_adjusted([]) == []
