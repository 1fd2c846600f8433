"""What is recorded of the models of all folds of a regression, its members, be they networks or baselines."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from reporting.artifacts import save_arrays, save_table
from training.datasets import Dataset
from training.recording import Recording

Member = dict[str, Any]  # what is recorded of the model of one fold

PARTS = ("train", "validation", "test")
CURVE_POINTS = 401
PARTIAL_POINTS = 41  # on the grid of each column of inputs
MOST_PREDICTIONS = 100_000  # of one model for its partial dependence


def record_members(record: Recording, members: Sequence[Member], dataset: Dataset) -> None:
    """Write the files of a run from its members, one per fold; `run.json` comes last."""
    history = [{"fold": member["fold"], **row} for member in members for row in member["history"]]
    if history:
        save_table(record.folder / "history.csv", history)
    save_table(record.folder / "folds.csv", [member["row"] for member in members])
    save_arrays(record.folder / "predictions.npz", predictions(members, dataset))
    record.finish(metrics(members, dataset))


def r_squared(
    losses: Mapping[str, float], dataset: Dataset, train: np.ndarray, validation: np.ndarray
) -> dict[str, float]:
    """R^2 = 1 - MSE / variance of the targets around their own mean, by part; nan where these are all the same."""
    targets = {"train": dataset.y_train[train], "validation": dataset.y_train[validation], "test": dataset.y_test}
    variances = {name: float(np.var(y, dtype=np.float64)) for name, y in targets.items()}
    return {
        f"{name}_r2": 1 - losses[f"{name}_loss"] / variance if variance > 0 else float("nan")
        for name, variance in variances.items()
    }


def predicted(predict: Callable[[np.ndarray], np.ndarray], dataset: Dataset, train: np.ndarray) -> Member:
    """The predictions of a model, a function of inputs (n, columns), at the points and along the inputs."""
    result = {f"{name}_predictions": predict(x) for name, x in inputs_of(dataset).items()}
    if dataset.x_train.shape[1] > 1:
        result["partial_predictions"] = partial_dependence(predict, dataset, train)
    return result


def inputs_of(dataset: Dataset) -> dict[str, np.ndarray]:
    """The inputs (n, columns) at which each model predicts, by name."""
    points = {"train": dataset.x_train, "test": dataset.x_test}
    return points | ({"curve": curve_inputs(dataset)} if dataset.x_train.shape[1] == 1 else {})


def curve_inputs(dataset: Dataset) -> np.ndarray:
    """Evenly spaced inputs (401, 1) across the range of the training and test points."""
    x = np.concatenate([dataset.x_train, dataset.x_test])
    return np.linspace(x.min(), x.max(), CURVE_POINTS, dtype=x.dtype)[:, None]


def partial_inputs(dataset: Dataset) -> np.ndarray:
    """Evenly spaced values (columns, 41) across the range of the training points in each column."""
    x = dataset.x_train
    return np.linspace(x.min(axis=0), x.max(axis=0), PARTIAL_POINTS, axis=1, dtype=x.dtype)


def partial_dependence(predict: Callable[[np.ndarray], np.ndarray], dataset: Dataset, train: np.ndarray) -> np.ndarray:
    """The mean prediction over the training points with one column set to each of its values: (columns, 41).

    Friedman (2001, Annals of Statistics 29, 1189-1232). Of many points an even choice is enough.
    """
    grid, columns = partial_inputs(dataset), dataset.x_train.shape[1]
    count = min(len(train), max(1, MOST_PREDICTIONS // grid.size))
    chosen = train[np.linspace(0, len(train) - 1, count).astype(int)]
    means = np.empty(grid.shape)
    for column in range(columns):
        x = np.repeat(dataset.x_train[chosen][None], PARTIAL_POINTS, axis=0)  # (41, chosen, columns)
        x[:, :, column] = grid[column][:, None]
        means[column] = predict(x.reshape(-1, columns)).reshape(PARTIAL_POINTS, count).mean(axis=1)
    return means


def as_recorded(x: np.ndarray) -> np.ndarray:
    """Inputs (n, columns) as they are stored: (n,) if there is one column."""
    return x[:, 0] if x.shape[1] == 1 else x


def predictions(members: Sequence[Member], dataset: Dataset) -> dict[str, np.ndarray]:
    """The arrays of predictions.npz: the data, the fold that held out each training point, and all predictions.

    Where members standardise, also their means and deviations, and float64 throughout.
    """
    fold = np.zeros(len(dataset.x_train), dtype=np.int32)
    for member in members:
        fold[member["validation"]] = member["fold"]
    stacked = {
        name: np.stack([member[name] for member in members])
        for name in members[0]
        if name.endswith(("_predictions", "_sd"))
    }
    stacked |= {
        name: values.astype(np.float32) for name, values in stacked.items() if not members[0]["scaling"].standardises
    }
    stacked |= {
        name: np.stack([member["scaling"].arrays[name] for member in members]) for name in members[0]["scaling"].arrays
    }
    data = {
        "x_train": as_recorded(dataset.x_train),
        "y_train": dataset.y_train[:, 0],
        "x_test": as_recorded(dataset.x_test),
        "y_test": dataset.y_test[:, 0],
        "fold": fold,
    }
    if dataset.x_train.shape[1] > 1:
        return {**data, "x_partial": partial_inputs(dataset), **stacked}
    x_curve = curve_inputs(dataset)[:, 0]
    known = {} if dataset.function is None else {"curve_truth": dataset.function(x_curve).astype(np.float32)}
    return {**data, "x_curve": x_curve, **known, **stacked}


def metrics(members: Sequence[Member], dataset: Dataset) -> dict[str, float]:
    """The metrics of a run: mean and standard deviation over the members, and the test MSE of their mean prediction.

    Beside them R^2, which is left out where it is not defined.
    """
    result: dict[str, float] = {}
    for name in PARTS:
        values = [member["row"][f"{name}_loss"] for member in members]
        result |= {f"{name}_loss": float(np.mean(values)), f"{name}_loss_sd": float(np.std(values, ddof=1))}
    mean_prediction = np.mean([member["test_predictions"] for member in members], axis=0, dtype=np.float64)
    result["ensemble_test_loss"] = float(np.mean((mean_prediction - dataset.y_test[:, 0]) ** 2))
    r2 = {f"{name}_r2": float(np.mean([member["row"][f"{name}_r2"] for member in members])) for name in PARTS}
    r2["ensemble_test_r2"] = 1 - result["ensemble_test_loss"] / float(np.var(dataset.y_test, dtype=np.float64))
    result |= {name: value for name, value in r2.items() if np.isfinite(value)}
    if "stopped_early" in members[0]["row"]:
        result["stopped_early"] = sum(member["row"]["stopped_early"] for member in members)
    return result | {"parameters": members[0]["parameters"]}
