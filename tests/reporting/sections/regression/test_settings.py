"""The list of the first network's settings: what is known keeps its words, what is new is listed all the same."""

import re

import pytest

from reporting.artifacts import load_json, plain, save_json
from reporting.sections.regression.settings import SAID_ELSEWHERE, lines_of

LINES = {
    "hidden units": "16, 24, 32",
    "activations": "tanh / softplus / ReLU; output linear",
    "initialiser": "uniform in ±1/√(fan-in), biases too",
    "criterion": "mean squared error",
    "optimiser": "Adam",
    "learning rate": "0.001",
    "weight decay (L2)": "10<sup>−7</sup>",
    "batch size": "16",
    "maximum epochs": "40",
    "early stopping patience": "400 epochs",
}


def test_every_setting_has_a_line_or_is_said_elsewhere(results):
    config = plain(results.reference.run.config)
    lines = lines_of(config)
    assert {line.name: line.value for line in lines} == LINES and [line.name for line in lines] == list(LINES)
    assert {line.setting for line in lines if line.setting} | set(SAID_ELSEWHERE) >= set(config)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"optimizer": "adam", "momentum": 0.9, "nesterov": False, "dropout": [0.0], "network": ""}, "Adam"),
        (
            {"optimizer": "sgd", "momentum": 0.9, "nesterov": True, "batch_normalization": False},
            "SGD with Nesterov momentum 0.9",
        ),
        ({"optimizer": "rmsprop", "momentum": 0.5, "nesterov": False, "warmup_epochs": 0}, "RMSprop with momentum 0.5"),
    ],
)
def test_optimisers_have_their_words_and_settings_that_do_nothing_no_line(results, changes, words):
    config = plain(results.reference.run.config) | changes
    assert {line.name: line.value for line in lines_of(config)} == LINES | {"optimiser": words}
    further = {line.name for line in lines_of(config | {"warmup_epochs": 2, "dropout": [0.0, 0.1]})} - set(LINES)
    assert further == {"epochs of warm-up", "dropout"}


def test_weight_decay_that_is_decoupled_is_no_penalty(results):
    lines = lines_of(plain(results.reference.run.config) | {"optimizer": "adamw"})
    assert [line.name for line in lines if "weight decay" in line.name] == ["weight decay"]
    assert {"optimiser": "AdamW"}.items() <= {line.name: line.value for line in lines}.items()


def test_schedule_stands_behind_the_optimiser(results):
    config = plain(results.reference.run.config) | {"learning_rate_schedule": "cosine"}
    assert {line.name: line.value for line in lines_of(config)} == LINES | {"optimiser": "Adam, cosine schedule"}


@pytest.mark.parametrize(
    ("value", "words"),
    [(0.9, "0.9"), (1e-6, "10−6"), (True, "yes"), ([1, 2], "1, 2"), ("half_a_cosine", "half a cosine")],
)
def test_setting_that_is_new_is_listed(text_of, value, words):
    def configure(runs):
        path = runs / "regression" / "reference" / "run.json"
        run = plain(load_json(path))
        save_json(path, run | {"config": run["config"] | {"momentum_of_adam": value}})

    assert re.search(rf"Early stopping patience: 400 epochs Momentum of adam: {words} ", text_of(configure))


def test_settings_and_what_is_found_of_them(results, found):
    settings = found("settings")
    assert (settings.folds, settings.hidden_layers) == (5, 3)
    assert settings.parameters == results.reference.run.metrics["parameters"]
    assert settings.config == plain(results.reference.run.config)
    assert settings.stopping.max_epochs == settings.config["max_epochs"]
