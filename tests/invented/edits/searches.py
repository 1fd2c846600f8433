"""Searches that turned out otherwise."""

from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

from reporting.artifacts import TASKS, load_arrays, load_json, load_table, plain
from tests.invented.edits.files import configure, edit_json, with_arguments
from tests.invented.outcome import Edit
from tests.invented.recording import save_rows
from tests.invented.searches import combinations, direction_of, save_search


@with_arguments
def search(
    runs: Path,
    task: str,
    score: Callable | None = None,
    grid: dict[str, list] | None = None,
    failed: Collection[int] = (),
    stops: int = 0,
    objective: str | None = None,
    **settings: Any,
) -> None:
    """Another outcome of a search: `score(values, fold)`; another grid; trials that failed; so many fits stopped early.

    `settings` are those that all of its combinations share.
    """
    folder = runs / task / "search"
    space, recorded = plain(load_json(folder / "search_space.json")), load_table(folder / "folds.csv")
    former, seconds = space["grid"], load_table(folder / "trials.csv")[0]["seconds"]
    if grid:
        space |= {"grid": grid, "combinations": len(combinations(grid))}
    if objective:
        space |= {"objective": objective, "direction": direction_of(objective)}
    space["settings"] |= settings
    rows: list[dict] = []
    for number, values in enumerate(combinations(space["grid"]), start=1):
        for fold in range(1, space["folds"] + 1):
            old = row_like(recorded, values, fold)
            row = {"trial": number} | values | {name: old[name] for name in old if name not in ("trial", *former)}
            row |= {"fold": fold, "status": "completed", "reason": "", "stopped_early": len(rows) < stops}
            if score:
                row[space["objective"]] = score(values, fold)
            if number in failed and fold == 1:
                lost = [name for name in row if name.startswith(("validation_", "epoch_seconds"))]
                row |= dict.fromkeys(lost, float("nan")) | {"status": "failed", "reason": "its loss is not finite"}
            rows.append(row)
    images = len(load_arrays(path)["labels"]) if (path := folder / "answers.npz").exists() else 0
    best = save_search(folder, space, rows, seconds, images)
    spread = best["score_sd"] or 0.0  # as tuning writes it where there is one fold
    edit_json(folder / "best.json", lambda stored: stored.update(score_sd=spread))
    configure(runs, f"{task}/tuned", **best["values"])


def row_like(recorded: list, values: dict, fold: int) -> dict:
    """The recorded row of these values and this fold; the first one if there is none."""
    known = [name for name in values if name in recorded[0]]
    alike = (row for row in recorded if row["fold"] == fold and all(row[name] == values[name] for name in known))
    return next(alike, recorded[0])


def searches(regression: Callable | None = None, classification: Callable | None = None, **options: Any) -> list[Edit]:
    """Other outcomes of both tasks' searches, each with its score."""
    return [search("regression", regression, **options), search("classification", classification, **options)]


def slow_winner(runs: Path) -> None:
    """Winners whose epochs took far longer than those of all others."""
    for task in TASKS:
        trial = load_json(runs / task / "search/best.json")["trial"]
        timed(runs, task, lambda row, winner=trial: 9.9 if row["trial"] == winner else 0.1)


def timed(runs: Path, task: str, seconds: Callable) -> None:
    """Other durations of an epoch in a task's search, by the row of folds.csv."""
    path = runs / task / "search/folds.csv"
    save_rows(path, [row | {"epoch_seconds": seconds(row)} for row in load_table(path)])


def untimed(runs: Path) -> None:
    """Searches whose fits had one epoch, so that compiling was part of all that was timed."""
    for task in TASKS:
        timed(runs, task, lambda row: float("nan"))


def tested(runs: Path) -> None:
    """A search that has looked at the test data."""
    path = runs / "classification/search/folds.csv"
    save_rows(path, [row | {"test_loss": 0.3} for row in load_table(path)])


def one_configuration(runs: Path) -> None:
    """Reference, tuned and extended settings of the classification that are the same."""
    search("classification", lambda values, fold: 0.9, grid={"learning_rate": [0.0001]})(runs)
    reference = plain(load_json(runs / "classification/reference/run.json")["config"])
    for name in ("tuned", "extended"):
        configure(runs, f"classification/{name}", **reference)
