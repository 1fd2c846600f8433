"""The layers of a network in words."""

import pytest

from reporting.sections.classification.structure import layers_in_words, structure_in_words, views_in_words, views_of

PLAIN = {"filters": [32, 48], "dense_units": [128, 256], "dropout": 0.2}


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        (
            {},
            "two convolutions with ReLU, each with 2 by 2 max-pooling, then two fully connected"
            " layers with ReLU, dropout and a softmax over the classes",
        ),
        (
            {"filters": [8], "dense_units": [], "dropout": 0.0, "pooling": "average"},
            "one convolution with ReLU, followed by 2 by 2 average pooling, a softmax over the classes",
        ),
        (
            {"filters": [8] * 4, "pooling": ["none", "max", "none", "max"], "dense_units": [9], "dropout": [0.0]},
            "four convolutions with ReLU, two of them with 2 by 2 max-pooling, then one fully"
            " connected layer with ReLU, a softmax over the classes",
        ),
        (
            {"filters": [8] * 2, "pooling": ["average", "max"], "global_pooling": "average", "dense_units": []},
            "two convolutions with ReLU, each with 2 by 2 pooling, then the mean of each"
            " feature map, dropout and a softmax over the classes",
        ),
        (
            {"pooling": "none", "activation": ["relu", "gelu", "tanh", "tanh"], "global_pooling": "max"},
            "two convolutions with ReLU and GELU, then the maximum of each feature map, then two fully connected layers"
            " with tanh, dropout and a softmax over the classes",
        ),
        ({"network": "mine.py"}, "the layers of mine.py, a file of one’s own, up to a softmax over the classes"),
    ],
)
def test_a_structure_is_told_from_its_settings(changes, told):
    assert structure_in_words(PLAIN | changes) == told


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({}, "two convolutions and two dense layers"),
        ({"filters": [8], "dense_units": [4]}, "one convolution and one dense layer"),
        ({"dense_units": []}, "two convolutions and no dense layer"),
        ({"network": "mine.py"}, "the layers of mine.py"),
    ],
)
def test_layers_are_counted(changes, told):
    assert layers_in_words(PLAIN | changes) == told


@pytest.mark.parametrize(
    ("changes", "count", "told"),
    [
        ({}, 1, ""),
        ({"horizontal_flips": True}, 2, "two views: the image and its mirror image"),
        ({"shifted_views": 1}, 5, "five views: the image and its shifts by 1 px in four directions"),
        (
            {"shifted_views": 2, "horizontal_flips": True},
            10,
            "ten views: the image and its shifts by 2 px in four directions, each also mirrored",
        ),
    ],
)
def test_views_are_counted_and_told(changes, count, told):
    assert views_of(PLAIN | changes) == count and views_in_words(PLAIN | changes) == told
