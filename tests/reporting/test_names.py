"""Identifiers in words."""

import pytest

from reporting.names import FILTERS, NAMES, column_name, layer_name, named


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("initializer",), "initialiser"),
        (("batch_size",), "batch size"),  # not listed: the identifier with spaces
        (("he_normal", "initializer"), "He normal"),
        (("he_normal", "initializer in full"), "He normal, biases zero"),
        (("tanh", "activation"), "tanh"),
        (("tuned", "rung"), "this run: tuned"),
    ],
)
def test_identifiers_have_words(arguments, words):
    assert named(*arguments) == words


def test_an_unknown_kind_is_a_mistake():
    with pytest.raises(KeyError):
        named("tuned", "colour")


@pytest.mark.parametrize(
    ("layer", "words"), [("conv_1", "convolution 1"), ("hidden_2", "hidden 2"), ("output", "output")]
)
def test_layers_have_words(layer, words):
    assert layer_name(layer) == words


def test_heads_of_columns_are_short():
    assert column_name("learning_rate_schedule") == "schedule" and column_name("batch_size") == "batch size"


def test_no_words_are_identifiers():
    assert not [word for words in NAMES.values() for word in words.values() if "_" in word]
    assert set(FILTERS) == {"named", "column_name", "layer_name"}
