"""What may be said of the best of n settings that was chosen by its score: arrays in, numbers out.

Multiple comparisons with the best (Gupta, 1965, Technometrics 7, 225-245; Hsu, 1984, The Annals of Statistics 12,
1136-1144): a setting that is worse than the one of the best score by more than its bound is ruled out, and all others
form a set that contains the truly best one with a confidence of 95 %. That one is lost only if it is ruled out itself:
if one of its n - 1 differences from the others is above its bound. Each is with a probability of 5 % / (n - 1) at most,
so by Bonferroni's inequality one of them is in 5 %, whatever the correlation between the settings.
"""

import numpy as np
from scipy import special

from reporting.stats.differences import Difference, difference_of_classifiers, resampled_difference
from reporting.stats.significance import SIGNIFICANCE


def simultaneous_confidence(others: int) -> float:
    """Of a two-sided interval whose ends are one-sided bounds that hold for so many differences together."""
    return 1 - 2 * SIGNIFICANCE / others


def differences_over_folds(scores: np.ndarray, best: int, larger_is_better: bool = False) -> list[Difference]:
    """How each setting's mean score differs from that of setting `best`; scores (n, folds) on the same folds.

    The variance is that of the corrected resampled t test. Of n settings the n - 1 intervals hold together.
    """
    confidence = simultaneous_confidence(len(scores) - 1)
    return [resampled_difference(row - scores[best], larger_is_better, confidence) for row in scores]


def differences_over_answers(right: np.ndarray, best: int) -> list[Difference]:
    """How each classifier's accuracy differs from that of classifier `best`; right (n, images) on the same images.

    The intervals are McNemar's, as in `difference_of_classifiers`. Of n classifiers n - 1 hold together.
    """
    confidence = simultaneous_confidence(len(right) - 1)
    only_best, only_other = (right[best] & ~right).sum(axis=1), (right & ~right[best]).sum(axis=1)
    counts = zip(only_best.tolist(), only_other.tolist(), strict=True)
    return [difference_of_classifiers(*pair, right.shape[1], confidence) for pair in counts]


def expected_best(scores: np.ndarray, larger_is_better: bool = False) -> np.ndarray:
    """The expected best score of 1, 2, ... n of these n finite scores that are drawn at random: (n,).

    They are drawn without replacement, which makes it an unbiased estimate of the best score by budget (Tang and
    others, 2020, ACL, 2690-2697) of Dodge and others (2019, EMNLP, 2185-2194): the i-th worst score is the best of k
    draws in C(i - 1, k - 1) of the C(n, k) samples.
    """
    ordered = np.sort(scores) if larger_is_better else np.sort(scores)[::-1]  # worst first
    n = len(ordered)
    below, drawn = np.arange(n), np.arange(1, n + 1)[:, None]
    return np.exp(log_binomial(below, drawn - 1) - log_binomial(n, drawn)) @ ordered


def log_binomial(n: np.ndarray | int, k: np.ndarray) -> np.ndarray:
    """The logarithm of the binomial coefficients "n over k"; minus infinity where k is larger than n."""
    inside = k <= n
    k = np.where(inside, k, 0)
    return np.where(inside, -np.log(n + 1) - special.betaln(n - k + 1, k + 1), -np.inf)
