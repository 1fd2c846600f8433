"""Metrics, for all inputs."""

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from reporting.stats import distributions, metrics

FINITE = st.floats(-1e3, 1e3)
CLASSES = 4
LABELS = st.lists(st.integers(0, CLASSES - 1), min_size=1, max_size=40)


def same_length(count, elements, **limits):
    """Lists of one length."""
    return st.integers(limits.get("least", 1), 30).flatmap(
        lambda n: st.tuples(*[arrays(float if elements is FINITE else int, n, elements=elements) for _ in range(count)])
    )


PAIRS = same_length(2, FINITE)
LABELLED = same_length(3, st.integers(0, CLASSES - 1))


@given(PAIRS)
def test_mean_squared_error_is_a_squared_distance(pair):
    """Not negative, symmetric, and 0 for equal arrays."""
    a, b = pair
    assert metrics.mean_squared_error(a, b) == metrics.mean_squared_error(b, a) >= 0 == metrics.mean_squared_error(a, a)


@given(arrays(float, st.tuples(st.integers(1, 6), st.integers(1, 10)), elements=FINITE))
def test_the_error_of_the_mean_prediction_is_never_above_the_mean_error(predictions):
    """The square is convex: this is what lets the report say "as it must"."""
    truth = np.zeros(predictions.shape[1])
    mean_error = np.mean([metrics.mean_squared_error(truth, one) for one in predictions])
    assert metrics.mean_squared_error(truth, predictions.mean(axis=0)) <= mean_error * (1 + 1e-12) + 1e-12


@given(LABELLED)
def test_the_confusion_matrix_counts_every_example_once(labelled):
    """Its rows add up to the classes' sizes, its columns to the answers', its diagonal to the accuracy."""
    truth, answers, _ = labelled
    matrix = metrics.confusion_matrix(truth, answers, CLASSES)
    assert matrix.sum() == len(truth) and np.trace(matrix) / len(truth) == pytest.approx(
        metrics.accuracy(truth, answers)
    )
    assert list(matrix.sum(axis=1)) == [np.sum(truth == k) for k in range(CLASSES)]
    assert list(matrix.sum(axis=0)) == [np.sum(answers == k) for k in range(CLASSES)]
    assert np.array_equal(metrics.confusion_matrix(answers, truth, CLASSES), matrix.T)


@given(LABELLED)
def test_recall_is_a_share_or_nothing(labelled):
    """Within 0 and 1 for classes with examples, nan for those without, and weighted by their sizes the accuracy."""
    truth, answers, _ = labelled
    matrix = metrics.confusion_matrix(truth, answers, CLASSES)
    recalls, sizes = metrics.recall(matrix), matrix.sum(axis=1)
    assert (
        np.array_equal(np.isnan(recalls), sizes == 0) and ((recalls[sizes > 0] >= 0) & (recalls[sizes > 0] <= 1)).all()
    )
    assert np.sum(recalls[sizes > 0] * sizes[sizes > 0]) / len(truth) == pytest.approx(metrics.accuracy(truth, answers))


@st.composite
def probabilities_with_labels(draw):
    labels = np.array(draw(LABELS))
    logits = draw(arrays(float, (len(labels), CLASSES), elements=st.floats(-30, 30)))
    odds = np.exp(logits - logits.max(axis=1, keepdims=True))
    return odds / odds.sum(axis=1, keepdims=True), labels


@given(probabilities_with_labels())
def test_cross_entropy_is_finite_and_not_negative(drawn):
    """Also for a certain mistake; and it does not depend on the order of the examples."""
    probabilities, labels = drawn
    value = metrics.cross_entropy(probabilities, labels)
    assert -1e-12 <= value < 88
    assert metrics.cross_entropy(probabilities[::-1], labels[::-1]) == pytest.approx(value, abs=1e-12)
    assert metrics.cross_entropy(np.eye(CLASSES)[labels], labels) == 0


@given(probabilities_with_labels())
def test_the_double_softmax_stays_within_its_bounds(drawn):
    """Whatever the network: the reason why the reference report's loss cannot fall below 1.4612."""
    low, high = metrics.double_softmax_bounds(CLASSES)
    assert low - 1e-9 <= metrics.double_softmax_cross_entropy(*drawn) <= high + 1e-9


@given(st.integers(1, 10**6).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilsons_interval_holds_its_share(counts):
    """It lies within 0 and 1, around the share, is mirrored with it, and widens with confidence."""
    successes, n = counts
    low, high = metrics.wilson_interval(successes, n)
    assert 0 <= low <= successes / n + 1e-12 and successes / n - 1e-12 <= high <= 1
    assert metrics.wilson_interval(n - successes, n) == pytest.approx((1 - high, 1 - low), abs=1e-9)
    wide_low, wide_high = metrics.wilson_interval(successes, n, 0.99)
    assert wide_low <= low + 1e-12 and high <= wide_high + 1e-12


@given(LABELLED)
def test_mcnemars_test_knows_no_order(labelled):
    """A probability above 0, the same for both orders of the classifiers, 1 where they differ equally often."""
    truth, a, b = labelled
    p = metrics.mcnemar_p_value(truth, a, b)
    only_a, only_b = metrics.mcnemar_counts(truth, a, b)
    assert 0 < p <= 1 and p == pytest.approx(metrics.mcnemar_p_value(truth, b, a))
    assert (only_a - only_b) / len(truth) == pytest.approx(metrics.accuracy(truth, a) - metrics.accuracy(truth, b))
    if only_a == only_b:
        assert p == pytest.approx(1)


@given(arrays(float, st.integers(3, 30), elements=st.integers(-50, 50).map(float)), st.floats(0.1, 10), FINITE)
def test_moments_know_neither_place_nor_scale(values, scale, shift):
    """Skewness turns its sign with the values, kurtosis does not; and kurtosis is at least skewness squared less 2."""
    assume(np.ptp(values) > 0)
    skew, kurtosis = distributions.skewness(values), distributions.excess_kurtosis(values)
    assert distributions.skewness(-scale * values + shift) == pytest.approx(-skew, abs=1e-6)
    assert distributions.excess_kurtosis(-scale * values + shift) == pytest.approx(kurtosis, abs=1e-6)
    assert kurtosis >= skew**2 - 2 - 1e-9


@given(FINITE, st.integers(1, 20))
def test_a_constant_has_no_moments(value, n):
    """Neither does a constant whose mean is rounded: nothing is divided by what rounding left."""
    assert math.isnan(distributions.skewness(np.full(n, value))) and math.isnan(
        distributions.excess_kurtosis(np.full(n, value))
    )


@given(PAIRS, st.floats(0.1, 10), FINITE)
def test_correlation_is_a_cosine(pair, scale, shift):
    """Between -1 and 1, symmetric, the same for another unit, opposite for the opposite; 0 with a constant."""
    a, b = pair

    def correlation(one, other):
        return distributions.correlations([one], [other])[0, 0]

    r = correlation(a, b)
    assert -1 - 1e-9 <= r <= 1 + 1e-9 and r == pytest.approx(correlation(b, a), abs=1e-9)
    assert correlation(a, np.full(len(a), shift)) == 0
    assume(np.ptp(a) > 1e-3 and np.ptp(b) > 1e-3)
    assert correlation(scale * a + shift, b) == pytest.approx(r, abs=1e-6)
    assert correlation(-a, b) == pytest.approx(-r, abs=1e-9)


@given(probabilities_with_labels())
def test_what_a_second_softmax_tells_of_the_probability_is_true(drawn):
    """The mean probability of the right class lies within the bounds that the loss sets, whatever the network."""
    probabilities, labels = drawn
    low, high = metrics.double_softmax_probability(metrics.double_softmax_cross_entropy(probabilities, labels), CLASSES)
    assert low - 1e-9 <= probabilities[np.arange(len(labels)), labels].mean() <= high + 1e-9
