"""What a configuration reaches with several seeds, and how much the search's score of its winner flatters it."""

import dataclasses
import math
from collections.abc import Sequence

import numpy as np

from reporting.results import Results, Variant
from reporting.stats.differences import Difference, difference_of_shares
from reporting.stats.metrics import accuracy, wilson_interval


@dataclasses.dataclass(frozen=True)
class Rung:
    """One step of the ladder: a published accuracy, or the networks of one configuration."""

    name: str
    accuracies: tuple[float, ...]  # least and greatest of several reports; or one a seed, the main network's first
    interval: tuple[float, float] | None  # Wilson's, 95 %, of the first; None where the number of images is unknown
    published: bool
    averaged: float | None = None  # accuracy of the mean of all seeds' probabilities; None if there is one seed

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
class Optimism:
    """What the validation accuracy of the search's winner owes to being the best of many."""

    combinations: int  # that had a score
    winner: float  # its validation accuracy in the search
    fresh: float  # mean over the networks trained with its settings on another split
    seeds: int  # how many these are
    difference: Difference  # the winner's less theirs, each as a share of its own validation images

    @property
    def chosen(self) -> bool:
        """Whether there was anything to choose from."""
        return self.combinations > 1


def configuration_rung(results: Results, name: str) -> Rung:
    """The step of one configuration, with an accuracy for each of its seeds."""
    accuracies = tuple(map(test_accuracy, results.seeds_of(name)))
    images = len(results.variants[name].predictions["test_labels"])
    interval = wilson_interval(accuracies[0] * images, images)
    return Rung(name, accuracies, interval, False, averaged_accuracy(results.seeds_of(name)))


def averaged_accuracy(networks: Sequence[Variant]) -> float | None:
    """The share of test images that the mean of the networks' probabilities gets right; None of a single network."""
    if len(networks) < 2:
        return None
    stored = [network.predictions for network in networks]
    mean = np.mean([each["test_probabilities"] for each in stored], axis=0, dtype=float)
    return accuracy(stored[0]["test_labels"], mean.argmax(axis=1))


def test_accuracy(variant: Variant) -> float:
    """The share of test images that a network gets right."""
    stored = variant.predictions
    return accuracy(stored["test_labels"], stored["test_probabilities"].argmax(axis=1))


def optimism_of(results: Results) -> Optimism:
    """The Optimism of the search's winner."""
    search, networks = results.search, results.seeds_of("tuned")
    fresh = float(np.mean([network.run.metrics["validation_accuracy"] for network in networks]))
    winner = float(search.fold_scores(search.best["trial"], "validation_accuracy").mean())
    images = results.tuned.folds[0]["validation_points"]
    return Optimism(
        combinations=sum(math.isfinite(row["score"]) for row in search.trials),
        winner=winner,
        fresh=fresh,
        seeds=len(networks),
        difference=difference_of_shares((fresh, images), (winner, images)),
    )
