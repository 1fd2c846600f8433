"""Differences: what their interval decides, by hand and for all counts of McNemar's test."""

import math

import numpy as np
import pytest

from reporting.stats.differences import (
    Difference,
    Estimate,
    difference_of_classifiers,
    resampled_difference,
    seed_difference,
    unpaired_difference,
)
from reporting.stats.metrics import mcnemar_p_value
from tests.reporting.stats.peers import corrected_resampled_p_value

NAN = math.nan


def verdicts(difference):
    """The names of those of its five properties that hold."""
    return [name for name in ("lower", "higher", "undecided", "better", "worse") if getattr(difference, name)]


@pytest.mark.parametrize(
    ("low", "high", "smaller_is_better", "larger_is_better"),
    [
        (-3, -1, ["lower", "better"], ["lower", "worse"]),
        (1, 3, ["higher", "worse"], ["higher", "better"]),
        (-1, 3, ["undecided"], ["undecided"]),
        (0, 3, ["undecided"], ["undecided"]),  # zero is still possible
        (-3, 0, ["undecided"], ["undecided"]),
        (NAN, NAN, ["undecided"], ["undecided"]),
        (3, NAN, ["undecided"], ["undecided"]),
        (NAN, -3, ["undecided"], ["undecided"]),
        (-math.inf, math.inf, ["undecided"], ["undecided"]),
    ],
)
def test_an_interval_decides(low, high, smaller_is_better, larger_is_better):
    assert verdicts(Difference(0.5, low, high)) == smaller_is_better
    assert verdicts(Difference(0.5, low, high, larger_is_better=True)) == larger_is_better


@pytest.mark.parametrize(
    ("low", "high", "margin", "equivalent"),
    [(-1, 2, 3, True), (1, 2, 3, True), (-1, 3, 3, False), (-4, -3.5, 3, False), (NAN, 1, 3, False)],
)
def test_equivalence_asks_for_the_whole_interval(low, high, margin, equivalent):
    """Also of a difference that is decided: it may be too small to matter."""
    assert Difference(0.5, low, high).equivalent(margin) == equivalent


@pytest.mark.parametrize("repetitions", [1, 3])
def test_folds_decide_exactly_where_the_corrected_test_does(repetitions):
    rng = np.random.default_rng(0)
    for shift in np.linspace(-2, 2, 41):
        differences = rng.normal(shift, 1, (repetitions, 5))
        difference = resampled_difference(differences)
        assert difference.value == pytest.approx(differences.mean())
        assert difference.undecided == (corrected_resampled_p_value(differences) >= 0.05)


def test_one_repetition_needs_no_second_axis():
    differences = np.array([0.1, 0.3, -0.2, 0.4, 0.2])
    assert resampled_difference(differences) == resampled_difference(differences[None])


def test_folds_that_differ_are_not_paired():
    a, b = np.array([1.0, 2.0, 3.0]), np.array([3.0, 4.0, 5.0, 4.0])
    difference = unpaired_difference(a, b)
    error = math.sqrt(1.0 * (1 / 3 + 1 / 2) + (2 / 3) * (1 / 4 + 1 / 3))
    assert difference.value == 2 and difference.margin == pytest.approx(4.3027 * error, rel=1e-4)


def test_seeds_have_students_interval():
    difference = seed_difference([1.0, 2.0, 3.0], larger_is_better=True)
    assert difference.value == 2 and difference.margin == pytest.approx(4.3027 / math.sqrt(3), rel=1e-4)
    assert seed_difference([5.0]).margin == math.inf and seed_difference([5.0]).undecided


def test_an_estimate_against_a_known_number():
    estimate = Estimate(0.90, 0.88, 0.93)
    nominal = estimate.against(0.95)
    assert (nominal.value, nominal.low, nominal.high) == pytest.approx((-0.05, -0.07, -0.02))
    assert nominal.lower and estimate.against(0.89).undecided and estimate.against(0.80).higher
    assert nominal.margin == pytest.approx(0.025)


def test_difference_of_classifiers_by_hand():
    # 1 against 5 of 6: the exact interval of 5/6 is 0.358765 to 0.995789; of 100 examples, 2 * share - 1 of these 6
    difference = difference_of_classifiers(1, 5, 100)
    assert difference.value == 0.04
    ends = (2 * 0.358765 - 1) * 0.06, (2 * 0.995789 - 1) * 0.06
    assert (difference.low, difference.high) == pytest.approx(ends, abs=1e-6)
    assert verdicts(difference) == ["undecided"]  # McNemar's p value is 14 / 64
    # 0 against 6: p = 2 / 64; the lower end of 6/6 is 0.025 ** (1/6)
    better = difference_of_classifiers(0, 6, 100)
    assert (better.low, better.high) == pytest.approx(((2 * 0.025 ** (1 / 6) - 1) * 0.06, 0.06))
    assert verdicts(better) == ["higher", "better"]


def test_classifiers_that_agree_everywhere_are_undecided():
    difference = difference_of_classifiers(0, 0, 50)
    assert difference.value == 0 and verdicts(difference) == ["undecided"] and difference.margin == math.inf


def labels_of(only_first, only_second):
    """True labels, and those of two classifiers of which each alone is right so often."""
    truth = np.zeros(only_first + only_second, dtype=int)
    first = np.repeat([0, 1], [only_first, only_second])
    return truth, first, 1 - first


def test_the_interval_decides_exactly_where_mcnemars_test_does():
    for first in range(61):
        for second in range(61):
            difference = difference_of_classifiers(first, second, 200)
            assert difference.undecided == (mcnemar_p_value(*labels_of(first, second)) >= 0.05), (first, second)
            assert difference.low <= difference.value <= difference.high
            if not difference.undecided:
                assert difference.better == (second > first) and difference.worse == (first > second)


@pytest.mark.parametrize(("first", "second"), [(0, 9), (3, 17), (20, 20), (41, 12)])
def test_classifiers_that_change_places_mirror_the_interval(first, second):
    one, other = difference_of_classifiers(first, second, 300), difference_of_classifiers(second, first, 300)
    assert (one.value, one.low, one.high) == pytest.approx((-other.value, -other.high, -other.low))
