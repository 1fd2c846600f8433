"""The losses that fits minimise."""

from collections.abc import Callable

import keras
import tensorflow as tf

from training.config import FitConfig
from training.tasks import task_of


def make_loss(config: FitConfig) -> Callable[[tf.Tensor, tf.Tensor], tf.Tensor]:
    """Mean squared error, or cross-entropy of probabilities; with `double_softmax`, of the softmax of probabilities."""
    if not task_of(config).classifies:
        return keras.losses.MeanSquaredError()
    cross_entropy = keras.losses.SparseCategoricalCrossentropy()
    if getattr(config, "loss", "cross_entropy") == "cross_entropy":
        return cross_entropy
    # With from_logits=True, Keras would find the network's softmax and use its inputs, so that only one is applied.
    return lambda y, outputs: cross_entropy(y, tf.nn.softmax(outputs))
