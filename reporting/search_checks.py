"""What the tables of a grid search must agree on: a complete grid, ranks, the winner, answers."""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING

import numpy as np

from reporting.artifacts import readable
from reporting.checks import TOLERANCE, close

if TYPE_CHECKING:
    from reporting.artifacts import Stored
    from reporting.results import SearchResults, Variant


def search_mistake(search: SearchResults) -> str:
    """What is wrong with a search's tables, in words; empty if nothing is."""
    expected = list(itertools.product(*search.space["grid"].values()))
    found = [tuple(row.get(name) for name in search.hyperparameters) for row in search.trials]
    if found != expected:
        wanted = f"the grid's {len(expected)} are expected, each once and in order"
        return f"trials.csv holds {len(found)} combinations where {wanted}"
    mistakes = (trial_mistake(search, row) for row in search.trials)
    return next(filter(None, mistakes), "") or ranking_mistake(search) or answers_mistake(search)


def trial_mistake(search: SearchResults, row: Stored) -> str:
    """What is wrong with a trial's row or folds, in words; empty if nothing is. A fit that diverged has nan."""
    trial, scores, folds = row["trial"], search.fold_scores(row["trial"]), search.space["folds"]
    if len(scores) != folds:
        return f"folds.csv holds {len(scores)} of {folds} folds of trial {trial}"
    shares = np.isnan(scores) | ((scores >= 0) & (scores <= 1))
    if search.space["objective"].endswith("accuracy") and not shares.all():
        return f"an accuracy of trial {trial} in folds.csv is no share"
    if not np.isclose(scores.mean(), row["score"], rtol=TOLERANCE, atol=1e-9, equal_nan=True):
        return f"the score of trial {trial} is {row['score']} in trials.csv, but {scores.mean():.6g} by folds.csv"
    return ""


def ranking_mistake(search: SearchResults) -> str:
    """What is wrong with the order of the trials and the winner, in words; empty if nothing is."""
    sign = 1 if search.space["direction"] == "min" else -1
    scores = [sign * row["score"] if math.isfinite(row["score"]) else math.inf for row in search.ranked]
    if scores != sorted(scores) or [row["rank"] for row in search.ranked] != list(range(1, len(scores) + 1)):
        return "the ranks in trials.csv contradict its scores"
    winner = search.ranked[0]
    values = {name: winner[name] for name in search.hyperparameters}
    if search.best["trial"] != winner["trial"] or search.best["values"] != values:
        return f"best.json names trial {search.best['trial']}, but trial {winner['trial']} ranks first in trials.csv"
    if not close(search.best["score"], winner["score"]):
        return f"the winner's score is {search.best['score']} in best.json, but {winner['score']} in trials.csv"
    return ""


def answers_mistake(search: SearchResults) -> str:
    """Which accuracy the stored answers contradict, in words; empty if none. Where a fold failed there are none."""
    if not search.answers:
        return ""
    accuracies = [search.fold_scores(row["trial"], "validation_accuracy")[0] for row in search.trials]
    scored, shares = search.answers["scored"], search.right.mean(axis=1)
    if not len(accuracies) == len(scored) == len(shares):
        return f"answers.npz holds those of {len(scored)} of {len(accuracies)} combinations"
    for row, accuracy, share, known in zip(search.trials, accuracies, shares, scored, strict=True):
        if bool(known) != math.isfinite(accuracy) or (known and not close(float(accuracy), float(share))):
            by_answers = f"{share:.6g}" if known else "unknown"
            return f"trial {row['trial']}: the accuracy is {accuracy} in folds.csv, but {by_answers} by answers.npz"
    return ""


def tuned_mistake(search: SearchResults, tuned: Variant) -> str:
    """Which value of the winner the tuned network was not trained with, in words; empty if none."""
    for name, value in search.best["values"].items():
        trained = readable(tuned.run.config.get(name))
        if trained != value:
            return f"the winner has {name} = {value}, but the tuned network was trained with {trained}"
    return ""
