"""The search space: grids of homework.toml as KerasTuner's hyperparameters, and the fingerprint of one result."""

import collections.abc
import dataclasses
import hashlib
import json
import math

import keras_tuner
import numpy as np

IDENTITY = "identity: "  # begins the names of what is fixed


def make_hyperparameters(grid, identity):
    """One Choice a hyperparameter, in the order of the grid; `grid` maps names to lists of distinct values of one type.

    `identity` says by which settings and data a search goes: fixed texts by which a worker knows its chief.
    """
    hyperparameters = keras_tuner.HyperParameters()
    for name, values in grid.items():
        hyperparameters.Choice(name, values, ordered=False)
    for part, text in identity.items():
        hyperparameters.Fixed(f"{IDENTITY}{part}", text)
    return hyperparameters


class Combinations(collections.abc.Sequence):
    """Every combination of the grid as a mapping of names to values, made when it is asked for; the last name varies fastest."""

    def __init__(self, grid):
        self.grid = grid

    def __len__(self):
        return math.prod(len(values) for values in self.grid.values())

    def __getitem__(self, number):
        places = np.unravel_index(range(len(self))[number], [len(values) for values in self.grid.values()])
        return {name: values[place] for (name, values), place in zip(self.grid.items(), places, strict=True)}


def fingerprint(task, config, fold, seed, data, machine):
    """A name for the result of one fold, equal only where everything that can change the result is equal.

    `config` is the complete configuration of the combination, `data` a Data record, `machine` names what numerical
    results depend on: versions of the packages, precision, threads.
    """
    parts = [task, dataclasses.asdict(config), fold, seed, data.digests, data.counts, machine]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:24]


def search_identity(search, folds, seed, data, machine):
    """What a chief and its workers must agree on, part by part, as texts."""
    settings = json.dumps([dataclasses.asdict(search.base), search.objective, search.grid, folds, seed], sort_keys=True)
    files = json.dumps([data.digests, data.counts], sort_keys=True)
    digests = {
        name: hashlib.sha256(text.encode()).hexdigest()[:24] for name, text in (("settings", settings), ("data", files))
    }
    return digests | {"packages, precision, threads or distribution": json.dumps(machine, sort_keys=True)}


def identity_of(hyperparameters):
    """The identity that `make_hyperparameters` put into a search space."""
    return {
        item.name.removeprefix(IDENTITY): item.value for item in hyperparameters.space if item.name.startswith(IDENTITY)
    }
