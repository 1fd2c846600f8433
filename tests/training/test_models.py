"""The networks are those of the homework: layers by name, shapes, parameter counts, initial ranges."""

import dataclasses

import keras
import numpy as np
import pytest

from tests.training.shapes import IMAGES, POINTS
from training import inspection
from training.models import build_cnn, build_mlp, named_weights
from training.settings import load_homework

TASKS = load_homework().tasks
MLP, CNN = TASKS["regression"].reference, TASKS["classification"].reference


def test_mlp_parameter_count():
    expected = (1 + 1) * 256 + (256 + 1) * 512 + (512 + 1) * 768 + (768 + 1)
    assert build_mlp(MLP, POINTS).count_params() == expected == 526_849


def test_cnn_parameter_count():
    expected = (9 + 1) * 32 + (9 * 32 + 1) * 48 + (5 * 5 * 48 + 1) * 128 + (128 + 1) * 256 + (256 + 1) * 10
    assert build_cnn(CNN, IMAGES).count_params() == expected == 203_514


def test_mlp_layers_and_activations():
    model = build_mlp(MLP, POINTS)
    names = ("hidden_1", "hidden_2", "hidden_3", "output")
    assert [model.get_layer(name).activation.__name__ for name in names] == ["tanh", "softplus", "relu", "linear"]
    assert [model.get_layer(name).units for name in names] == [256, 512, 768, 1]


def test_fan_in_uniform_fills_its_range_in_weights_and_biases():
    keras.utils.set_random_seed(1)
    model = build_mlp(MLP, POINTS)
    for name, fan_in in (("hidden_1", 1), ("hidden_2", 256), ("hidden_3", 512)):
        for values in (model.get_layer(name).kernel.numpy(), model.get_layer(name).bias.numpy()):
            limit = fan_in**-0.5
            assert np.abs(values).max() <= limit
            assert values.std() == pytest.approx(limit / 3**0.5, rel=0.1)


def test_keras_initializer_leaves_biases_at_zero():
    model = build_mlp(dataclasses.replace(MLP, initializer="glorot_uniform"), POINTS)
    assert not model.get_layer("hidden_2").bias.numpy().any()


def test_cnn_gives_probabilities_of_grey_values():
    model = build_cnn(CNN, IMAGES)
    images = np.random.default_rng(0).integers(0, 256, (3, 28, 28, 1), dtype=np.uint8)
    probabilities = model(images).numpy()
    assert probabilities.shape == (3, 10)
    assert probabilities.sum(axis=1) == pytest.approx(1, abs=1e-5)


def test_extended_network_keeps_two_convolutions_and_two_dense_layers():
    names = [
        layer.name
        for layer in build_cnn(TASKS["classification"].variants["extended"], IMAGES).layers
        if hasattr(layer, "kernel")
    ]
    assert names == ["conv_1", "conv_2", "dense_1", "dense_2", "output"]


def test_weights_are_named_by_layer_and_part():
    model = build_mlp(MLP, POINTS)
    found = named_weights(model)
    layers = ("hidden_1", "hidden_2", "hidden_3", "output")
    assert list(found) == [f"{layer}/{part}" for layer in layers for part in ("kernel", "bias")]
    np.testing.assert_array_equal(found["hidden_2/kernel"], model.get_layer("hidden_2").kernel.numpy())


def test_networks_have_no_penalty_of_their_own():
    """L2 acts in the optimizer alone."""
    for model in (build_mlp(dataclasses.replace(MLP, weight_decay=0.5), POINTS), build_cnn(CNN, IMAGES)):
        assert not model.losses and not any(getattr(layer, "kernel_regularizer", None) for layer in model.layers)


def test_normalisation_commutes_with_the_pooling_that_it_follows():
    """What is shown of a convolution at full size is what the network computes, also where a channel shrinks."""
    config = dataclasses.replace(CNN, batch_normalization=True, random_shifts=2, horizontal_flips=True)
    model = build_cnn(config, IMAGES)
    rng = np.random.default_rng(0)
    for layer in model.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.set_weights([rng.normal(size=value.shape) ** 2 + 0.1 for value in layer.get_weights()])
    images = rng.integers(0, 256, (5, 28, 28, 1), dtype=np.uint8)
    shown = inspection.layer_outputs(model, ["conv_2", "dense_1"])(images, training=False)
    inner = keras.Model(model.input, [model.get_layer(name).output for name in ("conv_2_relu", "dense_1_relu")])
    pooled = keras.ops.max_pool(shown["conv_2"], 2, 2)
    for own, networks in zip((pooled, shown["dense_1"]), inner(images, training=False), strict=True):
        np.testing.assert_allclose(own, networks, rtol=1e-5, atol=1e-5)


def test_random_shifts_move_training_images_alone():
    model = build_cnn(dataclasses.replace(CNN, random_shifts=2), IMAGES)
    shift = model.get_layer("shift")
    image = np.zeros((50, 28, 28, 1), np.float32)
    image[:, 14, 14] = 1
    moved = shift(image, training=True).numpy()
    rows, columns = np.nonzero(moved.sum((0, 3)))
    assert np.ptp(rows) in (3, 4) and abs(rows - 14).max() <= 2 and abs(columns - 14).max() <= 2
    np.testing.assert_array_equal(shift(image, training=False), image)
