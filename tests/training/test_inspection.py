"""Inspection against what can be computed by hand."""

import dataclasses
import types

import keras
import numpy as np
import pytest

from tests.training.shapes import IMAGES, POINTS
from training import classification, inspection, receptive_fields, regression, saving
from training.datasets import Dataset
from training.models import build_cnn, build_mlp
from training.scaling import scaling_of
from training.settings import load_homework

TASKS = load_homework().tasks
CNN = dataclasses.replace(TASKS["classification"].reference, filters=(4, 6), dense_units=(8, 7))


@pytest.fixture(scope="module")
def cnn():
    keras.utils.set_random_seed(5)
    return build_cnn(CNN, IMAGES)


@pytest.fixture(scope="module")
def images():
    return np.random.default_rng(0).integers(0, 256, (30, 28, 28, 1), dtype=np.uint8)


def test_activations_are_the_layers_true_outputs():
    keras.utils.set_random_seed(5)
    model = build_mlp(dataclasses.replace(TASKS["regression"].reference, hidden_units=(3, 4, 5)), POINTS)
    x = np.linspace(-1, 1, 7, dtype=np.float32)[:, None]
    found = inspection.activations(model, x, x[[0, 3, 6]])
    first = np.tanh(x @ model.get_layer("hidden_1").kernel.numpy() + model.get_layer("hidden_1").bias.numpy())
    np.testing.assert_allclose(found["hidden_1/probe"], first[[0, 3, 6]], rtol=1e-5)
    np.testing.assert_allclose(found["hidden_1/minimum"], first.min(axis=0), rtol=1e-5)
    np.testing.assert_allclose(found["hidden_1/active_share"], (first > 0).mean(axis=0), rtol=1e-5)
    assert found["hidden_3/maximum"].shape == (5,) and (found["hidden_3/minimum"] >= 0).all()


def test_the_spectrum_is_that_of_the_covariance():
    vectors = np.random.default_rng(0).normal(size=(50, 4)) @ np.diag([3.0, 2.0, 1.0, 0.0]) + 5
    found = inspection.covariance_eigenvalues(vectors.sum(axis=0), vectors.T @ vectors, len(vectors))
    expected = np.linalg.eigvalsh(np.cov(vectors.T, bias=True))[::-1]
    np.testing.assert_allclose(found, np.maximum(expected, 0), rtol=1e-5, atol=1e-6)


def test_weights_are_stored_before_and_after_training(cnn):
    initial = {name: 0 * value for name, value in inspection.named_weights(cnn).items()}
    found = inspection.weights_before_and_after(initial, cnn)
    assert set(found) == {f"{when}/{name}" for when in ("initial", "trained") for name in initial}
    assert not found["initial/conv_1/kernel"].any() and found["trained/conv_1/kernel"].any()


def test_a_dead_unit_is_seen_as_constant(cnn, images):
    copy = receptive_fields.copied(cnn)
    kernel, bias = copy.get_layer("dense_1").get_weights()
    bias[2], kernel[:, 2] = -1.0, 0.0
    copy.get_layer("dense_1").set_weights([kernel, bias])
    found = inspection.activations(copy, images, images[:3])
    assert found["dense_1/maximum"][2] == found["dense_1/minimum"][2] == found["dense_1/active_share"][2] == 0


def test_filters_and_maps(cnn, images):
    found = inspection.filters_and_maps(cnn, images[0])
    assert found["conv_1/filters"].shape == (4, 3, 3) and found["conv_2/filters"].shape == (6, 4, 3, 3)
    assert found["conv_1/maps"].shape == (4, 26, 26) and found["conv_2/maps"].shape == (6, 11, 11)
    window = images[0, 2:5, 7:10, 0] / 255
    expected = max(0, float((window * found["conv_1/filters"][1]).sum() + cnn.get_layer("conv_1").bias.numpy()[1]))
    assert found["conv_1/maps"][1, 2, 7] == pytest.approx(expected, abs=1e-4)


def test_back_projection_is_the_linear_network_seen_from_its_output(cnn, images):
    linear = receptive_fields.linearised(cnn)
    gradient = receptive_fields.logit_gradients(linear, images[:1], 4)[0]
    np.testing.assert_allclose(gradient, receptive_fields.logit_gradients(linear, images[1:2], 4)[0], atol=1e-6)
    flat = np.zeros((2, 28, 28, 1), np.float32)
    flat[1, 10, 12] = 255.0
    black, dot = linear(flat).numpy()[:, 4]
    assert gradient[10, 12] == pytest.approx(dot - black, abs=1e-5)


def test_receptive_fields_are_images_of_the_input(cnn, images):
    labels = np.arange(30) % 10
    fields = receptive_fields.receptive_fields(cnn, images, labels, np.random.default_rng(1))
    for name in ("back_projection", "gradient", "activation_maximisation"):
        assert fields[name].shape == (10, 28, 28) and np.isfinite(fields[name]).all()
    assert fields["activation_maximisation"].min() >= 0 and fields["activation_maximisation"].max() <= 1
    assert fields["reached_probability"].mean() > 0.1  # better than guessing, even untrained


def test_with_weights_puts_other_weights_into_a_copy(cnn):
    weights = {name: 0 * value for name, value in inspection.named_weights(cnn).items()}
    copy = receptive_fields.with_weights(cnn, weights)
    assert not copy.get_layer("dense_1").kernel.numpy().any() and cnn.get_layer("dense_1").kernel.numpy().any()


@pytest.mark.parametrize("module", [regression, classification])
def test_smaller_networks_are_sized_without_test_data(module, tmp_path, monkeypatch):
    """The statistics of the units are taken over training points, or validation images; the probes are test inputs."""
    seen = []
    monkeypatch.setattr(inspection, "activations", lambda model, x, probes: seen.append((x, probes)) or {})
    for name in ("filters_and_maps", "weights_before_and_after", "activations_along", "feature_map"):
        monkeypatch.setattr(inspection, name, lambda *arguments: {})
    monkeypatch.setattr(classification, "fields", lambda *arguments: {})
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(60, 1)), np.arange(60) % 10
    if module is classification:
        x = rng.integers(0, 256, (60, 28, 28, 1))
    dataset = Dataset(x[:40], y[:40], x[40:], y[40:], None)
    fit = types.SimpleNamespace(model=types.SimpleNamespace(save=lambda path: None), initial_weights={})
    held_out = np.arange(30, 40)
    further = [(np.arange(30), held_out), 1] if module is classification else []
    if module is regression:
        monkeypatch.setattr(saving, "save_network", lambda path, model: None)
        monkeypatch.setattr(regression, "in_data_units", lambda model, scaling: model)
        fit = regression.Network(None, fit, dataset, scaling_of("off", dataset, np.arange(30)))
    module.save_inspection(tmp_path, fit, dataset, *further)
    ((sized_by, probes),) = seen
    np.testing.assert_array_equal(sized_by, x[held_out] if module is classification else x[:40])
    assert len(probes) == 3 and all((x[40:] == probe).reshape(20, -1).all(axis=1).any() for probe in probes)


def test_activations_are_those_of_the_images_as_they_are(images):
    """Layers for random flips and shifts alter nothing of what is looked into."""
    model = build_cnn(
        dataclasses.replace(CNN, horizontal_flips=True, random_shifts=2, batch_normalization=True), IMAGES
    )
    first, second = (inspection.activations(model, images, images[:2]) for _ in range(2))
    for name, values in first.items():
        np.testing.assert_array_equal(values, second[name])
    maps = [inspection.filters_and_maps(model, images[0])["conv_1/maps"] for _ in range(2)]
    np.testing.assert_array_equal(*maps)


def test_activations_along_x_are_those_of_each_layer():
    keras.utils.set_random_seed(5)
    model = build_mlp(dataclasses.replace(TASKS["regression"].reference, hidden_units=(3, 4, 5)), POINTS)
    x = np.linspace(-1, 1, 7, dtype=np.float32)[:, None]
    found = inspection.activations_along(model, x)
    first = np.tanh(x @ model.get_layer("hidden_1").kernel.numpy() + model.get_layer("hidden_1").bias.numpy())
    np.testing.assert_allclose(found["hidden_1/along"], first, atol=1e-3)
    assert found["hidden_3/along"].shape == (7, 5) and found["hidden_3/along"].dtype == np.float16


def test_the_feature_map_keeps_neighbours_together(cnn):
    """Two kinds of images, far apart in the features, lie apart on the map; the same seed gives the same map."""
    noise = np.random.default_rng(1).integers(0, 20, (40, 28, 28, 1))
    images = (noise + 200 * (np.arange(40) % 2)[:, None, None, None]).astype(np.uint8)
    places = inspection.feature_map(cnn, images, seed=3)
    gaps = np.linalg.norm(places[:, None] - places, axis=2) + 1e9 * np.eye(40)
    assert (gaps.argmin(axis=1) % 2 == np.arange(40) % 2).all()
    np.testing.assert_array_equal(places, inspection.feature_map(cnn, images, seed=3))


def test_the_feature_map_of_equal_images_is_a_point(cnn, images):
    assert not inspection.feature_map(cnn, np.repeat(images[:1], 5, axis=0), seed=3).any()
