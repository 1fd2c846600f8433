"""The tables of a search and its best combination, from the recorded rows; an incomplete grid is refused."""

import dataclasses
import itertools
import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from reporting.artifacts import UserError, readable, save_arrays, save_json, save_table
from training.grids import Search
from tuning.answers import as_array
from tuning.combinations import Combinations
from tuning.rows import FoldRows, Row, is_completed


def collect_folds(search: Search, folds: int, rows: FoldRows) -> list[Row]:
    """The rows of folds.csv, by combination and fold in grid order; raises UserError if any is missing."""
    table = []
    for trial, values in enumerate(Combinations(search.grid), 1):
        config = dataclasses.replace(search.base, **values)
        for fold in range(1, folds + 1):
            row = rows.load(config, fold)
            if row is None:
                raise UserError(f"fold {fold} of {values} is not recorded in {rows.folder}; run 'make tune' again")
            recorded = {name: value for name, value in row.items() if name not in ("hyperparameters", "answers")}
            shown = {name: readable(value) for name, value in values.items()}
            table.append({"trial": trial, **shown, **recorded})
    completed = next((row for row in table if is_completed(row)), None)
    if completed is None:
        raise UserError(f"every combination failed; the first: {table[0]['reason']}")
    blank = {name: math.nan if isinstance(value, float) else type(value)() for name, value in completed.items()}
    return [{**blank, **row} for row in table]


def rank_trials(search: Search, fold_table: Sequence[Row]) -> list[Row]:
    """The rows of trials.csv: mean and standard deviation over the folds of the objective, seconds, rank (1 is best).

    A combination with a failed fold has the score nan and ranks behind all others.
    """
    sign = 1 if search.direction == "min" else -1
    folds_of = itertools.groupby(fold_table, key=lambda row: row["trial"])
    trials = [trial_row(search, trial, list(rows)) for trial, rows in folds_of]
    order = sorted(trials, key=lambda row: (math.isnan(row["score"]), sign * row["score"], row["trial"]))
    ranks = {row["trial"]: rank for rank, row in enumerate(order, 1)}
    return [{**row, "rank": ranks[row["trial"]]} for row in trials]


def trial_row(search: Search, trial: int, rows: Sequence[Row]) -> Row:
    """The row of one combination in trials.csv, without its rank."""
    scores = [row[search.objective] for row in rows]
    return {
        "trial": trial,
        **{name: rows[0][name] for name in search.grid},
        "score": float(np.mean(scores)),
        "score_sd": float(np.std(scores, ddof=1)) if len(scores) > 1 else "",
        "seconds": round(math.fsum(row["seconds"] for row in rows if is_completed(row)), 3),
    }


def save_answers(folder: Path, search: Search, rows: FoldRows, labels: np.ndarray) -> None:
    """Write answers.npz: what each combination answered on the validation images, whose `labels` are (n,).

    It holds "answers" (combinations, n) uint8 in grid order, "labels" (n,) uint8 and "scored" (combinations,) bool,
    which is false where the fit failed; the answers are zeros there.
    """
    found = [rows.load(dataclasses.replace(search.base, **values), 1) for values in Combinations(search.grid)]
    answers = [as_array(row["answers"]) if row and is_completed(row) else np.zeros(len(labels)) for row in found]
    scored = [is_completed(row) for row in found]
    arrays = {"answers": np.stack(answers).astype(np.uint8), "labels": labels.astype(np.uint8), "scored": scored}
    save_arrays(folder / "answers.npz", arrays)


def save_search(
    folder: Path, search: Search, folds: int, rows: FoldRows, labels: np.ndarray | None = None
) -> dict[str, float]:
    """Write search_space.json, folds.csv, trials.csv and best.json; returns the metrics of run.json.

    With the `labels` (n,) of a classification's validation images also answers.npz.
    """
    fold_table = collect_folds(search, folds, rows)
    trials = rank_trials(search, fold_table)
    space = {
        "objective": search.objective,
        "direction": search.direction,
        "folds": folds,
        "grid": {name: [readable(value) for value in values] for name, values in search.grid.items()},
        "combinations": len(trials),
        "settings": dataclasses.asdict(search.base),
    }
    save_json(folder / "search_space.json", space)
    save_table(folder / "folds.csv", fold_table)
    save_table(folder / "trials.csv", trials)
    if labels is not None:
        save_answers(folder, search, rows, labels)
    best = next(row for row in trials if row["rank"] == 1)
    if math.isnan(best["score"]):
        raise UserError(f"no combination has a result on every fold; {folder / 'folds.csv'} gives the reasons")
    save_json(folder / "best.json", winner(search, best))
    return {
        "combinations": len(trials),
        "folds": folds,
        "fits": len(fold_table),
        "failed": sum(not is_completed(row) for row in fold_table),
        "stopped_early": sum(row["stopped_early"] for row in fold_table),
        "score": best["score"],
    }


def winner(search: Search, best: Row) -> Row:
    """The content of best.json from the best combination's row of trials.csv."""
    return {
        "trial": best["trial"],
        "values": {name: best[name] for name in search.grid},
        "score": best["score"],
        "score_sd": best["score_sd"] or 0.0,
    }
