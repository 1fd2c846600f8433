"""The regression task: its data and folds, training, and what is recorded. The counterpart of classification.py."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from reporting.artifacts import Data, save_arrays, save_table
from training.config import DataConfig, RegressionConfig
from training.datasets import Dataset, Folds, kfold_indices
from training.points import load_regression
from training.recording import Recording
from training.seeds import derive_seed

if TYPE_CHECKING:
    from training.trainer import Fit, Trainer

CURVE_POINTS = 401
ACTIVATION_STEP = 4  # every fourth of them is one at which activations are stored
Member = dict[str, Any]  # what is recorded of the model of one fold

load = load_regression


def describe_data(config: DataConfig) -> Data:
    """The source, digests and counts of the points; raises UserError for a mistake in the user's files."""
    return load(config).data


def fold_indices(points: int, config: RegressionConfig, seed: int) -> Folds:
    """Random folds of the training points; each point is held out once."""
    return kfold_indices(points, config.folds, np.random.default_rng(seed))


def layer_sizes(config: RegressionConfig) -> dict[str, int]:
    """The number of units of each hidden layer, by name."""
    return {f"hidden_{number}": units for number, units in enumerate(config.hidden_units, 1)}


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
        fit = trainer.fit(config, dataset.x_train, dataset.y_train, train, validation, own_seed, [progress])
        members.append(describe_member(trainer, fit, dataset, fold, train, validation))
        if inspected or deviations_stored:
            add_deviations(members[-1], fit, dataset, train)
        if fold == 1 and (inspected or weights_stored):
            save_arrays(record.folder / "weights.npz", weights_before_and_after(fit.initial_weights, fit.model))
        if fold == 1 and inspected:
            save_inspection(record.folder, fit, dataset)
    record_members(record, members, dataset)


def record_members(record: Recording, members: Sequence[Member], dataset: Dataset) -> None:
    """Write the files of a run from its members, one per fold; `run.json` comes last."""
    history = [{"fold": member["fold"], **row} for member in members for row in member["history"]]
    if history:
        save_table(record.folder / "history.csv", history)
    save_table(record.folder / "folds.csv", [member["row"] for member in members])
    save_arrays(record.folder / "predictions.npz", predictions(members, dataset))
    record.finish(metrics(members, dataset))


def describe_member(
    trainer: Trainer, fit: Fit, dataset: Dataset, fold: int, train: np.ndarray, validation: np.ndarray
) -> Member:
    """What is recorded of the trained network of one fold: history, a row of folds.csv and predictions."""
    losses = {
        "train_loss": trainer.evaluate(dataset.x_train[train], dataset.y_train[train])["loss"],
        "validation_loss": trainer.evaluate(dataset.x_train[validation], dataset.y_train[validation])["loss"],
        "test_loss": trainer.evaluate(dataset.x_test, dataset.y_test)["loss"],
    }
    row: dict[str, Any] = {"fold": fold, "seed": fit.seed}
    row |= {"train_points": len(train), "validation_points": len(validation)}
    row |= {"epochs": fit.epochs, "stopped_early": fit.stopped_early, "best_epoch": fit.best_epoch}
    row |= losses | {"seconds": round(fit.seconds, 3)}
    return {
        "fold": fold,
        "history": fit.history,
        "row": row,
        "validation": validation,
        "parameters": fit.model.count_params(),
        "train_predictions": trainer.predict(dataset.x_train)[:, 0],
        "test_predictions": trainer.predict(dataset.x_test)[:, 0],
        "curve_predictions": trainer.predict(curve_inputs(dataset))[:, 0],
    }


def add_deviations(member: Member, fit: Fit, dataset: Dataset, train: np.ndarray) -> None:
    """Add the linearised Laplace approximation: columns of folds.csv, and the sd of the function at the test points."""
    from training.laplace import laplace

    found = laplace(fit.model, dataset.x_train[train], dataset.y_train[train], dataset.x_test)
    member["row"] |= {"laplace_noise_variance": found.noise_variance, "laplace_prior_precision": found.prior_precision}
    (member["laplace_test_sd"],) = found.deviations


def curve_inputs(dataset: Dataset) -> np.ndarray:
    """Evenly spaced inputs (401, 1) across the range of the training and test points."""
    x = np.concatenate([dataset.x_train, dataset.x_test])
    return np.linspace(x.min(), x.max(), CURVE_POINTS, dtype=np.float32)[:, None]


def save_inspection(folder: Path, fit: Fit, dataset: Dataset) -> None:
    """Store the network, its activations for three test inputs and along x, and statistics of its units.

    The statistics, which the sizes of the smaller network follow from, are taken over the training points: no test data
    decide what is trained.
    """
    from training.inspection import activations, activations_along

    points = len(dataset.x_test)
    probes = np.argsort(dataset.x_test[:, 0])[[points // 6, points // 2, points * 5 // 6]]
    probed = {"x_probe": dataset.x_test[probes, 0]}
    along = curve_inputs(dataset)[::ACTIVATION_STEP]
    probed |= {"x_along": along[:, 0], **activations_along(fit.model, along)}
    save_arrays(folder / "activations.npz", probed | activations(fit.model, dataset.x_train, dataset.x_test[probes]))
    fit.model.save(folder / "model.keras")


def predictions(members: Sequence[Member], dataset: Dataset) -> dict[str, np.ndarray]:
    """The arrays of predictions.npz: the data, the fold that held out each training point, and all predictions."""
    fold = np.zeros(len(dataset.x_train), dtype=np.int32)
    for member in members:
        fold[member["validation"]] = member["fold"]
    names = [name for name in members[0] if name.endswith(("_predictions", "_sd"))]
    stacked = {name: np.stack([member[name] for member in members]).astype(np.float32) for name in names}
    data = {
        "x_train": dataset.x_train[:, 0],
        "y_train": dataset.y_train[:, 0],
        "x_test": dataset.x_test[:, 0],
        "y_test": dataset.y_test[:, 0],
    }
    x_curve = curve_inputs(dataset)[:, 0]
    known = {} if dataset.function is None else {"curve_truth": dataset.function(x_curve).astype(np.float32)}
    return {**data, "fold": fold, "x_curve": x_curve, **known, **stacked}


def metrics(members: Sequence[Member], dataset: Dataset) -> dict[str, float]:
    """The metrics of a run: mean and standard deviation over the members, and the test MSE of their mean prediction."""
    result: dict[str, float] = {}
    for name in ("train_loss", "validation_loss", "test_loss"):
        values = [member["row"][name] for member in members]
        result |= {name: float(np.mean(values)), f"{name}_sd": float(np.std(values, ddof=1))}
    mean_prediction = np.mean([member["test_predictions"] for member in members], axis=0, dtype=np.float64)
    result["ensemble_test_loss"] = float(np.mean((mean_prediction - dataset.y_test[:, 0]) ** 2))
    if "stopped_early" in members[0]["row"]:
        result["stopped_early"] = sum(member["row"]["stopped_early"] for member in members)
    return result | {"parameters": members[0]["parameters"]}
