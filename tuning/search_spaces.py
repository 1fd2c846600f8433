"""The grids of homework.toml as KerasTuner's hyperparameters."""

import keras_tuner

from tuning.combinations import Grid

IDENTITY = "identity: "  # prefix of the names of fixed hyperparameters


def make_hyperparameters(grid: Grid, identity: dict[str, str]) -> keras_tuner.HyperParameters:
    """One Choice per hyperparameter, in the order of the grid, whose values are distinct and of one type.

    `identity` (see fingerprints.search_identity) is added as fixed values, which a worker compares with its own.
    """
    hyperparameters = keras_tuner.HyperParameters()
    for name, values in grid.items():
        hyperparameters.Choice(name, values, ordered=False)
    for part, text in identity.items():
        hyperparameters.Fixed(f"{IDENTITY}{part}", text)
    return hyperparameters


def identity_of(hyperparameters: keras_tuner.HyperParameters) -> dict[str, str]:
    """The identity that `make_hyperparameters` has added."""
    return {
        item.name.removeprefix(IDENTITY): item.value for item in hyperparameters.space if item.name.startswith(IDENTITY)
    }
