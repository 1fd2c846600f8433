"""One classifier's results, and which of two is better on the same test images."""

import dataclasses

import numpy as np

from reporting.findings.stopping import Stopping, stopping_of
from reporting.metrics import mcnemar_counts, mcnemar_p_value, wilson_interval

SIGNIFICANCE = 0.05
RISE = 1.05  # a validation loss that ends this many times above its minimum has risen


@dataclasses.dataclass(frozen=True)
class ClassifierScores:
    """One configuration's results."""

    train_loss: float
    train_loss_double_softmax: float  # on the scale of the reference report, see metrics.double_softmax_cross_entropy
    train_accuracy: float
    validation_loss: float
    validation_accuracy: float
    test_loss: float
    test_accuracy: float
    test_interval: tuple[float, float]  # Wilson's, 95 %
    parameters: int
    stopping: Stopping
    lowest_validation_loss_epoch: int
    validation_loss_rose: bool  # it ended more than 5 % above its minimum: the network had begun to overfit


@dataclasses.dataclass(frozen=True)
class ClassifierComparison:
    """Two configurations on the same test images, by McNemar's exact test."""

    difference: float  # test accuracy of the second less the first's
    only_first_right: int  # images
    only_second_right: int
    p_value: float

    @property
    def undecided(self):
        return self.p_value >= SIGNIFICANCE

    @property
    def better(self):
        return not self.undecided and self.difference > 0

    @property
    def worse(self):
        return not self.undecided and self.difference < 0


def classifier_scores(variant):
    """The ClassifierScores of a classification's results.Variant."""
    metrics, losses = variant.run.metrics, np.array(variant.curves("validation_loss")[0], dtype=float)
    names = [field.name for field in dataclasses.fields(ClassifierScores) if field.name in metrics]
    finite = np.where(np.isfinite(losses), losses, np.inf)
    n = len(variant.predictions["test_labels"])
    return ClassifierScores(
        **{name: metrics[name] for name in names},
        test_interval=wilson_interval(metrics["test_accuracy"] * n, n),
        stopping=stopping_of(variant),
        lowest_validation_loss_epoch=int(finite.argmin()) + 1,
        validation_loss_rose=bool(not losses[-1] <= RISE * finite.min()),
    )


def compare(first, second):
    """The ClassifierComparison of two results.Variant."""
    labels, a, b = first.predictions["test_labels"], predicted_labels(first), predicted_labels(second)
    only_first, only_second = mcnemar_counts(labels, a, b)
    return ClassifierComparison(
        (only_second - only_first) / len(labels), only_first, only_second, mcnemar_p_value(labels, a, b)
    )


def predicted_labels(variant):
    """The most probable label of each test image: (n,)."""
    return variant.predictions["test_probabilities"].argmax(axis=1)
