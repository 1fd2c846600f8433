"""The metrics against numbers worked out by hand."""

import math

import numpy as np
import pytest
import scipy.stats

from reporting.stats import metrics


def test_mean_squared_error_of_three_points():
    assert metrics.mean_squared_error([1, 2, 3], [1, 4, 0]) == pytest.approx((0 + 4 + 9) / 3)


def test_accuracy_is_the_share_of_equal_labels():
    assert metrics.accuracy([0, 1, 2, 2], [0, 1, 1, 2]) == 0.75


def test_confusion_matrix_rows_are_true_classes():
    matrix = metrics.confusion_matrix([0, 0, 1, 2, 2, 2], [0, 1, 1, 2, 2, 0], classes=3)
    assert matrix.tolist() == [[1, 1, 0], [0, 1, 0], [1, 0, 2]]


def test_confusion_matrix_keeps_classes_without_examples():
    assert metrics.confusion_matrix(np.array([1], dtype=np.uint8), [1], classes=3).tolist() == [
        [0, 0, 0],
        [0, 1, 0],
        [0, 0, 0],
    ]


def test_confusion_matrix_does_not_overflow_with_bytes():
    labels = np.array([9], dtype=np.uint8)
    assert metrics.confusion_matrix(labels, labels, classes=100)[9, 9] == 1


def test_recall_by_row_and_nan_without_examples():
    recalls = metrics.recall(np.array([[3, 1], [0, 0]]))
    assert recalls[0] == 0.75 and math.isnan(recalls[1])


def test_cross_entropy_of_two_images():
    probabilities = np.array([[0.5, 0.5], [0.1, 0.9]])
    assert metrics.cross_entropy(probabilities, [0, 1]) == pytest.approx(-(math.log(0.5) + math.log(0.9)) / 2)


def test_cross_entropy_of_a_certain_mistake_is_finite():
    assert metrics.cross_entropy(np.array([[1.0, 0.0]]), [1]) == pytest.approx(87.34, abs=0.01)


def test_double_softmax_lies_between_the_bounds_of_the_errata():
    assert metrics.double_softmax_bounds(10) == pytest.approx((1.4612, 2.4612), abs=1e-4)
    certain = np.eye(10)
    assert metrics.double_softmax_cross_entropy(certain, np.arange(10)) == pytest.approx(1.4612, abs=1e-4)
    assert metrics.double_softmax_cross_entropy(certain, (np.arange(10) + 1) % 10) == pytest.approx(2.4612, abs=1e-4)


def test_wilson_interval_of_the_textbook():
    assert metrics.wilson_interval(8, 10) == pytest.approx((0.4902, 0.9433), abs=1e-4)


def test_wilson_interval_stays_inside_0_and_1():
    low, high = metrics.wilson_interval(10, 10)
    assert 0.7 < low < 1 and high == pytest.approx(1) and high <= 1
    assert metrics.wilson_interval(0, 10)[0] == pytest.approx(0, abs=1e-12)


def test_wilson_interval_widens_with_confidence():
    assert metrics.wilson_interval(90, 100, 0.99)[0] < metrics.wilson_interval(90, 100)[0]


def test_least_probability_that_a_double_softmax_loss_allows():
    low, high = metrics.double_softmax_probability(1.558, 10)
    assert low == pytest.approx(0.8881, abs=1e-4) and high == pytest.approx(0.9031, abs=1e-4)
    evenly = np.full((1, 10), (1 - low) / 9)  # what is left, shared evenly: the loss is reached with that probability
    evenly[0, 0] = low
    assert metrics.double_softmax_cross_entropy(evenly, [0]) == pytest.approx(1.558)
    assert metrics.double_softmax_probability(2.5, 10) == (0, 0)
    assert metrics.double_softmax_probability(1.0, 10) == (1, 1)
    assert metrics.double_softmax_probability(metrics.double_softmax_bounds(10)[0], 10) == pytest.approx((1, 1))


@pytest.mark.parametrize("seed", range(5))
def test_mean_probability_lies_where_the_loss_allows(seed):
    odds = np.random.default_rng(seed).exponential(size=(50, 10)) ** (3 * seed)
    probabilities, labels = odds / odds.sum(axis=1, keepdims=True), np.arange(50) % 10
    low, high = metrics.double_softmax_probability(metrics.double_softmax_cross_entropy(probabilities, labels), 10)
    assert low - 1e-9 <= probabilities[np.arange(50), labels].mean() <= high + 1e-9


def test_f1_score_and_its_absence():
    matrix = np.array([[8, 2, 0], [0, 10, 0], [0, 0, 0]])
    assert metrics.f1_score(matrix) == pytest.approx([16 / 18, 20 / 22, math.nan], nan_ok=True)
    assert metrics.f1_score(np.array([matrix, matrix])).shape == (2, 3)


def test_bootstrap_intervals_hold_the_f1_and_narrow_with_more_images():
    matrix = np.array([[80, 20], [10, 90]])
    few, many = (metrics.f1_intervals(matrix * times, np.random.default_rng(0)) for times in (1, 100))
    assert np.all(few[:, 0] < metrics.f1_score(matrix)) and np.all(metrics.f1_score(matrix) < few[:, 1])
    assert np.all(np.diff(many) < np.diff(few) / 5)


def test_mcnemar_of_one_against_five():
    truth = np.zeros(8, dtype=int)
    a = np.array([1, 1, 1, 1, 1, 0, 0, 1])  # right where 0
    b = np.array([0, 0, 0, 0, 0, 1, 0, 1])
    assert metrics.mcnemar_counts(truth, a, b) == (1, 5)
    assert metrics.mcnemar_p_value(truth, a, b) == pytest.approx(2 * (1 + 6) / 64)


def test_mcnemar_of_equal_classifiers_is_1():
    truth = np.array([0, 1, 2])
    assert metrics.mcnemar_p_value(truth, truth, truth) == 1


def test_mcnemar_of_thousands_is_finite():
    truth = np.zeros(9000, dtype=int)
    assert 0 <= metrics.mcnemar_p_value(truth, truth, truth + 1) < 1e-300


@pytest.mark.parametrize("n", [1, 2, 7, 100, 10_000])
@pytest.mark.parametrize("confidence", [0.9, 0.95, 0.995])
def test_wilsons_interval_is_that_of_scipy_stats(n, confidence):
    for successes in sorted({0, 1, n // 3, n // 2, n - 1, n}):
        expected = scipy.stats.binomtest(successes, n).proportion_ci(confidence, method="wilson")
        assert metrics.wilson_interval(successes, n, confidence) == pytest.approx(
            (expected.low, expected.high), abs=1e-12
        )


@pytest.mark.parametrize("only", [(0, 1), (0, 9), (3, 3), (12, 30), (194, 198), (424, 179)])
def test_mcnemars_p_value_is_that_of_scipy_stats(only):
    a, b = only
    truth, first, second = np.zeros(a + b), np.r_[np.zeros(a), np.ones(b)], np.r_[np.ones(a), np.zeros(b)]
    assert metrics.mcnemar_p_value(truth, first, second) == pytest.approx(
        scipy.stats.binomtest(a, a + b).pvalue, rel=1e-9
    )
