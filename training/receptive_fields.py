"""What in the image the outputs of a trained network respond to, as images.

Every call says `training=False`: by default, Keras' layers for random flips and shifts alter what they are given.
"""

from collections.abc import Callable, Mapping
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from training.graph import ACTIVATIONS
from training.models import weights_of

Arrays = dict[str, np.ndarray]

MEANS = {
    keras.layers.MaxPooling2D: keras.layers.AveragePooling2D,
    keras.layers.GlobalMaxPooling2D: keras.layers.GlobalAveragePooling2D,
}

LEAST_SPREAD = 1e-6  # below which the logits of all images count as equal
SAMPLE = 1000  # images, over which the logits' spread is taken
TRAINED_SPREAD = 8.0  # roughly the standard deviation of the logits of a trained network
GRADIENT_IMAGES = 200  # images of each class over which gradients are averaged


def receptive_fields(model: keras.Model, images: np.ndarray, labels: np.ndarray, rng: np.random.Generator) -> Arrays:
    """What each output responds to, as images of the inputs' height and width with values in [0, 1]. Returns:

    "back_projection" (classes, height, width): the output's weights propagated back through the weights of all layers
    without activations, with pooling spread evenly: the gradient of the linearised network.
    "gradient" (classes, height, width): the gradient of the class's logit (Simonyan et al. 2013), averaged over the
    first "gradient_images" () of the `images` (n, height, width, channels) with the class's label in `labels` (n,).
    "activation_maximisation" (classes, height, width): the images that `maximise_activation` finds, and
    "reached_probability" (classes,): the probability of the class for each.
    Of colours each is the mean over the channels.
    """
    logits, linear = logit_model(model), linearised(model)
    found = maximise_activation(logits, spread_of(logits, images[:SAMPLE]), rng)
    reached = model(tf.constant(255 * found, tf.float32), training=False).numpy().diagonal()
    classes = range(len(found))
    return {
        "back_projection": np.stack([logit_gradients(linear, images[:1], label)[0] for label in classes]),
        "gradient": np.stack(
            [mean_gradient(logits, images[labels == label][:GRADIENT_IMAGES], label) for label in classes]
        ),
        "activation_maximisation": found.mean(axis=-1),
        "reached_probability": reached.astype(np.float32),
        "gradient_images": np.array(GRADIENT_IMAGES),
    }


def mean_gradient(logits: keras.Model, images: np.ndarray, label: int) -> np.ndarray:
    """The mean of `logit_gradients` over images; zeros (height, width) if there are none."""
    return (
        logit_gradients(logits, images, label).mean(axis=0) if len(images) else np.zeros(images.shape[1:3], np.float32)
    )


def logit_model(model: keras.Model) -> keras.Model:
    """A float32 copy of the model whose outputs are logits: without the softmax, be it a layer or in the last one."""
    last = model.layers[-1].name
    return copied(model, lambda layer: without_activation(layer) if layer.name == last else layer)


def linearised(model: keras.Model) -> keras.Model:
    """A float32 copy of the model without activations and with mean pooling: a linear map."""

    def linear(layer: keras.Layer) -> keras.Layer:
        for maximum, mean in MEANS.items():
            if isinstance(layer, maximum):
                return mean.from_config(layer.get_config())
        return without_activation(layer)

    return copied(model, linear)


class PassOn(keras.layers.Layer):
    """A layer that passes on its input, whatever else it is called with."""

    def call(self, inputs: tf.Tensor, *_: Any, **__: Any) -> tf.Tensor:
        """The inputs."""
        return inputs


def without_activation(layer: keras.Layer) -> keras.Layer:
    """A layer like this one that leaves out its activation; one that is nothing else passes on its input."""
    if isinstance(layer, (*ACTIVATIONS, keras.layers.Softmax)):
        return PassOn(name=layer.name)
    config = layer.get_config()
    return type(layer).from_config(config | {"activation": "linear"}) if "activation" in config else layer


def copied(model: keras.Model, change: Callable[[keras.Layer], keras.Layer] = lambda layer: layer) -> keras.Model:
    """A float32 copy of the model with its weights; `change(layer)` may put another one of that name in its place."""

    def copy_layer(layer: keras.Layer) -> keras.Layer:
        changed = change(layer)
        return type(changed).from_config(changed.get_config() | {"dtype": "float32"})

    copy = keras.models.clone_model(model, clone_function=copy_layer)
    for layer in copy.layers:
        if layer.weights:
            layer.set_weights(model.get_layer(layer.name).get_weights())
    return copy


def with_weights(model: keras.Model, weights: Mapping[str, np.ndarray]) -> keras.Model:
    """A float32 copy of the model with other weights, named as by `named_weights`."""
    copy = copied(model)
    for layer in copy.layers:
        if layer.weights:
            layer.set_weights([weights[name] for name in weights_of(layer)])
    return copy


def logit_gradients(logits: keras.Model, images: np.ndarray, label: int) -> np.ndarray:
    """The gradient of one output with respect to each image scaled to [0, 1]: (images, height, width).

    Of colours it is the mean over the channels.
    """
    scaled = tf.cast(tf.constant(images), tf.float32) / 255
    with tf.GradientTape() as tape:
        tape.watch(scaled)
        output = logits(255 * scaled, training=False)[:, label]
    return tape.gradient(output, scaled).numpy().mean(axis=-1)


def spread_of(logits: keras.Model, images: np.ndarray) -> float:
    """The standard deviation of the logits over images and classes."""
    return max(float(np.std(logits(tf.constant(images), training=False))), LEAST_SPREAD)


def maximise_activation(
    logits: keras.Model,
    spread: float,
    rng: np.random.Generator,
    steps: int = 300,
    smoothness: float = 40.0,
    faintness: float = 25.0,
    learning_rate: float = 0.05,
) -> np.ndarray:
    """Images (classes, height, width, channels) in [0, 1] that maximise the output of their class, by gradient ascent.

    The objective is the logit minus the mean of all, plus ten times the log-probability, which makes the class win.
    Logits with standard deviation `spread` are scaled to TRAINED_SPREAD, so that the objective outweighs the
    regularisation in an untrained network as much as in a trained one. Regularised so that shapes appear (after
    Mahendran and Vedaldi 2016): total variation (`smoothness`), brightness (`faintness`), a random shift of up to two
    pixels in each step, and blurred images.
    """
    height, width, channels = logits.inputs[0].shape[1:]
    classes = logits.outputs[0].shape[1]
    hidden = tf.Variable(rng.normal(0, 0.1, (classes, height, width, channels)).astype(np.float32))
    optimizer = keras.optimizers.Adam(learning_rate)
    optimizer.build([hidden])

    def images_of(hidden: tf.Tensor) -> tf.Tensor:
        return tf.sigmoid(8 * blurred(hidden) - 2)

    @tf.function
    def ascend(shift: tf.Tensor) -> None:
        with tf.GradientTape() as tape:
            images = images_of(hidden)
            outputs = logits(255 * tf.roll(images, shift, (1, 2)), training=False) * (TRAINED_SPREAD / spread)
            own = tf.linalg.diag_part(outputs)
            gain = own - tf.reduce_mean(outputs, axis=1) + 10 * (own - tf.reduce_logsumexp(outputs, axis=1))
            roughness = tf.image.total_variation(images) / (height * width)
            loss = tf.reduce_sum(smoothness * roughness + faintness * tf.reduce_mean(images, (1, 2, 3)) - gain)
        optimizer.apply([tape.gradient(loss, hidden)], [hidden])

    for shift in rng.integers(-2, 3, (steps, 2)):
        ascend(tf.constant(shift, tf.int32))
    return images_of(hidden).numpy()


def blurred(images: tf.Tensor) -> tf.Tensor:
    """Images (n, height, width, channels) after a Gaussian blur."""
    kernel, channels = gaussian_kernel(1.5), images.shape[-1]
    if channels == 1:
        return tf.nn.conv2d(images, kernel, 1, "SAME")
    return tf.nn.depthwise_conv2d(images, tf.tile(kernel, (1, 1, channels, 1)), (1, 1, 1, 1), "SAME")


def gaussian_kernel(sigma: float) -> tf.Tensor:
    """A Gaussian with standard deviation `sigma` pixels as a convolution kernel (9, 9, 1, 1) with sum one."""
    weights = np.exp(-(np.arange(-4, 5) ** 2) / (2 * sigma**2))
    kernel = np.outer(weights, weights) / weights.sum() ** 2
    return tf.constant(kernel[:, :, None, None], tf.float32)
