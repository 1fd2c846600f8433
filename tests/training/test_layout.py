"""Every setting of a network acts, and the layers that settings say are those of the model."""

import dataclasses
import functools
import json

import keras
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from reporting.artifacts import Shapes, UserError
from tests.training.shapes import SHAPES
from tests.training.test_pace import counted
from tests.training.test_trainer import CNN, MLP, images, points, shapes_of
from training.config import ACTIVATIONS, FitConfig
from training.layout import check_sides, layers_of, sides_of
from training.models import build_cnn
from training.pace import multiplications
from training.trainer import Trainer

SGD = {"optimizer": "sgd", "momentum": 0.5}
ACTS = {  # setting of either task -> another value, and what it needs besides
    "learning_rate": (0.01, {}),
    "learning_rate_schedule": ("cosine", {}),
    "warmup_epochs": (1, {}),
    "optimizer": ("rmsprop", {}),
    "momentum": (0.9, SGD),
    "nesterov": (True, SGD),
    "weight_decay": (0.5, {}),
    "batch_size": (9, {}),
    "max_epochs": (1, {}),
    "patience": (0, {"learning_rate": 10.0, "max_epochs": 4}),
    "restore_best_weights": (True, {"learning_rate": 10.0, "max_epochs": 4}),
}
REGRESSION = {
    "hidden_units": ((16, 8, 8, 4), {"activations": "tanh"}),
    "activations": ("elu", {}),
    "initializer": ("glorot_uniform", {}),
    "batch_normalization": (True, {}),
    "dropout": (0.5, {}),
}
CLASSIFICATION = {
    "filters": ((4, 4, 4), {}),
    "kernel_size": (5, {}),
    "padding": ("same", {}),
    "pooling": (("max", "none"), {}),
    "convolution_dropout": (0.5, {}),
    "global_pooling": ("average", {}),
    "dense_units": ((), {}),
    "activation": ("tanh", {}),
    "dropout": ((0.5, 0.5), {}),
    "batch_normalization": ((False, True, False, False), {}),
    "horizontal_flips": (True, {}),
    "random_shifts": (3, {}),
    "random_erasing": (1.0, {}),
    "shifted_views": (2, {}),
    "label_smoothing": (0.5, {}),
    "weight_average": (0.9, {}),
    "loss": ("double_softmax", {}),
}
ELSEWHERE = {"folds", "validation_share", "standardize"}  # of the data
ELSEWHERE |= {"network", "network_sha256"}  # in test_own_network.py


@functools.cache
def outcome(config):
    """What a tiny fit gives: its history, and predictions."""
    x, y = points() if config.task == "regression" else images(40)
    trainer = Trainer(config, shapes_of(x, y))
    split = len(x) - 9
    fit = trainer.fit(config, x, y, np.arange(split), np.arange(split, len(x)), seed=1)
    return json.dumps(fit.history), trainer.predict(x[:5]).tobytes()


def test_every_setting_of_a_network_is_tried():
    for config, own in ((MLP, REGRESSION), (CNN, CLASSIFICATION)):
        assert {field.name for field in dataclasses.fields(config)} == {*ACTS, *own} | ELSEWHERE & set(vars(config))


@pytest.mark.parametrize(
    ("base", "name", "value", "needed"),
    [(MLP, name, *change) for name, change in REGRESSION.items()]
    + [(CNN, name, *change) for name, change in (ACTS | CLASSIFICATION).items()],
    ids=lambda part: part.task if isinstance(part, FitConfig) else part if isinstance(part, str) else "",
)
def test_every_setting_of_a_network_acts(base, name, value, needed):
    """With another value of it, and all else equal, the same data and seed give another history or other answers."""
    base = dataclasses.replace(base, **{"max_epochs": 2} | needed)
    changed = dataclasses.replace(base, **{name: value})
    assert changed != base and outcome(changed) != outcome(base)


def per_layer(values, count):
    return st.one_of(values, st.tuples(*[values] * count))


@st.composite
def networks(draw):
    """Settings of a classifier, and images, whether or not the convolutions leave anything of them."""
    filters = tuple(draw(st.lists(st.integers(1, 5), min_size=1, max_size=5)))
    dense = tuple(draw(st.lists(st.integers(1, 5), max_size=2)))
    some = {
        "filters": filters,
        "dense_units": dense,
        "padding": draw(st.sampled_from(["valid", "same"])),
        "kernel_size": draw(per_layer(st.integers(1, 5), len(filters))),
        "pooling": draw(per_layer(st.sampled_from(["max", "average", "none"]), len(filters))),
        "activation": draw(per_layer(st.sampled_from(ACTIVATIONS), len(filters + dense))),
        "batch_normalization": draw(per_layer(st.booleans(), len(filters + dense))),
        "convolution_dropout": draw(per_layer(st.sampled_from([0.0, 0.2]), len(filters))),
        "global_pooling": draw(st.sampled_from(["none", "average", "max"])),
        "dropout": draw(per_layer(st.sampled_from([0.0, 0.2]), len(dense)) if dense else st.just(0.1)),
    }
    sides = st.integers(1, 40)
    shapes = Shapes((draw(sides), draw(sides), draw(st.sampled_from([1, 3]))), draw(st.integers(2, 12)))
    return dataclasses.replace(CNN, **some), shapes


@settings(max_examples=40, deadline=None)
@given(networks())
def test_any_layers_that_leave_something_make_a_network_and_all_others_are_refused(drawn):
    """The model has the layers, sizes and multiplications that the settings say; nothing else is built."""
    config, shapes = drawn
    try:
        check_sides(config, shapes)
    except UserError as error:
        assert " needs " in str(error) and "\n" not in str(error)
        with pytest.raises(UserError):
            build_cnn(config, shapes)
        return
    model = build_cnn(config, shapes)
    assert model.output.shape == (None, shapes.outputs)
    assert multiplications(config, shapes) == counted(model)
    for layer, (sides, _) in zip(layers_of(config), sides_of(config, shapes), strict=False):
        assert model.get_layer(layer.name).output.shape[1:] == (*sides, layer.units)
    kinds = [layer.name for layer in model.layers if hasattr(layer, "kernel")]
    assert kinds == [*(layer.name for layer in layers_of(config)), "output"]
    normalised = sum(isinstance(layer, keras.layers.BatchNormalization) for layer in model.layers)
    assert normalised == sum(layer.normalised for layer in layers_of(config))


@given(networks())
def test_pooling_halves_what_same_padding_leaves(drawn):
    """An image is refused where its sides cannot be halved so often; a much larger one never is."""
    config, shapes = drawn
    larger = Shapes((shapes.inputs[0] + 200, shapes.inputs[1] + 200, 1), 2)
    check_sides(config, larger)
    assume(config.padding == "same")
    shrinking = [layer for layer in layers_of(config) if layer.pooling != "none"]
    too_small = min(shapes.inputs[:2]) < 2 ** len(shrinking)
    try:
        check_sides(config, shapes)
        assert not too_small
    except UserError:
        assert too_small


def test_the_layer_and_what_is_left_are_told():
    config = dataclasses.replace(CNN, filters=(4, 4, 4), kernel_size=3, padding="valid", pooling="max")
    with pytest.raises(UserError, match=r"^conv_3 needs 3 x 3, but 1 x 1 is left after pool_2$"):
        check_sides(config, Shapes((12, 12, 1), 10))
    with pytest.raises(UserError, match=r"^conv_1 needs 3 x 3, but the images are 2 x 9$"):
        check_sides(config, Shapes((2, 9, 1), 10))
    with pytest.raises(UserError, match=r"^random_shifts = 8 shifts images of 8 pixels out of sight$"):
        check_sides(dataclasses.replace(CNN, filters=(4,), random_shifts=8), Shapes((8, 8, 1), 10))
    check_sides(CNN, SHAPES["classification"])
