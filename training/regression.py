"""The regression task: its data and folds, training, and what is recorded. The counterpart of classification.py."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from reporting.artifacts import Data, save_arrays
from training.config import DataConfig, RegressionConfig
from training.datasets import Dataset, Folds, kfold_indices
from training.layout import layers_of
from training.members import Member, as_recorded, curve_inputs, predicted, r_squared, record_members
from training.points import load_regression
from training.recording import Recording
from training.scaling import Scaling, in_data_units, standardised
from training.seeds import derive_seed

if TYPE_CHECKING:
    from training.trainer import Fit, Trainer

ACTIVATION_STEP = 4  # every fourth point of the curve is one at which activations are stored

load = load_regression


def describe_data(config: DataConfig) -> Data:
    """The source, digests and counts of the points; raises UserError for a mistake in the user's files."""
    return load(config).data


def fold_indices(points: int, config: RegressionConfig, seed: int) -> Folds:
    """Random folds of the training points; each point is held out once."""
    return kfold_indices(points, config.folds, np.random.default_rng(seed))


def layer_sizes(config: RegressionConfig) -> dict[str, int]:
    """The number of units of each hidden layer, by name."""
    return {layer.name: layer.units for layer in layers_of(config)}


def resized(config: RegressionConfig, units: Mapping[str, int]) -> RegressionConfig:
    """The configuration with `units` in place of the sizes of all hidden layers."""
    return dataclasses.replace(config, hidden_units=tuple(units.values()))


def train(
    record: Recording,
    config: RegressionConfig,
    folds: Folds,
    dataset: Dataset,
    seed: int,
    inspected: bool = False,
    weights_stored: bool = False,
    deviations_stored: bool = False,
) -> None:
    """Train one network per fold and record them.

    `inspected` also stores what the report shows of the first fold's network: weights and activations; `weights_stored`
    stores its weights only. Either `inspected` or `deviations_stored` adds how sure each network is, see laplace.py.
    """
    from training.callbacks import Progress
    from training.inspection import weights_before_and_after
    from training.trainer import trainer_for

    trainer = trainer_for(config, dataset.data.shapes)
    members = []
    for fold, (train, validation) in enumerate(folds, 1):
        progress = Progress(f"{record.name}  fold {fold}/{len(folds)}", config.max_epochs)
        own_seed = derive_seed(seed, config, fold)
        scaled, scaling = standardised(config, dataset, train)
        fit = trainer.fit(config, scaled.x_train, scaled.y_train, train, validation, own_seed, [progress], scaling.unit)
        network = Network(trainer, fit, scaled, scaling)
        members.append(describe_member(network, dataset, fold, train, validation))
        if inspected or deviations_stored:
            add_deviations(members[-1], network, train)
        if fold == 1 and (inspected or weights_stored):
            save_arrays(record.folder / "weights.npz", weights_before_and_after(fit.initial_weights, fit.model))
        if fold == 1 and inspected:
            save_inspection(record.folder, network, dataset)
    record_members(record, members, dataset)


class Network(NamedTuple):
    """The trained network of one fold, with the points as it takes them; the next fit changes it."""

    trainer: Trainer
    fit: Fit
    scaled: Dataset
    scaling: Scaling

    def predict(self, x: np.ndarray) -> np.ndarray:
        """Predictions (n,) of inputs (n, columns), both in the data's units."""
        return self.scaling.predictions(self.trainer.predict(self.scaling.inputs(x).astype(np.float32))[:, 0])


def describe_member(network: Network, dataset: Dataset, fold: int, train: np.ndarray, validation: np.ndarray) -> Member:
    """What is recorded of the trained network of one fold: history, a row of folds.csv and predictions."""
    trainer, fit, scaled, scaling = network
    sets = {
        "train": (scaled.x_train[train], scaled.y_train[train]),
        "validation": (scaled.x_train[validation], scaled.y_train[validation]),
        "test": (scaled.x_test, scaled.y_test),
    }
    losses = {f"{name}_loss": trainer.evaluate(*points, scaling.unit)["loss"] for name, points in sets.items()}
    row: dict[str, Any] = {"fold": fold, "seed": fit.seed}
    row |= {"train_points": len(train), "validation_points": len(validation)}
    row |= {"epochs": fit.epochs, "stopped_early": fit.stopped_early, "best_epoch": fit.best_epoch}
    row |= losses | r_squared(losses, dataset, train, validation) | {"seconds": round(fit.seconds, 3)}
    member: Member = {"fold": fold, "history": fit.history, "row": row, "validation": validation}
    member |= {"parameters": fit.model.count_params(), "scaling": scaling}
    return member | predicted(network.predict, dataset, train)


def add_deviations(member: Member, network: Network, train: np.ndarray) -> None:
    """Add the linearised Laplace approximation: columns of folds.csv, and the sd of the function at the test points."""
    from training.laplace import is_chain, laplace

    _, fit, scaled, scaling = network
    if not is_chain(fit.model):  # a network of the user's own that it does not know
        return
    found = laplace(fit.model, scaled.x_train[train], scaled.y_train[train], scaled.x_test)
    noise = found.noise_variance * scaling.unit
    member["row"] |= {"laplace_noise_variance": noise, "laplace_prior_precision": found.prior_precision}
    member["laplace_test_sd"] = scaling.deviations(found.deviations[0])


def save_inspection(folder: Path, network: Network, dataset: Dataset) -> None:
    """Store the network, its activations for three test inputs and along x, and statistics of its units.

    The statistics, which the sizes of the smaller network follow from, are taken over the training points: no test data
    decide what is trained. Several inputs have no order: the test points are then taken by their first column.
    """
    from training.inspection import activations, activations_along
    from training.saving import save_network

    _, fit, scaled, scaling = network
    points = len(dataset.x_test)
    probes = np.argsort(dataset.x_test[:, 0])[[points // 6, points // 2, points * 5 // 6]]
    probed = {"x_probe": as_recorded(dataset.x_test[probes])}
    if dataset.x_train.shape[1] == 1:
        along = curve_inputs(dataset)[::ACTIVATION_STEP]
        scaled_along = scaling.inputs(along).astype(np.float32)
        probed |= {"x_along": along[:, 0], **activations_along(fit.model, scaled_along)}
    save_arrays(folder / "activations.npz", probed | activations(fit.model, scaled.x_train, scaled.x_test[probes]))
    save_network(folder / "model.keras", in_data_units(fit.model, scaling))
