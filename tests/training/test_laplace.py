"""The linearised Laplace approximation against explicit Jacobians, and against exact Bayesian linear regression."""

import dataclasses
import math

import keras
import numpy as np
import pytest
import scipy.optimize
import scipy.stats
import tensorflow as tf

from tests.training.shapes import POINTS
from training.config import ACTIVATIONS
from training.laplace import is_chain, laplace, most_likely, tangent_kernel, tangents
from training.models import build_mlp
from training.settings import load_homework

X = np.linspace(-2, 2, 9, dtype=np.float32)[:, None]
Y = np.sin(2 * X)
AT = np.linspace(-4, 4, 7, dtype=np.float32)[:, None]


def network(*activations):
    keras.utils.set_random_seed(3)
    config = load_homework().tasks["regression"].reference
    sizes = (5, 4, 3)[: len(activations)]
    return build_mlp(dataclasses.replace(config, hidden_units=sizes, activations=activations), POINTS)


def jacobian(model, x):
    """The gradients of the outputs by all weights: (n, weights)."""
    with tf.GradientTape() as tape:
        outputs = model(tf.constant(x))[:, 0]
    parts = tape.jacobian(outputs, model.trainable_variables)
    return np.concatenate([part.numpy().reshape(len(x), -1) for part in parts], axis=1).astype(float)


@pytest.mark.parametrize("activations", [("tanh", "softplus", "relu"), *((name, name) for name in ACTIVATIONS)])
def test_the_kernel_is_that_of_the_explicit_jacobian(activations):
    model = network(*activations)
    expected = jacobian(model, X) @ jacobian(model, AT).T
    found = tangent_kernel(tangents(model, X), tangents(model, AT))
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)


def test_normalised_layers_and_dropout_are_a_part_of_the_function():
    """The explicit Jacobian by kernels and biases, through what batch normalisation has learned of its inputs."""
    config = load_homework().tasks["regression"].reference
    changes = {"hidden_units": (5, 4, 3), "batch_normalization": (True, False, True), "dropout": 0.3}
    model = build_mlp(dataclasses.replace(config, **changes), POINTS)
    rng = np.random.default_rng(0)
    for layer in model.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.set_weights([rng.uniform(0.5, 2, weight.shape) for weight in layer.weights])
    dense = [weight for layer in model.layers if isinstance(layer, keras.layers.Dense) for weight in layer.weights]
    with tf.GradientTape() as tape:
        outputs = model(tf.constant(X), training=False)[:, 0]
    parts = tape.jacobian(outputs, [weight.value for weight in dense])
    own = np.concatenate([part.numpy().reshape(len(X), -1) for part in parts], axis=1).astype(float)
    found = tangents(model, X)
    np.testing.assert_allclose(tangent_kernel(found, found), own @ own.T, rtol=1e-4, atol=1e-5)
    assert is_chain(model)


def test_networks_that_branch_or_have_other_layers_are_no_chains():
    x = keras.Input((1,))
    for end in (keras.layers.Add()([x, keras.layers.Dense(1)(x)]), keras.layers.LayerNormalization()(x)):
        assert not is_chain(keras.Model(x, keras.layers.Dense(1)(end)))


def test_deviations_are_those_of_the_posterior_of_all_weights():
    model = network("tanh", "softplus", "relu")
    found = laplace(model, X, Y, X, AT)
    hessian = jacobian(model, X).T @ jacobian(model, X) / found.noise_variance
    covariance = np.linalg.inv(hessian + found.prior_precision * np.eye(len(hessian)))
    for place, deviations in zip((X, AT), found.deviations, strict=True):
        own = jacobian(model, place)
        np.testing.assert_allclose(deviations, np.sqrt(np.sum((own @ covariance) * own, axis=1)), rtol=1e-3)


def test_a_linear_network_gives_exact_bayesian_linear_regression():
    """The weights are the posterior's mean under the most likely variances, which the approximation must find again."""
    x = np.random.default_rng(0).normal(size=(30, 1))
    y = 1.5 * x + 0.7 + np.random.default_rng(1).normal(0, 0.4, (30, 1))
    design, at = np.c_[x, np.ones(30)], np.c_[AT, np.ones(len(AT))]

    def cost(logarithms):
        noise, precision = np.exp(logarithms)
        covariance = noise * np.eye(30) + design @ design.T / precision
        return -scipy.stats.multivariate_normal(np.zeros(30), covariance).logpdf(y[:, 0])

    best = scipy.optimize.minimize(cost, [0.0, 0.0], method="Nelder-Mead", options={"xatol": 1e-8, "fatol": 1e-12})
    noise, precision = np.exp(best.x)
    covariance = np.linalg.inv(design.T @ design / noise + precision * np.eye(2))
    mean = covariance @ design.T @ y / noise
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.set_weights([mean[:1], mean[1]])
    found = laplace(model, x, y, AT)
    assert (found.noise_variance, found.prior_precision) == pytest.approx((noise, precision), rel=1e-3)
    np.testing.assert_allclose(found.deviations[0], np.sqrt(np.sum((at @ covariance) * at, axis=1)), rtol=1e-3)


def test_it_widens_away_from_the_points():
    (deviations,) = laplace(network("tanh", "tanh"), X, Y, AT).deviations
    assert deviations[0] > 2 * deviations[3] and deviations[-1] > 2 * deviations[3]


def test_points_without_noise_do_no_harm():
    model = network("tanh")
    (deviations,) = laplace(model, X, model(X).numpy(), AT).deviations
    assert np.isfinite(deviations).all()
    assert all(0 < value < math.inf for value in most_likely(np.array([0.0, 1.0]), 0.0, 1.0))


def test_of_a_diverged_network_nothing_is_known():
    model = network("relu")
    model.set_weights([np.full_like(weight, np.inf) for weight in model.get_weights()])
    found = laplace(model, X, Y, AT)
    assert math.isnan(found.noise_variance) and np.isnan(found.deviations[0]).all()
