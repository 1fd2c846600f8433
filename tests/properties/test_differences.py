"""Differences, for all numbers: what decides which sentence stands is never both, never neither."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporting.stats.differences import Difference, Estimate, difference_of_classifiers

ANY = st.floats(allow_nan=True)
FINITE = st.floats(-1e6, 1e6)


@given(ANY, ANY, ANY, st.booleans())
def test_a_difference_is_undecided_or_better_or_worse(value, one, other, larger_is_better):
    """Exactly one of the three, also where a number is missing; where it is decided, the interval leaves out zero."""
    low, high = (other, one) if one > other else (one, other)
    difference = Difference(value, low, high, larger_is_better=larger_is_better)
    assert [difference.undecided, difference.better, difference.worse].count(True) == 1
    assert [difference.undecided, difference.lower, difference.higher].count(True) == 1
    assert difference.undecided == (not (min(low, high) > 0 or max(low, high) < 0) or math.isnan(low + high))
    assert difference.better == (difference.higher if larger_is_better else difference.lower)


@given(FINITE, st.floats(0, 1e6), st.floats(0, 1e6), FINITE)
def test_an_estimate_differs_from_what_its_interval_leaves_out(value, below, above, reference):
    """The same estimate against a number inside its interval is undecided."""
    estimate = Estimate(value, value - below, value + above)
    difference = estimate.against(reference)
    assert difference.undecided == (estimate.low <= reference <= estimate.high)
    assert difference.margin == pytest.approx((below + above) / 2, abs=1e-6)


COUNTS = st.tuples(st.integers(0, 400), st.integers(0, 400), st.integers(1, 10_000))


@given(COUNTS)
def test_a_difference_of_classifiers_lies_in_its_interval_and_knows_no_order(counts):
    """Mirrored when they change places; within the share of examples that only one of them gets right."""
    first, second, further = counts
    n = first + second + further
    one, other = difference_of_classifiers(first, second, n), difference_of_classifiers(second, first, n)
    assert one.low <= one.value <= one.high and (one.better, one.worse) == (other.worse, other.better)
    if first + second:
        share = (first + second) / n
        assert -share - 1e-12 <= one.low and one.high <= share + 1e-12
        assert (one.low, one.high) == pytest.approx((-other.high, -other.low), abs=1e-12)
