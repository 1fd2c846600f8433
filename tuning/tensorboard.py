"""Logs for TensorBoard, asked for with --tensorboard: the scalars of every epoch, and the hyperparameters of every fit."""

import keras

from reporting.artifacts import UserError

try:
    import tensorflow as tf
    from tensorboard.plugins.hparams import api as hparams
except ImportError:
    raise UserError("TensorBoard is not installed; run .venv/bin/pip install -r requirements-tensorboard.txt") from None


class EventLog(keras.callbacks.Callback):
    """One fit's event file, in a folder named by the combination and the fold."""

    def __init__(self, folder, values, fold):
        super().__init__()
        name = ",".join(f"{key}={value}" for key, value in values.items())
        self.folder, self.values = folder / name / f"fold-{fold}", values | {"fold": fold}

    def on_train_begin(self, logs=None):
        self.writer = tf.summary.create_file_writer(str(self.folder))
        with self.writer.as_default():
            hparams.hparams(self.values)

    def on_epoch_end(self, epoch, logs=None):
        with self.writer.as_default():
            for name, value in logs.items():
                tf.summary.scalar(name, value, step=epoch + 1)

    def on_train_end(self, logs=None):
        self.writer.close()
