"""An experiment: a task with its settings, its data and the folder of its results. Every stage starts from one."""

from __future__ import annotations

import dataclasses
import functools
from pathlib import Path
from typing import Any

from reporting.artifacts import TASKS as REGISTERED
from reporting.artifacts import Data
from training.best import load_best_config
from training.datasets import Dataset, Folds
from training.recording import Recording
from training.seeds import search_seed
from training.settings import Homework, TaskSettings
from training.tasks import TASKS, Task


@dataclasses.dataclass(frozen=True)
class Experiment:
    """A task, the settings, and the folder of all results."""

    task: Task
    homework: Homework
    runs: Path

    @functools.cached_property
    def dataset(self) -> Dataset:
        """The task's data; raises UserError where they are missing or damaged."""
        return self.task.module.load(self.homework.data)

    @functools.cached_property
    def data(self) -> Data:
        """What is recorded of the data."""
        return self.task.module.describe_data(self.homework.data)

    @property
    def settings(self) -> TaskSettings:
        """The settings of the task."""
        return self.homework.tasks[self.task.name]

    @property
    def seed(self) -> int:
        """The seed of the settings."""
        return self.homework.compute.seed

    @property
    def folder(self) -> Path:
        """The folder of the task's results."""
        return self.runs / self.task.name

    def config(self, variant: str) -> Any:
        """The configuration of a variant; raises UserError if it needs the result of a search that is not finished."""
        if variant == REGISTERED[self.task.name].searched:
            return load_best_config(self.folder / "search", self.homework, self.settings.search, self.data)
        return self.settings.reference if variant == "reference" else self.settings.variants[variant]

    def leaves_out(self, variant: str) -> bool:
        """Whether the settings switch a variant off."""
        return not getattr(self.settings.extras, variant, True)

    @property
    def search_seed(self) -> int:
        """The seed of the search: its folds and its fits are those of no other network."""
        return search_seed(self.seed)

    def folds(self, config: Any, seed: int | None = None) -> Folds:
        """The folds that a seed gives, by default that of the settings."""
        return self.task.module.fold_indices(self.data.counts["train"], config, self.seed if seed is None else seed)

    def recording(self, name: str, config: Any, seed: int | None = None) -> Recording:
        """The Recording of a stage, or of a case of an extra, in the folder `name` below the task's."""
        return Recording(self.folder / name, self.task.name, name, self.homework, config, self.data, seed)


def experiment(task: str, homework: Homework, runs: Path) -> Experiment:
    """The Experiment of the task with that name."""
    return Experiment(TASKS[task], homework, runs)
