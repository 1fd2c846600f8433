"""The floor that the noise of the measurements puts under every loss."""

import dataclasses
import math
from collections.abc import Sequence

import numpy as np

from reporting.engine.sections import Found
from reporting.results import Results
from reporting.sections.regression.data import Gap, gaps_of

FEW = 5  # triples of neighbours, below which nothing is said about the noise
AGREEMENT = 2.0  # standard errors


@dataclasses.dataclass(frozen=True)
class NoiseVariance:
    value: float
    error: float  # standard error

    def agrees(self, other: float) -> bool:
        """Whether a number lies within two standard errors."""
        return abs(other - self.value) <= AGREEMENT * self.error


@dataclasses.dataclass(frozen=True)
class NoiseFindings:
    train: NoiseVariance | None  # of the training points, from neighbours; None if they are too few
    test: NoiseVariance | None  # of the test points, likewise
    gaussian_process: float | None  # of the training points, mean over the folds; None if that is switched off
    train_loss: float  # of the tuned networks
    validation_loss: float

    @property
    def processes_agree(self) -> bool:
        """Whether both estimates agree; False unless there are both."""
        return self.train is not None and self.gaussian_process is not None and self.train.agrees(self.gaussian_process)

    @property
    def excess(self) -> float:
        """By how much the validation loss lies above the variance of the noise; nan without an estimate of that."""
        return self.validation_loss - self.train.value if self.train else math.nan

    @property
    def train_at_floor(self) -> bool:
        return self.train is not None and self.train.agrees(self.train_loss)

    @property
    def test_is_cleaner(self) -> bool:
        """Whether the test points' noise is clearly smaller than that of the training points."""
        if self.train is None or self.test is None:
            return False
        return self.test.value + AGREEMENT * self.test.error < self.train.value - AGREEMENT * self.train.error

    @property
    def validation_at_floor(self) -> bool:
        """Whether the validation loss is no higher than noise alone explains."""
        return self.train is not None and self.validation_loss <= self.train.value + AGREEMENT * self.train.error

    @property
    def fits_noise(self) -> bool:
        """Whether the training loss is lower than the noise allows a network that knows the function."""
        return self.train is not None and self.train_loss < self.train.value and not self.train_at_floor


def find(results: Results, found: Found) -> NoiseFindings:
    """What the tuned networks' points say about their noise, beside the networks' losses."""
    metrics = results.tuned.run.metrics
    gaussian_process = results.extras["baselines"].cases.get("gaussian_process")
    return NoiseFindings(
        train=noise_of_training_points(results),
        test=noise_of_test_points(results),
        gaussian_process=float(gaussian_process.column("noise_variance").mean()) if gaussian_process else None,
        train_loss=metrics["train_loss"],
        validation_loss=metrics["validation_loss"],
    )


def noise_of_training_points(results: Results) -> NoiseVariance | None:
    """The NoiseVariance of the training points."""
    stored = results.tuned.predictions
    return noise_variance(stored["x_train"], stored["y_train"], gaps_of(results))


def noise_of_test_points(results: Results) -> NoiseVariance | None:
    """The NoiseVariance of the test points, which lie in the training points' gaps too."""
    stored = results.tuned.predictions
    return noise_variance(stored["x_test"], stored["y_test"])


def noise_variance(x: np.ndarray, y: np.ndarray, gaps: Sequence[Gap] = ()) -> NoiseVariance | None:
    """The NoiseVariance of points (n,), by how far each one lies from the line through its neighbours; None for a few.

    Gasser, Sroka and Jennen-Steinmetz (1986), Residual variance and residual pattern in nonlinear regression,
    Biometrika 73, 625-633. Triples that span one of the `gaps` are left out, where a line says nothing. The standard
    error is that of the quadratic form for normal noise, in which triples that share points depend on each other.
    """
    order = np.argsort(x, kind="stable")
    x, y = (np.asarray(values, dtype=float)[order] for values in (x, y))
    kept = np.full(max(len(x) - 2, 0), True)
    for gap in gaps:
        kept &= (x[2:] <= gap.start) | (x[:-2] >= gap.end)
    if kept.sum() < FEW:
        return None
    weights = neighbour_weights(x) * kept[:, None]
    residuals = weights[:, 0] * y[:-2] + weights[:, 1] * y[1:-1] + weights[:, 2] * y[2:]
    value = float(np.sum(residuals**2) / kept.sum())
    correlations = [np.sum(weights[lag:, : 3 - lag] * weights[: len(weights) - lag, lag:], axis=1) for lag in (1, 2)]
    dependent = kept.sum() + 2 * sum(np.sum(values**2) for values in correlations)
    return NoiseVariance(value, value * math.sqrt(2 * dependent) / int(kept.sum()))


def neighbour_weights(x: np.ndarray) -> np.ndarray:
    """What each inner one of the sorted points (n,) and its two neighbours count in its residual: (n - 2, 3).

    Rows have the length 1, so that the residuals of pure noise have its variance.
    """
    width = x[2:] - x[:-2]
    left = np.divide(x[2:] - x[1:-1], width, out=np.full(len(width), 0.5), where=width > 0)
    weights = np.column_stack([left, np.full(len(width), -1.0), 1 - left])
    return weights / np.linalg.norm(weights, axis=1, keepdims=True)
