"""Extras: short further trainings that the report draws on, the same for both tasks. Each is a folder of cases."""

import dataclasses
from collections.abc import Callable

import numpy as np

from reporting.artifacts import load_arrays
from training.recording import Recording

VARIANCE_SHARE = 0.99
WIDTH_STEP = 8


@dataclasses.dataclass(frozen=True)
class Case:
    """One run of an extra: its configuration, its seed, and `train(record)`, which trains and records it."""

    config: object
    seed: int
    train: Callable


def run_extra(task, name, homework, data, runs, cases):
    """Train the `cases` (name -> Case) that are not recorded yet, below runs/<task>/<name>/; without any the extra is off."""
    folder = runs / task / name
    config = {
        "enabled": bool(cases),
        "cases": list(cases),
        "configs": {label: dataclasses.asdict(case.config) for label, case in cases.items()},
    }
    stage = Recording(folder, task, name, homework, config, data)
    if stage.is_current():
        return
    stage.begin()
    for label, case in cases.items():
        record = Recording(folder / label, task, f"{name}/{label}", homework, case.config, data, case.seed)
        if not record.is_current():
            record.precision = stage.precision
            record.withdraw()
            case.train(record)
    stage.finish({})


def fewer_units(tuned, layers, units):
    """The widths that suffice by the tuned run's activations: a tuple for `layers`, which have `units` now.

    Twice the number of principal components that hold 99 % of the variance, rounded up to a multiple of eight.
    """
    stored = load_arrays(tuned / "activations.npz")
    needed = [-(-2 * components(stored[f"{layer}/spectrum"]) // WIDTH_STEP) * WIDTH_STEP for layer in layers]
    return tuple(min(pair) for pair in zip(needed, units, strict=True))


def components(spectrum):
    """How many of the eigenvalues (units,), largest first, hold VARIANCE_SHARE of their sum; at least one."""
    cumulated = np.cumsum(spectrum, dtype=np.float64)
    return int(np.searchsorted(cumulated, VARIANCE_SHARE * cumulated[-1])) + 1
