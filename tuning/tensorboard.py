"""Logs for TensorBoard (--tensorboard): the scalars of every epoch and the hyperparameters of every fit."""

import importlib.util
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import keras
import tensorflow as tf

from reporting.artifacts import UserError


def require_tensorboard() -> None:
    """Raise UserError if the package is not installed."""
    if importlib.util.find_spec("tensorboard") is None:
        raise UserError(
            "TensorBoard is not installed; run make tune TENSORBOARD=1, or pip install -r requirements-tensorboard.txt"
        )


class EventLog(keras.callbacks.Callback):
    """Writes the event file of one fit, in a folder named after the combination and the fold."""

    def __init__(self, folder: Path, values: Mapping[str, Any], fold: int) -> None:
        super().__init__()
        name = ",".join(f"{key}={value}" for key, value in values.items())
        self.folder, self.values = folder / name / f"fold-{fold}", {**values, "fold": fold}

    def on_train_begin(self, logs: Mapping[str, Any] | None = None) -> None:
        from tensorboard.plugins.hparams import api

        self.writer = tf.summary.create_file_writer(str(self.folder))
        with self.writer.as_default():
            api.hparams(self.values)

    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        with self.writer.as_default():
            for name, value in (logs or {}).items():
                tf.summary.scalar(name, value, step=epoch + 1)

    def on_train_end(self, logs: Mapping[str, Any] | None = None) -> None:
        self.writer.close()
