"""How far a network's probabilities can be trusted, on the test images."""

import dataclasses
import math

import numpy as np

from reporting.calibration import (
    TEMPERATURES,
    Reliability,
    accuracy_of_kept,
    chance_calibration_error,
    confidence_and_correctness,
    expected_calibration_error,
    fit_temperature,
    reliability,
    tempered,
)
from reporting.metrics import NORMAL_QUANTILE, cross_entropy

KEPT = 0.8  # the share of images that the sentence about refusing speaks of
WANTED = 0.99  # the accuracy that it asks for


@dataclasses.dataclass(frozen=True)
class Calibration:
    """A network's confidence against its accuracy; `scaled` is after temperature scaling, fitted on the validation images."""

    accuracy: float
    confidence: float  # mean
    standard_error: float  # of the accuracy of a network that is right as often as its confidence says
    temperature: float
    error: float  # expected calibration error
    scaled_error: float
    chance_error: float  # what a perfectly calibrated network of this confidence stays below in 95 of 100 test sets
    scaled_chance_error: float
    loss: float  # negative log-likelihood
    scaled_loss: float
    bins: Reliability
    scaled_bins: Reliability
    kept_accuracy: np.ndarray  # (n,) on the k most confident images

    @property
    def overconfident(self):
        return self.confidence - self.accuracy > NORMAL_QUANTILE * self.standard_error

    @property
    def underconfident(self):
        return self.accuracy - self.confidence > NORMAL_QUANTILE * self.standard_error

    @property
    def calibrated(self):
        """Whether the calibration error is no larger than chance explains."""
        return self.error <= self.chance_error

    @property
    def scaled_calibrated(self):
        return self.scaled_error <= self.scaled_chance_error

    @property
    def temperature_at_edge(self):
        """Whether the best temperature lies at an end of the range that is searched, as for a network without a mistake."""
        return min(abs(math.log(self.temperature / edge)) for edge in TEMPERATURES) < 0.01

    @property
    def scaling_lowers_both(self):
        """Whether temperature scaling lowers the calibration error and the negative log-likelihood on the test images."""
        return self.scaled_error < self.error and self.scaled_loss < self.loss

    @property
    def scaling_raises_both(self):
        return self.scaled_error >= self.error and self.scaled_loss >= self.loss

    @property
    def accuracy_of_most_confident(self):
        """The accuracy on the share KEPT of the images, the most confident ones."""
        return float(self.kept_accuracy[max(1, round(KEPT * len(self.kept_accuracy))) - 1])

    @property
    def error_of_most_confident(self):
        return 1 - self.accuracy_of_most_confident

    @property
    def refusing_helps(self):
        return self.accuracy_of_most_confident > self.accuracy

    @property
    def wanted_coverage(self):
        """The greatest share of most confident images on which the accuracy is at least WANTED; 0 if there is none."""
        reached = np.flatnonzero(self.kept_accuracy >= WANTED)
        return float((reached[-1] + 1) / len(self.kept_accuracy)) if len(reached) else 0.0


def calibration_of(variant):
    """The Calibration of a classification's results.Variant."""
    stored, labels = variant.predictions, variant.predictions["test_labels"]
    temperature = fit_temperature(stored["validation_probabilities"], stored["validation_labels"])
    before, after = stored["test_probabilities"], tempered(stored["test_probabilities"], temperature)
    confidence, right = confidence_and_correctness(before, labels)
    bins, scaled_bins = reliability(before, labels), reliability(after, labels)
    rng = np.random.default_rng(0)
    return Calibration(
        accuracy=float(right.mean()),
        confidence=float(confidence.mean()),
        standard_error=math.sqrt(np.sum(confidence * (1 - confidence))) / len(labels),
        temperature=temperature,
        error=expected_calibration_error(bins),
        scaled_error=expected_calibration_error(scaled_bins),
        chance_error=chance_calibration_error(before, rng),
        scaled_chance_error=chance_calibration_error(after, rng),
        loss=cross_entropy(before, labels),
        scaled_loss=cross_entropy(after, labels),
        bins=bins,
        scaled_bins=scaled_bins,
        kept_accuracy=accuracy_of_kept(before, labels),
    )
