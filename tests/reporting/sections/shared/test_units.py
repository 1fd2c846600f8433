"""How many units of each layer take part, and how many would do."""

import dataclasses
import math

import numpy as np
import pytest

from reporting.artifacts import ArtifactError, Stored
from reporting.results import load_all_results
from reporting.sections.shared.units import effective_rank, find, layer_units
from tests.invented import write_runs


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    return load_all_results(write_runs(tmp_path_factory.mktemp("runs")))


@pytest.fixture(scope="module")
def found(results):
    return find(results["regression"], None)


def units(minimum, maximum, function="relu", spectrum=None, active=0.5):
    minimum, maximum = np.array(minimum, dtype="float32"), np.array(maximum, dtype="float32")
    arrays = {"minimum": minimum, "maximum": maximum, "active_share": np.full(len(maximum), active)}
    arrays["spectrum"] = np.ones(len(maximum)) if spectrum is None else np.array(spectrum, dtype="float32")
    return layer_units("a", {f"a/{name}": value for name, value in arrays.items()}, function)


def test_dead_units_are_those_that_never_change():
    assert units([0, 0, -1, 0.7], [1, 0, 1, 0.7]).dead == 2
    assert units([0, 0, -1], [1, 2, 1]).all_used
    assert units([0, np.nan], [1, np.nan]).dead == 1
    assert units([0], [1]).probe_active == ()


def test_all_units_used_and_some_dead(tmp_path):
    def found_of(dead_units):
        return find(load_all_results(write_runs(tmp_path / str(dead_units), dead_units=dead_units))["regression"], None)

    used, some = found_of(0), found_of(3)
    assert used.all_used and used.dead_units == 0 and used.hidden_units == 16 + 24 + 32
    assert not some.all_used and some.dead_units == 3 and [layer.dead for layer in some.layers] == [0, 0, 3]


def test_units_that_are_always_on_are_alive_and_above_zero():
    found = units([0, 0.1, 0.5], [1, 2, 0.5], active=0.7)
    assert (found.dead, found.always_on, found.sparsity) == (1, 1, pytest.approx(0.3))


def test_only_relu_has_zeros_to_count(results, found):
    tanh = units([-1, 0.1], [1, 2], function="tanh")
    assert tanh.always_on is None and tanh.sparsity is None and tanh.mean_active_share == 0.5
    assert [layer.sparsity is None for layer in found.layers] == [True, True, False] and found.other_functions
    assert not find(results["classification"], None).other_functions


@pytest.mark.parametrize("function", ["softplus", "sigmoid"])
def test_units_above_zero_are_not_counted_where_all_are(function):
    positive = units([0.1], [2], function=function, active=1.0)
    assert positive.mean_active_share is None and positive.probe_active == ()
    assert units([-1], [2], function="tanh", active=1.0).mean_active_share == 1


def test_layers_whose_activations_are_drawn_and_what_was_counted_over(results, found):
    classification = find(results["classification"], None)
    assert [item.layer for item in found.drawn] == ["hidden_1", "hidden_2", "hidden_3"]
    assert [item.layer for item in classification.drawn] == ["dense_1"]
    assert (found.counted, found.inputs) == (100, "training points")
    assert (classification.counted, classification.inputs) == (600, "validation images")


def test_effective_rank_is_one_for_one_direction_and_their_number_for_equal_ones():
    assert effective_rank([3, 0, 0]) == pytest.approx(1) and effective_rank([2, 2, 2, 0]) == pytest.approx(3)
    assert effective_rank([0, 0]) == 0 and effective_rank([4, -1e-9]) == pytest.approx(1)
    # singular values 2 and 1: shares 2/3 and 1/3
    assert effective_rank([4, 1]) == pytest.approx(math.exp(-(2 / 3) * math.log(2 / 3) - (1 / 3) * math.log(1 / 3)))


@pytest.mark.parametrize(
    ("components", "size", "suggested"), [(1, 64, 8), (4, 64, 8), (5, 64, 16), (28, 48, 48), (3, 6, 6), (0, 64, 8)]
)
def test_recommended_units_are_twice_the_components_in_eights(components, size, suggested):
    found = units([0] * size, [1] * size, spectrum=[1] * components + [0] * (size - components))
    assert (found.components, found.suggested_units) == (components, suggested)


def test_a_smaller_network_is_recommended_or_not(found):
    narrow, wide = (dataclasses.replace(found.layers[0], units=16, components=count) for count in (2, 16))
    assert dataclasses.replace(found, layers=(narrow, wide)).suggests_smaller
    assert dataclasses.replace(found, layers=(narrow, wide)).suggested_share == 0.75
    assert not dataclasses.replace(found, layers=(wide, wide)).suggests_smaller
    constant = dataclasses.replace(found.layers[0], components=0)
    assert dataclasses.replace(found, layers=(constant,)).nothing_varies and not found.nothing_varies


def test_activations_without_a_spectrum_are_refused(results):
    tuned = results["regression"].tuned
    arrays = {name: value for name, value in tuned.activations.items() if name != "hidden_2/spectrum"}
    lacking = dataclasses.replace(tuned, activations=Stored(arrays, "regression/tuned/activations.npz"))
    variants = results["regression"].variants | {"tuned": lacking}
    with pytest.raises(ArtifactError, match="regression/tuned/activations.npz holds no 'hidden_2/spectrum'; delete"):
        find(dataclasses.replace(results["regression"], variants=variants), None)
