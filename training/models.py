"""The two networks as functional Keras models with named layers, not compiled."""

from collections.abc import Mapping
from typing import Any

import keras
import numpy as np
from keras import layers

from reporting.artifacts import Shapes
from training.config import ClassificationConfig, RegressionConfig
from training.layout import POOL, Layer, check_sides, convolutions, dense_layers, layers_of

NORMALISATION = "_normalisation"  # the end of the name of the layer that normalises another one's output
POOLINGS = {"max": layers.MaxPooling2D, "average": layers.AveragePooling2D}
GLOBAL_POOLINGS = {"max": layers.GlobalMaxPooling2D, "average": layers.GlobalAveragePooling2D}


def build_mlp(config: RegressionConfig, shapes: Shapes) -> keras.Model:
    """The regression network, (batch, columns) -> (batch, 1). Its initial weights depend on Keras' global seed."""
    x = inputs = keras.Input(shapes.inputs, name="x")
    (fan_in,) = shapes.inputs
    for layer in layers_of(config):
        x = dense(x, layer, dense_options(config, fan_in))
        fan_in = layer.units
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

    Scaling to [0, 1] and what alters training images at random are layers, so that images stay uint8 in memory.
    """
    check_sides(config, shapes)
    x = inputs = keras.Input(shapes.inputs, name="image")
    x = altered(layers.Rescaling(1 / 255, name="scale")(x), config, shapes)
    for number, layer in enumerate(convolutions(config), 1):
        x = convolution(x, layer, number, config.padding)
    if config.global_pooling == "none":
        x = layers.Flatten(name="flatten")(x)
    else:
        x = GLOBAL_POOLINGS[config.global_pooling](name="global_pooling")(x)
    for layer in dense_layers(config):
        x = dense(x, layer, {})
    if not isinstance(config.dropout, tuple):
        x = layers.Dropout(config.dropout, name="dropout")(x)
    outputs = layers.Dense(shapes.outputs, activation="softmax", dtype="float32", name="output")(x)
    return keras.Model(inputs, outputs, name="cnn")


def altered(x: keras.KerasTensor, config: ClassificationConfig, shapes: Shapes) -> keras.KerasTensor:
    """Training images after what the configuration does to them at random; all others as they are."""
    if config.horizontal_flips:
        x = layers.RandomFlip("horizontal", name="flip")(x)
    if config.random_shifts:
        share = [config.random_shifts / side for side in shapes.inputs[:2]]
        x = layers.RandomTranslation(*share, fill_mode="constant", interpolation="nearest", name="shift")(x)
    if config.random_erasing:
        share = [config.random_erasing] * 2  # from the least to the largest probability that an image is erased
        x = layers.RandomErasing(share, fill_value=0.0, value_range=(0, 1), name="erase")(x)
    return x


def convolution(x: keras.KerasTensor, layer: Layer, number: int, padding: str) -> keras.KerasTensor:
    """`x` after a convolution, its normalisation, activation, pooling and dropout.

    Normalisation and ReLU come after the pooling where it takes the maximum: the result is the same, since both commute
    with the maximum, for a quarter of the work.
    """
    x = layers.Conv2D(layer.units, layer.kernel, padding=padding, name=layer.name)(x)
    late = layer.pooling == "max" and layer.activation == "relu"
    if late:
        x = layers.MaxPooling2D(POOL, name=f"pool_{number}")(x)
    x = layers.Activation(layer.activation, name=f"{layer.name}_{layer.activation}")(normalised(x, layer))
    if layer.pooling != "none" and not late:
        x = POOLINGS[layer.pooling](POOL, name=f"pool_{number}")(x)
    if layer.dropout:
        x = layers.SpatialDropout2D(layer.dropout, name=f"convolution_dropout_{number}")(x)
    return x


def dense(x: keras.KerasTensor, layer: Layer, options: Mapping[str, Any]) -> keras.KerasTensor:
    """`x` after a dense layer, its normalisation, activation and dropout; `options` are further ones of the layer."""
    activation = None if layer.normalised else layer.activation
    x = normalised(layers.Dense(layer.units, activation, name=layer.name, **options)(x), layer)
    if layer.normalised:
        x = layers.Activation(layer.activation, name=f"{layer.name}_{layer.activation}")(x)
    return layers.Dropout(layer.dropout, name=f"{layer.name}_dropout")(x) if layer.dropout else x


def normalised(x: keras.KerasTensor, layer: Layer) -> keras.KerasTensor:
    """`x` after batch normalisation (Ioffe and Szegedy 2015), if the layer has it.

    Before ReLU it has no factor of each channel, which ReLU and the next layer make redundant: so it commutes with the
    maximum.
    """
    if not layer.normalised:
        return x
    scale = layer.activation != "relu"
    return layers.BatchNormalization(momentum=0.9, scale=scale, name=layer.name + NORMALISATION)(x)


def named_weights(model: keras.Model) -> dict[str, np.ndarray]:
    """The weights of a model by name, in the order in which Keras has them: "<layer>/kernel" and "<layer>/bias".

    Of normalisation these are "<layer>_normalisation/beta", "/moving_mean" and "/moving_variance"; of a layer that
    holds others the path inside it.
    """
    return {name: weight.numpy() for layer in model.layers for name, weight in weights_of(layer).items()}


def weights_of(layer: keras.Layer) -> dict[str, keras.Variable]:
    """The weights of a layer by name, as `named_weights` has them."""
    return {f"{layer.name}/{weight.path.partition('/')[2] or weight.name}": weight for weight in layer.weights}
