"""From recorded rows to the search's tables and its winner; an incomplete grid is refused."""

import dataclasses

import numpy as np

from reporting.artifacts import UserError, save_json, save_table
from tuning.grid_search import DIRECTIONS
from tuning.search_spaces import combinations


def collect_folds(search, folds, rows):
    """The rows of folds.csv, one for each combination and fold in grid order; raises UserError if any is missing."""
    table = []
    for trial, values in enumerate(combinations(search.grid), 1):
        config = dataclasses.replace(search.base, **values)
        for fold in range(1, folds + 1):
            row = rows.load(config, fold)
            if row is None:
                raise UserError(f"fold {fold} of {values} is not recorded in {rows.folder}; run 'make tune' again")
            table.append({"trial": trial, **values, **row})
    return table


def rank_trials(search, fold_table):
    """The rows of trials.csv: mean and standard deviation over the folds of the objective, seconds, rank (1 is best)."""
    sign = 1 if DIRECTIONS[search.objective] == "min" else -1
    trials = []
    for trial, values in enumerate(combinations(search.grid), 1):
        rows = [row for row in fold_table if row["trial"] == trial]
        scores = [row[search.objective] for row in rows]
        sd = float(np.std(scores, ddof=1)) if len(scores) > 1 else ""
        trials.append(
            {
                "trial": trial,
                **values,
                "score": float(np.mean(scores)),
                "score_sd": sd,
                "seconds": round(sum(row["seconds"] for row in rows), 3),
            }
        )
    order = sorted(trials, key=lambda row: (sign * row["score"], row["trial"]))
    ranks = {row["trial"]: rank for rank, row in enumerate(order, 1)}
    return [{**row, "rank": ranks[row["trial"]]} for row in trials]


def save_search(folder, search, folds, rows):
    """Write search_space.json, folds.csv, trials.csv and best.json; returns the metrics of run.json."""
    fold_table = collect_folds(search, folds, rows)
    trials = rank_trials(search, fold_table)
    best = next(row for row in trials if row["rank"] == 1)
    space = {"objective": search.objective, "direction": DIRECTIONS[search.objective], "folds": folds, "grid": search.grid}
    save_json(folder / "search_space.json", space | {"combinations": len(trials), "settings": dataclasses.asdict(search.base)})
    save_table(folder / "folds.csv", fold_table)
    save_table(folder / "trials.csv", trials)
    winner = {
        "trial": best["trial"],
        "values": {name: best[name] for name in search.grid},
        "score": best["score"],
        "score_sd": best["score_sd"] or 0.0,
    }
    save_json(folder / "best.json", winner)
    stopped = sum(row["stopped_early"] for row in fold_table)
    return {"combinations": len(trials), "folds": folds, "fits": len(fold_table), "stopped_early": stopped, "score": best["score"]}
