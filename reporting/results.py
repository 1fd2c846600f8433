"""The recorded results of a task, loaded and held against each other before a word is written about them.

Every headline number of `run.json` is computed again from the stored predictions, and a search must hold exactly the
combinations of its grid; otherwise ArtifactError names the file and both numbers.
"""

import dataclasses
import itertools
import math
from pathlib import Path

import numpy as np

from reporting.artifacts import (
    CLASSIFICATION_EXTRAS,
    CLASSIFICATION_VARIANTS,
    REGRESSION_EXTRAS,
    REGRESSION_VARIANTS,
    ArtifactError,
    Run,
    load_arrays,
    load_json,
    load_run,
    load_table,
)
from reporting.metrics import accuracy, cross_entropy, mean_squared_error

TOLERANCE = 1e-4  # relative; training may have added the same numbers in another order and in float32
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
        return np.array([row[name or self.space["objective"]] for row in sorted(rows, key=lambda row: row["fold"])], dtype=float)


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
    extras: dict[str, Extra]  # one for each of artifacts.REGRESSION_EXTRAS


@dataclasses.dataclass(frozen=True)
class ClassificationResults:
    reference: Variant
    tuned: Variant
    improved: Variant
    search: SearchResults
    extras: dict[str, Extra]  # one for each of artifacts.CLASSIFICATION_EXTRAS


def load_regression_results(runs):
    """Load and check `runs/regression`; raises ArtifactError where something is missing or contradicts itself."""
    folder = Path(runs) / "regression"
    variants = {name: load_variant(folder / name) for name in REGRESSION_VARIANTS}
    for name, variant in variants.items():
        check_metrics(folder / name, variant.run, recomputed_regression(variant))
    extras = {name: load_extra(folder / name, recomputed_regression) for name in REGRESSION_EXTRAS}
    for name, extra in extras.items():
        check_points(folder / name, extra, variants["tuned"])
    return RegressionResults(**variants, search=load_search(folder / "search", variants["tuned"]), extras=extras)


def load_classification_results(runs):
    """Load and check `runs/classification`; raises ArtifactError where something is missing or contradicts itself."""
    folder = Path(runs) / "classification"
    variants = {name: load_variant(folder / name, ("features", "receptive_fields")) for name in CLASSIFICATION_VARIANTS}
    for name, variant in variants.items():
        check_metrics(folder / name, variant.run, recomputed_classification(variant))
        check_error_images(folder / name, variant)
    extras = {name: load_extra(folder / name, recomputed_classification) for name in CLASSIFICATION_EXTRAS}
    return ClassificationResults(**variants, search=load_search(folder / "search", variants["tuned"]), extras=extras)


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


def load_extra(folder, recomputed):
    """An extra and its cases; `recomputed` computes a case's headline numbers anew. Raises ArtifactError as for the other runs."""
    run = load_run(folder)
    cases = {name: load_case(folder / name) for name in run.config["cases"]}
    for name, case in cases.items():
        check_metrics(folder / name, case.run, recomputed(case))
    return Extra(run, cases)


def load_case(folder):
    """A case of an extra: a Variant of which only run, folds and predictions must be there."""
    names = ("weights", "activations", "features", "receptive_fields")
    arrays = {name: load_arrays(path) if (path := folder / f"{name}.npz").exists() else {} for name in names}
    history = load_table(path) if (path := folder / "history.csv").exists() else []
    predictions = load_arrays(folder / "predictions.npz")
    return Variant(load_run(folder), history, load_table(folder / "folds.csv"), predictions, **arrays)


def recomputed_regression(variant):
    """The headline numbers of a regression run, from its stored predictions."""
    stored, metrics = variant.predictions, {}
    train = (stored["train_predictions"].astype(float) - stored["y_train"]) ** 2  # (folds, n)
    held_out = stored["fold"] == np.arange(1, len(train) + 1)[:, None]
    test = np.mean((stored["test_predictions"].astype(float) - stored["y_test"]) ** 2, axis=1)
    losses = {"train_loss": means_where(train, ~held_out), "validation_loss": means_where(train, held_out), "test_loss": test}
    for name, values in losses.items():
        metrics |= {name: values.mean(), f"{name}_sd": values.std(ddof=1)}
    metrics["ensemble_test_loss"] = mean_squared_error(stored["y_test"], stored["test_predictions"].astype(float).mean(axis=0))
    return metrics | stopped_early(variant)


def means_where(values, mask):
    """The mean of each row over the entries that `mask` picks."""
    return np.sum(values * mask, axis=1) / np.sum(mask, axis=1)


def recomputed_classification(variant):
    """The headline numbers of a classification run, from its stored probabilities."""
    metrics = stopped_early(variant)
    for name in ("validation", "test"):
        if f"{name}_labels" not in variant.predictions:  # the test set plays no part in some cases of extras
            continue
        labels, probabilities = (variant.predictions[f"{name}_{kind}"] for kind in ("labels", "probabilities"))
        metrics[f"{name}_loss"] = cross_entropy(probabilities, labels)
        metrics[f"{name}_accuracy"] = accuracy(labels, probabilities.argmax(axis=1))
    return metrics


def check_points(folder, extra, tuned):
    """Raise ArtifactError unless a regression's extra rests on the tuned networks' points and, but for other splits, folds."""
    names = ["x_train", "y_train", "x_test", "y_test", "x_curve"] + ["fold"] * (extra.run.variant != "splits")
    for case, variant in extra.cases.items():
        for name in names:
            if not np.array_equal(variant.predictions[name], tuned.predictions[name]):
                where = f"{folder / case}: {name} is not what the tuned networks were trained with"
                raise ArtifactError(f"{where}; delete {folder} and run 'make all'")


def stopped_early(variant):
    """The number of fits that early stopping ended, as a mapping; empty for what is not trained by epochs."""
    return {"stopped_early": variant.column("stopped_early").sum()} if "stopped_early" in variant.folds[0] else {}


def check_metrics(folder, run, recomputed):
    """Raise ArtifactError unless the recorded metrics equal the recomputed ones."""
    for name, value in recomputed.items():
        recorded = run.metrics.get(name)
        if not isinstance(recorded, (int, float)) or not math.isclose(recorded, value, rel_tol=TOLERANCE, abs_tol=1e-9):
            where = f"{folder / 'run.json'}: {name} is {recorded}"
            raise ArtifactError(f"{where}, but {float(value):.6g} by the run's own arrays; delete {folder} and run 'make all'")


def check_error_images(folder, variant):
    """Raise ArtifactError unless the recorded images are those of all wrong answers on the test images."""
    stored = variant.predictions
    wrong = np.flatnonzero(stored["test_probabilities"].argmax(axis=1) != stored["test_labels"])
    if not np.array_equal(stored.get("error_index"), wrong) or len(stored["error_image"]) != len(wrong):
        where = f"{folder / 'predictions.npz'}: the recorded images are not those of the {len(wrong)} wrong answers"
        raise ArtifactError(f"{where}; delete {folder} and run 'make all'")


def load_search(folder, tuned):
    """Load a search; raises ArtifactError unless it is complete, ranked by its own scores and followed by `tuned`."""
    tables = {name: load_table(folder / f"{name}.csv") for name in ("trials", "folds")}
    search = SearchResults(load_run(folder), load_json(folder / "search_space.json"), best=load_json(folder / "best.json"), **tables)
    mistake = search_mistake(search) or tuned_mistake(search, tuned)
    if mistake:
        raise ArtifactError(f"{folder}: {mistake}; run 'make tune', or delete the folder and run 'make all'")
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
        if not np.isclose(scores.mean(), row["score"], rtol=TOLERANCE, atol=1e-9, equal_nan=True):  # nan: the fit diverged
            return f"the score of trial {row['trial']} is {row['score']} in trials.csv, but {scores.mean():.6g} by folds.csv"
    return ranking_mistake(search)


def ranking_mistake(search):
    """What is wrong with the order of the trials and the winner, in words; empty if nothing is."""
    sign = 1 if search.space["direction"] == "min" else -1
    scores = [sign * row["score"] if math.isfinite(row["score"]) else math.inf for row in search.ranked]
    if scores != sorted(scores) or [row["rank"] for row in search.ranked] != list(range(1, len(scores) + 1)):
        return "the ranks in trials.csv contradict its scores"
    winner = search.ranked[0]
    if search.best["trial"] != winner["trial"] or search.best["values"] != {name: winner[name] for name in search.hyperparameters}:
        return f"best.json names trial {search.best['trial']}, but trial {winner['trial']} ranks first in trials.csv"
    return ""


def tuned_mistake(search, tuned):
    """Which value of the winner the tuned network was not trained with, in words; empty if it has them all."""
    for name, value in search.best["values"].items():
        if tuned.run.config.get(name) != value:
            return f"the winner has {name} = {value}, but the tuned network was trained with {tuned.run.config.get(name)}"
    return ""
