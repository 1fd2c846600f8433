"""The floor that the noise of the measurements puts under every loss."""

import dataclasses
import math
from collections.abc import Sequence

import numpy as np

from reporting.engine.sections import Found
from reporting.results import Results, Variant
from reporting.sections.regression.columns import has_several_inputs
from reporting.sections.regression.data import Gap, gaps_of
from reporting.stats.noise import AGREEMENT, NeighbourEstimate, NoiseVariance, neighbour_estimate


@dataclasses.dataclass(frozen=True)
class Noise:
    """What neighbours say about the noise of a set of points, and what stands against it."""

    neighbours: NeighbourEstimate | None  # None if they are too few
    gaussian_process: float | None = None  # variance by that model, mean over the folds; None if it is not known
    refuted: float | None = None  # the mean squared held-out error that is too small for such noise; None if none is

    @property
    def process_differs(self) -> bool:
        """Whether the Gaussian process finds clearly more or less noise than the neighbours do."""
        if self.neighbours is None or self.gaussian_process is None:
            return False
        return not self.neighbours.agrees_with(self.gaussian_process)

    @property
    def variance(self) -> NoiseVariance | None:
        """The estimate, if nothing contradicts it."""
        if self.neighbours is None or self.neighbours.bends or self.refuted is not None or self.process_differs:
            return None
        return self.neighbours


@dataclasses.dataclass(frozen=True)
class NoiseFindings:
    training: Noise  # of the training points
    test: NoiseVariance | None  # of the test points; None if there is no estimate
    train_loss: float  # of the tuned networks
    validation_loss: float
    validation_error: float  # standard error of the validation loss, over the points
    test_loss: float

    @property
    def train(self) -> NoiseVariance | None:
        """The variance of the training points' noise; None if there is no estimate."""
        return self.training.variance

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
    def explains_low_test_loss(self) -> bool:
        """Whether the test loss lies below the validation loss, and the test points are the cleaner ones."""
        return self.test_is_cleaner and self.test_loss < self.validation_loss

    @property
    def validation_at_floor(self) -> bool:
        """Whether the validation loss is no higher than noise explains, by the standard errors of both."""
        error = math.hypot(self.train.error, self.validation_error) if self.train else math.nan
        return self.excess <= AGREEMENT * error

    @property
    def fits_noise(self) -> bool:
        """Whether the training loss is lower than the noise allows a network that knows the function."""
        return self.train is not None and self.train_loss < self.train.value and not self.train_at_floor


def find(results: Results, found: Found) -> NoiseFindings | None:
    """What the tuned networks' points say about their noise, beside the losses; None if several inputs order none."""
    if has_several_inputs(results):
        return None
    metrics = results.tuned.run.metrics
    losses = {f"{kind}_loss": metrics[f"{kind}_loss"] for kind in ("train", "validation", "test")}
    errors = held_out_errors(results.tuned)
    return NoiseFindings(
        training=training_noise(results),
        test=noise_of_test_points(results),
        validation_error=float(np.std(errors, ddof=1) / math.sqrt(len(errors))),
        **losses,
    )


def noise_of_training_points(results: Results) -> NoiseVariance | None:
    """The variance of the training points' noise; None if there is no estimate."""
    return None if has_several_inputs(results) else training_noise(results).variance


def noise_of_test_points(results: Results) -> NoiseVariance | None:
    """The variance of the test points' noise, which lie in the training points' gaps too; None without an estimate."""
    stored = results.tuned.predictions
    errors = (stored["test_predictions"].astype(float).mean(axis=0) - stored["y_test"]) ** 2
    return judged(neighbour_estimate(stored["x_test"], stored["y_test"]), [errors]).variance


def training_noise(results: Results) -> Noise:
    """The Noise of the training points, which the held-out errors of networks and Gaussian process must hold."""
    stored = results.tuned.predictions
    process = results.extras["baselines"].cases.get("gaussian_process")
    neighbours = neighbour_estimate(
        stored["x_train"], stored["y_train"], stretches(stored["x_train"], gaps_of(results))
    )
    errors = [held_out_errors(variant) for variant in (results.tuned, process) if variant]
    return judged(neighbours, errors, float(process.column("noise_variance").mean()) if process else None)


def judged(
    neighbours: NeighbourEstimate | None, errors: Sequence[np.ndarray], gaussian_process: float | None = None
) -> Noise:
    """The Noise by its neighbours, the squared held-out errors (n,) of models, and a Gaussian process."""
    refuting = [float(item.mean()) for item in errors if neighbours and neighbours.exceeds(item)]
    return Noise(neighbours, gaussian_process, min(refuting, default=None))


def stretches(x: np.ndarray, gaps: Sequence[Gap]) -> np.ndarray:
    """Between which gaps each of the points (n,) lies, by number."""
    return np.searchsorted([gap.end for gap in gaps], x, side="right")


def held_out_errors(variant: Variant) -> np.ndarray:
    """The squared error of each training point by the model of the fold that held it out: (n,)."""
    stored = variant.predictions
    predicted = stored["train_predictions"].astype(float)[stored["fold"] - 1, np.arange(len(stored["fold"]))]
    errors: np.ndarray = (predicted - stored["y_train"]) ** 2
    return errors
