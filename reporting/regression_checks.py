"""What the files of a regression must agree on: its headline numbers are computed again from the stored predictions.

Training adds in float32, in another order. How far two computations of a number may lie apart follows from the
magnitudes that were subtracted in it, so that nearly equal losses or large targets are no contradiction.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from reporting.stats.metrics import mean_squared_error

if TYPE_CHECKING:
    from reporting.results import Variant

TOLERANCE = 1e-4  # relative, of a loss
ROUNDING = 2.0**-21  # relative, of a prediction and a target: some units in float32's last place
PARTS = ("train", "validation", "test")

Values = dict[str, np.ndarray]  # column of folds.csv -> (folds,)


def fold_losses(variant: Variant) -> Values:
    """The losses of each fold's model from its stored predictions."""
    stored = variant.predictions
    train = (stored["train_predictions"].astype(float) - stored["y_train"]) ** 2  # (folds, n)
    test = np.mean((stored["test_predictions"].astype(float) - stored["y_test"]) ** 2, axis=1)
    held_out = held_out_of(variant)
    return {
        "train_loss": means_where(train, ~held_out),
        "validation_loss": means_where(train, held_out),
        "test_loss": test,
    }


def held_out_of(variant: Variant) -> np.ndarray:
    """Which training points each fold holds out: (folds, n)."""
    stored = variant.predictions
    held_out: np.ndarray = stored["fold"] == np.arange(1, len(stored["train_predictions"]) + 1)[:, None]
    return held_out


def means_where(values: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """The mean of each row over the entries that `mask` picks."""
    return np.sum(values * mask, axis=1) / np.sum(mask, axis=1)


def variances(variant: Variant) -> Values:
    """The variance of the targets of each part around their mean, what R^2 compares its loss with."""
    y, held_out = variant.predictions["y_train"].astype(float), held_out_of(variant)
    test = float(np.var(variant.predictions["y_test"].astype(float)))
    return {
        "train": np.array([np.var(y[~mask]) for mask in held_out]),
        "validation": np.array([np.var(y[mask]) for mask in held_out]),
        "test": np.full(len(held_out), test),
    }


def fold_scores(variant: Variant) -> Values:
    """The losses of each fold's model and its R^2, nan where all targets of a part are the same."""
    losses, spread = fold_losses(variant), variances(variant)
    with np.errstate(divide="ignore", invalid="ignore"):
        scores = {f"{part}_r2": 1 - losses[f"{part}_loss"] / spread[part] for part in PARTS}
    return losses | {name: np.where(np.isfinite(values), values, np.nan) for name, values in scores.items()}


def fold_tolerances(variant: Variant) -> Values:
    """How far each of `fold_scores` may lie from what was recorded.

    A squared error (p - y)^2 moves by up to 2 |p - y| r + r^2 where p - y moves by r, the rounding of either.
    """
    stored, losses, spread = variant.predictions, fold_losses(variant), variances(variant)
    targets = np.concatenate([stored["y_train"], stored["y_test"]]).astype(float)
    about = targets.mean() if "y_mean" in stored else 0.0  # the networks' own targets are then around zero
    rounding = ROUNDING * float(np.max(np.abs(targets - about)))
    tolerances = {name: TOLERANCE * loss + 2 * np.sqrt(loss) * rounding + rounding**2 for name, loss in losses.items()}
    with np.errstate(divide="ignore", invalid="ignore"):
        shares = {f"{part}_r2": tolerances[f"{part}_loss"] / spread[part] for part in PARTS}
    return tolerances | {name: 1e-6 + np.nan_to_num(share, posinf=0.0) for name, share in shares.items()}


def recomputed_regression(variant: Variant) -> dict[str, float]:
    """The headline numbers of a regression run, from its stored predictions; R^2 where it is defined."""
    stored = variant.predictions
    metrics: dict[str, float] = {}
    for name, values in fold_scores(variant).items():
        metrics[name] = values.mean()
        if not name.endswith("_r2"):
            metrics[f"{name}_sd"] = values.std(ddof=1)
    y_test = stored["y_test"].astype(float)
    metrics["ensemble_test_loss"] = mean_squared_error(y_test, stored["test_predictions"].astype(float).mean(axis=0))
    spread = float(np.var(y_test))
    metrics["ensemble_test_r2"] = 1 - metrics["ensemble_test_loss"] / spread if spread else math.nan
    return {name: float(value) for name, value in metrics.items() if np.isfinite(value)}


def metric_tolerances(variant: Variant) -> dict[str, float]:
    """How far each of `recomputed_regression` may lie from what was recorded.

    A standard deviation of n numbers moves by up to sqrt(n / (n - 1)) times what these do.
    """
    result: dict[str, float] = {}
    for name, values in fold_tolerances(variant).items():
        largest = float(np.max(values))
        result |= {name: largest, f"{name}_sd": 1.5 * largest}
    return result | {f"ensemble_{name}": result[name] for name in ("test_loss", "test_r2")}


def wrong_scores(variant: Variant) -> str:
    """What folds.csv says otherwise than the arrays do, in words; empty if nothing."""
    scores, tolerances, held_out = fold_scores(variant), fold_tolerances(variant), held_out_of(variant)
    if [row["fold"] for row in variant.folds] != list(range(1, len(held_out) + 1)):
        return f"folds.csv does not hold the folds 1 to {len(held_out)}, each once and in order"
    for number, (row, mask) in enumerate(zip(variant.folds, held_out, strict=True)):
        sizes = {"train_points": int(np.sum(~mask)), "validation_points": int(np.sum(mask))}
        wanted = {name: (float(values[number]), float(tolerances[name][number])) for name, values in scores.items()}
        wanted |= {name: (size, 0.0) for name, size in sizes.items()}
        for name, (value, tolerance) in wanted.items():
            if not near(row[name], value, tolerance):
                return (
                    f"{name} of fold {number + 1} is {row[name]} in folds.csv, but {value:.6g} by the run's own arrays"
                )
    return ""


def wrong_metrics(variant: Variant) -> str:
    """Which headline number is recorded otherwise than the arrays tell, in words; empty if none."""
    tolerances, metrics = metric_tolerances(variant), variant.run.metrics
    for name, value in recomputed_regression(variant).items():
        if not near(metrics.get(name), value, tolerances[name]):
            return f"{name} is {metrics.get(name)}, but {value:.6g} by the run's own arrays"
    return ""


def near(recorded: object, value: float, tolerance: float) -> bool:
    """Whether what is recorded is a number that lies within the tolerance; nan is near nan."""
    if not isinstance(recorded, int | float) or isinstance(recorded, bool):
        return False
    return abs(recorded - value) <= tolerance or (math.isnan(recorded) and math.isnan(value))
