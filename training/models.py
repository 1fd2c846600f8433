"""The two networks as functional Keras models with named layers, not compiled."""

from typing import Any

import keras
import numpy as np
from keras import layers

from reporting.artifacts import Shapes
from training.config import ClassificationConfig, RegressionConfig

NORMALISATION = "_normalisation"  # the end of the name of the layer that normalises another one's output


def build_mlp(config: RegressionConfig, shapes: Shapes) -> keras.Model:
    """The regression network, (batch, columns) -> (batch, 1). Its initial weights depend on Keras' global seed."""
    x = inputs = keras.Input(shapes.inputs, name="x")
    (fan_in,) = shapes.inputs
    for number, (units, activation) in enumerate(zip(config.hidden_units, config.activations, strict=True), 1):
        x = layers.Dense(units, activation=activation, name=f"hidden_{number}", **dense_options(config, fan_in))(x)
        fan_in = units
    outputs = layers.Dense(shapes.outputs, name="output", **dense_options(config, fan_in))(x)
    return keras.Model(inputs, outputs, name="mlp")


def dense_options(config: RegressionConfig, fan_in: int) -> dict[str, Any]:
    """The initializers of a dense layer with `fan_in` inputs, as keyword arguments.

    fan_in_uniform draws weights and biases uniformly from ±1/sqrt(fan_in), PyTorch's default for linear layers. The
    other initializers are Keras' own; with them the biases start at zero.
    """
    if config.initializer == "fan_in_uniform":
        limit = fan_in**-0.5
        bias = keras.initializers.RandomUniform(-limit, limit)
        # The limit of VarianceScaling's uniform distribution is sqrt(3 scale / fan_in).
        kernel = keras.initializers.VarianceScaling(1 / 3, mode="fan_in", distribution="uniform")
    else:
        kernel, bias = config.initializer, "zeros"
    return {"kernel_initializer": kernel, "bias_initializer": bias}


def build_cnn(config: ClassificationConfig, shapes: Shapes) -> keras.Model:
    """The classification network, (batch, height, width, channels) from 0 to 255 -> (batch, classes) probabilities.

    Scaling to [0, 1], random flips and shifts are layers, so that images stay uint8 in memory. Normalisation and ReLU
    come after the pooling: the result is the same, since both commute with the maximum, for a quarter of the work.
    """
    x = inputs = keras.Input(shapes.inputs, name="image")
    x = layers.Rescaling(1 / 255, name="scale")(x)
    if config.horizontal_flips:
        x = layers.RandomFlip("horizontal", name="flip")(x)
    if config.random_shifts:
        share = [config.random_shifts / side for side in shapes.inputs[:2]]
        x = layers.RandomTranslation(*share, fill_mode="constant", interpolation="nearest", name="shift")(x)
    for number, filters in enumerate(config.filters, 1):
        x = layers.Conv2D(filters, config.kernel_size, padding=config.padding, name=f"conv_{number}")(x)
        x = layers.MaxPooling2D(2, name=f"pool_{number}")(x)
        x = normalised(x, config, f"conv_{number}")
        x = layers.Activation("relu", name=f"conv_{number}_relu")(x)
        if config.convolution_dropout:
            x = layers.SpatialDropout2D(config.convolution_dropout, name=f"convolution_dropout_{number}")(x)
    x = layers.Flatten(name="flatten")(x)
    for number, units in enumerate(config.dense_units, 1):
        activation = None if config.batch_normalization else "relu"
        x = normalised(layers.Dense(units, activation, name=f"dense_{number}")(x), config, f"dense_{number}")
        if config.batch_normalization:
            x = layers.Activation("relu", name=f"dense_{number}_relu")(x)
    x = layers.Dropout(config.dropout, name="dropout")(x)
    outputs = layers.Dense(shapes.outputs, activation="softmax", dtype="float32", name="output")(x)
    return keras.Model(inputs, outputs, name="cnn")


def normalised(x: keras.KerasTensor, config: ClassificationConfig, name: str) -> keras.KerasTensor:
    """`x` after batch normalisation (Ioffe and Szegedy 2015), if the configuration has it.

    Without the factor of each channel, which ReLU and the next layer make redundant: so it commutes with the maximum.
    """
    if not config.batch_normalization:
        return x
    return layers.BatchNormalization(momentum=0.9, scale=False, name=name + NORMALISATION)(x)


def named_weights(model: keras.Model) -> dict[str, np.ndarray]:
    """The weights of a model by name: "<layer>/kernel" and "<layer>/bias", and what normalisation has learned.

    That is "<layer>_normalisation/beta", "/moving_mean" and "/moving_variance", in the order in which Keras has them.
    """
    return {
        f"{layer.name}/{weight.name}": weight.numpy()
        for layer in model.layers
        if hasattr(layer, "kernel") or isinstance(layer, layers.BatchNormalization)
        for weight in layer.weights
    }
