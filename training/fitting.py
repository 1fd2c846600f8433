"""Fitting, for training and tuning alike: an epoch is one compiled program, driven under Keras' callbacks.

Keras' `fit` spends most of its time on itself when a batch takes milliseconds (tests/benchmarks/RESULTS.md). So shuffled
indices go in, and one `tf.function` takes all steps of the epoch; another evaluates. Callbacks, losses and model
are Keras' own, and the results are those of `fit` for the same batches (tests/training/test_fitting.py).
"""

import dataclasses
import functools
import hashlib
import json
import math
import operator
import random
import shutil
import sys
import time

import keras
import numpy as np
import tensorflow as tf

from training.config import ClassificationConfig
from training.models import build_network

EVALUATION_BATCH = 1000
WRITTEN_OUT = 8  # steps
PROGRAMS = (
    8  # compiled networks that are kept; also how many a search's worker may compile before its process is renewed
)
PROGRAM_FREE = {"learning_rate": 1e-3, "learning_rate_schedule": "constant", "weight_decay": 0.0}
PROGRAM_FREE |= {"max_epochs": 1, "patience": 0, "restore_best_weights": False}


@dataclasses.dataclass(frozen=True)
class Fit:
    """One finished fit. `model` is shared with later fits of the same Trainer: use it before the next one starts."""

    model: keras.Model
    initial_weights: dict  # "<layer>/kernel" or "<layer>/bias" -> array, before training
    history: list  # a mapping an epoch: epoch, train_loss, validation_loss (and accuracies)
    seed: int
    epochs: int
    stopped_early: bool
    best_epoch: int  # with the lowest validation loss, from 1
    seconds: float


def derive_seed(seed, task, config, fold):
    """A seed of its own for each (seed, task, hyperparameters, fold), whatever ran before and wherever it runs."""
    text = json.dumps([seed, task, dataclasses.asdict(config), fold], sort_keys=True)
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big") % 2**31


class Adam(keras.optimizers.Adam):
    """Keras' Adam with L2 penalties: it adds weight decay times the weight to a gradient, as PyTorch's Adam does.

    Its step is one pass over the arrays in place of a dozen: TensorFlow's own operation, or if `fused` what XLA makes one
    pass of. `weight_decays` is a variable that holds the weight decay three times, see _fused_step.
    """

    def __init__(self, learning_rate, weight_decays, fused):
        super().__init__(learning_rate)
        self.weight_decays, self.fused = weight_decays, fused

    def update_step(self, gradient, variable, learning_rate):
        number = self._get_variable_index(variable)
        m, v = self._momentums[number].value, self._velocities[number].value
        step = tf.cast(self.iterations + 1, variable.dtype)
        rate, powers = tf.cast(learning_rate, variable.dtype), (self.beta_1**step, self.beta_2**step)
        gradients = [gradient + weight_decay * variable for weight_decay in tf.unstack(self.weight_decays)]
        if self.fused:
            self._fused_step(gradients, variable, m, v, rate * tf.sqrt(1 - powers[1]) / (1 - powers[0]))
            return
        tf.raw_ops.ResourceApplyAdam(
            var=variable.handle,
            m=m.handle,
            v=v.handle,
            beta1_power=powers[0],
            beta2_power=powers[1],
            lr=rate,
            beta1=self.beta_1,
            beta2=self.beta_2,
            epsilon=self.epsilon,
            grad=gradients[0],
        )

    def _fused_step(self, gradients, w, m, v, rate):
        """Set the weight and its two moments, each from a gradient of its own; the gradients are equal.

        XLA makes one pass of results that read the same arrays, but not of one that needs another; and what two results
        have in common it works out first. Gradients that it cannot know to be equal leave them nothing in common.
        """

        def mean(gradient):
            return m + (gradient - m) * (1 - self.beta_1)

        def mean_square(gradient):
            return v + (tf.square(gradient) - v) * (1 - self.beta_2)

        first, second, third = gradients
        new = w - rate * mean(first) / (tf.sqrt(mean_square(first)) + self.epsilon), mean(second), mean_square(third)
        for old, value in zip((w, m, v), new, strict=True):
            old.assign(value)


def make_optimizer(config, weight_decays, fused):
    """Adam; under mixed_float16 with the loss scaling that keeps small gradients from vanishing."""
    adam = Adam(config.learning_rate, weight_decays, fused)
    return keras.optimizers.LossScaleOptimizer(adam) if keras.config.dtype_policy().name == "mixed_float16" else adam


def make_loss(config):
    """Mean squared error, or the cross-entropy of probabilities; under double_softmax of their softmax."""
    if not isinstance(config, ClassificationConfig):
        return keras.losses.MeanSquaredError()
    cross_entropy = keras.losses.SparseCategoricalCrossentropy()
    # A softmax of its own: given from_logits=True, Keras would look behind the network's softmax and leave one out.
    return (
        cross_entropy if config.loss == "cross_entropy" else lambda y, outputs: cross_entropy(y, tf.nn.softmax(outputs))
    )


def make_callbacks(config):
    """Fresh callbacks for one fit: early stopping on the validation loss, and the schedule of the learning rate."""
    stopping = keras.callbacks.EarlyStopping(
        "val_loss", mode="min", patience=config.patience, restore_best_weights=config.restore_best_weights
    )
    stopping.monitor_op = operator.lt  # of two numbers; Keras' own choice would make tensors of them at each epoch
    callbacks = [stopping]
    if config.learning_rate_schedule == "cosine":
        callbacks.append(keras.callbacks.LearningRateScheduler(functools.partial(cosine_learning_rate, config)))
    return callbacks


def cosine_learning_rate(config, epoch, _current=None):
    """Half a cosine from learning_rate down towards zero after max_epochs (Loshchilov and Hutter 2017, without restarts)."""
    return config.learning_rate * (1 + math.cos(math.pi * epoch / config.max_epochs)) / 2


class Trainer:
    """A network compiled once and fitted many times: each fit first sets every variable anew.

    Compiling again for each fit would cost seconds and, since TensorFlow keeps every traced program, memory. What differs
    between fits without a new program is the data's content, the seed, the learning rate and the weight decay.
    """

    def __init__(self, config):
        self.classifies = isinstance(config, ClassificationConfig)
        self.loss = make_loss(config)
        self.strategy = tf.distribute.get_strategy()
        self.replicas = self.strategy.num_replicas_in_sync  # more than one if every batch is shared by several GPUs
        self.views = 2 if self.classifies and config.horizontal_flips else 1
        self.batch_size = config.batch_size
        self.model = build_network(config)
        # XLA fuses the small network's steps into one program; on a CPU its convolutions are several times slower.
        fused = not self.classifies and self.replicas == 1
        self.weight_decays = tf.Variable(
            tf.zeros(3), trainable=False
        )  # what the program reads, so that others need no new one
        # The model is not compiled: a saved one opens without this module.
        self.optimizer = self.model.optimizer = make_optimizer(config, self.weight_decays, fused)
        self.optimizer.build(self.model.trainable_variables)
        self.optimizer_start = [tf.constant(variable.numpy()) for variable in self.optimizer.variables]
        self.take_epoch = tf.function(self._take_epoch, jit_compile=fused)
        self.evaluate_batches = tf.function(functools.partial(self._evaluate_batches, outputs_of=self._predict_batch))
        self.predict_batch = tf.function(self._predict_batch)

    def fit(self, config, x, y, train, validation, seed, callbacks=()):
        """Train on x[train], y[train] and validate on x[validation], y[validation]; `callbacks` come after the own ones."""
        started = time.perf_counter()
        self._start(config, seed)
        initial_weights = named_weights(self.model)
        data = tf.constant(x[train]), tf.constant(y[train])
        held_out = tf.constant(x[validation]), tf.constant(y[validation])
        order = tf.TensorSpec((len(train),), tf.int32)
        take_epoch = self.take_epoch.get_concrete_function(
            *data, order, *held_out
        )  # spares the search for it at each call
        rng = np.random.default_rng(seed)
        callbacks = keras.callbacks.CallbackList(
            [*make_callbacks(config), *callbacks], model=self.model, epochs=config.max_epochs, verbose=0
        )
        history = []
        callbacks.on_train_begin()
        for epoch in range(config.max_epochs):
            callbacks.on_epoch_begin(epoch)
            order = tf.constant(rng.permutation(len(train)).astype(np.int32))
            logs = self._logs(take_epoch(*data, order, *held_out))
            history.append(recorded_logs(epoch + 1, logs))
            callbacks.on_epoch_end(epoch, logs)
            if self.model.stop_training:
                break
        callbacks.on_train_end(logs)
        best = int(np.argmin([row["validation_loss"] for row in history])) + 1
        stopped = len(history) < config.max_epochs
        return Fit(
            self.model, initial_weights, history, seed, len(history), stopped, best, time.perf_counter() - started
        )

    def evaluate(self, x, y):
        """The loss without penalties, and for a classifier the accuracy, of the current weights: a mapping."""
        return self._logs(self.evaluate_batches(tf.constant(x), tf.constant(y)))

    def predict(self, x):
        """Predictions (n, outputs) of the current weights; a network trained on flipped images averages over both views."""
        starts = range(0, len(x), EVALUATION_BATCH)
        return np.concatenate(
            [self.predict_batch(tf.constant(x[start : start + EVALUATION_BATCH])).numpy() for start in starts]
        )

    def _start(self, config, seed):
        """Set the model to new random weights, the optimizer to its start, and the learning rate."""
        random.seed(seed)  # of which Keras draws the seeds of initializers, dropout and flips
        for variable, fresh in zip(self.model.variables, build_network(config).variables, strict=True):
            variable.assign(fresh)
        for variable, value in zip(self.optimizer.variables, self.optimizer_start, strict=True):
            variable.assign(value)
        self.optimizer.learning_rate = config.learning_rate
        self.weight_decays.assign(tf.fill(3, config.weight_decay))
        note_penalties(self.model, config.weight_decay)
        self.model.stop_training = False

    def _take_epoch(self, x, y, order, x_validation, y_validation):
        """The scores of an epoch: one row for the training and one for the validation after it, on images as they are."""
        return tf.stack(
            [self._train_epoch(x, y, order), self._evaluate_batches(x_validation, y_validation, self._outputs)]
        )

    def _train_epoch(self, x, y, order):
        step = tf.function(self._train_batch)  # traced once for all steps

        def scores_of(indices):
            if self.replicas == 1:
                return step(tf.gather(x, indices), tf.gather(y, indices))
            return self.strategy.reduce("SUM", self.strategy.run(self._train_part, (x, y, indices)), axis=None)

        return self._mean_over_batches(scores_of, order, self.batch_size)

    def _train_part(self, x, y, indices):
        """One replica's part of a batch: every n-th point of it; all of it if it is too small to share."""
        if indices.shape[0] < self.replicas:
            return self._train_batch(tf.gather(x, indices), tf.gather(y, indices), 1 / self.replicas)
        part = indices[tf.distribute.get_replica_context().replica_id_in_sync_group :: self.replicas]
        return self._train_batch(
            tf.gather(x, part), tf.gather(y, part), tf.cast(tf.size(part), tf.float32) / indices.shape[0]
        )

    def _evaluate_batches(self, x, y, outputs_of):
        def scores_of(indices):
            part, outputs = tf.gather(y, indices), outputs_of(tf.gather(x, indices))
            return self._scores(self._loss(part, outputs), part, outputs)

        return self._mean_over_batches(scores_of, tf.range(int(x.shape[0])), EVALUATION_BATCH)

    def _mean_over_batches(self, scores_of, order, size):
        """The mean of `scores_of` over the points of `order`, taken in batches of `size`; the last one holds what is left."""
        points = int(order.shape[0])
        steps = points // size
        sums = tf.zeros(2 if self.classifies else 1)
        if steps:
            batches = tf.reshape(order[: steps * size], (steps, size))
            # A loop inside the program copies every weight at each turn, so few steps are written out one after the other.
            for step in range(steps) if steps <= WRITTEN_OUT else tf.range(steps):
                sums += scores_of(batches[step]) * float(size)
        if points % size:
            sums += scores_of(order[steps * size :]) * float(points % size)
        return sums / float(points)

    def _train_batch(self, x, y, weight=1.0):
        """One step; x, y are the whole batch, or a replica's part with that weight. Keras adds up the replicas' gradients."""
        with tf.GradientTape() as tape:
            outputs = self.model(x, training=True)
            loss = self._loss(y, outputs)
            objective = self.optimizer.scale_loss(loss * weight)
        self.optimizer.apply(tape.gradient(objective, self.model.trainable_variables), self.model.trainable_variables)
        return self._scores(loss, y, outputs) * weight

    def _loss(self, y, outputs):
        """The mean over the points; among replicas Keras divides it by their number, which is undone here."""
        loss = self.loss(y, outputs)
        return loss if self.replicas == 1 else loss * self.replicas

    def _outputs(self, x):
        return self.model(x, training=False)

    def _predict_batch(self, x):
        return (self._outputs(x) + self._outputs(x[:, :, ::-1])) / 2 if self.views == 2 else self._outputs(x)

    def _scores(self, loss, y, outputs):
        if not self.classifies:
            return loss[None]
        right = tf.argmax(outputs, axis=-1, output_type=tf.int32) == tf.cast(y, tf.int32)
        return tf.stack([loss, tf.reduce_mean(tf.cast(right, tf.float32))])

    def _logs(self, scores):
        """Keras' names of the scores: those of a set (1 or 2,), or of training and validation (2, 1 or 2)."""
        names = ("loss", "accuracy", "val_loss", "val_accuracy") if self.classifies else ("loss", "val_loss")
        return dict(zip(names, scores.numpy().ravel().tolist(), strict=False))


def note_penalties(model, weight_decay):
    """Let the layers' L2 penalties, which a saved model holds, say what the optimizer adds."""
    for layer in model.layers:
        for regularizer in (getattr(layer, f"{part}_regularizer", None) for part in ("kernel", "bias")):
            if regularizer is not None:
                regularizer.l2 = weight_decay / 2


@functools.lru_cache(maxsize=PROGRAMS)
def _trainer(config):
    return Trainer(config)


def trainer_for(config):
    """The Trainer of all configurations that share a compiled program, which are those that differ in PROGRAM_FREE alone."""
    return _trainer(dataclasses.replace(config, **PROGRAM_FREE))


def programs_compiled():
    """How many Trainers this process has made. Each costs memory for good: 23 MB for a small network, 3 MB without XLA."""
    return _trainer.cache_info().misses


def recorded_logs(epoch, logs):
    """Keras' names of an epoch's logs as the recorded ones: loss -> train_loss, val_loss -> validation_loss."""
    return {"epoch": epoch} | {
        name.replace("val_", "validation_") if name.startswith("val_") else f"train_{name}": value
        for name, value in logs.items()
    }


def named_weights(model):
    """The kernels and biases of a model: "<layer>/kernel", "<layer>/bias" -> array."""
    layers = [layer for layer in model.layers if hasattr(layer, "kernel")]
    return {f"{layer.name}/{part}": getattr(layer, part).numpy() for layer in layers for part in ("kernel", "bias")}


class Progress(keras.callbacks.Callback):
    """Where a fit stands: a line that renews itself on a terminal; with `closing`, one line at its end, wherever it goes."""

    def __init__(self, label, epochs, closing=True, stream=None):
        super().__init__()
        self.label, self.epochs, self.closing, self.stream = label, epochs, closing, stream or sys.stderr

    def on_train_begin(self, logs=None):
        self.started = self.shown = time.monotonic()

    def on_epoch_end(self, epoch, logs=None):
        now = time.monotonic()
        self.last = f"{self.label}  epoch {epoch + 1}/{self.epochs}  " + "  ".join(
            f"{name} {value:.4f}" for name, value in logs.items()
        )
        if self.stream.isatty() and now - self.shown > 0.2:
            self.shown = now
            left = (now - self.started) / (epoch + 1) * (self.epochs - epoch - 1)
            self._write(
                f"{self.last}  {left:.0f} s left"[: shutil.get_terminal_size().columns - 1]
            )  # a wrapped line cannot be renewed

    def on_train_end(self, logs=None):
        self._write(f"{self.last}  {time.monotonic() - self.started:.0f} s\n" if self.closing else "")

    def _write(self, text):
        self.stream.write(("\r\033[K" if self.stream.isatty() else "") + text)
        self.stream.flush()
