"""Estimates with an interval, and differences of two results, whose interval decides what may be said."""

import dataclasses
import math

from reporting.stats.significance import binomial_interval


@dataclasses.dataclass(frozen=True)
class Estimate:
    """A number and the interval from `low` to `high` that it is known to lie in."""

    value: float
    low: float
    high: float

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

    @property
    def better(self) -> bool:
        """Whether the second result is better than the first."""
        return self.higher if self.larger_is_better else self.lower

    @property
    def worse(self) -> bool:
        """Whether the second result is worse than the first."""
        return self.lower if self.larger_is_better else self.higher


def within(value: float, margin: float) -> Difference:
    """A difference of two losses whose interval extends by `margin` to either side."""
    return Difference(value, value - margin, value + margin)


def difference_of_classifiers(only_first_right: int, only_second_right: int, n: int) -> Difference:
    """The difference of two classifiers' accuracies on the same n examples, with the interval of McNemar's exact test.

    The second classifier's share of the examples that only one of them gets right has an exact binomial interval
    (Clopper and Pearson, 1934, Biometrika 26, 404-413), which contains one half exactly where McNemar's p value is 5 %
    or more. Without such examples nothing is known, and the interval is infinite.
    """
    discordant = only_first_right + only_second_right
    value = (only_second_right - only_first_right) / n
    if not discordant:
        return Difference(value, -math.inf, math.inf, larger_is_better=True)
    low, high = ((2 * share - 1) * discordant / n for share in binomial_interval(only_second_right, discordant))
    return Difference(value, low, high, larger_is_better=True)
