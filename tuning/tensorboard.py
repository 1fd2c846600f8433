"""Logs for TensorBoard, asked for with --tensorboard: the scalars of every epoch, and the hyperparameters of every fit."""

import importlib.util

import keras
import tensorflow as tf

from reporting.artifacts import UserError


def require_tensorboard():
    """Raise UserError unless the package is there."""
    if importlib.util.find_spec("tensorboard") is None:
        raise UserError(
            "TensorBoard is not installed; run make tune TENSORBOARD=1, or pip install -r requirements-tensorboard.txt"
        )


class EventLog(keras.callbacks.Callback):
    """One fit's event file, in a folder named by the combination and the fold."""

    def __init__(self, folder, values, fold):
        super().__init__()
        name = ",".join(f"{key}={value}" for key, value in values.items())
        self.folder, self.values = folder / name / f"fold-{fold}", values | {"fold": fold}

    def on_train_begin(self, logs=None):
        from tensorboard.plugins.hparams import api

        self.writer = tf.summary.create_file_writer(str(self.folder))
        with self.writer.as_default():
            api.hparams(self.values)

    def on_epoch_end(self, epoch, logs=None):
        with self.writer.as_default():
            for name, value in logs.items():
                tf.summary.scalar(name, value, step=epoch + 1)

    def on_train_end(self, logs=None):
        self.writer.close()
