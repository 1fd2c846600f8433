"""How files are changed, and how the rest is made to agree with them again."""

import functools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from reporting.artifacts import load_arrays, save_arrays, save_json
from reporting.checks import recomputed_classification, stopped_early, wrong_answers
from reporting.regression_checks import fold_scores, recomputed_regression
from reporting.results import load_case
from tests.invented.outcome import Edit
from tests.invented.recording import python_number, save_rows

R_SQUARED = ("train", "validation", "test", "ensemble_test")  # where R^2 is defined


def with_arguments(edit: Callable) -> Callable[..., Edit]:
    """Makes of `edit(runs, ...)` a function that takes the other arguments first and returns the edit."""

    @functools.wraps(edit)
    def given(*arguments: Any, **named: Any) -> Edit:
        return lambda runs: edit(runs, *arguments, **named)

    return given


def edit_json(path: Path, edit: Callable[[dict], Any]) -> None:
    """Change a JSON file by a function that changes its mapping."""
    content = json.loads(path.read_text())
    edit(content)
    save_json(path, content)


def edit_arrays(path: Path, edit: Callable) -> None:
    """Lay the arrays that `edit(arrays)` returns over those of a file."""
    arrays = load_arrays(path)
    save_arrays(path, arrays | edit(arrays))


def configure(runs: Path, pattern: str, **settings: Any) -> None:
    """Settings of recorded runs, whose folders match a pattern, as if they had been trained with others."""
    for path in runs.glob(f"{pattern}/run.json"):
        edit_json(path, lambda run: run["config"].update(settings))


configured = with_arguments(configure)


def settle(runs: Path) -> None:
    """Make tables, metrics and images agree with the predictions again."""
    for path in (runs / "regression").rglob("predictions.npz"):
        settle_regression(path.parent)
    for path in (runs / "classification").rglob("predictions.npz"):
        settle_classifier(path.parent)


def settle_regression(folder: Path) -> None:
    variant = load_case(folder)
    scores, fold = fold_scores(variant), variant.predictions["fold"]
    rows = []
    for k, row in enumerate(variant.folds):
        held_out = int(np.sum(fold == k + 1))
        counts = {"train_points": len(fold) - held_out, "validation_points": held_out}
        rows.append(row | {name: values[k] for name, values in scores.items()} | counts)
    save_rows(folder / "folds.csv", rows)
    edit_json(folder / "run.json", lambda run: [run["metrics"].pop(f"{part}_r2", None) for part in R_SQUARED])
    save_metrics(folder, recomputed_regression(variant) | stopped_early(variant))


def settle_classifier(folder: Path) -> None:
    variant = load_case(folder)
    parts = [name for name in ("validation", "test") if f"{name}_labels" in variant.predictions]
    metrics = recomputed_classification(variant, parts)
    save_metrics(folder, metrics)
    (row,) = variant.folds
    save_rows(
        folder / "folds.csv",
        [row | {name: value for name, value in metrics.items() if name in row and name != "stopped_early"}],
    )
    if "error_index" in variant.predictions:
        wrong = wrong_answers(variant.predictions)
        images = np.zeros((len(wrong), 28, 28), np.uint8)
        images[:, 4:24, 8:20] = 200
        errors = {"error_index": wrong.astype(np.int32), "error_image": images}
        save_arrays(folder / "predictions.npz", variant.predictions | errors)


def save_metrics(folder: Path, metrics: dict) -> None:
    """Lay these metrics over those of a run.json."""
    numbers = {name: python_number(value) for name, value in metrics.items()}
    edit_json(folder / "run.json", lambda run: run["metrics"].update(numbers))
