"""Arrays in, numbers out: the measures that the report prints."""

import math
from statistics import NormalDist

import numpy as np


def mean_squared_error(y_true, y_pred):
    """Mean of the squared differences; two arrays of one shape."""
    return float(np.mean((np.asarray(y_true, dtype=float) - np.asarray(y_pred, dtype=float)) ** 2))


def accuracy(y_true, y_pred):
    """Share of equal labels."""
    return float(np.mean(np.asarray(y_true) == np.asarray(y_pred)))


def confusion_matrix(y_true, y_pred, classes):
    """Counts (classes, classes): rows are true classes, columns predicted ones; labels are 0 to classes - 1."""
    cells = np.asarray(y_true, dtype=np.intp) * classes + np.asarray(y_pred, dtype=np.intp)
    return np.bincount(cells, minlength=classes**2).reshape(classes, classes)


def recall(matrix):
    """Share of each true class that was recognised, from a confusion matrix: (classes,); nan for a class without examples."""
    totals = matrix.sum(axis=1)
    return np.divide(np.diag(matrix), totals, out=np.full(len(matrix), np.nan), where=totals > 0)


def cross_entropy(probabilities, labels):
    """Mean of -log p(label); probabilities (n, classes), labels (n,). A probability of 0 counts as the smallest normal float32."""
    chosen = np.asarray(probabilities, dtype=float)[np.arange(len(labels)), labels]
    return float(-np.log(np.maximum(chosen, np.finfo(np.float32).tiny)).mean())


def double_softmax_cross_entropy(probabilities, labels):
    """Cross-entropy of softmax(probabilities): the scale of the reference report's training loss.

    Between log(9 + e) - 1 = 1.4612 (all right and certain) and log(9 + e) = 2.4612 (all wrong and certain), for ten classes.
    """
    probabilities = np.asarray(probabilities, dtype=float)
    chosen = probabilities[np.arange(len(labels)), labels]
    return float(np.mean(np.log(np.exp(probabilities).sum(axis=1)) - chosen))


def double_softmax_bounds(classes):
    """The least and the greatest value of double_softmax_cross_entropy."""
    greatest = math.log(classes - 1 + math.e)
    return greatest - 1, greatest


def wilson_interval(successes, n, confidence=0.95):
    """The score interval of a share (Wilson, 1927, Journal of the American Statistical Association 22, 209-212): (low, high)."""
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    share = successes / n
    centre = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * math.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    return max(0.0, centre - half), min(1.0, centre + half)


def mcnemar_counts(y_true, a, b):
    """How many examples only `a` gets right, and how many only `b`."""
    right_a, right_b = np.asarray(a) == y_true, np.asarray(b) == y_true
    return int(np.sum(right_a & ~right_b)), int(np.sum(right_b & ~right_a))


def mcnemar_p_value(y_true, a, b):
    """Exact two-sided McNemar test of two classifiers' labels on the same examples (McNemar, 1947, Psychometrika 12, 153-157).

    If both err equally often, the examples that only one gets right fall to either side with probability 1/2: the p value
    is twice the binomial tail of the smaller count, at most 1.
    """
    smaller, larger = sorted(mcnemar_counts(y_true, a, b))
    n = smaller + larger
    return min(1.0, 2 * sum(math.exp(log_binomial(n, k) - n * math.log(2)) for k in range(smaller + 1)))


def log_binomial(n, k):
    """The logarithm of the number of ways to choose k of n."""
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)


def skewness(values):
    """Third standardised moment: 0 for a symmetric distribution; nan for a constant."""
    return standardised_moment(values, 3)


def excess_kurtosis(values):
    """Fourth standardised moment less 3: 0 for a normal distribution, -1.2 for a uniform one; nan for a constant."""
    return standardised_moment(values, 4) - 3


def standardised_moment(values, order):
    """Mean of ((x - mean) / sd) ** order with the population's sd; nan for a constant."""
    deviations = np.asarray(values, dtype=float).ravel()
    deviations = deviations - deviations.mean()
    spread = math.sqrt(np.mean(deviations**2))
    return float(np.mean((deviations / spread) ** order)) if spread > 0 else math.nan


def correlation(a, b):
    """Pearson's correlation of two arrays' entries; 0 if one of them is constant."""
    a, b = (np.asarray(values, dtype=float).ravel() for values in (a, b))
    a, b = a - a.mean(), b - b.mean()
    norm = math.sqrt(np.sum(a**2) * np.sum(b**2))
    return float(np.sum(a * b) / norm) if norm > 0 else 0.0
