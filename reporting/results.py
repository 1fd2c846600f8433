"""The recorded results of a task, loaded and held against each other before a word is written about them.

Every headline number is computed again from the stored predictions (reporting/checks.py), and a search must hold exactly the
combinations of its grid; otherwise ArtifactError names the file and both numbers.
"""

import dataclasses
import itertools
import math
from pathlib import Path

import numpy as np

from reporting.artifacts import Run, extras_of, load_arrays, load_json, load_run, load_table, variants_of
from reporting.checks import (
    TOLERANCE,
    check_classification,
    check_error_images,
    check_origin,
    check_points,
    check_regression,
    close,
    readable,
    refuse,
)

CLASS_NAMES = ("T-shirt", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Boot")


@dataclasses.dataclass(frozen=True)
class SearchResults:
    """A finished grid search; the tables as rows (mappings), as training wrote them."""

    run: Run
    space: dict
    trials: list[dict]  # one a combination, in grid order
    folds: list[dict]  # one a combination and fold
    best: dict

    @property
    def hyperparameters(self):
        """The names of what varies, in grid order."""
        return list(self.space["grid"])

    @property
    def ranked(self):
        """The trials, best first."""
        return sorted(self.trials, key=lambda row: row["rank"])

    def fold_scores(self, trial, name=None):
        """The objective (or the column `name`) of a trial on each fold: (folds,)."""
        rows = [row for row in self.folds if row["trial"] == trial]
        return np.array(
            [row[name or self.space["objective"]] for row in sorted(rows, key=lambda row: row["fold"])], dtype=float
        )


@dataclasses.dataclass(frozen=True)
class Variant:
    """One trained network, or one a fold. Tables are rows (mappings), arrays are by name as training stored them.

    A case of an extra has an empty history, weights and so on where its files were not recorded.
    """

    run: Run
    history: list[dict]
    folds: list[dict]
    predictions: dict
    weights: dict
    activations: dict
    features: dict  # empty for the regression
    receptive_fields: dict  # empty for the regression

    def column(self, name):
        """A column of folds.csv: (folds,)."""
        return np.array([row[name] for row in self.folds], dtype=float)

    def curves(self, name):
        """A column of history.csv: one list a fold, from epoch 1 on; folds may differ in length."""
        rows = sorted(self.history, key=lambda row: (row["fold"], row["epoch"]))
        return [[row[name] for row in group] for _, group in itertools.groupby(rows, key=lambda row: row["fold"])]

    @property
    def layers(self):
        """The layers that have weights, in the order of the network."""
        return [name.split("/")[1] for name in self.weights if name.startswith("trained/") and name.endswith("/kernel")]

    @property
    def hidden_layers(self):
        """The layers whose activations are recorded, in the order of the network."""
        return [name.removesuffix("/maximum") for name in self.activations if name.endswith("/maximum")]


@dataclasses.dataclass(frozen=True)
class Extra:
    """Short further trainings that answer one question."""

    run: Run
    cases: dict[str, Variant]  # in order; empty if the extra is switched off


@dataclasses.dataclass(frozen=True)
class RegressionResults:
    reference: Variant
    tuned: Variant
    search: SearchResults
    extras: dict[str, Extra]  # one for each of artifacts.extras_of("regression")


@dataclasses.dataclass(frozen=True)
class ClassificationResults:
    reference: Variant
    tuned: Variant
    improved: Variant
    search: SearchResults
    extras: dict[str, Extra]  # one for each of artifacts.extras_of("classification")


def load_regression_results(runs):
    """Load and check `runs/regression`; raises ArtifactError where something is missing or contradicts itself."""
    folder = Path(runs) / "regression"
    variants = {name: load_variant(folder / name) for name in variants_of("regression")}
    extras = {name: load_extra(folder / name) for name in extras_of("regression")}
    for path, variant in all_networks(folder, variants, extras):
        with readable(path):
            check_regression(path, variant)
            check_points(path, variant, variants["tuned"])
    search = load_search(folder / "search", variants["tuned"])
    check_origin(folder, {"search": search, **variants})
    return RegressionResults(**variants, search=search, extras=extras)


def load_classification_results(runs):
    """Load and check `runs/classification`; raises ArtifactError where something is missing or contradicts itself."""
    folder = Path(runs) / "classification"
    variants = {
        name: load_variant(folder / name, ("features", "receptive_fields")) for name in variants_of("classification")
    }
    extras = {name: load_extra(folder / name) for name in extras_of("classification")}
    for path, variant in all_networks(folder, variants, extras):
        with readable(path):
            check_classification(path, variant)
    for name, variant in variants.items():
        with readable(folder / name):
            check_error_images(folder / name, variant)
    search = load_search(folder / "search", variants["tuned"])
    check_origin(folder, {"search": search, **variants})
    return ClassificationResults(**variants, search=search, extras=extras)


def all_networks(folder, variants, extras):
    """The folder and the Variant of each main network and of each case of the extras."""
    yield from ((folder / name, variant) for name, variant in variants.items())
    yield from (
        (folder / name / case, variant) for name, extra in extras.items() for case, variant in extra.cases.items()
    )


def load_reference_report():
    """The numbers that the reference report prints, as a mapping; `data` are SHA-256 digests of the course's files."""
    return load_json(Path(__file__).with_name("reference_report.json"))


def load_published_results():
    """Test accuracies on Fashion-MNIST that others published, each with its source, as a mapping."""
    return load_json(Path(__file__).with_name("published_results.json"))


def load_variant(folder, further=()):
    """One network's files; `further` names the archives that only some tasks have."""
    names = ("predictions", "weights", "activations", *further)
    arrays = {"features": {}, "receptive_fields": {}} | {name: load_arrays(folder / f"{name}.npz") for name in names}
    return Variant(load_run(folder), load_table(folder / "history.csv"), load_table(folder / "folds.csv"), **arrays)


def load_extra(folder):
    """An extra and its cases."""
    run = load_run(folder)
    return Extra(run, {name: load_case(folder / name) for name in run.config["cases"]})


def load_case(folder):
    """A case of an extra: a Variant of which only run, folds and predictions must be there."""
    names = ("weights", "activations", "features", "receptive_fields")
    arrays = {name: load_arrays(path) if (path := folder / f"{name}.npz").exists() else {} for name in names}
    history = load_table(path) if (path := folder / "history.csv").exists() else []
    predictions = load_arrays(folder / "predictions.npz")
    return Variant(load_run(folder), history, load_table(folder / "folds.csv"), predictions, **arrays)


def load_search(folder, tuned):
    """Load a search; raises ArtifactError unless it is complete, ranked by its own scores and followed by `tuned`."""
    tables = {name: load_table(folder / f"{name}.csv") for name in ("trials", "folds")}
    search = SearchResults(
        load_run(folder), load_json(folder / "search_space.json"), best=load_json(folder / "best.json"), **tables
    )
    with readable(folder):
        refuse(folder, search_mistake(search) or tuned_mistake(search, tuned))
    return search


def search_mistake(search):
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


def ranking_mistake(search):
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


def tuned_mistake(search, tuned):
    """Which value of the winner the tuned network was not trained with, in words; empty if it has them all."""
    for name, value in search.best["values"].items():
        if tuned.run.config.get(name) != value:
            return (
                f"the winner has {name} = {value}, but the tuned network was trained with {tuned.run.config.get(name)}"
            )
    return ""
