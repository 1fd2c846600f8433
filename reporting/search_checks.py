"""What the tables of a grid search must agree on: a whole grid, ranked by its own scores, and the winner that was trained."""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING

import numpy as np

from reporting.checks import TOLERANCE, close

if TYPE_CHECKING:
    from reporting.results import SearchResults, Variant


def search_mistake(search: SearchResults) -> str:
    """What is wrong with a search's tables, in words; empty if nothing is."""
    names, folds = search.hyperparameters, search.space["folds"]
    expected = list(itertools.product(*search.space["grid"].values()))
    found = [tuple(row.get(name) for name in names) for row in search.trials]
    if found != expected:
        return f"trials.csv holds {len(found)} combinations where the grid's {len(expected)} are expected, each once and in order"
    for row in search.trials:
        scores = search.fold_scores(row["trial"])
        if len(scores) != folds:
            return f"folds.csv holds {len(scores)} of {folds} folds of trial {row['trial']}"
        if (
            search.space["objective"].endswith("accuracy")
            and not (np.isnan(scores) | ((scores >= 0) & (scores <= 1))).all()
        ):
            return f"an accuracy of trial {row['trial']} in folds.csv is no share"
        if not np.isclose(
            scores.mean(), row["score"], rtol=TOLERANCE, atol=1e-9, equal_nan=True
        ):  # nan: the fit diverged
            return f"the score of trial {row['trial']} is {row['score']} in trials.csv, but {scores.mean():.6g} by folds.csv"
    return ranking_mistake(search)


def ranking_mistake(search: SearchResults) -> str:
    """What is wrong with the order of the trials and the winner, in words; empty if nothing is."""
    sign = 1 if search.space["direction"] == "min" else -1
    scores = [sign * row["score"] if math.isfinite(row["score"]) else math.inf for row in search.ranked]
    if scores != sorted(scores) or [row["rank"] for row in search.ranked] != list(range(1, len(scores) + 1)):
        return "the ranks in trials.csv contradict its scores"
    winner = search.ranked[0]
    if search.best["trial"] != winner["trial"] or search.best["values"] != {
        name: winner[name] for name in search.hyperparameters
    }:
        return f"best.json names trial {search.best['trial']}, but trial {winner['trial']} ranks first in trials.csv"
    if not close(search.best["score"], winner["score"]):
        return f"the winner's score is {search.best['score']} in best.json, but {winner['score']} in trials.csv"
    return ""


def tuned_mistake(search: SearchResults, tuned: Variant) -> str:
    """Which value of the winner the tuned network was not trained with, in words; empty if it has them all."""
    for name, value in search.best["values"].items():
        if tuned.run.config.get(name) != value:
            return (
                f"the winner has {name} = {value}, but the tuned network was trained with {tuned.run.config.get(name)}"
            )
    return ""
