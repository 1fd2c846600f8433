"""Where this run's test accuracies stand: among seeds, among published ones, and against each other."""

import dataclasses

import numpy as np

from reporting.metrics import accuracy, wilson_interval
from reporting.results import load_published_results, load_reference_report


@dataclasses.dataclass(frozen=True)
class Rung:
    """One step of the ladder: a published accuracy, or the networks of one configuration."""

    name: str
    accuracies: tuple[
        float, ...
    ]  # least and greatest of several reports; or one a seed, the network of the other sections first
    interval: (
        tuple[float, float] | None
    )  # Wilson's, 95 %, of the first; None where the number of test images is unknown
    published: bool

    @property
    def accuracy(self):
        return self.accuracies[0]

    @property
    def seeds(self):
        return len(self.accuracies)

    @property
    def mean(self):
        return float(np.mean(self.accuracies))

    @property
    def sd(self):
        """The standard deviation over the seeds; None if there is one."""
        return float(np.std(self.accuracies, ddof=1)) if self.seeds > 1 else None


@dataclasses.dataclass(frozen=True)
class SeedComparison:
    """Two configurations over all pairings of a seed of the first with a seed of the second."""

    difference: float  # mean accuracy of the second less the first's
    ahead: int  # pairings in which the second is more accurate
    behind: int
    pairings: int

    @property
    def level(self):
        """Whether the means are equal, but for rounding."""
        return abs(self.difference) < 1e-9

    @property
    def always_ahead(self):
        return self.ahead == self.pairings

    @property
    def always_behind(self):
        return self.behind == self.pairings


def rungs_of(results):
    """The ladder's steps by name, from the bottom up: published ones around those of this run's configurations."""
    published, report = load_published_results(), load_reference_report()["classification"]
    human = published["human"]
    labels = {"reference": results.reference, "tuned": results.tuned, "improved": results.improved}
    rungs = [
        Rung(
            "human", (human["accuracy"],), wilson_interval(human["accuracy"] * human["images"], human["images"]), True
        ),
        Rung(
            "other_reports", (published["other_reports"]["least"], published["other_reports"]["greatest"]), None, True
        ),
        Rung("reference_report", (report["test_accuracy"],), None, True),
        *(
            configuration_rung(name, [variant, *results.extras[f"{name}_seeds"].cases.values()])
            for name, variant in labels.items()
        ),
        Rung("two_convolutions", (published["two_convolutions"]["accuracy"],), None, True),
        Rung("record", (published["record"]["accuracy"],), None, True),
    ]
    return {rung.name: rung for rung in rungs}


def configuration_rung(name, variants):
    """The Rung of one configuration's results.Variant, one a seed."""
    accuracies = tuple(test_accuracy(variant) for variant in variants)
    images = len(variants[0].predictions["test_labels"])
    return Rung(name, accuracies, wilson_interval(accuracies[0] * images, images), False)


def test_accuracy(variant):
    stored = variant.predictions
    return accuracy(stored["test_labels"], stored["test_probabilities"].argmax(axis=1))


def compare_seeds(first, second):
    """The SeedComparison of two rungs; None unless both have at least two seeds."""
    if min(first.seeds, second.seeds) < 2:
        return None
    differences = np.subtract.outer(second.accuracies, first.accuracies)
    return SeedComparison(
        float(differences.mean()), int(np.sum(differences > 0)), int(np.sum(differences < 0)), differences.size
    )
