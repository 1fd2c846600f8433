"""The spaces in which pictures are compared with training images: found in whatever network there is."""

import types

import keras
import numpy as np

from training.likeness import CONVOLVED, LAST, PIXELS, feature_layers, features_of
from training.saving import save_classifier
from training.views import views_of

X = np.random.default_rng(0).integers(1, 256, (7, 6, 5, 3)).astype(np.uint8)


def network(*layers):
    inputs = keras.Input((6, 5, 3))
    x = inputs
    for layer in layers:
        x = layer(x)
    return keras.Model(inputs, x)


def output():
    return keras.layers.Dense(4, "softmax")


def test_they_are_the_first_vector_and_the_last_one_before_the_output():
    layers = keras.layers.Conv2D(3, 3), keras.layers.Flatten(), keras.layers.Dense(8, "relu"), keras.layers.Dropout(0.5)
    model = network(*layers, output(), keras.layers.Activation("linear"))
    assert feature_layers(model) == {CONVOLVED: layers[1], LAST: layers[3]}
    only = keras.layers.GlobalMaxPooling2D()
    assert feature_layers(network(only, output())) == {CONVOLVED: only, LAST: only}
    assert feature_layers(network(keras.layers.Conv2D(1, (6, 5)))) == {}


def test_of_several_views_those_of_the_image_as_it_is_are_taken(tmp_path):
    keras.utils.set_random_seed(1)
    plain = network(keras.layers.Conv2D(3, 3), keras.layers.Flatten(), keras.layers.Dense(8), output())
    views = views_of(types.SimpleNamespace(horizontal_flips=True, shifted_views=1))
    save_classifier(tmp_path / "model.keras", plain, views, X)
    several = features_of(keras.models.load_model(tmp_path / "model.keras"))(X)
    single = features_of(plain)(X)
    for name, units in ((PIXELS, 90), (CONVOLVED, 36), (LAST, 8)):
        assert several[name].shape == (7, units)
        np.testing.assert_allclose(several[name], single[name], atol=1e-5)
        np.testing.assert_allclose(np.linalg.norm(several[name], axis=1), 1, atol=1e-5)


def test_a_network_without_vectors_is_compared_by_pixels_alone():
    assert set(features_of(network(keras.layers.Conv2D(1, (6, 5))))(X)) == {PIXELS}
