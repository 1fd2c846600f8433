"""Fits for training and tuning: each epoch is one compiled program, with Keras' callbacks between epochs.

Where a batch takes milliseconds, most of the time of Keras' own `fit` is overhead (tests/benchmarks/RESULTS.md). Here
one `tf.function` takes shuffled indices and runs all steps of an epoch; another evaluates. Callbacks, losses and model
are Keras' own, and the results equal those of `fit` for the same batches (tests/training/test_trainer.py).
"""

import dataclasses
import functools
import random
import time
from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from reporting.artifacts import Shapes
from training.averaging import WeightAverage
from training.batches import TensorFunction, mean_over_batches
from training.callbacks import logs_of, make_callbacks, recorded_logs
from training.config import FitConfig
from training.losses import make_loss, make_objective
from training.models import named_weights
from training.optimizer import make_optimizer
from training.tasks import task_of
from training.views import views_of

EVALUATION_BATCH = 1000
# Compiled networks that are kept. A worker of a search that has compiled as many restarts its process.
MAX_PROGRAMS = 8
# Settings that may differ between fits with one compiled program; these values are the key of the stored program.
RUNTIME_FIELDS: dict[str, Any] = {
    "learning_rate": 1e-3,
    "learning_rate_schedule": "constant",
    "warmup_epochs": 0,
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
        self.loss, self.objective = make_loss(config), make_objective(config, shapes.outputs)
        self.scores = 2 if self.classifies else 1  # the loss, and the accuracy
        self.strategy = tf.distribute.get_strategy()
        self.replicas = self.strategy.num_replicas_in_sync  # the GPUs that share each batch
        self.views = views_of(config)
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
        decay = getattr(config, "weight_average", 0.0)
        self.average = WeightAverage(self.model, decay) if decay else None
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
            logs = logs_of(take_epoch(*data, order, *held_out).numpy(), self.classifies, unit)
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
        return logs_of(self.evaluate_batches(tf.constant(x), tf.constant(y)).numpy(), self.classifies, unit)

    def predict(self, x: np.ndarray) -> np.ndarray:
        """Predictions (n, outputs) with the current weights; means over all views, see views.py."""
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
        if self.average:
            self.average.start()

    def _take_epoch(
        self, x: tf.Tensor, y: tf.Tensor, order: tf.Tensor, x_validation: tf.Tensor, y_validation: tf.Tensor
    ) -> tf.Tensor:
        """Train for an epoch; returns a row of training scores and one of validation scores, of images as they are."""
        if self.average:
            self.average.begin_epoch()
        trained = self._train_epoch(x, y, order)
        if self.average:
            self.average.end_epoch()
        return tf.stack([trained, self._evaluate_batches(x_validation, y_validation, self._outputs)])

    def _train_epoch(self, x: tf.Tensor, y: tf.Tensor, order: tf.Tensor) -> tf.Tensor:
        step = tf.function(self._train_batch)  # traced once for all steps

        def trained(indices: tf.Tensor) -> tf.Tensor:
            if self.replicas == 1:
                return step(tf.gather(x, indices), tf.gather(y, indices))
            return self.strategy.reduce("SUM", self.strategy.run(self._train_part, (x, y, indices)), axis=None)

        def scores_of(indices: tf.Tensor) -> tf.Tensor:
            scores = trained(indices)
            if self.average:
                self.average.step()
            return scores

        return mean_over_batches(scores_of, order, self.batch_size, self.scores)

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

        return mean_over_batches(scores_of, tf.range(int(x.shape[0])), EVALUATION_BATCH, self.scores)

    def _train_batch(self, x: tf.Tensor, y: tf.Tensor, weight: tf.Tensor | float = 1.0) -> tf.Tensor:
        """One step on a batch, or on a replica's part of it with its weight; Keras sums the replicas' gradients."""
        with tf.GradientTape() as tape:
            outputs = self._outputs(x, training=True)
            loss = self._loss(y, outputs)
            minimised = self._mean(self.objective(y, outputs)) if self.objective else loss
            objective = self.optimizer.scale_loss(minimised * weight)
        self.optimizer.apply(tape.gradient(objective, self.model.trainable_variables), self.model.trainable_variables)
        return self._scores(loss, y, outputs) * weight

    def _loss(self, y: tf.Tensor, outputs: tf.Tensor) -> tf.Tensor:
        return self._mean(self.loss(y, outputs))

    def _mean(self, loss: tf.Tensor) -> tf.Tensor:
        """A loss as the mean over the points; undoes Keras' division by the number of replicas."""
        return loss if self.replicas == 1 else loss * self.replicas

    def _outputs(self, x: tf.Tensor, training: bool = False) -> tf.Tensor:
        """The outputs in float32, which a network of the user's own may give in half the precision."""
        return tf.cast(self.model(x, training=training), tf.float32)

    def _predict_batch(self, x: tf.Tensor) -> tf.Tensor:
        views = self.views(x)
        return sum(self._outputs(view) for view in views) / len(views) if len(views) > 1 else self._outputs(x)

    def _scores(self, loss: tf.Tensor, y: tf.Tensor, outputs: tf.Tensor) -> tf.Tensor:
        if not self.classifies:
            return loss[None]
        right = tf.argmax(outputs, axis=-1, output_type=tf.int32) == tf.cast(y, tf.int32)
        return tf.stack([loss, tf.reduce_mean(tf.cast(right, tf.float32))])


@functools.lru_cache(maxsize=MAX_PROGRAMS)
def _trainer(config: FitConfig, shapes: Shapes) -> Trainer:
    return Trainer(config, shapes)


def trainer_for(config: FitConfig, shapes: Shapes) -> Trainer:
    """The Trainer shared by all configurations that differ only in RUNTIME_FIELDS."""
    return _trainer(dataclasses.replace(config, **RUNTIME_FIELDS), shapes)


def programs_compiled() -> int:
    """The number of Trainers made in this process. They are never freed: 23 MB for a small one, 3 MB without XLA."""
    return _trainer.cache_info().misses
