"""Callbacks for a fit: early stopping, the learning rate schedule, progress on the terminal; and the logs they get."""

import functools
import math
import operator
import shutil
import sys
import time
from typing import Any, TextIO

import keras
import numpy as np

from training.config import FitConfig
from training.terminal import clock, scored


def make_callbacks(config: FitConfig) -> list[keras.callbacks.Callback]:
    """New callbacks for one fit: early stopping on the validation loss, and the learning rate schedule, if any."""
    stopping = keras.callbacks.EarlyStopping(
        "val_loss", mode="min", patience=config.patience, restore_best_weights=config.restore_best_weights
    )
    stopping.monitor_op = operator.lt  # compares plain floats; Keras' default converts them to tensors at every epoch
    callbacks = [stopping]
    if config.learning_rate_schedule == "cosine" or config.warmup_epochs:
        callbacks.append(keras.callbacks.LearningRateScheduler(functools.partial(learning_rate, config)))
    return callbacks


def learning_rate(config: FitConfig, epoch: int, _current: float | None = None) -> float:
    """The learning rate of an epoch, counted from 0.

    It rises in even steps over `warmup_epochs` (Goyal et al. 2017) to learning_rate, where it stays or, with a cosine
    schedule, falls in half a cosine to zero (Loshchilov and Hutter 2017, no restarts).
    """
    if epoch < config.warmup_epochs:
        return config.learning_rate * (epoch + 1) / (config.warmup_epochs + 1)
    if config.learning_rate_schedule == "constant":
        return config.learning_rate
    done = (epoch - config.warmup_epochs) / (config.max_epochs - config.warmup_epochs)
    return config.learning_rate * (1 + math.cos(math.pi * done)) / 2


def logs_of(scores: np.ndarray, classifies: bool, unit: float = 1.0) -> dict[str, float]:
    """Scores by Keras' names: of one set (1 or 2,), or of training and validation (2, 1 or 2); losses by `unit`."""
    names = ("loss", "accuracy", "val_loss", "val_accuracy") if classifies else ("loss", "val_loss")
    logs = dict(zip(names, scores.ravel().tolist(), strict=False))
    return {name: value * unit if name.endswith("loss") else value for name, value in logs.items()}


def recorded_logs(epoch: int, logs: dict[str, float]) -> dict[str, Any]:
    """An epoch's logs under the recorded names: loss -> train_loss, val_loss -> validation_loss."""
    return {"epoch": epoch} | {
        name.replace("val_", "validation_") if name.startswith("val_") else f"train_{name}": value
        for name, value in logs.items()
    }


class Progress(keras.callbacks.Callback):
    """Prints the progress of a fit: on a terminal one line that is rewritten, and with `closing` a line on stdout."""

    def __init__(self, label: str, epochs: int, closing: bool = True, stream: TextIO | None = None) -> None:
        super().__init__()
        self.label, self.epochs, self.closing, self.stream = label, epochs, closing, stream or sys.stderr

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        self.started = self.shown = time.monotonic()

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        now = time.monotonic()
        self.last = f"{self.label}  epoch {epoch + 1}/{self.epochs}  " + "  ".join(
            f"{name} {scored(value)}" for name, value in (logs or {}).items()
        )
        if self.stream.isatty() and now - self.shown > 0.2:
            self.shown = now
            left = (now - self.started) / (epoch + 1) * (self.epochs - epoch - 1)
            width = shutil.get_terminal_size().columns - 1  # a line that wraps cannot be rewritten
            self._write(f"{self.last}  {clock(left)} left"[:width])

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        self._write("")
        if self.closing:
            print(f"{self.last}  took {clock(time.monotonic() - self.started)}", flush=True)

    def _write(self, text: str) -> None:
        self.stream.write(("\r\033[K" if self.stream.isatty() else "") + text)
        self.stream.flush()
