"""What trained networks compute inside: activations, filters and feature maps as arrays.

Every call says `training=False`: by default, Keras' layers for random flips and shifts alter what they are given.
"""

import functools
from collections.abc import Mapping, Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from training.graph import activated, hidden_layers, output_layer
from training.models import named_weights

Arrays = dict[str, np.ndarray]

BATCH = 1000
MAPPED = 2000  # images on the map of the features


def weights_before_and_after(initial: Mapping[str, np.ndarray], model: keras.Model) -> Arrays:
    """Arrays by "initial/<name>" and "trained/<name>", with the names of `named_weights`."""
    weights = {f"initial/{name}": value for name, value in initial.items()}
    return weights | {f"trained/{name}": value for name, value in named_weights(model).items()}


def layer_outputs(model: keras.Model, names: Sequence[str]) -> keras.Model:
    """A model with the same input and, by name, the float32 outputs of these layers after their activation."""
    outputs = {name: keras.ops.cast(activated(model, name), "float32") for name in names}
    return keras.Model(model.input, outputs)


def activations(model: keras.Model, x: np.ndarray, probes: np.ndarray) -> Arrays:
    """The activations of all hidden layers: of dense layers for the inputs `probes`, and statistics over `x`.

    Returns "<layer>/probe" (probes, units), "<layer>/minimum", "<layer>/maximum" and "<layer>/active_share" (units,),
    the share of inputs (for a filter: of inputs and positions) with a positive activation, and "<layer>/spectrum"
    (units,), the eigenvalues of the covariance of the activations over the same, largest first.
    """
    if not (names := hidden_layers(model)):
        return {}
    inside = tf.function(functools.partial(layer_outputs(model, names), training=False))
    probed = {name: value.numpy() for name, value in inside(tf.constant(probes)).items()}
    summaries: dict[str, list[tuple[Any, ...]]] = {name: [] for name in names}
    for start in range(0, len(x), BATCH):
        for name, value in inside(tf.constant(x[start : start + BATCH])).items():
            summaries[name].append(summarise(value))
    result = {f"{name}/probe": value for name, value in probed.items() if value.ndim == 2}
    for name, batches in summaries.items():
        minima, maxima, active, sums, products, counts = zip(*batches, strict=True)
        result |= {f"{name}/minimum": np.min(minima, 0), f"{name}/maximum": np.max(maxima, 0)}
        result[f"{name}/active_share"] = np.sum(active, 0) / np.sum(counts)
        total, squares = np.asarray(np.sum(sums, 0, np.float64)), np.asarray(np.sum(products, 0, np.float64))
        result[f"{name}/spectrum"] = covariance_eigenvalues(total, squares, np.sum(counts))
    return result


def activations_along(model: keras.Model, x: np.ndarray) -> Arrays:
    """The activations of all hidden layers for inputs along a line, "<layer>/along" (inputs, units) float16."""
    inside = layer_outputs(model, hidden_layers(model))(tf.constant(x), training=False)
    return {f"{name}/along": value.numpy().astype(np.float16) for name, value in inside.items()}


def feature_map(model: keras.Model, images: np.ndarray, seed: int) -> np.ndarray:
    """A map (n, 2) of the first MAPPED images by the features that the output layer gets: it keeps neighbours together.

    t-SNE (van der Maaten and Hinton, 2008, Journal of Machine Learning Research 9, 2579-2605), from the features' first
    two principal components on; all places are 0 where no feature varies.
    """
    from sklearn.manifold import TSNE

    inside = keras.Model(model.input, keras.ops.cast(output_layer(model).input, "float32"))
    features = inside(tf.constant(images[:MAPPED]), training=False).numpy()
    features = features.reshape(len(features), -1)
    if len(features) < 2 or not np.ptp(features, axis=0).any():
        return np.zeros((len(features), 2), np.float32)
    perplexity = min(30.0, (len(features) - 1) / 3)
    places = TSNE(init="pca", perplexity=perplexity, random_state=seed, n_jobs=1).fit_transform(features)
    return places.astype(np.float32)


def summarise(value: tf.Tensor) -> tuple[Any, ...]:
    """Per unit of activations (..., units): minimum, maximum, number above zero, sum, products; and their number."""
    flat = tf.reshape(value, (-1, value.shape[-1]))
    parts = (
        tf.reduce_min(flat, 0),
        tf.reduce_max(flat, 0),
        tf.reduce_sum(tf.cast(flat > 0, tf.float32), axis=0),
        tf.reduce_sum(flat, 0),
        tf.matmul(flat, flat, transpose_a=True),
    )
    return *(part.numpy() for part in parts), int(flat.shape[0])


def covariance_eigenvalues(sums: np.ndarray, products: np.ndarray, count: int) -> np.ndarray:
    """The eigenvalues (n,), largest first, of the covariance of `count` vectors.

    Their sum is `sums` (n,), and the sum of their outer products is `products` (n, n).
    """
    mean = sums / count
    eigenvalues = np.linalg.eigvalsh(products / count - np.outer(mean, mean))[::-1]
    return np.maximum(eigenvalues, 0).astype(np.float32)


def filters_and_maps(model: keras.Model, image: np.ndarray) -> Arrays:
    """The filters of each convolution, and their feature maps of one image (height, width, channels).

    Returns "<layer>/filters" (filters, inputs, height, width), without the second axis where there is one input, and
    "<layer>/maps" (filters, height, width), which are after the activation.
    """
    names = [name for name in hidden_layers(model) if isinstance(model.get_layer(name), keras.layers.Conv2D)]
    if not names:
        return {}
    maps = layer_outputs(model, names)(tf.constant(image[None]), training=False)
    result = {}
    for name in names:
        kernel = np.transpose(model.get_layer(name).kernel.numpy(), (3, 2, 0, 1))
        result[f"{name}/filters"] = kernel[:, 0] if kernel.shape[1] == 1 else kernel
        result[f"{name}/maps"] = np.transpose(maps[name].numpy()[0], (2, 0, 1))
    return result
