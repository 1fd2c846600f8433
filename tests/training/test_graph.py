"""What follows a layer is found in the graph, and what is shown of a network is what it computes."""

import itertools

import keras
import numpy as np
import pytest
from keras import layers

from training import graph, inspection, receptive_fields
from training.models import named_weights

IMAGES = np.random.default_rng(0).integers(0, 256, (12, 12, 10, 3), dtype=np.uint8)


def network(*parts, output=None):
    """A functional model of these layers on colour images, with weights of batch normalisation of either sign."""
    x = inputs = keras.Input((12, 10, 3))
    for part in parts:
        x = part(x)
    x = layers.Flatten()(x)
    model = keras.Model(inputs, output(x) if output else layers.Dense(4, activation="softmax", name="answer")(x))
    rng = np.random.default_rng(1)
    for layer in model.layers:
        if isinstance(layer, layers.BatchNormalization):
            signs = [rng.normal(size=weight.shape) for weight in layer.weights]
            layer.set_weights(
                [
                    abs(value) if "variance" in weight.name else value
                    for weight, value in zip(layer.weights, signs, strict=True)
                ]
            )
    return model


def shown(model, name):
    return inspection.layer_outputs(model, [name])(IMAGES, training=False)[name].numpy()


@pytest.mark.parametrize("scale", [True, False])
@pytest.mark.parametrize("activation", [layers.ReLU(), layers.Activation("gelu"), layers.LeakyReLU(), layers.ELU()])
@pytest.mark.parametrize("order", list(itertools.permutations(["pool", "norm", "activation"])))
def test_a_convolution_is_shown_as_the_network_goes_on_with_it(scale, activation, order):
    """At full size where pooling commutes with what follows it, and pooled where it does not."""
    own = type(activation).from_config(activation.get_config() | {"name": "activation"})
    norm = layers.BatchNormalization(scale=scale, name="norm")
    parts = {"pool": layers.MaxPooling2D(2, name="pool"), "norm": norm, "activation": own}
    model = network(layers.Conv2D(5, 3, name="first"), *(parts[name] for name in order))
    found = shown(model, "first")
    end = order[: order.index("activation") + 1]
    inner = keras.Model(model.input, model.get_layer(end[-1]).output)(IMAGES, training=False)
    if "pool" in end and found.shape[1] > 5:
        found = keras.ops.max_pool(found, 2, 2)
    np.testing.assert_allclose(found, inner, rtol=1e-5, atol=1e-5)
    commute = not {"norm"} & set(end[order.index("pool") :]) or not scale
    whole = "pool" not in end or (
        commute and not isinstance(activation, layers.LeakyReLU) and "gelu" not in str(own.get_config())
    )
    assert shown(model, "first").shape[1:3] == ((10, 8) if whole else (5, 4))


def test_layers_are_found_whatever_their_names():
    model = network(layers.Conv2D(5, 3, activation="relu", name="a"), layers.MaxPooling2D(), layers.Dense(6, name="z"))
    assert graph.hidden_layers(model) == ["a", "z"] and graph.output_layer(model).name == "answer"
    maps = inspection.filters_and_maps(model, IMAGES[0])
    assert maps["a/filters"].shape == (5, 3, 3, 3) and maps["a/maps"].shape == (5, 10, 8)


def test_a_network_without_hidden_layers_is_looked_into_as_well():
    model = network()
    assert graph.hidden_layers(model) == [] and inspection.activations(model, IMAGES, IMAGES[:2]) == {}
    assert inspection.filters_and_maps(model, IMAGES[0]) == {}
    assert inspection.feature_map(model, IMAGES, seed=1).shape == (12, 2)


def test_fields_of_colour_images_are_means_over_the_channels():
    ends = [None, lambda x: layers.Softmax()(layers.Dense(4, name="answer")(x))]
    for end in ends:
        keras.utils.set_random_seed(3)
        model = network(layers.Conv2D(5, 3, activation="relu"), layers.MaxPooling2D(), output=end)
        logits = receptive_fields.logit_model(model)(IMAGES, training=False)
        np.testing.assert_allclose(keras.ops.softmax(logits), model(IMAGES, training=False), rtol=1e-4, atol=1e-6)
        labels = np.arange(12) % 3  # none of the fourth class
        fields = receptive_fields.receptive_fields(model, IMAGES, labels, np.random.default_rng(0))
        for name in ("back_projection", "gradient", "activation_maximisation"):
            assert fields[name].shape == (4, 12, 10) and np.isfinite(fields[name]).all()
        assert fields["gradient"][:3].any() and not fields["gradient"][3].any()


def test_the_linear_copy_is_linear():
    parts = [layers.Conv2D(5, 3), layers.BatchNormalization(), layers.ReLU(), layers.MaxPooling2D()]
    linear = receptive_fields.linearised(
        network(*parts, layers.Conv2D(4, 2, activation="gelu"), layers.GlobalMaxPooling2D())
    )
    zero, one, two = (np.asarray(linear(x, training=False)) for x in (0.0 * IMAGES, 1.0 * IMAGES, 2.0 * IMAGES))
    np.testing.assert_allclose(two - one, one - zero, rtol=1e-3, atol=1e-2)


def test_weights_of_layers_within_layers_have_names_of_their_own():
    inner = keras.Sequential([layers.Dense(3), layers.Dense(3)], name="inner")
    names = list(named_weights(network(inner)))
    assert len(names) == len(set(names)) == 6 and all(name.startswith(("inner/", "answer/")) for name in names)
