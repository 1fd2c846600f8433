"""The linearised Laplace approximation of a trained regression network: how sure its function is, and where.

The network is replaced by its tangent at the trained weights w: f(x) + J(x) (v - w), with a Gaussian prior of mean zero
and variance 1/alpha for each weight v and Gaussian noise of variance s2. Foong et al. (2019, "In-between uncertainty in
Bayesian neural networks") found it to widen between the data, where other approximations do not; Immer et al. (2021,
"Scalable marginal likelihood estimation for model selection in deep learning") choose alpha and s2 by its marginal
likelihood, with the Gauss-Newton matrix for the Hessian. With a kernel J(x) J(x') (the neural tangent kernel) all of it
is that of a Gaussian process, so no Jacobian, with its column for each weight, is ever stored.
"""

from __future__ import annotations

import dataclasses
import itertools
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import keras
    import tensorflow as tf

    Tangents = Sequence[tuple[np.ndarray, np.ndarray]]

LARGEST = 30.0  # of the logarithms of alpha and s2, up and down
ROUNDING = 1e-13  # of the largest eigenvalue: what rounding makes of those that are zero


@dataclasses.dataclass(frozen=True)
class Laplace:
    """The approximation of one network, and its standard deviation of the function, without noise, at some inputs."""

    noise_variance: float
    prior_precision: float
    deviations: tuple[np.ndarray, ...]  # (inputs,) each


def laplace(model: keras.Model, x: np.ndarray, y: np.ndarray, *places: np.ndarray) -> Laplace:
    """The approximation of a network of dense layers (see `is_chain`) trained on x, y (n, 1).

    It is taken at each of the `places` (inputs, 1).

    All of it is nan if the training has diverged.
    """
    trained = tangents(model, x)
    kernel = tangent_kernel(trained, trained)
    residuals = float(np.sum((y.astype(float) - model(x, training=False).numpy()) ** 2))
    if not np.isfinite(kernel.sum() + residuals):
        return Laplace(math.nan, math.nan, tuple(np.full(len(at), math.nan) for at in places))
    values, vectors = np.linalg.eigh(kernel)
    values = np.maximum(values, 0)
    dense = [weight for layer in model.layers if hasattr(layer, "kernel") for weight in layer.weights]
    weights = sum(float(np.sum(np.square(weight.numpy(), dtype=float))) for weight in dense)
    noise, precision = most_likely(values, residuals, weights)
    # K + alpha s2 I to the power -1/2; the summand keeps it finite where there is no noise
    root = vectors / np.sqrt(values + precision * noise + ROUNDING * values.max())
    return Laplace(noise, precision, tuple(deviation(tangents(model, at), trained, root, precision) for at in places))


def tangents(model: keras.Model, x: np.ndarray) -> Tangents:
    """Of each dense layer its inputs a (n, inputs) and the gradients d (n, units) of the output by its sums.

    The output's gradient by the kernel is their outer product, and that by the bias is d. Computed in float64. Batch
    normalisation is a part of the function, with what it has learned; dropout is left out, as in predictions.
    """
    import tensorflow as tf

    value, inputs, sums = tf.constant(x, tf.float64), [], []
    with tf.GradientTape() as tape:
        for layer in model.layers:
            if hasattr(layer, "kernel"):
                inputs.append(value)
                value = tf.matmul(value, tf.cast(layer.kernel, tf.float64)) + tf.cast(layer.bias, tf.float64)
                sums.append(value)
            elif hasattr(layer, "moving_mean"):
                value = normalised(layer, value)
            if hasattr(layer, "activation"):
                value = layer.activation(value)
    return [(a.numpy(), d.numpy()) for a, d in zip(inputs, tape.gradient(value, sums), strict=True)]


def normalised(layer: keras.layers.BatchNormalization, value: tf.Tensor) -> tf.Tensor:
    """What batch normalisation makes of a value (n, units) when it predicts, in float64."""
    import tensorflow as tf

    mean, variance = (tf.cast(part, tf.float64) for part in (layer.moving_mean, layer.moving_variance))
    value = (value - mean) / tf.sqrt(variance + layer.epsilon)
    value = value * tf.cast(layer.gamma, tf.float64) if layer.scale else value
    return value + tf.cast(layer.beta, tf.float64) if layer.center else value


def is_chain(model: keras.Model) -> bool:
    """Whether a network is what `laplace` can approximate: dense layers, one after the other, and what follows each."""
    from keras import layers

    _, *chain = model.layers
    known = (layers.Dense, layers.BatchNormalization, layers.Activation, layers.Dropout)
    ordered = all(after.input is before.output for before, after in itertools.pairwise(model.layers))
    return ordered and all(type(layer) in known and getattr(layer, "bias", True) is not None for layer in chain)


def tangent_kernel(one: Tangents, other: Tangents) -> np.ndarray:
    """The inner products J(x) J(x') of the network's gradients by all weights: (n, m)."""
    return np.sum([(a @ b.T + 1) * (d @ e.T) for (a, d), (b, e) in zip(one, other, strict=True)], axis=0)


def deviation(at: Tangents, trained: Tangents, root: np.ndarray, precision: float) -> np.ndarray:
    """The standard deviation of the function (n,), given R: R R' is the inverse of K + alpha s2 I."""
    across = tangent_kernel(at, trained)
    prior = np.sum([(np.sum(a * a, axis=1) + 1) * np.sum(d * d, axis=1) for a, d in at], axis=0)
    explained = np.sum((across @ root) ** 2, axis=1)
    return np.sqrt(np.maximum(prior - explained, 0) / precision)


def most_likely(eigenvalues: np.ndarray, residuals: float, weights: float) -> tuple[float, float]:
    """The noise variance s2 and the prior precision alpha that maximise the marginal likelihood.

    `eigenvalues` (n,) are the kernel's, none negative, `residuals` and `weights` sums of squares. Its negative
    logarithm is (n log s2 + residuals / s2 + alpha weights + log det(I + K / (alpha s2))) / 2 and a constant.
    """
    from scipy.optimize import minimize

    count = len(eigenvalues)

    def cost(logarithms: np.ndarray) -> tuple[float, np.ndarray]:
        noise, precision = np.exp(logarithms)
        ratios = eigenvalues / (noise * precision)
        shares = float(np.sum(ratios / (1 + ratios)))  # the number of weights that the data determine
        value = count * logarithms[0] + residuals / noise + precision * weights + np.sum(np.log1p(ratios))
        return value / 2, np.array([count - residuals / noise - shares, precision * weights - shares]) / 2

    start = np.log([max(residuals / count, 1e-12), count / max(weights, 1e-12)])
    found = minimize(cost, start, jac=True, method="L-BFGS-B", bounds=[(-LARGEST, LARGEST)] * 2)
    noise, precision = np.exp(found.x)
    return float(noise), float(precision)
