"""A trained network as it was recorded, with the data that it was trained on."""

from __future__ import annotations

import dataclasses
import types
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from reporting.artifacts import RecordedRun, UserError, load_arrays, load_run, remedy, variants_of
from training.datasets import Dataset, Fold
from training.settings import Homework
from training.tasks import TASKS

if TYPE_CHECKING:
    import keras

# Outputs of a classifier may differ by so much from the recorded ones, which another machine may have computed in
# another precision; files of versions that did not save the averaging over views differ by more
TOLERANCE = 0.1


@dataclasses.dataclass(frozen=True)
class Trained:
    """The recorded run of a network, its folder and its data."""

    folder: Path
    run: RecordedRun
    dataset: Dataset

    @property
    def fold(self) -> Fold:
        """The training and the validation images of a classification, as they were when the network was trained."""
        task = TASKS[self.run.task]
        config = types.SimpleNamespace(**self.run.config)
        return task.module.fold_indices(len(self.dataset.x_train), config, self.run.seed)[0]

    def load(self) -> keras.Model:
        """The network from its file; call `configure` first. Raises UserError if that is not what was recorded."""
        import keras

        path = self.folder / "model.keras"
        try:
            model = keras.models.load_model(path, safe_mode=True)
        except Exception as error:  # a damaged archive raises whatever its first damaged part raises
            raise UserError(f"{path} is damaged ({type(error).__name__}); {remedy(self.folder)}") from None
        if difference_to_recorded(model, self) > TOLERANCE:
            raise UserError(f"{path} does not predict what is recorded beside it; {remedy(self.folder)}")
        return model


def trained(runs: Path, task: str, variant: str | None, homework: Homework) -> Trained:
    """The network of a variant, or of the one that is best on validation data; raises UserError if there is none."""
    if variant is not None and variant not in variants_of(task):
        raise UserError(f"the {task} has no variant {variant!r}; choose one of {', '.join(variants_of(task))}")
    folders = [runs / task / name for name in ([variant] if variant else variants_of(task))]
    there = {folder: load_run(folder) for folder in folders if (folder / "run.json").exists()}
    there = {folder: run for folder, run in there.items() if (folder / "model.keras").exists()}
    if not there:
        raise UserError(f"there is no trained network in {' or '.join(map(str, folders))}; run 'make all' to train it")
    folder = best_of(there)
    return Trained(folder, there[folder], data_of(there[folder], homework))


def best_of(runs: dict[Path, RecordedRun]) -> Path:
    """The folder of the run with the greatest validation accuracy, or the least validation loss; else the first."""

    def score(folder: Path) -> float:
        metrics = runs[folder].metrics
        return float(metrics.get("validation_accuracy", -metrics.get("validation_loss", np.inf)))

    return max(runs, key=score)


def data_of(run: RecordedRun, homework: Homework) -> Dataset:
    """The data of a run, which the settings name; raises UserError if they are other ones."""
    config = homework.data
    if TASKS[run.task].classifies:
        config = dataclasses.replace(config, train_images=run.data.counts["train"])  # fewer in make quick
    dataset = TASKS[run.task].module.load(config)
    if dict(dataset.data.digests) != dict(run.data.digests):
        raise UserError(
            f"the {run.task} was trained on other data ({run.data.source}) than those of the settings"
            f" ({dataset.data.source}); name its settings as in CONFIG=mine.toml"
        )
    return dataset


def difference_to_recorded(model: keras.Model, network: Trained) -> float:
    """The largest difference between what a classifier predicts of the first test images and what is recorded."""
    if not TASKS[network.run.task].classifies:
        return 0.0
    recorded = load_arrays(network.folder / "predictions.npz")["test_probabilities"][:100]
    return float(np.abs(model.predict(network.dataset.x_test[:100], verbose=0) - recorded).max())
