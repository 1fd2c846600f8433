"""What is said of each layer's weights, and their figure."""

import dataclasses
import math

import numpy as np
import pytest

from reporting.contents import DOCUMENT
from reporting.engine.sections import Findings
from reporting.results import load_all_results
from reporting.sections.shared.weights import plot_weights, relative_change, shape_of
from reporting.stats.distributions import excess_kurtosis, skewness
from tests.invented import write_runs
from tests.reporting.drawn import saved

RNG = np.random.default_rng(0)


@pytest.fixture(scope="module")
def findings(tmp_path_factory):
    return Findings(DOCUMENT, load_all_results(write_runs(tmp_path_factory.mktemp("runs"))))


@pytest.fixture(scope="module")
def found(findings):
    return findings("regression/weights")


def test_shapes_of_distributions():
    rng = np.random.default_rng(0)
    assert shape_of(rng.normal(size=(100, 100))) == "normal"
    assert shape_of(rng.uniform(-1, 1, 10000)) == "flat"
    assert shape_of(rng.laplace(size=10000)) == "heavy-tailed"
    assert shape_of(rng.exponential(size=10000)) == "skewed"
    assert shape_of(np.zeros(10)) == "constant"


def test_a_spike_on_a_plateau_is_not_normal_whatever_its_moments():
    rng = np.random.default_rng(0)
    values = np.concatenate([rng.normal(0, 1e-3, 4000), rng.uniform(-1, 1, 6000)])
    assert abs(skewness(values)) < 0.5 and abs(excess_kurtosis(values)) < 0.5 and shape_of(values) == "uneven"


def test_few_normal_weights_are_normal():
    """Of 40 the distance is above 0.05 by chance alone."""
    words = [shape_of(np.random.default_rng(seed).normal(size=40)) for seed in range(100)]
    assert words.count("uneven") < 10


def test_layers_all_some_and_none_normal(found):
    flat, normal = (dataclasses.replace(found.layers[0], shape=shape) for shape in ("flat", "normal"))
    every = dataclasses.replace(found, layers=(normal, normal))
    assert every.all_layers_normal and not every.no_layer_normal
    some = dataclasses.replace(found, layers=(flat, normal))
    assert not some.all_layers_normal and not some.no_layer_normal
    none = dataclasses.replace(found, layers=(flat, flat))
    assert not none.all_layers_normal and none.no_layer_normal
    assert found.widest_layer.layer == "hidden_1"


def test_change_of_weights_is_relative_to_where_they_began(found):
    assert relative_change(np.array([[3.0, 4.0]]), np.array([[3.0, 9.0]])) == 1
    assert math.isnan(relative_change(np.zeros((2, 2)), np.ones((2, 2))))
    assert found.most_changed_layer.change == max(layer.change for layer in found.layers) > 0
    unknown = dataclasses.replace(found.layers[0], change=math.nan)
    assert dataclasses.replace(found, layers=(unknown,)).most_changed_layer is None


def test_the_network_is_the_first_of_several_folds_or_the_only_one(findings, found):
    assert found.one_of_several and not findings("classification/weights").one_of_several


def test_weight_histograms_are_densities():
    trained = {"hidden_1": RNG.normal(size=(100, 40)), "output": RNG.normal(size=(40, 1))}
    initial = {name: RNG.uniform(-1, 1, kernel.shape) for name, kernel in trained.items()}
    figure = plot_weights(initial, trained)
    assert [axes.get_title() for axes in figure.axes] == ["hidden 1", "output"]
    values, edges, _ = figure.axes[0].patches[0].get_data()
    assert np.sum(values * np.diff(edges)) == pytest.approx(1, abs=0.002)
    saved(figure)


def test_constant_weights_are_drawn():
    saved(plot_weights({"output": np.zeros((3, 1))}, {"output": np.zeros((3, 1))}))
