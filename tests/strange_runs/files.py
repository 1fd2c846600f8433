"""How an example's files are changed so that they agree with each other again."""

import json

import numpy as np

from reporting.artifacts import load_arrays, save_arrays, save_json, save_table
from reporting.checks import fold_losses, recomputed_classification, recomputed_regression, wrong_answers
from reporting.results import load_case


def plain(value):
    """A number of numpy's as Python's own."""
    return value.item() if isinstance(value, np.generic) else value


def settle(runs):
    """Make tables, metrics and images agree with the predictions again."""
    for path in (runs / "regression").rglob("predictions.npz"):
        settle_regression(path.parent)
    for path in (runs / "classification").rglob("predictions.npz"):
        settle_classifier(path.parent)
    return runs


def settle_regression(folder):
    variant = load_case(folder)
    fold = variant.predictions["fold"]
    losses = fold_losses(variant)
    rows = [
        row
        | {name: values[k] for name, values in losses.items()}
        | {"train_points": int(np.sum(fold != k + 1)), "validation_points": int(np.sum(fold == k + 1))}
        for k, row in enumerate(variant.folds)
    ]
    save_rows(folder / "folds.csv", rows)
    edit_json(
        folder / "run.json",
        lambda run: run["metrics"].update({k: plain(v) for k, v in recomputed_regression(variant).items()}),
    )


def settle_classifier(folder):
    variant = load_case(folder)
    parts = [name for name in ("validation", "test") if f"{name}_labels" in variant.predictions]
    metrics = {name: plain(value) for name, value in recomputed_classification(variant, parts).items()}
    edit_json(folder / "run.json", lambda run: run["metrics"].update(metrics))
    save_rows(
        folder / "folds.csv",
        [row | {k: v for k, v in metrics.items() if k in row and k != "stopped_early"} for row in variant.folds],
    )
    if "error_index" in variant.predictions:
        wrong = wrong_answers(variant.predictions)
        images = np.zeros((len(wrong), 28, 28), np.uint8)
        images[:, 4:24, 8:20] = 200
        save_arrays(
            folder / "predictions.npz",
            variant.predictions | {"error_index": wrong.astype(np.int32), "error_image": images},
        )


def save_rows(path, rows):
    save_table(path, [{name: plain(value) for name, value in row.items()} for row in rows])


def edit_json(path, edit):
    content = json.loads(path.read_text())
    edit(content)
    save_json(path, content)


def edit_arrays(folder, edit, file="predictions.npz"):
    """Lay the arrays that `edit(arrays)` returns over those of a file."""
    arrays = load_arrays(folder / file)
    save_arrays(folder / file, arrays | edit(arrays))


def configure(runs, pattern, **settings):
    """Settings of recorded runs, whose folders match a pattern, as if they had been trained with others."""
    for path in runs.glob(f"{pattern}/run.json"):
        edit_json(path, lambda run: run["config"].update(settings))
