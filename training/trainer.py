"""Fits for training and tuning: each epoch is one compiled program, with Keras' callbacks between epochs.

Where a batch takes milliseconds, most of the time of Keras' own `fit` is overhead (tests/benchmarks/RESULTS.md). Here
one `tf.function` takes shuffled indices and runs all steps of an epoch; another evaluates. Callbacks, losses and model
are Keras' own, and the results equal those of `fit` for the same batches (tests/training/test_trainer.py).
"""

import dataclasses
import functools
import random
import time
from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from reporting.artifacts import Shapes
from training.callbacks import make_callbacks, recorded_logs
from training.config import FitConfig
from training.losses import make_loss
from training.models import named_weights
from training.optimizer import make_optimizer
from training.tasks import task_of

TensorFunction = Callable[[tf.Tensor], tf.Tensor]

EVALUATION_BATCH = 1000
MAX_UNROLLED_STEPS = 8
# Compiled networks that are kept. A worker of a search that has compiled as many restarts its process.
MAX_PROGRAMS = 8
# Settings that may differ between fits with one compiled program; these values are the key of the stored program.
RUNTIME_FIELDS: dict[str, Any] = {
    "learning_rate": 1e-3,
    "learning_rate_schedule": "constant",
    "weight_decay": 0.0,
    "max_epochs": 1,
    "patience": 0,
    "restore_best_weights": False,
}


@dataclasses.dataclass(frozen=True)
class Fit:
    """A finished fit. The next fit of the same Trainer changes `model`: use it before that."""

    model: keras.Model
    initial_weights: dict[str, np.ndarray]  # named_weights before training
    history: list[dict[str, Any]]  # per epoch: epoch, train_loss, validation_loss (and accuracies)
    seed: int
    epochs: int
    stopped_early: bool
    best_epoch: int  # the epoch with the lowest validation loss, counted from 1
    seconds: float
    durations: list[float]  # seconds of each epoch with its validation, callbacks left out


class Trainer:
    """A network that is compiled once and fitted many times; each fit starts from new values of all variables.

    Compiling for each fit would cost seconds, and memory, since TensorFlow keeps every traced program. The data, the
    seed and the settings in RUNTIME_FIELDS can change without a new program.
    """

    def __init__(self, config: FitConfig, shapes: Shapes) -> None:
        self.shapes = shapes
        self.classifies = task_of(config).classifies
        self.loss = make_loss(config)
        self.strategy = tf.distribute.get_strategy()
        self.replicas = self.strategy.num_replicas_in_sync  # the GPUs that share each batch
        self.views = 2 if getattr(config, "horizontal_flips", False) else 1
        self.batch_size = config.batch_size
        self.model = task_of(config).build(config, shapes)
        # XLA fuses the steps of the small network; for convolutions it is several times slower on a CPU.
        fused = not self.classifies and self.replicas == 1
        # A variable, so that another weight decay needs no new program.
        self.weight_decays = tf.Variable(tf.zeros(3), trainable=False)
        # The model is not compiled, so that a saved one loads without this module.
        self.optimizer = self.model.optimizer = make_optimizer(config, self.weight_decays, fused)
        self.optimizer.build(self.model.trainable_variables)
        self.optimizer_start = [tf.constant(variable.numpy()) for variable in self.optimizer.variables]
        self.take_epoch = tf.function(self._take_epoch, jit_compile=fused)
        self.evaluate_batches = tf.function(functools.partial(self._evaluate_batches, outputs_of=self._predict_batch))
        self.predict_batch = tf.function(self._predict_batch)

    def fit(
        self,
        config: FitConfig,
        x: np.ndarray,
        y: np.ndarray,
        train: np.ndarray,
        validation: np.ndarray,
        seed: int,
        callbacks: Sequence[keras.callbacks.Callback] = (),
        unit: float = 1.0,
    ) -> Fit:
        """Train on x[train], y[train], validating on x[validation], y[validation]; `callbacks` follow the fit's own.

        Losses are told in multiples of 1 / `unit`: where targets are standardised, it is their variance.
        """
        started = time.perf_counter()
        self._start(config, seed)
        initial_weights = named_weights(self.model)
        data = tf.constant(x[train]), tf.constant(y[train])
        held_out = tf.constant(x[validation]), tf.constant(y[validation])
        order = tf.TensorSpec((len(train),), tf.int32)
        take_epoch = self.take_epoch.get_concrete_function(*data, order, *held_out)
        rng = np.random.default_rng(seed)
        listeners = keras.callbacks.CallbackList(
            [*make_callbacks(config), *callbacks], model=self.model, epochs=config.max_epochs, verbose=0
        )
        history: list[dict[str, Any]] = []
        durations: list[float] = []
        listeners.on_train_begin()
        for epoch in range(config.max_epochs):
            listeners.on_epoch_begin(epoch)
            began = time.perf_counter()
            order = tf.constant(rng.permutation(len(train)).astype(np.int32))
            logs = self._logs(take_epoch(*data, order, *held_out), unit)
            durations.append(time.perf_counter() - began)
            history.append(recorded_logs(epoch + 1, logs))
            listeners.on_epoch_end(epoch, logs)
            if self.model.stop_training:
                break
        listeners.on_train_end(logs)
        best = int(np.argmin([row["validation_loss"] for row in history])) + 1
        stopped = len(history) < config.max_epochs
        seconds = time.perf_counter() - started
        return Fit(self.model, initial_weights, history, seed, len(history), stopped, best, seconds, durations)

    def evaluate(self, x: np.ndarray, y: np.ndarray, unit: float = 1.0) -> dict[str, float]:
        """ "loss" (without the L2 penalty) and, for a classification, "accuracy" with the current weights."""
        return self._logs(self.evaluate_batches(tf.constant(x), tf.constant(y)), unit)

    def predict(self, x: np.ndarray) -> np.ndarray:
        """Predictions (n, outputs) with the current weights; after training with flips, means over both views."""
        starts = range(0, len(x), EVALUATION_BATCH)
        return np.concatenate(
            [self.predict_batch(tf.constant(x[start : start + EVALUATION_BATCH])).numpy() for start in starts]
        )

    def _start(self, config: FitConfig, seed: int) -> None:
        """Give the model new random weights, and reset the optimizer to its initial state with the settings' rates."""
        random.seed(seed)  # Keras draws the seeds of initializers, dropout and flips from it
        for variable, fresh in zip(
            self.model.variables, task_of(config).build(config, self.shapes).variables, strict=True
        ):
            variable.assign(fresh)
        for variable, value in zip(self.optimizer.variables, self.optimizer_start, strict=True):
            variable.assign(value)
        self.optimizer.learning_rate = config.learning_rate
        self.weight_decays.assign(tf.fill(3, config.weight_decay))
        self.model.stop_training = False

    def _take_epoch(
        self, x: tf.Tensor, y: tf.Tensor, order: tf.Tensor, x_validation: tf.Tensor, y_validation: tf.Tensor
    ) -> tf.Tensor:
        """Train for an epoch; returns a row of training scores and one of validation scores, without flipped views."""
        return tf.stack(
            [self._train_epoch(x, y, order), self._evaluate_batches(x_validation, y_validation, self._outputs)]
        )

    def _train_epoch(self, x: tf.Tensor, y: tf.Tensor, order: tf.Tensor) -> tf.Tensor:
        step = tf.function(self._train_batch)  # traced once for all steps

        def scores_of(indices: tf.Tensor) -> tf.Tensor:
            if self.replicas == 1:
                return step(tf.gather(x, indices), tf.gather(y, indices))
            return self.strategy.reduce("SUM", self.strategy.run(self._train_part, (x, y, indices)), axis=None)

        return self._mean_over_batches(scores_of, order, self.batch_size)

    def _train_part(self, x: tf.Tensor, y: tf.Tensor, indices: tf.Tensor) -> tf.Tensor:
        """Train this replica on every n-th point of a batch, or on all of it if it has fewer points than replicas."""
        if indices.shape[0] < self.replicas:
            return self._train_batch(tf.gather(x, indices), tf.gather(y, indices), 1 / self.replicas)
        part = indices[tf.distribute.get_replica_context().replica_id_in_sync_group :: self.replicas]
        return self._train_batch(
            tf.gather(x, part), tf.gather(y, part), tf.cast(tf.size(part), tf.float32) / indices.shape[0]
        )

    def _evaluate_batches(self, x: tf.Tensor, y: tf.Tensor, outputs_of: TensorFunction) -> tf.Tensor:
        def scores_of(indices: tf.Tensor) -> tf.Tensor:
            part, outputs = tf.gather(y, indices), outputs_of(tf.gather(x, indices))
            return self._scores(self._loss(part, outputs), part, outputs)

        return self._mean_over_batches(scores_of, tf.range(int(x.shape[0])), EVALUATION_BATCH)

    def _mean_over_batches(self, scores_of: TensorFunction, order: tf.Tensor, size: int) -> tf.Tensor:
        """The mean of `scores_of` over the points of `order`, in batches of `size`; the last batch may be smaller."""
        points = int(order.shape[0])
        steps = points // size
        sums = tf.zeros(2 if self.classifies else 1)
        if steps:
            batches = tf.reshape(order[: steps * size], (steps, size))
            # A loop inside the program copies all weights in each iteration, so a few steps are unrolled.
            for step in range(steps) if steps <= MAX_UNROLLED_STEPS else tf.range(steps):
                sums += scores_of(batches[step]) * float(size)
        if points % size:
            sums += scores_of(order[steps * size :]) * float(points % size)
        return sums / float(points)

    def _train_batch(self, x: tf.Tensor, y: tf.Tensor, weight: tf.Tensor | float = 1.0) -> tf.Tensor:
        """One step on a batch, or on a replica's part of it with its weight; Keras sums the replicas' gradients."""
        with tf.GradientTape() as tape:
            outputs = self.model(x, training=True)
            loss = self._loss(y, outputs)
            objective = self.optimizer.scale_loss(loss * weight)
        self.optimizer.apply(tape.gradient(objective, self.model.trainable_variables), self.model.trainable_variables)
        return self._scores(loss, y, outputs) * weight

    def _loss(self, y: tf.Tensor, outputs: tf.Tensor) -> tf.Tensor:
        """The mean loss of the points; undoes Keras' division by the number of replicas."""
        loss = self.loss(y, outputs)
        return loss if self.replicas == 1 else loss * self.replicas

    def _outputs(self, x: tf.Tensor) -> tf.Tensor:
        return self.model(x, training=False)

    def _predict_batch(self, x: tf.Tensor) -> tf.Tensor:
        return (self._outputs(x) + self._outputs(x[:, :, ::-1])) / 2 if self.views == 2 else self._outputs(x)

    def _scores(self, loss: tf.Tensor, y: tf.Tensor, outputs: tf.Tensor) -> tf.Tensor:
        if not self.classifies:
            return loss[None]
        right = tf.argmax(outputs, axis=-1, output_type=tf.int32) == tf.cast(y, tf.int32)
        return tf.stack([loss, tf.reduce_mean(tf.cast(right, tf.float32))])

    def _logs(self, scores: tf.Tensor, unit: float) -> dict[str, float]:
        """Scores by Keras' names: of one set (1 or 2,), or of training and validation (2, 1 or 2); losses by `unit`."""
        names = ("loss", "accuracy", "val_loss", "val_accuracy") if self.classifies else ("loss", "val_loss")
        logs = dict(zip(names, scores.numpy().ravel().tolist(), strict=False))
        return {name: value * unit if name.endswith("loss") else value for name, value in logs.items()}


@functools.lru_cache(maxsize=MAX_PROGRAMS)
def _trainer(config: FitConfig, shapes: Shapes) -> Trainer:
    return Trainer(config, shapes)


def trainer_for(config: FitConfig, shapes: Shapes) -> Trainer:
    """The Trainer shared by all configurations that differ only in RUNTIME_FIELDS."""
    return _trainer(dataclasses.replace(config, **RUNTIME_FIELDS), shapes)


def programs_compiled() -> int:
    """The number of Trainers made in this process. They are never freed: 23 MB for a small one, 3 MB without XLA."""
    return _trainer.cache_info().misses
