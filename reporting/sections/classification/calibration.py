"""How far the networks' probabilities can be trusted, on the test images."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from reporting.engine.canvas import CONFIGURATIONS, HALF, new_figure, styled
from reporting.engine.sections import Found
from reporting.names import named
from reporting.results import Results, Variant
from reporting.sections.classification.results import second_softmax
from reporting.sections.classification.structure import views_of
from reporting.stats.calibration import (
    BINS,
    TEMPERATURES,
    Reliability,
    accuracy_of_kept,
    chance_calibration_error,
    confidence_and_correctness,
    expected_calibration_error,
    fit_temperature,
    guaranteed_threshold,
    reliability,
    tempered,
)
from reporting.stats.metrics import NORMAL_QUANTILE, cross_entropy, wilson_interval
from reporting.stats.significance import SIGNIFICANCE

if TYPE_CHECKING:
    from matplotlib.figure import Figure

KEPT = 0.8  # the share of images that the sentence about refusing speaks of
WANTED = 0.99  # the accuracy that a threshold of confidence is to promise
SURE = 1 - SIGNIFICANCE  # how sure that promise is
HEIGHT = 47  # mm, of both panels
POINTS = 200  # of a curve


@dataclasses.dataclass(frozen=True)
class Promise:
    """Answers from a threshold of confidence on, see `guaranteed_threshold`; it is chosen on the validation images."""

    threshold: float
    answered: float  # share of the test images
    accuracy: float | None  # on these; None if there are none


@dataclasses.dataclass(frozen=True)
class Calibration:
    """A network's confidence against its accuracy; `scaled` is after temperature scaling on the validation images."""

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
    promise: Promise | None  # of WANTED right answers; None if no threshold can promise them

    @property
    def overconfident(self) -> bool:
        return self.confidence - self.accuracy > NORMAL_QUANTILE * self.standard_error

    @property
    def underconfident(self) -> bool:
        return self.accuracy - self.confidence > NORMAL_QUANTILE * self.standard_error

    @property
    def calibrated(self) -> bool:
        """Whether the calibration error is no larger than chance explains."""
        return self.error <= self.chance_error

    @property
    def scaled_calibrated(self) -> bool:
        return self.scaled_error <= self.scaled_chance_error

    @property
    def temperature_at_edge(self) -> bool:
        """Whether the best temperature lies at an end of the range searched, as for a network without a mistake."""
        return min(abs(math.log(self.temperature / edge)) for edge in TEMPERATURES) < 0.01

    @property
    def scaling_lowers_both(self) -> bool:
        """Whether temperature scaling lowers calibration error and negative log-likelihood on the test images."""
        return self.scaled_error < self.error and self.scaled_loss < self.loss

    @property
    def scaling_raises_both(self) -> bool:
        return self.scaled_error >= self.error and self.scaled_loss >= self.loss

    @property
    def accuracy_of_most_confident(self) -> float:
        """The accuracy on the share KEPT of the images, the most confident ones."""
        return float(self.kept_accuracy[max(1, round(KEPT * len(self.kept_accuracy))) - 1])

    @property
    def error_of_most_confident(self) -> float:
        return 1 - self.accuracy_of_most_confident

    @property
    def refusing_helps(self) -> bool:
        return self.accuracy_of_most_confident > self.accuracy


@dataclasses.dataclass(frozen=True)
class CalibrationFindings:
    networks: dict[str, Calibration]  # by variant
    second_softmax: Calibration | None  # of the reference settings trained with it; None if they were not
    bin_count: int
    epoch_chosen: bool  # whether the validation images also chose the epoch of the tuned network's weights
    averaged_views: int  # of an image over which the extended network's probabilities are means; 1 if they are none


def find(results: Results, found: Found) -> CalibrationFindings:
    """The calibration of each main network, and of the one that is trained with the second softmax."""
    case = second_softmax(results)
    return CalibrationFindings(
        networks={name: calibration_of(variant) for name, variant in results.variants.items()},
        second_softmax=calibration_of(case) if case else None,
        bin_count=BINS,
        epoch_chosen=results.tuned.run.config["restore_best_weights"],
        averaged_views=views_of(results.extended.run.config) if results.extended else 1,
    )


def figures(results: Results, found: Found) -> dict[str, list]:
    return {"classification_calibration": [lambda: reliability_panel(results.tuned), lambda: risk_panel(results)]}


def tables(results: Results, found: Found) -> dict[str, Any]:
    return {"classification_calibration": lambda: rows(found("calibration"))}


def rows(findings: CalibrationFindings) -> list[tuple[str, Calibration]]:
    """The configurations' names and calibrations, with the second softmax behind the reference settings if trained."""
    first, *others = findings.networks.items()
    second = findings.second_softmax
    return [first, *([("double_softmax", second)] if second else []), *others]


def reliability_panel(variant: Variant) -> Figure:
    """The reliability of a network."""
    item = calibration_of(variant)
    return plot_reliability(item.bins, item.scaled_bins)


def risk_panel(results: Results) -> Figure:
    """What refusing would gain with each configuration."""
    kept = {
        named(name, "configuration"): accuracy_of_kept(
            variant.predictions["test_probabilities"], variant.predictions["test_labels"]
        )
        for name, variant in results.variants.items()
    }
    return plot_risk(kept, KEPT)


def calibration_of(variant: Variant) -> Calibration:
    """The calibration of one network."""
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
        promise=promise_of(stored),
    )


def promise_of(stored: Mapping[str, np.ndarray]) -> Promise | None:
    """What a network's answers keep of the promise of WANTED right ones."""
    validation, test = (
        confidence_and_correctness(stored[f"{part}_probabilities"], stored[f"{part}_labels"])
        for part in ("validation", "test")
    )
    threshold = guaranteed_threshold(*validation, WANTED)
    if threshold is None:
        return None
    confidence, right = test
    kept = right[confidence >= threshold]
    return Promise(threshold, len(kept) / len(right), float(kept.mean()) if len(kept) else None)


@styled
def plot_reliability(before: Reliability, after: Reliability) -> Figure:
    """Accuracy over mean confidence in bins, before and after temperature scaling, with Wilson's 95 % intervals.

    A calibrated network's points lie on the diagonal.
    """
    figure = new_figure(HALF, HEIGHT)
    axes = figure.subplots()
    axes.plot([0, 1], [0, 1], color="C3", linewidth=0.6)
    for bins, color, marker, line, name in (
        (before, "C0", "o", "-", "as trained"),
        (after, "C1", "D", "--", "temperature scaled"),
    ):
        ends = np.array([wilson_interval(share * n, n) for n, share in zip(bins.images, bins.accuracy, strict=True)])
        axes.vlines(bins.confidence, *ends.T, color=color, linewidth=0.6)
        look: dict[str, Any] = {"color": color, "marker": marker, "linestyle": line}
        axes.plot(bins.confidence, bins.accuracy, linewidth=0.8, label=name, **look)
    axes.set(xlabel="mean confidence of the bin", ylabel="accuracy", xlim=(0, 1.02), ylim=(0, 1.02))
    axes.grid()
    axes.legend(loc="upper left")
    return figure


@styled
def plot_risk(kept_accuracies: Mapping[str, np.ndarray], kept: float) -> Figure:
    """The error on the images that are answered over their share, the least confident ones being refused first.

    kept_accuracies: name -> (n,) accuracy on the k most confident images; `kept` is the share that is marked.
    """
    figure = new_figure(HALF, HEIGHT)
    axes = figure.subplots()
    axes.axvline(100 * kept, color="C3", linewidth=0.6, linestyle=(0, (1, 2)))
    for (name, accuracies), (color, line) in zip(kept_accuracies.items(), CONFIGURATIONS.values(), strict=False):
        chosen = np.unique(np.linspace(1, len(accuracies), POINTS).astype(int))
        shares, errors = 100 * chosen / len(accuracies), 100 * (1 - accuracies[chosen - 1])
        axes.plot(shares, errors, color=color, linestyle=line, label=name)
    axes.set(xlabel="share of images answered (%)", ylabel="of these wrong (%)", xlim=(0, 100), ylim=(0, None))
    axes.grid(axis="y")
    axes.legend(loc="upper left")
    return figure
