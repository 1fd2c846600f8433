"""Whether probabilities mean what they say.

Probabilities are (n, classes) and labels (n,) everywhere. The confidence of an image is its greatest probability.
"""

import math
from typing import NamedTuple

import numpy as np

from reporting.stats.significance import SIGNIFICANCE, upper_bound

BINS = 15  # of equal width, as in Guo et al.
TEMPERATURES = (0.05, 20.0)  # the range that is searched for the best one
TINY = np.finfo(np.float32).tiny  # a probability of 0 counts as this


class Reliability(NamedTuple):
    """A row for each bin of confidence that holds images: (filled bins,) each."""

    images: np.ndarray
    confidence: np.ndarray  # mean
    accuracy: np.ndarray


def confidence_and_correctness(probabilities: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The confidence of each image, and whether its class is the right one: (n,) float and (n,) bool."""
    return probabilities.max(axis=1).astype(float), probabilities.argmax(axis=1) == labels


def bin_numbers(confidence: np.ndarray) -> np.ndarray:
    """The bin of each confidence, from 0: (n,). A confidence of 1 falls into the last one."""
    return np.minimum((confidence * BINS).astype(int), BINS - 1)


def reliability(probabilities: np.ndarray, labels: np.ndarray) -> Reliability:
    """Images, mean confidence and accuracy in each bin of confidence."""
    confidence, right = confidence_and_correctness(probabilities, labels)
    numbers = bin_numbers(confidence)
    images = np.bincount(numbers, minlength=BINS)
    filled = images > 0
    means = [np.bincount(numbers, values, BINS)[filled] / images[filled] for values in (confidence, right)]
    return Reliability(images[filled], *means)


def expected_calibration_error(bins: Reliability) -> float:
    """The mean over the images of |accuracy - mean confidence| of their bin.

    Naeini et al. (2015), AAAI; Guo et al. (2017), ICML.
    """
    return float(np.sum(bins.images * np.abs(bins.accuracy - bins.confidence)) / np.sum(bins.images))


def chance_calibration_error(
    probabilities: np.ndarray, rng: np.random.Generator, draws: int = 2000, share: float = 0.95
) -> float:
    """The expected calibration error that a perfectly calibrated network stays below on `share` of such test sets.

    Such a network is right as often as its confidence says, but on finitely many images its error is not 0 (after
    Bröcker and Smith, 2007, Weather and Forecasting 22, 651-661). The number of right answers in a bin is a sum of
    independent draws and taken as normally distributed.
    """
    confidence = probabilities.max(axis=1).astype(float)
    variance = np.bincount(bin_numbers(confidence), confidence * (1 - confidence), BINS)
    excess = np.abs(rng.normal(size=(draws, BINS)) * np.sqrt(variance)).sum(axis=1)
    return float(np.quantile(excess, share) / len(confidence))


def tempered(probabilities: np.ndarray, temperature: float) -> np.ndarray:
    """The probabilities with all logits divided by the temperature: proportional to p ** (1 / temperature)."""
    odds = np.exp(relative_logits(probabilities) / temperature)
    return odds / odds.sum(axis=1, keepdims=True)


def relative_logits(probabilities: np.ndarray) -> np.ndarray:
    """The logarithms of the probabilities, less the greatest one of each image: (n, classes)."""
    logits = np.log(np.maximum(probabilities.astype(float), TINY))
    return logits - logits.max(axis=1, keepdims=True)


def fit_temperature(probabilities: np.ndarray, labels: np.ndarray) -> float:
    """The temperature of least cross-entropy on these images (Guo et al., 2017), within TEMPERATURES, to 1 in 1000.

    The cross-entropy is convex in 1 / temperature, so it has one minimum.
    """
    from scipy.optimize import minimize_scalar

    logits = relative_logits(probabilities)
    own = logits[np.arange(len(labels)), labels]

    def loss(logarithm: float) -> float:
        scale = math.exp(-logarithm)
        return float(np.mean(np.log(np.exp(scale * logits).sum(axis=1)) - scale * own))

    ends = [math.log(temperature) for temperature in TEMPERATURES]
    inner = float(minimize_scalar(loss, bounds=ends, method="bounded", options={"xatol": 1e-4}).x)
    return math.exp(min(*ends, inner, key=loss))  # an end also where the loss of a perfect network is flat


def accuracy_of_kept(probabilities: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """The accuracy on the k images of greatest confidence, for k = 1 to n: (n,).

    Images of equal confidence each count as the mean of all of them, so their order does not matter.
    """
    confidence, right = confidence_and_correctness(probabilities, labels)
    _, ties, counts = np.unique(-confidence, return_inverse=True, return_counts=True)
    expected = np.repeat(np.bincount(ties, right) / counts, counts)
    return np.cumsum(expected) / np.arange(1, len(right) + 1)


def guaranteed_threshold(
    confidence: np.ndarray, right: np.ndarray, accuracy: float, delta: float = SIGNIFICANCE
) -> float | None:
    """The confidence from which on answers are right in at least `accuracy` of cases, with a probability of 1 - delta.

    From images (n,) that are drawn like those to be answered: selection with guaranteed risk (Geifman and El-Yaniv,
    2017, NeurIPS, algorithm 2), a binary search for the most answers whose risk has a low enough bound. The bounds hold
    together, as each has its share of delta. None if no threshold is found.
    """
    order = np.argsort(-confidence, kind="stable")
    falling, errors = confidence[order], np.cumsum(~right[order])
    steps = math.ceil(math.log2(max(2, len(falling))))
    found, least, most = None, 0, len(falling)
    for _ in range(steps):
        middle = (least + most + 1) // 2
        answered = int(np.searchsorted(-falling, -falling[middle - 1], "right"))  # with all of the same confidence
        if upper_bound(int(errors[answered - 1]), answered, 1 - delta / steps) <= 1 - accuracy:
            found, least = float(falling[middle - 1]), middle
        else:
            most = middle
    return found
