"""Estimates with an interval, and differences of two results, of which the interval decides what may be said."""

import dataclasses
import math

from reporting.stats.significance import binomial_interval


@dataclasses.dataclass(frozen=True)
class Estimate:
    """A number and the interval that it is known to within."""

    value: float
    low: float
    high: float

    def against(self, reference: float) -> "Difference":
        """The difference from a number that is known exactly."""
        return Difference(self.value - reference, self.low - reference, self.high - reference)


@dataclasses.dataclass(frozen=True)
class Difference(Estimate):
    """A difference of two results, the second less the first, and its interval.

    It is undecided if the interval holds zero, or is no interval of numbers.
    """

    larger_is_better: bool = dataclasses.field(default=False, kw_only=True)

    @property
    def margin(self) -> float:
        """Half the width of the interval."""
        return (self.high - self.low) / 2

    @property
    def lower(self) -> bool:
        """Whether the whole interval lies below zero."""
        return self.high < 0

    @property
    def higher(self) -> bool:
        """Whether the whole interval lies above zero."""
        return self.low > 0

    @property
    def undecided(self) -> bool:
        return not (self.lower or self.higher)

    @property
    def better(self) -> bool:
        """Whether the second result is better than the first."""
        return self.higher if self.larger_is_better else self.lower

    @property
    def worse(self) -> bool:
        return self.lower if self.larger_is_better else self.higher


def within(value: float, margin: float) -> Difference:
    """The Difference of a loss whose interval reaches to this margin on either side."""
    return Difference(value, value - margin, value + margin)


def difference_of_classifiers(only_first_right: int, only_second_right: int, n: int) -> Difference:
    """The Difference of two classifiers' accuracies on the same n examples, with the interval of McNemar's exact test.

    Of the examples that only one classifier gets right, the second's share has the exact binomial interval of Clopper
    and Pearson (1934, Biometrika 26, 404-413), which holds one half where McNemar's exact p value is at least 5 %.
    """
    decided = only_first_right + only_second_right
    value = (only_second_right - only_first_right) / n
    if not decided:
        return Difference(value, -math.inf, math.inf, larger_is_better=True)
    low, high = binomial_interval(only_second_right, decided)
    return Difference(value, (2 * low - 1) * decided / n, (2 * high - 1) * decided / n, larger_is_better=True)
