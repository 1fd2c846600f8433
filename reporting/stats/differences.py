"""Estimates with an interval, and differences of two results, whose interval decides what may be said."""

import dataclasses
import math

import numpy as np
from numpy.typing import ArrayLike

from reporting.stats.significance import (
    SIGNIFICANCE,
    binomial_interval,
    corrected_variance,
    normal_quantile,
    t_quantile,
)


@dataclasses.dataclass(frozen=True)
class Estimate:
    """A number and the interval from `low` to `high` that it is known to lie in."""

    value: float
    low: float
    high: float

    @property
    def bounded(self) -> bool:
        """Whether the interval ends anywhere."""
        return math.isfinite(self.high - self.low)

    def against(self, reference: float) -> "Difference":
        """The difference from a number that is known exactly."""
        return Difference(self.value - reference, self.low - reference, self.high - reference)


@dataclasses.dataclass(frozen=True)
class Difference(Estimate):
    """The second of two results less the first, and the interval of that difference.

    It is undecided if the interval contains zero or an end of it is nan.
    """

    larger_is_better: bool = dataclasses.field(default=False, kw_only=True)

    @property
    def margin(self) -> float:
        """Half the width of the interval."""
        return (self.high - self.low) / 2

    @property
    def lower(self) -> bool:
        """Whether the whole interval lies below zero."""
        return self.low <= self.high < 0

    @property
    def higher(self) -> bool:
        """Whether the whole interval lies above zero."""
        return 0 < self.low <= self.high

    @property
    def undecided(self) -> bool:
        """Whether the interval lies on neither side of zero."""
        return not (self.lower or self.higher)

    def equivalent(self, margin: float) -> bool:
        """Whether the whole interval lies within the margin to either side of zero: a region of practical equivalence.

        Benavoli, Corani, Demsar and Zaffalon (2017), Journal of Machine Learning Research 18(77).
        """
        return -margin < self.low <= self.high < margin

    @property
    def better(self) -> bool:
        """Whether the second result is better than the first."""
        return self.higher if self.larger_is_better else self.lower

    @property
    def worse(self) -> bool:
        """Whether the second result is worse than the first."""
        return self.lower if self.larger_is_better else self.higher

    @property
    def word(self) -> str:
        """Which of these it is."""
        return "undecided" if self.undecided else "better" if self.better else "worse"


def resampled_difference(
    differences: ArrayLike, larger_is_better: bool = False, confidence: float = 1 - SIGNIFICANCE
) -> Difference:
    """The mean of the differences of two settings on the same folds, with the corrected resampled t test's interval.

    `differences` are (k,), or (repetitions, k) of folds that were shuffled anew; see `corrected_variance`. The interval
    of 95 % contains zero exactly where the test's p value is 5 % or more.
    """
    values = np.atleast_2d(np.asarray(differences, dtype=float))
    mean, error = float(values.mean()), math.sqrt(corrected_variance(values))
    margin = t_quantile(values.size - 1, confidence) * error
    return Difference(mean, mean - margin, mean + margin, larger_is_better=larger_is_better)


def unpaired_difference(first: ArrayLike, second: ArrayLike, larger_is_better: bool = False) -> Difference:
    """The difference of the means of two settings on folds that are not the same, (k,) or (repetitions, k) each.

    The variances are corrected likewise. The degrees of freedom are those of the fewer folds, which errs on the side of
    too wide an interval.
    """
    a, b = np.asarray(first, dtype=float), np.asarray(second, dtype=float)
    error = math.sqrt(corrected_variance(a) + corrected_variance(b))
    value, margin = float(b.mean() - a.mean()), t_quantile(min(a.size, b.size) - 1) * error
    return Difference(value, value - margin, value + margin, larger_is_better=larger_is_better)


def seed_difference(differences: ArrayLike, larger_is_better: bool = False) -> Difference:
    """The mean of the differences of two settings, one a seed (n,), with Student's interval; infinite for one seed."""
    values = np.asarray(differences, dtype=float)
    mean, margin = float(values.mean()), math.inf
    if len(values) > 1:
        margin = t_quantile(len(values) - 1) * float(np.std(values, ddof=1)) / math.sqrt(len(values))
    return Difference(mean, mean - margin, mean + margin, larger_is_better=larger_is_better)


def difference_of_classifiers(
    only_first_right: int, only_second_right: int, n: int, confidence: float = 1 - SIGNIFICANCE
) -> Difference:
    """The difference of two classifiers' accuracies on the same n examples, with the interval of McNemar's exact test.

    The second classifier's share of the examples that only one of them gets right has an exact binomial interval
    (Clopper and Pearson, 1934, Biometrika 26, 404-413), whose one of 95 % contains one half exactly where McNemar's p
    value is 5 % or more. Without such examples nothing is known, and the interval is infinite.
    """
    discordant = only_first_right + only_second_right
    value = (only_second_right - only_first_right) / n
    if not discordant:
        return Difference(value, -math.inf, math.inf, larger_is_better=True)
    low, high = (
        (2 * share - 1) * discordant / n for share in binomial_interval(only_second_right, discordant, confidence)
    )
    return Difference(value, low, high, larger_is_better=True)


def difference_of_shares(first: tuple[float, int], second: tuple[float, int], tests: int = 1) -> Difference:
    """The second share less the first, each given with the number of its images, and its binomial 95 % interval.

    With several tests their intervals hold together (Bonferroni).
    """
    error = math.sqrt(sum(share * (1 - share) / images for share, images in (first, second)))
    margin = normal_quantile(1 - SIGNIFICANCE / tests) * error
    value = second[0] - first[0]
    return Difference(value, value - margin, value + margin, larger_is_better=True)
