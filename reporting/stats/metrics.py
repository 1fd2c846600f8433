"""Measures of predictions, the intervals of shares, and McNemar's comparison of two classifiers.

Of scipy only scipy.special is loaded: scipy.stats takes as long to load as all findings take to compute.
"""

import math

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

NORMAL_QUANTILE = 1.96  # 95 % of a normal distribution lie within so many standard deviations of its mean


def mean_squared_error(y_true: ArrayLike, y_pred: ArrayLike) -> float:
    """Mean of the squared differences of two arrays of one shape."""
    return float(np.mean((np.asarray(y_true, dtype=float) - np.asarray(y_pred, dtype=float)) ** 2))


def accuracy(y_true: ArrayLike, y_pred: ArrayLike) -> float:
    """Share of equal labels."""
    return float(np.mean(np.asarray(y_true) == np.asarray(y_pred)))


def confusion_matrix(y_true: ArrayLike, y_pred: ArrayLike, classes: int) -> np.ndarray:
    """Counts (classes, classes): rows are true classes, columns predicted ones; labels are 0 to classes - 1."""
    cells = np.asarray(y_true, dtype=np.intp) * classes + np.asarray(y_pred, dtype=np.intp)
    return np.bincount(cells, minlength=classes**2).reshape(classes, classes)


def recall(matrix: np.ndarray) -> np.ndarray:
    """Share of each true class that was recognised, from a confusion matrix: (classes,); nan without examples."""
    totals = matrix.sum(axis=1)
    return np.divide(np.diag(matrix), totals, out=np.full(len(matrix), np.nan), where=totals > 0)


def f1_score(matrix: np.ndarray) -> np.ndarray:
    """Harmonic mean of precision and recall, from confusion matrices (..., classes, classes): (..., classes).

    That is twice the right answers over the class's images plus its answers: 0 for a class that is never answered, nan
    for a class with neither images nor answers.
    """
    right = np.diagonal(matrix, axis1=-2, axis2=-1)
    totals = matrix.sum(axis=-1) + matrix.sum(axis=-2)
    return np.divide(2 * right, totals, out=np.full(totals.shape, np.nan), where=totals > 0)


def f1_intervals(
    matrix: np.ndarray, rng: np.random.Generator, draws: int = 1000, confidence: float = 0.95
) -> np.ndarray:
    """Percentile bootstrap intervals of the F1 scores, drawn from the images of a confusion matrix: (classes, 2).

    A class with neither images nor answers in a drawn set counts as 0 there.
    """
    n = int(matrix.sum())
    drawn = rng.multinomial(n, matrix.ravel() / n, draws).reshape(draws, *matrix.shape)
    ends = (1 - confidence) / 2, (1 + confidence) / 2
    return np.quantile(np.nan_to_num(f1_score(drawn)), ends, axis=0).T


def cross_entropy(probabilities: ArrayLike, labels: ArrayLike) -> float:
    """Mean of -log p(label), from probabilities (n, classes) and labels (n,).

    A probability of 0 counts as the smallest normal float32, so that one certain mistake leaves the mean finite.
    """
    chosen = of_labels(probabilities, labels)
    return float(-np.log(np.maximum(chosen, np.finfo(np.float32).tiny)).mean())


def double_softmax_cross_entropy(probabilities: ArrayLike, labels: ArrayLike) -> float:
    """Cross-entropy of softmax(probabilities), as where a softmax layer feeds a loss that applies softmax again.

    For ten classes between log(9 + e) - 1 = 1.4612 (all right and certain) and log(9 + e) = 2.4612 (all wrong and
    certain).
    """
    sums = np.exp(np.asarray(probabilities, dtype=float)).sum(axis=1)
    return float(np.mean(np.log(sums) - of_labels(probabilities, labels)))


def of_labels(values: ArrayLike, labels: ArrayLike) -> np.ndarray:
    """The value of each example's label: (n,) of values (n, classes)."""
    numbers = np.asarray(labels)
    chosen: np.ndarray = np.asarray(values, dtype=float)[np.arange(len(numbers)), numbers]
    return chosen


def double_softmax_bounds(classes: int) -> tuple[float, float]:
    """The least and the greatest value of double_softmax_cross_entropy."""
    greatest = math.log(classes - 1 + math.e)
    return greatest - 1, greatest


def double_softmax_probability(loss: float, classes: int) -> tuple[float, float]:
    """The least and the greatest mean probability of the right class that a double_softmax_cross_entropy allows.

    The loss is log(sum of exp p) less the right class's p. That logarithm is greatest for a certain answer, and for a
    given p least where the other classes share the rest evenly: then the loss is a convex function of p, so by Jensen's
    inequality the p of the mean loss is the least mean. Both are cut to [0, 1].
    """
    least = (1 - (classes - 1) * math.log(math.expm1(loss) / (classes - 1))) / classes
    greatest = double_softmax_bounds(classes)[1] - loss
    return min(max(0.0, least), 1.0), min(max(0.0, greatest), 1.0)


def wilson_interval(successes: float, n: int, confidence: float = 0.95) -> tuple[float, float]:
    """The score interval (low, high) of a share of n.

    Wilson (1927), Journal of the American Statistical Association 22, 209-212.
    """
    share, z = round(successes) / n, float(special.ndtri((1 + confidence) / 2))
    middle, half = share + z**2 / (2 * n), z * math.sqrt(share * (1 - share) / n + (z / (2 * n)) ** 2)
    low, high = (end / (1 + z**2 / n) for end in (middle - half, middle + half))
    return (low if share > 0 else 0.0), (high if share < 1 else 1.0)


def mcnemar_counts(y_true: ArrayLike, a: ArrayLike, b: ArrayLike) -> tuple[int, int]:
    """How many examples only the labels `a` get right, and how many only `b`."""
    right_a, right_b = np.asarray(a) == y_true, np.asarray(b) == y_true
    return int(np.sum(right_a & ~right_b)), int(np.sum(right_b & ~right_a))


def mcnemar_p_value(y_true: ArrayLike, a: ArrayLike, b: ArrayLike) -> float:
    """Exact two-sided McNemar test of two classifiers' labels on the same examples (1947, Psychometrika 12, 153-157).

    If both err equally often, an example that only one gets right is that of either with probability 1/2.
    """
    only_a, only_b = mcnemar_counts(y_true, a, b)
    return min(1.0, 2 * float(special.bdtr(min(only_a, only_b), only_a + only_b, 0.5)))
