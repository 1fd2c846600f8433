"""The layers of a functional network, found in its graph: which have weights, and what follows each."""

import keras
from keras import layers

NORMALISATIONS = (layers.BatchNormalization, layers.LayerNormalization, layers.GroupNormalization)
ACTIVATIONS = (layers.Activation, layers.ReLU, layers.LeakyReLU, layers.PReLU, layers.ELU)
INCREASING = (
    "linear",
    "relu",
    "leaky_relu",
    "tanh",
    "sigmoid",
    "softplus",
    "elu",
    "selu",
)  # a maximum stays one


def weighted_layers(model: keras.Model) -> list[keras.Layer]:
    """The layers with a kernel in the network's order."""
    return [layer for layer in model.layers if hasattr(layer, "kernel")]


def output_layer(model: keras.Model) -> keras.Layer:
    """The last layer with a kernel."""
    return weighted_layers(model)[-1]


def hidden_layers(model: keras.Model) -> list[str]:
    """The names of the layers with a kernel in the network's order, without the output layer."""
    return [layer.name for layer in weighted_layers(model)[:-1]]


def activated(model: keras.Model, name: str) -> keras.KerasTensor:
    """The output of a layer after the normalisation and the activation that follow it as layers of their own.

    For a convolution at full size, before the pooling, where what follows the pooling commutes with the maximum.
    """
    layer = model.get_layer(name)
    output, pooling = layer.output, None
    if not is_linear(layer) or layer is output_layer(model):
        return output
    while len(following := consumers(model, layer)) == 1:
        (layer,) = following
        if isinstance(layer, layers.MaxPooling2D) and pooling is None:
            pooling = layer
            continue
        if not isinstance(layer, NORMALISATIONS + ACTIVATIONS):
            return output
        if pooling is not None and not commutes(layer):
            output, pooling = pooling(output), None
        output = layer(output, training=False) if isinstance(layer, NORMALISATIONS) else layer(output)
        if isinstance(layer, ACTIVATIONS):
            return output
    return output


def is_linear(layer: keras.Layer) -> bool:
    """Whether a layer has no activation of its own."""
    return getattr(layer, "activation", keras.activations.linear) is keras.activations.linear


def consumers(model: keras.Model, layer: keras.Layer) -> list[keras.Layer]:
    """The layers that take the output of a layer."""
    others = [other for other in model.layers if not isinstance(other, layers.InputLayer)]
    return [other for other in others if any(tensor is layer.output for tensor in keras.tree.flatten(other.input))]


def commutes(layer: keras.Layer) -> bool:
    """Whether a layer of the maximum is the maximum of the layer."""
    if isinstance(layer, layers.BatchNormalization):
        return not layer.scale  # else a channel may be turned round
    if isinstance(layer, layers.Activation):
        return getattr(layer.activation, "__name__", "") in INCREASING
    return isinstance(layer, (layers.ReLU, layers.ELU))
