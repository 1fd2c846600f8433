"""Standardised points: networks train on columns of mean 0 and standard deviation 1, results are in the data's units.

Mean and deviation are those of a fold's training points alone, so that nothing leaks from those held out.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from training.datasets import Dataset

if TYPE_CHECKING:
    import keras

    from training.config import FitConfig


@dataclasses.dataclass(frozen=True)
class Scaling:
    """Means and standard deviations, float64; by default it changes nothing."""

    x_mean: np.ndarray = dataclasses.field(default_factory=lambda: np.zeros(1))  # (columns,)
    x_sd: np.ndarray = dataclasses.field(default_factory=lambda: np.ones(1))
    y_mean: float = 0.0
    y_sd: float = 1.0
    standardises: bool = False

    @property
    def unit(self) -> float:
        """What a squared error of standardised targets is multiplied by."""
        return self.y_sd**2

    def inputs(self, x: np.ndarray) -> np.ndarray:
        """Inputs (n, columns) as a model takes them, float64."""
        return (np.asarray(x, np.float64) - self.x_mean) / self.x_sd

    def targets(self, y: np.ndarray) -> np.ndarray:
        """Targets as a model learns them, float64."""
        return (np.asarray(y, np.float64) - self.y_mean) / self.y_sd

    def predictions(self, outputs: np.ndarray) -> np.ndarray:
        """What a model says, in the data's units: float64 if it was standardised, else as it is."""
        return self.y_mean + self.y_sd * outputs.astype(np.float64) if self.standardises else outputs

    def deviations(self, outputs: np.ndarray) -> np.ndarray:
        """Standard deviations of a model's predictions, in the data's units."""
        return self.y_sd * outputs

    @property
    def arrays(self) -> dict[str, np.ndarray]:
        """What is recorded of it; nothing if it changes nothing."""
        names = ("x_mean", "x_sd", "y_mean", "y_sd") if self.standardises else ()
        return {name: np.asarray(getattr(self, name)) for name in names}


def scaling_of(standardize: str, dataset: Dataset, train: np.ndarray) -> Scaling:
    """The Scaling of the training points with these indices: by "auto" none if all columns are of order one."""
    if standardize == "off" or (standardize == "auto" and dataset.x_train.dtype == np.float32):
        return Scaling()
    x, y = dataset.x_train[train].astype(np.float64), dataset.y_train[train].astype(np.float64)
    deviations = x.std(axis=0)
    return Scaling(x.mean(axis=0), np.where(deviations > 0, deviations, 1.0), y.mean(), y.std() or 1.0, True)


def standardised(config: FitConfig, dataset: Dataset, train: np.ndarray) -> tuple[Dataset, Scaling]:
    """The dataset as a network with this configuration takes it, float32, and its Scaling; images as they are."""
    if not hasattr(config, "standardize"):
        return dataset, Scaling()
    scaling = scaling_of(config.standardize, dataset, train)
    x_train, x_test = (scaling.inputs(x).astype(np.float32) for x in (dataset.x_train, dataset.x_test))
    y_train, y_test = (scaling.targets(y).astype(np.float32) for y in (dataset.y_train, dataset.y_test))
    scaled = dataclasses.replace(dataset, x_train=x_train, y_train=y_train, x_test=x_test, y_test=y_test)
    return scaled, scaling


def in_data_units(model: keras.Model, scaling: Scaling) -> keras.Model:
    """The network between layers that standardise its inputs and undo that of its output; it takes data as they are.

    These are Rescaling layers in float64: Normalization takes no deviation below 1e-7, and float32 merges time stamps.
    """
    import keras
    from keras import layers

    if not scaling.standardises:
        return model
    one, zero = np.ones(1), np.zeros(1)  # arrays, since Keras makes float32 of plain numbers
    steps = {
        "less_mean": (one, -scaling.x_mean),
        "by_deviation": (1 / scaling.x_sd, zero),
        "in_data_units": (one * scaling.y_sd, one * scaling.y_mean),
    }
    less_mean, by_deviation, restored = (
        layers.Rescaling(*step, dtype="float64", name=name) for name, step in steps.items()
    )
    inputs = keras.Input(scaling.x_mean.shape, name="x_in_data_units", dtype="float64")
    return keras.Model(inputs, restored(model(by_deviation(less_mean(inputs)))), name="in_data_units")
