"""The tasks: what settings, scripts and fits need to know about each. A new task is an entry here and in the registry.

Its module, its extras and its network are imported when they are asked for: they need modules that import this one, and
the network needs Keras, which takes long to load.
"""

from __future__ import annotations

import dataclasses
import importlib
from collections.abc import Mapping
from types import ModuleType
from typing import TYPE_CHECKING

from reporting.artifacts import Shapes
from training.config import ClassificationConfig, FitConfig, RegressionConfig

if TYPE_CHECKING:
    import keras

    from training.extras import Maker


@dataclasses.dataclass(frozen=True)
class Task:
    """How a task of the registry (reporting.artifacts.TASKS) is trained."""

    name: str
    config: type[FitConfig]
    objectives: tuple[str, ...]  # what a search may optimise
    classifies: bool  # whether it is a classification, or a regression
    builder: str  # function in training.models that builds the network of a configuration

    @property
    def module(self) -> ModuleType:
        """training.<name>: load, describe_data, fold_indices, layer_sizes, resized, train."""
        return importlib.import_module(f"training.{self.name}")

    @property
    def makers(self) -> Mapping[str, Maker]:
        """MAKERS of training.<name>_extras: the functions that make the cases of each extra."""
        return importlib.import_module(f"training.{self.name}_extras").MAKERS

    def build(self, config: FitConfig, shapes: Shapes) -> keras.Model:
        """A new network, not compiled; its initial weights depend on Keras' global seed."""
        if config.network:
            return importlib.import_module("training.own_network").build_own(config, shapes)
        return getattr(importlib.import_module("training.models"), self.builder)(config, shapes)


TASKS = {
    task.name: task
    for task in (
        Task("regression", RegressionConfig, ("validation_loss",), classifies=False, builder="build_mlp"),
        Task(
            "classification",
            ClassificationConfig,
            ("validation_accuracy", "validation_loss"),
            classifies=True,
            builder="build_cnn",
        ),
    )
}


def task_of(config: FitConfig) -> Task:
    """The Task that a configuration belongs to."""
    return TASKS[config.task]
