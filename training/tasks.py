"""The tasks: what settings, scripts and fits need to know of each. Another task is an entry here and in the registry.

What takes long to load (TensorFlow, Keras) is imported by the functions that need it.
"""

from __future__ import annotations

import dataclasses
import importlib
from types import ModuleType
from typing import TYPE_CHECKING, Any

from training.config import ClassificationConfig, FitConfig, RegressionConfig, limited

if TYPE_CHECKING:
    import keras


@dataclasses.dataclass(frozen=True)
class Task:
    """One of reporting.artifacts.TASKS, as it is trained."""

    name: str
    config: type[FitConfig]
    objectives: tuple[str, ...]  # that a search may have
    classifies: bool  # or else it regresses
    builder: str  # the function of training.models that builds the network of a configuration
    # settings of its extras besides whether, or how often, they are trained
    extra_settings: dict[str, Any] = dataclasses.field(default_factory=dict)

    @property
    def module(self) -> ModuleType:
        """The module that loads the data, cuts them into folds, trains and records: training.regression, say."""
        return importlib.import_module(f"training.{self.name}")

    def build(self, config: FitConfig) -> keras.Model:
        """A new network, not compiled; its weights follow Keras' seed."""
        return getattr(importlib.import_module("training.models"), self.builder)(config)


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
            extra_settings={
                "ablation_images": (int, limited(at_least=1)),
                "ablation_epochs": (int, limited(at_least=1)),
            },
        ),
    )
}


def task_of(config: FitConfig) -> Task:
    """The Task that a configuration belongs to."""
    return TASKS[config.task]
