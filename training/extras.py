"""Extras: short further trainings that the report uses. Each is a folder of cases; the registry names them."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Mapping
from typing import Any

from reporting.artifacts import components_holding, load_arrays, sufficient_units
from training.datasets import Folds
from training.experiment import Experiment
from training.recording import Recording


@dataclasses.dataclass(frozen=True)
class Case:
    """One run of an extra: its configuration, its seed, and `train(record)`, which trains and records it."""

    config: Any
    seed: int
    train: Callable[[Recording], None]
    points: int = 0  # that an epoch of all its fits trains on; 0 if it trains no network


Cases = dict[str, Case]
Maker = Callable[[Experiment], Cases]


def make_cases(this: Experiment, name: str) -> Cases:
    """The cases of an extra by name, in order; none if the settings switch it, or an optional network, off."""
    return this.task.makers[name](this) if getattr(this.settings.extras, name) else {}


def recording_of(this: Experiment, name: str, cases: Mapping[str, Case]) -> Recording:
    """The Recording of a whole extra; its configuration holds those of all cases."""
    configs = {label: dataclasses.asdict(case.config) for label, case in cases.items()}
    return this.recording(name, {"enabled": bool(cases), "cases": list(cases), "configs": configs})


def train_cases(this: Experiment, name: str, cases: Mapping[str, Case], only: Collection[str] = ()) -> None:
    """Train the cases that are not up to date, below runs/<task>/<name>/; with `only`, no more than these.

    The process that finishes the last case finishes the extra.
    """
    stage = recording_of(this, name, cases)
    if stage.is_done():
        return
    stage.begin()
    if only:
        stage.release()  # other processes train the other cases meanwhile
    for label in only or cases:
        record = case_recording(this, name, label, cases[label])
        if not record.is_done():
            record.precision = stage.precision
            record.invalidate()
            cases[label].train(record)
    stage.acquire()
    if all(case_recording(this, name, label, case).is_current() for label, case in cases.items()):
        stage.finish({})


def case_recording(this: Experiment, name: str, label: str, case: Case) -> Recording:
    """The Recording of a case of an extra."""
    return this.recording(f"{name}/{label}", case.config, case.seed)


def network_case(this: Experiment, config: Any, folds: Folds, seed: int, **options: Any) -> Case:
    """A Case that trains one network per fold; the options are those of the task's `train`."""
    return Case(
        config,
        seed,
        lambda record: this.task.module.train(record, config, folds, this.dataset, seed, **options),
        points_of(folds),
    )


def points_of(folds: Folds) -> int:
    """The training points of all folds together."""
    return sum(len(train) for train, _ in folds)


def further_seeds(variant: str, shuffled: bool = False, **options: Any) -> Maker:
    """A Maker: the configuration of a variant with other seeds, as many as the setting <variant>_seeds says.

    If `shuffled`, each seed also has folds of its own, a repeated k-fold cross-validation (Bouckaert and Frank 2004):
    the k-th seed of every variant has the same. Otherwise all seeds have the folds of the first.
    """

    def make(this: Experiment) -> Cases:
        config, count = this.config(variant), getattr(this.settings.extras, f"{variant}_seeds")
        seeds = range(this.seed + 1, this.seed + 1 + count)
        return {
            f"seed_{number}": network_case(
                this, config, this.folds(config, seed if shuffled else None), seed, **options
            )
            for number, seed in enumerate(seeds, 2)
        }

    return make


def smaller(this: Experiment) -> Cases:
    """The tuned settings with as many units as the activations of the tuned network need, by their spectra."""
    config, module = this.config("tuned"), this.task.module
    stored = load_arrays(this.folder / "tuned" / "activations.npz")
    units = {
        layer: sufficient_units(components_holding(stored[f"{layer}/spectrum"]), now)
        for layer, now in module.layer_sizes(config).items()
    }
    config = module.resized(config, units)
    return {"smaller": network_case(this, config, this.folds(config), this.seed)}
