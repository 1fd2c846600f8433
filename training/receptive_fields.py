"""What in the image the outputs of a trained network respond to, as images.

Every call says `training=False`: by default, Keras' layers for random flips and shifts alter what they are given.
"""

from collections.abc import Callable, Mapping
from typing import Any

import keras
import numpy as np
import tensorflow as tf

Arrays = dict[str, np.ndarray]

SAMPLE = 1000  # images, over which the logits' spread is taken
TRAINED_SPREAD = 8.0  # roughly the standard deviation of the logits of a trained network
GRADIENT_IMAGES = 200  # images of each class over which gradients are averaged


def receptive_fields(model: keras.Model, images: np.ndarray, labels: np.ndarray, rng: np.random.Generator) -> Arrays:
    """What each of the ten outputs responds to, as images with values in [0, 1]. Returns:

    "back_projection" (10, 28, 28): the output's weights propagated back through the weights of all layers without
    activations, with pooling spread evenly: the gradient of the linearised network.
    "gradient" (10, 28, 28): the gradient of the class's logit (Simonyan et al. 2013), averaged over the first
    "gradient_images" () of the `images` (n, 28, 28, 1) with the class's label in `labels` (n,).
    "activation_maximisation" (10, 28, 28): the images that `maximise_activation` finds, and "reached_probability"
    (10,): the probability of the class for each.
    """
    logits, linear = logit_model(model), linearised(model)
    found = maximise_activation(logits, spread_of(logits, images[:SAMPLE]), rng)
    reached = model(tf.constant(255 * found[..., None], tf.float32), training=False).numpy().diagonal()
    return {
        "back_projection": np.stack([logit_gradients(linear, images[:1], label)[0] for label in range(10)]),
        "gradient": np.stack(
            [
                logit_gradients(logits, images[labels == label][:GRADIENT_IMAGES], label).mean(axis=0)
                for label in range(10)
            ]
        ),
        "activation_maximisation": found,
        "reached_probability": reached.astype(np.float32),
        "gradient_images": np.array(GRADIENT_IMAGES),
    }


def logit_model(model: keras.Model) -> keras.Model:
    """A float32 copy of the model whose outputs are logits."""
    return copied(model, lambda layer, config: config | ({"activation": "linear"} if layer.name == "output" else {}))


def linearised(model: keras.Model) -> keras.Model:
    """A float32 copy of the model without activations and with mean pooling: a linear map."""
    return copied(
        model,
        lambda layer, config: config | ({"activation": "linear"} if "activation" in config else {}),
        keras.layers.AveragePooling2D,
    )


def copied(
    model: keras.Model,
    change: Callable[[keras.Layer, dict[str, Any]], dict[str, Any]],
    pooling: type[keras.Layer] = keras.layers.MaxPooling2D,
) -> keras.Model:
    """A float32 copy of the model with its weights; `change(layer, configuration)` may alter each layer."""

    def copy_layer(layer: keras.Layer) -> keras.Layer:
        config = change(layer, layer.get_config()) | {"dtype": "float32"}
        return (pooling if isinstance(layer, keras.layers.MaxPooling2D) else type(layer)).from_config(config)

    copy = keras.models.clone_model(model, clone_function=copy_layer)
    for layer in copy.layers:
        if hasattr(layer, "kernel") or isinstance(layer, keras.layers.BatchNormalization):
            layer.set_weights(model.get_layer(layer.name).get_weights())
    return copy


def with_weights(model: keras.Model, weights: Mapping[str, np.ndarray]) -> keras.Model:
    """A float32 copy of the model with other weights, named as by `named_weights`."""
    copy = copied(model, lambda layer, config: config)
    for layer in copy.layers:
        own = [weights[f"{layer.name}/{weight.name}"] for weight in layer.weights]
        if own:
            layer.set_weights(own)
    return copy


def logit_gradients(logits: keras.Model, images: np.ndarray, label: int) -> np.ndarray:
    """The gradient of one output with respect to each image scaled to [0, 1]: (images, 28, 28)."""
    scaled = tf.cast(tf.constant(images), tf.float32) / 255
    with tf.GradientTape() as tape:
        tape.watch(scaled)
        output = logits(255 * scaled, training=False)[:, label]
    return tape.gradient(output, scaled).numpy()[..., 0]


def spread_of(logits: keras.Model, images: np.ndarray) -> float:
    """The standard deviation of the logits over images and classes."""
    return float(np.std(logits(tf.constant(images), training=False)))


def maximise_activation(
    logits: keras.Model,
    spread: float,
    rng: np.random.Generator,
    steps: int = 300,
    smoothness: float = 40.0,
    faintness: float = 25.0,
    learning_rate: float = 0.05,
) -> np.ndarray:
    """Images (10, 28, 28) in [0, 1] that maximise the output of their class, found by gradient ascent.

    The objective is the logit minus the mean of all ten, plus ten times the log-probability, which makes the class win.
    Logits with standard deviation `spread` are scaled to TRAINED_SPREAD, so that the objective outweighs the
    regularisation in an untrained network as much as in a trained one. Regularised so that shapes appear (after
    Mahendran and Vedaldi 2016): total variation (`smoothness`), brightness (`faintness`), a random shift of up to two
    pixels in each step, and blurred images.
    """
    hidden = tf.Variable(rng.normal(0, 0.1, (10, 28, 28, 1)).astype(np.float32))
    blur = gaussian_kernel(1.5)
    optimizer = keras.optimizers.Adam(learning_rate)
    optimizer.build([hidden])

    def images_of(hidden: tf.Tensor) -> tf.Tensor:
        return tf.sigmoid(8 * tf.nn.conv2d(hidden, blur, 1, "SAME") - 2)

    @tf.function
    def ascend(shift: tf.Tensor) -> None:
        with tf.GradientTape() as tape:
            images = images_of(hidden)
            outputs = logits(255 * tf.roll(images, shift, (1, 2)), training=False) * (TRAINED_SPREAD / spread)
            own = tf.linalg.diag_part(outputs)
            gain = own - tf.reduce_mean(outputs, axis=1) + 10 * (own - tf.reduce_logsumexp(outputs, axis=1))
            roughness = tf.image.total_variation(images) / (28 * 28)
            loss = tf.reduce_sum(smoothness * roughness + faintness * tf.reduce_mean(images, (1, 2, 3)) - gain)
        optimizer.apply([tape.gradient(loss, hidden)], [hidden])

    for shift in rng.integers(-2, 3, (steps, 2)):
        ascend(tf.constant(shift, tf.int32))
    return images_of(hidden).numpy()[..., 0]


def gaussian_kernel(sigma: float) -> tf.Tensor:
    """A Gaussian with standard deviation `sigma` pixels as a convolution kernel (9, 9, 1, 1) with sum one."""
    weights = np.exp(-(np.arange(-4, 5) ** 2) / (2 * sigma**2))
    kernel = np.outer(weights, weights) / weights.sum() ** 2
    return tf.constant(kernel[:, :, None, None], tf.float32)
