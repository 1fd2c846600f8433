"""Further trainings of the regression that the report draws on.

    python -m training.regression_extras --extra splits|baselines|initialisation|seeds|smaller

`splits` trains the reference settings on three kinds of folds; the others stand beside the tuned networks, on the same
folds: other models, the other initializer, other initial weights, fewer units. Writes runs/regression/<extra>/.
"""

import dataclasses
import functools
import sys

import numpy as np

from reporting.artifacts import extras_of
from training import train_regression
from training.cli import parse_arguments, run_main
from training.config import load_homework
from training.datasets import folds_of, kfold_indices, load_regression
from training.extras import Case, fewer_units, run_extra
from training.train_regression import fold_indices, record_members, save_weights, train_members

AUDIT_FOLDS = 3  # as many as the reference report had


def main(argv=None):
    arguments = parse_arguments(__doc__, argv, extra=extras_of("regression"))
    homework = load_homework(arguments.config, arguments.quick)
    split = load_regression(homework.data)
    wanted = getattr(homework.regression_extras, arguments.extra)
    cases = MAKERS[arguments.extra](homework, split, arguments.runs) if wanted else {}
    run_extra("regression", arguments.extra, homework, split.data, arguments.runs, cases)


def network_case(config, folds, split, seed, inspect=None):
    """A Case that trains one network a fold."""
    return Case(
        config,
        seed,
        lambda record: record_members(record, train_members(config, folds, split, seed, record, inspect), split),
    )


def splits(homework, split, _runs):
    """The reference settings on folds in file order, shuffled, and in blocks along x."""
    config, seed = dataclasses.replace(homework.regression, folds=AUDIT_FOLDS), homework.compute.seed
    n = len(split.x_train)
    kinds = {
        "file_order": folds_of(np.arange(n), AUDIT_FOLDS),
        "shuffled": kfold_indices(n, AUDIT_FOLDS, np.random.default_rng(seed)),
        "blocks": folds_of(np.argsort(split.x_train[:, 0], kind="stable"), AUDIT_FOLDS),
    }
    return {name: network_case(config, folds, split, seed) for name, folds in kinds.items()}


def tuned_settings(homework, split, runs):
    """The tuned configuration and its folds."""
    config = train_regression.choose_config(homework, "tuned", runs, split)
    return config, fold_indices(split, config, homework.compute.seed)


def baselines(homework, split, _runs):
    """A Gaussian process, a polynomial and a constant on the networks' folds."""
    from training.baselines import BASELINES, Baseline, fit_members

    folds, seed = fold_indices(split, homework.regression_search.base, homework.compute.seed), homework.compute.seed
    return {
        name: Case(
            Baseline(name, len(folds)),
            seed,
            functools.partial(lambda fit, record: record_members(record, fit_members(fit, folds, split), split), fit),
        )
        for name, fit in BASELINES.items()
    }


def initialisation(homework, split, runs):
    """The tuned settings with the other one of PyTorch's and Keras' default initializers."""
    config, folds = tuned_settings(homework, split, runs)
    other = "glorot_uniform" if config.initializer == "fan_in_uniform" else "fan_in_uniform"
    return {
        other: network_case(
            dataclasses.replace(config, initializer=other), folds, split, homework.compute.seed, save_weights
        )
    }


def seeds(homework, split, runs):
    """The tuned settings and folds, from other initial weights."""
    config, folds = tuned_settings(homework, split, runs)
    return {
        f"seed_{number + 1}": network_case(config, folds, split, homework.compute.seed + number)
        for number in range(1, homework.regression_extras.seeds + 1)
    }


def smaller(homework, split, runs):
    """The tuned settings with as many units as the tuned network's activations suggest."""
    config, folds = tuned_settings(homework, split, runs)
    layers = [f"hidden_{number}" for number in range(1, len(config.hidden_units) + 1)]
    units = fewer_units(runs / "regression" / "tuned", layers, config.hidden_units)
    return {
        "smaller": network_case(dataclasses.replace(config, hidden_units=units), folds, split, homework.compute.seed)
    }


MAKERS = {
    "splits": splits,
    "baselines": baselines,
    "initialisation": initialisation,
    "seeds": seeds,
    "smaller": smaller,
}


if __name__ == "__main__":
    sys.exit(run_main(main))
