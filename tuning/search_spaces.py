"""The search space: grids of homework.toml as KerasTuner's hyperparameters, and the fingerprint of one result."""

import dataclasses
import hashlib
import itertools
import json

import keras_tuner


def make_hyperparameters(grid):
    """One Choice a hyperparameter, in the order of the grid; `grid` maps names to lists of distinct values of one type."""
    hyperparameters = keras_tuner.HyperParameters()
    for name, values in grid.items():
        hyperparameters.Choice(name, values, ordered=False)
    return hyperparameters


def combinations(grid):
    """Every combination of the grid as a mapping of names to values; the last name varies fastest."""
    return [dict(zip(grid, values, strict=True)) for values in itertools.product(*grid.values())]


def fingerprint(task, config, fold, seed, data, machine):
    """A name for the result of one fold, equal only where everything that can change the result is equal.

    `config` is the complete configuration of the combination, `data` a Data record, `machine` names what numerical
    results depend on: versions of the packages, precision, threads.
    """
    parts = [task, dataclasses.asdict(config), fold, seed, data.digests, data.counts, machine]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:24]
