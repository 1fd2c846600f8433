"""The verdict on two settings, from networks trained with both: the same object wherever the report judges them."""

import dataclasses

import numpy as np

from reporting.results import Results, Variant
from reporting.stats.differences import Difference, resampled_difference, seed_difference, unpaired_difference


@dataclasses.dataclass(frozen=True)
class Verdict:
    """What may be said of a second setting against a first one."""

    difference: Difference  # of the score, the second less the first, over seeds and folds; its interval is 95 %
    seeds: int  # with which both were trained
    folds: int  # of each seed; 1 for a single split
    margin: float  # differences up to this size do not matter, see artifacts.ReportSettings

    @property
    def known(self) -> bool:
        """Whether there is anything to judge by: at least two trainings of each setting."""
        return self.seeds * self.folds > 1

    @property
    def equivalent(self) -> bool:
        """Whether they are practically equal: the whole interval lies within the margin."""
        return self.known and self.difference.equivalent(self.margin)

    @property
    def better(self) -> bool:
        return self.known and self.difference.better and not self.equivalent

    @property
    def worse(self) -> bool:
        return self.known and self.difference.worse and not self.equivalent

    @property
    def undecided(self) -> bool:
        """Whether the trainings cannot tell the settings apart, nor show that they are practically equal."""
        return self.known and self.difference.undecided and not self.equivalent

    @property
    def word(self) -> str:
        """The verdict as the last word of a short sentence, such as an entry of a table."""
        names = ("better", "worse", "equivalent", "undecided")
        return next((name for name in names if getattr(self, name)), "too few seeds")


def verdict_over_folds(results: Results, first: list[Variant], second: list[Variant], name: str) -> Verdict:
    """The Verdict on two settings by a loss of folds.csv, from networks of both with the same seeds.

    It is paired over the folds where both have the same ones; else only the first seed's networks count.
    """
    margin = results.judgement["equivalent_loss"] * abs(results.reference.run.metrics[name])
    pairs = [(one, two) for one, two in zip(first, second, strict=False) if same_folds(one, two)]
    if not pairs:
        one, two = first[0].column(name), second[0].column(name)
        return Verdict(unpaired_difference(one, two), 1, min(len(one), len(two)), margin)
    differences = np.array([two.column(name) - one.column(name) for one, two in pairs])
    seeds, folds = differences.shape
    return Verdict(resampled_difference(differences), seeds, folds, margin)


def same_folds(first: Variant, second: Variant) -> bool:
    """Whether two runs hold out the same points in each fold."""
    return np.array_equal(first.predictions["fold"], second.predictions["fold"])


def verdict_over_seeds(results: Results, first: list[float], second: list[float]) -> Verdict:
    """The Verdict on two settings by accuracies, one a seed; those of the same seed are paired."""
    pairs = list(zip(first, second, strict=False))
    differences = [two - one for one, two in pairs]
    margin = results.judgement["equivalent_accuracy"]
    return Verdict(seed_difference(differences, larger_is_better=True), len(pairs), 1, margin)
