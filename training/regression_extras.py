"""The extras of the regression. Each takes a minute or two on one core."""

import dataclasses
import functools
from typing import Any

import numpy as np

from training.datasets import folds_of, kfold_indices
from training.experiment import Experiment
from training.extras import Case, Cases, Maker, further_seeds, network_case, smaller
from training.members import record_members
from training.recording import Recording

AUDIT_FOLDS = 3  # as many as the reference report had


def splits(this: Experiment) -> Cases:
    """The reference settings on folds in file order, shuffled, and in blocks along x if there is but one input."""
    config, x = dataclasses.replace(this.settings.reference, folds=AUDIT_FOLDS), this.dataset.x_train[:, 0]
    kinds = {
        "file_order": folds_of(np.arange(len(x)), AUDIT_FOLDS),
        "shuffled": kfold_indices(len(x), AUDIT_FOLDS, np.random.default_rng(this.seed)),
        "blocks": folds_of(np.argsort(x, kind="stable"), AUDIT_FOLDS),
    }
    if this.dataset.x_train.shape[1] > 1:
        del kinds["blocks"]
    return {name: network_case(this, config, folds, this.seed) for name, folds in kinds.items()}


def baselines(this: Experiment) -> Cases:
    """A Gaussian process, a polynomial and a constant on the folds of the networks."""
    from training.baselines import BASELINES, Baseline, Model, fit_members

    base: Any = this.settings.search.base
    folds = this.folds(base)

    def fit_and_record(fit: Model, record: Recording) -> None:
        record_members(record, fit_members(fit, folds, this.dataset, base.standardize), this.dataset)

    return {
        name: Case(Baseline(name, len(folds), base.standardize), this.seed, functools.partial(fit_and_record, fit))
        for name, fit in BASELINES.items()
    }


def initialisation(this: Experiment) -> Cases:
    """The tuned settings with Keras' default initializer, or with PyTorch's if they have Keras' already."""
    config = this.config("tuned")
    other = "glorot_uniform" if config.initializer == "fan_in_uniform" else "fan_in_uniform"
    changed = dataclasses.replace(config, initializer=other)
    return {other: network_case(this, changed, this.folds(config), this.seed, weights_stored=True)}


MAKERS: dict[str, Maker] = {
    "splits": splits,
    "baselines": baselines,
    "initialisation": initialisation,
    "reference_seeds": further_seeds("reference", shuffled=True),
    "tuned_seeds": further_seeds("tuned", shuffled=True, deviations_stored=True),
    "extended_seeds": further_seeds("extended", shuffled=True, deviations_stored=True),
    "smaller": smaller,
}
