"""The losses that fits minimise."""

from collections.abc import Callable

import keras
import tensorflow as tf

from training.config import FitConfig
from training.tasks import task_of

Loss = Callable[[tf.Tensor, tf.Tensor], tf.Tensor]


def make_loss(config: FitConfig) -> Loss:
    """Mean squared error, or cross-entropy of probabilities; with `double_softmax`, of the softmax of probabilities."""
    if not task_of(config).classifies:
        return keras.losses.MeanSquaredError()
    return of_probabilities(config, keras.losses.SparseCategoricalCrossentropy())


def make_objective(config: FitConfig, outputs: int) -> Loss | None:
    """What a fit minimises where it is not the loss that is recorded: that with smoothed labels.

    A label counts 1 - s for its own class, and s is shared by all classes (Szegedy et al. 2016).
    """
    smoothing = getattr(config, "label_smoothing", 0.0)
    if not smoothing:
        return None
    smoothed = keras.losses.CategoricalCrossentropy(label_smoothing=smoothing)
    return of_probabilities(config, lambda y, probabilities: smoothed(tf.one_hot(y, outputs), probabilities))


def of_probabilities(config: FitConfig, cross_entropy: Loss) -> Loss:
    """The cross-entropy of the network's probabilities; with `double_softmax`, of their softmax."""
    if getattr(config, "loss", "cross_entropy") == "cross_entropy":
        return cross_entropy
    # With from_logits=True, Keras would find the network's softmax and use its inputs, so that only one is applied.
    return lambda y, outputs: cross_entropy(y, tf.nn.softmax(outputs))
