"""The search space: grids of homework.toml as KerasTuner's hyperparameters, and as a sequence of combinations."""

import keras_tuner

from tuning.combinations import Grid

IDENTITY = "identity: "  # begins the names of what is fixed


def make_hyperparameters(grid: Grid, identity: dict[str, str]) -> keras_tuner.HyperParameters:
    """One Choice a hyperparameter, in the order of the grid; `grid` maps names to lists of distinct values of one type.

    `identity` says by which settings and data a search goes: fixed texts by which a worker knows its chief.
    """
    hyperparameters = keras_tuner.HyperParameters()
    for name, values in grid.items():
        hyperparameters.Choice(name, values, ordered=False)
    for part, text in identity.items():
        hyperparameters.Fixed(f"{IDENTITY}{part}", text)
    return hyperparameters


def identity_of(hyperparameters: keras_tuner.HyperParameters) -> dict[str, str]:
    """The identity that `make_hyperparameters` put into a search space."""
    return {
        item.name.removeprefix(IDENTITY): item.value for item in hyperparameters.space if item.name.startswith(IDENTITY)
    }
