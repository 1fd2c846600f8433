"""The floor that the noise of the measurements puts under every loss."""

import dataclasses
import math

import numpy as np

FEW = 5  # triples of neighbours, below which nothing is said about the noise
AGREEMENT = 2.0  # standard errors


@dataclasses.dataclass(frozen=True)
class NoiseVariance:
    value: float
    error: float  # standard error

    def agrees(self, other):
        """Whether a number lies within two standard errors."""
        return abs(other - self.value) <= AGREEMENT * self.error


@dataclasses.dataclass(frozen=True)
class NoiseFindings:
    train: NoiseVariance | None  # of the training points, from neighbours; None if they are too few
    test: NoiseVariance | None  # of the test points, likewise
    gaussian_process: (
        float | None
    )  # of the training points, mean over the folds; None if the baselines are switched off
    train_loss: float  # of the tuned networks
    validation_loss: float

    @property
    def processes_agree(self):
        """Whether both estimates agree; False unless there are both."""
        return None not in (self.train, self.gaussian_process) and self.train.agrees(self.gaussian_process)

    @property
    def excess(self):
        """By how much the validation loss lies above the variance of the noise."""
        return self.validation_loss - self.train.value

    @property
    def train_at_floor(self):
        return self.train is not None and self.train.agrees(self.train_loss)

    @property
    def test_is_cleaner(self):
        """Whether the test points' noise is clearly smaller than that of the training points."""
        return (
            None not in (self.train, self.test)
            and self.test.value + AGREEMENT * self.test.error < self.train.value - AGREEMENT * self.train.error
        )

    @property
    def validation_at_floor(self):
        """Whether the validation loss is no higher than noise alone explains."""
        return self.train is not None and self.validation_loss <= self.train.value + AGREEMENT * self.train.error

    @property
    def fits_noise(self):
        """Whether the training loss is lower than the noise allows a network that knows the function."""
        return self.train is not None and self.train_loss < self.train.value and not self.train_at_floor


def noise_findings(tuned, gaps, gaussian_process=None):
    """The NoiseFindings of the tuned results.Variant; `gaussian_process` is the Variant of that baseline, if there is one."""
    stored, metrics = tuned.predictions, tuned.run.metrics
    return NoiseFindings(
        train=noise_variance(stored["x_train"], stored["y_train"], gaps),
        test=noise_variance(stored["x_test"], stored["y_test"]),
        gaussian_process=gaussian_process and float(gaussian_process.column("noise_variance").mean()),
        train_loss=metrics["train_loss"],
        validation_loss=metrics["validation_loss"],
    )


def noise_variance(x, y, gaps=()):
    """The NoiseVariance of points (n,) by how far each one lies from the line through its neighbours; None for too few points.

    Gasser, Sroka and Jennen-Steinmetz (1986), Residual variance and residual pattern in nonlinear regression, Biometrika 73,
    625-633. Triples that span one of the `gaps` are left out, where a line says nothing. The standard error is that of the
    quadratic form for normal noise, in which triples that share points depend on each other.
    """
    order = np.argsort(x, kind="stable")
    x, y = (np.asarray(values, dtype=float)[order] for values in (x, y))
    kept = (
        np.all([(x[2:] <= gap.start) | (x[:-2] >= gap.end) for gap in gaps], axis=0)
        if gaps
        else np.full(max(len(x) - 2, 0), True)
    )
    if kept.sum() < FEW:
        return None
    weights = neighbour_weights(x) * kept[:, None]
    residuals = weights[:, 0] * y[:-2] + weights[:, 1] * y[1:-1] + weights[:, 2] * y[2:]
    value = float(np.sum(residuals**2) / kept.sum())
    shared = [
        np.sum(weights[lag:, : 3 - lag] * weights[: len(weights) - lag, lag:], axis=1) for lag in (1, 2)
    ]  # correlations
    dependent = kept.sum() + 2 * sum(np.sum(values**2) for values in shared)
    return NoiseVariance(value, value * math.sqrt(2 * dependent) / int(kept.sum()))


def neighbour_weights(x):
    """What each inner one of the sorted points (n,) and its neighbours count in its residual: (n - 2, 3), rows of length 1."""
    width = x[2:] - x[:-2]
    left = np.divide(x[2:] - x[1:-1], width, out=np.full(len(width), 0.5), where=width > 0)
    weights = np.column_stack([left, np.full(len(width), -1.0), 1 - left])
    return weights / np.linalg.norm(weights, axis=1, keepdims=True)
