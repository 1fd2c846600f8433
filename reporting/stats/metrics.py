"""Arrays in, numbers out: the measures that the report prints."""

import math
from statistics import NormalDist

import numpy as np

NORMAL_QUANTILE = 1.96  # so many standard deviations to either side of a normal distribution's mean hold 95 %


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


def f1_score(matrix):
    """Harmonic mean of precision and recall of each class, from confusion matrices (..., classes, classes): (..., classes).

    Twice the right answers over images plus answers of the class, so 0 for a class never answered; nan without either.
    """
    right = np.diagonal(matrix, axis1=-2, axis2=-1)
    totals = matrix.sum(axis=-1) + matrix.sum(axis=-2)
    return np.divide(2 * right, totals, out=np.full(totals.shape, np.nan), where=totals > 0)


def f1_intervals(matrix, rng, draws=1000, confidence=0.95):
    """Percentile bootstrap intervals of the F1 scores over the images of a confusion matrix: (classes, 2).

    A class that a drawn set holds neither as image nor as answer counts as 0 there.
    """
    n = int(matrix.sum())
    drawn = rng.multinomial(n, matrix.ravel() / n, draws).reshape(draws, *matrix.shape)
    ends = (1 - confidence) / 2, (1 + confidence) / 2
    return np.quantile(np.nan_to_num(f1_score(drawn)), ends, axis=0).T


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


def double_softmax_probability(loss, classes):
    """The least and the greatest mean probability of the right class that a double_softmax_cross_entropy allows.

    The loss is log(sum of exp p) less the right class's p, and that logarithm is least for equal probabilities and greatest
    for a certain answer. Cut to [0, 1].
    """
    least = math.log(classes) + 1 / classes - loss
    greatest = double_softmax_bounds(classes)[1] - loss
    return max(0.0, least), min(1.0, greatest)


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


def paired_difference_interval(lost, won, n, confidence=0.95):
    """The interval of the difference (won - lost) / n of two classifiers' accuracies on the same n examples: (low, high).

    `lost` are right with the first alone, `won` with the second alone. Adjusted Wald interval (Bonett and Price, 2012, Journal of
    Educational and Behavioral Statistics 37, 479-488), which has a width even without such examples.
    """
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    first, second = (lost + 1) / (n + 2), (won + 1) / (n + 2)
    half = z * math.sqrt((first + second - (second - first) ** 2) / (n + 2))
    return max(-1.0, second - first - half), min(1.0, second - first + half)


def log_binomial(n, k):
    """The logarithm of the number of ways to choose k of n."""
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)


def skewness(values):
    """Third standardised moment: 0 for a symmetric distribution; nan for a constant."""
    return standardised_moment(values, 3)


def excess_kurtosis(values):
    """Fourth standardised moment less 3: 0 for a normal distribution, -1.2 for a uniform one; nan for a constant."""
    return standardised_moment(values, 4) - 3


def distance_from_normal(values):
    """The greatest distance of the values' distribution function from the normal one of the same mean and standard deviation.

    Kolmogorov's, taken at every thousandth of the normal distribution; 0.06 for a uniform distribution; nan for a constant.
    """
    deviations = np.sort(centred(values))
    spread = math.sqrt(np.mean(deviations**2))
    if spread == 0:
        return math.nan
    shares = np.arange(1, 1000) / 1000
    quantiles = spread * np.array([NormalDist().inv_cdf(share) for share in shares])
    return max(
        float(np.abs(np.searchsorted(deviations, quantiles, side) / len(deviations) - shares).max())
        for side in ("left", "right")
    )


def centred(values):
    """All entries less their mean (n,); exactly 0 for a constant, of which rounding the mean would leave a little."""
    values = np.asarray(values, dtype=float).ravel()
    return values - (values[0] if (values == values[0]).all() else values.mean())


def standardised_moment(values, order):
    """Mean of ((x - mean) / sd) ** order with the population's sd; nan for a constant."""
    deviations = centred(values)
    spread = math.sqrt(np.mean(deviations**2))
    if spread == 0:
        return math.nan
    deviations /= spread
    return float(np.mean(math.prod([deviations] * order)))  # far faster than a power


def correlations(a, b):
    """Pearson's correlation of each array of `a` with each of `b`: (len(a), len(b)); 0 where one of them is constant."""
    rows, columns = (standardised(values) for values in (a, b))
    return rows @ columns.T


def standardised(values):
    """Each of the arrays as a row with mean 0 and length 1; a constant one as zeros."""
    rows = np.reshape(values, (len(values), -1)).astype(float)
    rows = np.where(np.ptp(rows, axis=1, keepdims=True) > 0, rows - rows.mean(axis=1, keepdims=True), 0.0)
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.divide(rows, lengths, out=np.zeros_like(rows), where=lengths > 0)
