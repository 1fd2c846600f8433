"""The grids of homework.toml as KerasTuner's hyperparameters.

KerasTuner takes no lists for values: where a grid has any, its values are JSON texts there.
"""

import json
from typing import Any

import keras_tuner

from tuning.combinations import Grid, Values

IDENTITY = "identity: "  # prefix of the names of fixed hyperparameters


def make_hyperparameters(grid: Grid, identity: dict[str, str]) -> keras_tuner.HyperParameters:
    """One Choice per hyperparameter, in the order of the grid, whose values are distinct and of one type.

    `identity` (see fingerprints.search_identity) is added as fixed values, which a worker compares with its own.
    """
    hyperparameters = keras_tuner.HyperParameters()
    for name, values in grid.items():
        hyperparameters.Choice(name, encoded(values), ordered=False)
    for part, text in identity.items():
        hyperparameters.Fixed(f"{IDENTITY}{part}", text)
    return hyperparameters


def encoded(values: list[Any]) -> list[Any]:
    """The values of a hyperparameter in KerasTuner's form."""
    return [json.dumps(value) for value in values] if any(isinstance(value, tuple) for value in values) else values


def encoded_combination(grid: Grid, values: Values) -> Values:
    """A combination in KerasTuner's form."""
    return {name: encoded(grid[name])[grid[name].index(value)] for name, value in values.items()}


def decoded(grid: Grid, values: Values) -> Values:
    """The combination that KerasTuner's values stand for; what is not in the grid is left out."""
    return {name: choices[encoded(choices).index(values[name])] for name, choices in grid.items()}


def identity_of(hyperparameters: keras_tuner.HyperParameters) -> dict[str, str]:
    """The identity that `make_hyperparameters` has added."""
    return {
        item.name.removeprefix(IDENTITY): item.value for item in hyperparameters.space if item.name.startswith(IDENTITY)
    }
