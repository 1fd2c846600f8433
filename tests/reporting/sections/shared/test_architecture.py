"""The networks as drawn: layers, shapes and parameters, of any number of layers."""

import dataclasses

import numpy as np
import pytest
from matplotlib.text import Annotation

from reporting.artifacts import Stored
from reporting.document import DOCUMENT
from reporting.engine.canvas import FULL
from reporting.engine.sections import Findings
from reporting.results import load_all_results
from reporting.sections.shared.architecture import (
    PER_ROW,
    ArchitectureFindings,
    Step,
    dropout_of,
    plot_architecture,
    steps_of,
)
from tests.invented import edits, write_runs
from tests.reporting.drawn import saved, width_of


@pytest.fixture(scope="module")
def all_results(tmp_path_factory):
    return load_all_results(write_runs(tmp_path_factory.mktemp("runs")))


@pytest.fixture(scope="module")
def findings(all_results):
    return Findings(DOCUMENT, all_results)


def with_kernels(variant, kernels, config=None, further=()):
    """A variant whose network has kernels of these shapes by layer, with biases."""
    arrays = {f"trained/{layer}/kernel": np.zeros(shape) for layer, shape in kernels.items()}
    arrays |= {f"trained/{layer}/bias": np.zeros(shape[-1]) for layer, shape in kernels.items()}
    arrays |= {f"trained/{name}": np.zeros(size) for name, size in further}
    run = dataclasses.replace(variant.run, config=dict(variant.run.config) | (config or {}))
    return dataclasses.replace(variant, weights=Stored(arrays), run=run)


def test_shapes_follow_from_the_weights(findings):
    steps = findings("classification/architecture").steps
    assert [(step.layer, step.shape) for step in steps] == [
        ("input", (28, 28, 1)),
        ("conv_1", (13, 13, 32)),
        ("conv_2", (5, 5, 48)),
        ("dense_1", (32,)),
        ("dense_2", (64,)),
        ("output", (10,)),
    ]
    assert steps[1].operations == ("3 × 3", "pool 2", "ReLU") and steps[1].parameters == 9 * 32 + 32
    assert steps[-1].operations == ("dropout 0.4", "softmax")
    assert [step.shape for step in findings("regression/architecture").steps] == [(1,), (16,), (24,), (32,), (1,)]
    assert [step.operations for step in findings("regression/architecture").layers][::3] == [("tanh",), ("linear",)]


def test_parameters_are_all_that_the_run_counts(findings, all_results):
    for task, results in all_results.items():
        assert findings(f"{task}/architecture").parameters == results.tuned.run.metrics["parameters"]


@pytest.mark.parametrize("layers", [1, 2, PER_ROW - 2, PER_ROW + 3])
def test_any_number_of_layers_is_drawn(all_results, layers):
    kernels = {f"hidden_{k}": (8 if k else 1, 8) for k in range(layers)} | {"output": (8, 1)}
    variant = with_kernels(all_results["regression"].tuned, kernels, {"activations": ["relu"] * layers})
    steps = steps_of(variant, classifies=False)
    figure = plot_architecture(steps)
    assert len(steps) == layers + 2 and len(figure.axes[0].patches) == len(steps)
    assert len([text for text in figure.axes[0].texts if isinstance(text, Annotation)]) == len(steps) - 1
    assert width_of(figure) == pytest.approx(FULL)
    saved(figure)


def test_convolutions_of_any_number_padding_and_pooling_are_found(all_results):
    kernels = {"conv_1": (5, 5, 1, 4), "conv_2": (3, 3, 4, 6), "conv_3": (3, 3, 6, 8)}
    kernels |= {"dense_1": (3 * 3 * 8, 16), "output": (16, 10)}
    normalisation = [(f"conv_1_normalisation/{name}", 4) for name in ("beta", "moving_mean", "moving_variance")]
    variant = with_kernels(all_results["classification"].tuned, kernels, {"padding": "same"}, normalisation)
    steps = steps_of(variant, classifies=True)
    assert [step.shape for step in steps[1:4]] == [(14, 14, 4), (7, 7, 6), (3, 3, 8)]
    assert steps[1].parameters == 100 + 4 + 12 and "normalised" in steps[1].operations
    assert "normalised" not in steps[2].operations
    assert len(plot_architecture(steps).axes[0].texts) == 2 * len(steps) + len(steps) - 1


def test_layers_are_as_the_settings_say_one_by_one(all_results):
    kernels = {"conv_1": (5, 5, 1, 4), "conv_2": (3, 3, 4, 6), "output": (6, 10)}
    config = {"padding": "valid", "pooling": ["none", "average"], "activation": ["tanh", "elu"], "dropout": 0.0}
    steps = steps_of(with_kernels(all_results["classification"].tuned, kernels, config), classifies=True)
    assert [step.shape for step in steps] == [(28, 28, 1), (24, 24, 4), (11, 11, 6), (10,)]
    assert steps[1].operations == ("5 × 5", "tanh") and steps[2].operations == ("3 × 3", "pool 2", "ELU")


def test_of_a_network_of_the_users_own_the_weights_are_known(all_results):
    kernels = {"a": (5, 5, 1, 4), "b": (7, 4, 6), "answer": (6, 10)}
    variant = with_kernels(all_results["classification"].tuned, kernels, {"network": "mynet.py", "dropout": 0.0})
    steps = steps_of(variant, classifies=True)
    assert [step.shape for step in steps] == [(1,), (4,), (6,), (10,)] and steps[1].operations == ("5 × 5",)
    saved(plot_architecture(steps))


def test_one_layer_holds_most_of_the_parameters_or_none_does(text_of):
    steps = (Step("input", (1,)), Step("a", (2,), (), 60), Step("b", (2,), (), 40))
    found = ArchitectureFindings(steps, networks=1)
    assert (found.largest.layer, found.largest_share, found.one_holds_most) == ("a", 0.6, True)
    even = dataclasses.replace(found, steps=(*steps[:2], dataclasses.replace(steps[2], parameters=60)))
    assert not even.one_holds_most
    text = text_of()
    assert "parameters, 69 %, belong to dense 1." in text
    text = text_of(hidden_units=(16, 16, 16))
    assert "parameters; hidden 2 has the most" in text
    assert "Two layers with 65 parameters" in text_of(edits.networks.one_hidden_layer)


@pytest.mark.parametrize(
    ("config", "dropped"),
    [
        ({"dropout": 0.2}, {"output": 0.2}),
        ({"dropout": 0.0}, {}),
        ({"dropout": [0.1, 0.3]}, {"dense_2": 0.1, "output": 0.3}),
        ({"dropout": [0.0, 0.3]}, {"output": 0.3}),
        ({"hidden_units": [4, 4, 4], "dropout": 0.2}, {"dense_1": 0.2, "dense_2": 0.2, "output": 0.2}),
        ({"hidden_units": [4, 4, 4]}, {}),
        ({"network": "mine.py", "dropout": 0.2}, {}),
    ],
)
def test_dropout_stands_with_the_layer_whose_inputs_it_drops(config, dropped):
    assert dropout_of(config, ["conv_1", "dense_1", "dense_2", "output"]) == dropped
