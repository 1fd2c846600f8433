"""Test accuracies over the seeds of one configuration, and of two configurations against each other."""

import dataclasses

import numpy as np

from reporting.results import Results, Variant
from reporting.stats.differences import Difference
from reporting.stats.metrics import accuracy, wilson_interval


@dataclasses.dataclass(frozen=True)
class Rung:
    """One step of the ladder: a published accuracy, or the networks of one configuration."""

    name: str
    accuracies: tuple[float, ...]  # least and greatest of several reports; or one a seed, the main network's first
    interval: tuple[float, float] | None  # Wilson's, 95 %, of the first; None where the number of images is unknown
    published: bool

    @property
    def accuracy(self) -> float:
        return self.accuracies[0]

    @property
    def seeds(self) -> int:
        return len(self.accuracies)

    @property
    def mean(self) -> float:
        return float(np.mean(self.accuracies))

    @property
    def sd(self) -> float | None:
        """The standard deviation over the seeds; None if there is one."""
        return float(np.std(self.accuracies, ddof=1)) if self.seeds > 1 else None


@dataclasses.dataclass(frozen=True)
class SeedComparison:
    """Two configurations over all pairings of a seed of the first with a seed of the second."""

    difference: Difference  # mean accuracy of the second less the first's, from the least to the greatest pairing
    ahead: int  # pairings in which the second is more accurate
    pairings: int

    @property
    def level(self) -> bool:
        """Whether the means are equal, but for rounding."""
        return abs(self.difference.value) < 1e-9


def configuration_rung(results: Results, name: str) -> Rung:
    """The step of one configuration, with an accuracy for each of its seeds."""
    accuracies = tuple(map(test_accuracy, [results.variants[name], *results.extras[f"{name}_seeds"].cases.values()]))
    images = len(results.variants[name].predictions["test_labels"])
    return Rung(name, accuracies, wilson_interval(accuracies[0] * images, images), False)


def test_accuracy(variant: Variant) -> float:
    """The share of test images that a network gets right."""
    stored = variant.predictions
    return accuracy(stored["test_labels"], stored["test_probabilities"].argmax(axis=1))


def compare_seeds(first: Rung, second: Rung) -> SeedComparison | None:
    """How the seeds of two configurations compare; None unless both have at least two."""
    if min(first.seeds, second.seeds) < 2:
        return None
    differences = np.subtract.outer(second.accuracies, first.accuracies)
    values = float(differences.mean()), float(differences.min()), float(differences.max())
    return SeedComparison(Difference(*values, larger_is_better=True), int(np.sum(differences > 0)), differences.size)
