"""What is said of each layer: the shape of its weights, its units, and how many of them it needs."""

import dataclasses
import math

import numpy as np
import pytest
from reporting.findings import regression_findings
from reporting.findings.layers import (
    components_holding,
    effective_rank,
    layer_units,
    relative_change,
    shape_of,
    unit_findings,
)
from reporting.metrics import excess_kurtosis, skewness

from reporting.artifacts import ArtifactError
from reporting.results import load_regression_results
from tests.invented import write_runs


@pytest.fixture(scope="module")
def regression(tmp_path_factory):
    return load_regression_results(write_runs(tmp_path_factory.mktemp("runs")))


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


def test_layers_all_some_and_none_normal(regression):
    found = regression_findings(regression)
    flat, normal = (dataclasses.replace(found.weights[0], shape=shape) for shape in ("flat", "normal"))
    every = dataclasses.replace(found, weights=(normal, normal))
    assert every.all_layers_normal and not every.no_layer_normal
    some = dataclasses.replace(found, weights=(flat, normal))
    assert not some.all_layers_normal and not some.no_layer_normal
    none = dataclasses.replace(found, weights=(flat, flat))
    assert not none.all_layers_normal and none.no_layer_normal
    assert found.widest_layer.layer == "hidden_1"


def units(minimum, maximum, function="relu", spectrum=None, active=0.5):
    minimum, maximum = np.array(minimum, dtype="float32"), np.array(maximum, dtype="float32")
    arrays = {"minimum": minimum, "maximum": maximum, "active_share": np.full(len(maximum), active)}
    arrays["spectrum"] = np.ones(len(maximum)) if spectrum is None else np.array(spectrum, dtype="float32")
    return layer_units("a", {f"a/{name}": value for name, value in arrays.items()}, function)


def test_dead_units_are_those_that_never_change():
    assert units([0, 0, -1, 0.7], [1, 0, 1, 0.7]).dead == 2
    assert units([0, 0, -1], [1, 2, 1]).all_used
    assert units([0, np.nan], [1, np.nan]).dead == 1
    assert units([0, 0], [0, 0]).dead_share == 1
    assert units([0], [1]).probe_active == ()


def test_all_units_used_and_some_dead(tmp_path):
    used = regression_findings(load_regression_results(write_runs(tmp_path / "a", dead_units=0)))
    assert used.all_units_used and used.dead_units == 0 and used.hidden_units == 16 + 24 + 32
    some = regression_findings(load_regression_results(write_runs(tmp_path / "b", dead_units=3)))
    assert not some.all_units_used and some.dead_units == 3 and [layer.dead for layer in some.units] == [0, 0, 3]


def test_units_that_are_always_on_are_alive_and_above_zero():
    found = units([0, 0.1, 0.5], [1, 2, 0.5], active=0.7)
    assert (found.dead, found.always_on, found.sparsity) == (1, 1, pytest.approx(0.3))


def test_only_relu_has_zeros_to_count(regression):
    found = units([-1, 0.1], [1, 2], function="tanh")
    assert found.always_on is None and found.sparsity is None and found.mean_active_share == 0.5
    assert [layer.sparsity is None for layer in regression_findings(regression).units] == [True, True, False]


def test_effective_rank_is_one_for_one_direction_and_their_number_for_equal_ones():
    assert effective_rank([3, 0, 0]) == pytest.approx(1) and effective_rank([2, 2, 2, 0]) == pytest.approx(3)
    assert effective_rank([0, 0]) == 0 and effective_rank([4, -1e-9]) == pytest.approx(1)
    # singular values 2 and 1: shares 2/3 and 1/3
    assert effective_rank([4, 1]) == pytest.approx(math.exp(-(2 / 3) * math.log(2 / 3) - (1 / 3) * math.log(1 / 3)))


def test_components_hold_their_share():
    assert components_holding([98, 1, 1], 0.99) == 2 and components_holding([1, 98, 1], 0.99) == 2
    assert components_holding([1, 1, 1, 1], 0.99) == 4 and components_holding([0, 0], 0.99) == 0


@pytest.mark.parametrize(
    ("components", "size", "suggested"), [(1, 64, 8), (4, 64, 8), (5, 64, 16), (28, 48, 48), (3, 6, 6), (0, 64, 8)]
)
def test_recommended_units_are_twice_the_components_in_eights(components, size, suggested):
    found = units([0] * size, [1] * size, spectrum=[1] * components + [0] * (size - components))
    assert (found.components, found.suggested_units) == (components, suggested)


def test_a_smaller_network_is_recommended_or_not(regression):
    found = regression_findings(regression)
    narrow, wide = (dataclasses.replace(found.units[0], units=16, components=count) for count in (2, 16))
    assert dataclasses.replace(found, units=(narrow, wide)).suggests_smaller
    assert dataclasses.replace(found, units=(narrow, wide)).suggested_share == 0.75
    assert not dataclasses.replace(found, units=(wide, wide)).suggests_smaller


def test_change_of_weights_is_relative_to_where_they_began(regression):
    assert relative_change(np.array([[3.0, 4.0]]), np.array([[3.0, 9.0]])) == 1
    assert math.isnan(relative_change(np.zeros((2, 2)), np.ones((2, 2))))
    found = regression_findings(regression)
    assert found.most_changed_layer.change == max(layer.change for layer in found.weights) > 0
    unknown = dataclasses.replace(found.weights[0], change=math.nan)
    assert dataclasses.replace(found, weights=(unknown,)).most_changed_layer is None


def test_activations_without_a_spectrum_are_refused(regression):
    arrays = {name: value for name, value in regression.tuned.activations.items() if name != "hidden_2/spectrum"}
    with pytest.raises(ArtifactError, match="regression/tuned/activations.npz lacks hidden_2/spectrum"):
        unit_findings(dataclasses.replace(regression.tuned, activations=arrays))
