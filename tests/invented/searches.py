"""A complete grid search: its tables, its space, its winner and, for a classification, every answer."""

import itertools
from collections.abc import Callable
from pathlib import Path

import numpy as np

from reporting.artifacts import save_arrays, save_json
from tests.invented.example import Example
from tests.invented.recording import save_rows, save_run


def combinations(grid: dict[str, list]) -> list[dict]:
    """All combinations of a grid's values, in its order, as mappings."""
    return [dict(zip(grid, values, strict=True)) for values in itertools.product(*grid.values())]


def direction_of(objective: str) -> str:
    return "max" if objective == "validation_accuracy" else "min"


def write_search(
    folder: Path, example: Example, grid: dict[str, list], score: Callable, objective: str, folds: int, settings: dict
) -> dict:
    """Write the search of a task, which its folder lies in; returns the winner's values.

    `score(values)` is the expected objective of a combination, and `settings` are those that it shares with all others.
    """
    task, rng = folder.parent.name, np.random.default_rng(example.seed + 7)
    fold_effects = rng.normal(0, 0.03, folds)
    rows = [
        search_row(rng, number, values, fold, score(values) + effect, task)
        for number, values in enumerate(combinations(grid), start=1)
        for fold, effect in enumerate(fold_effects, start=1)
    ]
    space = {"objective": objective, "direction": direction_of(objective), "folds": folds, "grid": grid}
    space |= {"combinations": len(combinations(grid)), "settings": settings}
    best = save_search(folder, space, rows, 4.2 * folds, example.validation_images, len(example.classes))
    metrics = {"combinations": space["combinations"], "folds": folds, "fits": len(rows), "stopped_early": 0}
    save_run(folder, example, task, settings, metrics | {"score": best["score"]})
    return best["values"]


def search_row(rng: np.random.Generator, trial: int, values: dict, fold: int, level: float, task: str) -> dict:
    """One fold of one combination; `level` is its validation loss (regression) or accuracy (classification)."""
    epochs = 40 if task == "regression" else 15
    row = {"trial": trial, **values, "fold": fold, "seed": 1000 * trial + fold}
    row |= {"epochs": epochs, "stopped_early": False, "best_epoch": epochs - 3, "train_loss": 0.2}
    if task == "regression":
        row["validation_loss"] = level + rng.normal(0, 0.02)
    else:
        accuracy = level + rng.normal(0, 0.002)
        row["validation_loss"] = 1.2 * (1 - accuracy) + 0.15
        row |= {"train_accuracy": accuracy + 0.02, "validation_accuracy": accuracy}
    return row | {"seconds": 4.2, "epoch_seconds": 3.6 / epochs, "epoch_seconds_error": 0.02 / epochs}


def save_search(folder: Path, space: dict, rows: list[dict], seconds: float, images: int, classes: int = 10) -> dict:
    """Write the files of a search but for its run.json; returns what best.json holds.

    `rows` are those of folds.csv, in the order of the grid; `seconds` is what each combination took. A combination
    whose score is NaN, since a fit failed, ranks behind all others. Accuracies are rounded to shares of the images.
    """
    if "validation_accuracy" in rows[0]:
        save_arrays(folder / "answers.npz", answers_of(rows, images, classes))
    folds, objective, sign = space["folds"], space["objective"], -1 if space["direction"] == "max" else 1
    trials = []
    for number, values in enumerate(combinations(space["grid"]), start=1):
        scores = [row[objective] for row in rows[(number - 1) * folds : number * folds]]
        spread = float(np.std(scores, ddof=1)) if folds > 1 else None
        trial = {"trial": number, **values, "score": float(np.mean(scores)), "score_sd": spread, "seconds": seconds}
        trials.append(trial)
    order = sorted(trials, key=lambda row: (np.isnan(row["score"]), sign * row["score"]))
    ranks = {row["trial"]: rank for rank, row in enumerate(order, start=1)}
    winner = order[0]
    best = {"trial": winner["trial"], "values": {name: winner[name] for name in space["grid"]}}
    best |= {name: winner[name] for name in ("score", "score_sd")}
    save_json(folder / "search_space.json", space)
    save_json(folder / "best.json", best)
    save_rows(folder / "folds.csv", rows)
    save_rows(folder / "trials.csv", [row | {"rank": ranks[row["trial"]]} for row in trials])
    return best


def answers_of(rows: list[dict], images: int, classes: int) -> dict[str, np.ndarray]:
    """The arrays of answers.npz, which the accuracies of `rows` are fitted to. Most images are hard for all or none."""
    rng, labels = np.random.default_rng(images), np.arange(images) % classes
    easiness, answers = rng.uniform(size=images), np.zeros((len(rows), images), dtype="uint8")
    for row, answered in zip(rows, answers, strict=True):
        if np.isfinite(row["validation_accuracy"]):
            right = round(np.clip(row["validation_accuracy"], 0, 1) * images)
            wrong = np.argsort(easiness + rng.normal(0, 0.05, images))[: images - right]
            answered[:] = labels
            answered[wrong] = (labels[wrong] + rng.integers(1, classes, len(wrong))) % classes
            row["validation_accuracy"] = right / images
    scored = np.isfinite([row["validation_accuracy"] for row in rows])
    return {"answers": answers, "labels": labels.astype("uint8"), "scored": scored}
