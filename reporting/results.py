"""The recorded results of the tasks, loaded and checked.

Every headline number is computed again from the stored predictions (checks.py), and a search must hold exactly the
combinations of its grid (search_checks.py); otherwise an ArtifactError names the file and both numbers.
"""

import dataclasses
import functools
import itertools
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from reporting.artifacts import (
    TASKS,
    Data,
    RecordedRun,
    Stored,
    extras_of,
    load_arrays,
    load_json,
    load_run,
    load_table,
    variants_of,
)
from reporting.checks import CHECKS, check_origin, check_switches, readable, refuse
from reporting.search_checks import search_mistake, tuned_mistake
from reporting.settings import load_judgement

ARCHIVES = {"classification": ("features", "receptive_fields")}  # npz files that only some tasks' main networks have


@dataclasses.dataclass(frozen=True)
class SearchResults:
    """A finished grid search; tables as lists of rows."""

    run: RecordedRun
    space: Stored
    trials: list[Stored]  # one a combination, in grid order
    folds: list[Stored]  # one a combination and fold
    best: Stored
    answers: Stored  # to the validation images: (combinations, images), see `right`; empty for a regression

    @property
    def hyperparameters(self) -> list[str]:
        """The names of what varies, in grid order."""
        return list(self.space["grid"])

    @property
    def ranked(self) -> list[Stored]:
        """The trials, best first."""
        return sorted(self.trials, key=lambda row: row["rank"])

    @property
    def judged_by_answers(self) -> bool:
        """Whether the objective is the accuracy of one split, of which every answer is recorded."""
        return self.space["objective"] == "validation_accuracy" and self.space["folds"] == 1

    @property
    def right(self) -> np.ndarray:
        """Which validation images each combination has right, in grid order: (combinations, images)."""
        right: np.ndarray = self.answers["answers"] == self.answers["labels"]
        return right

    def fold_scores(self, trial: int, name: str | None = None) -> np.ndarray:
        """The objective (or the column `name`) of a trial on each fold: (folds,)."""
        rows = sorted((row for row in self.folds if row["trial"] == trial), key=lambda row: row["fold"])
        return np.array([row[name or self.space["objective"]] for row in rows], dtype=float)


@dataclasses.dataclass(frozen=True)
class Variant:
    """What training stored of a network, or of the networks of all folds.

    A case of an extra may lack files; its history, weights and so on are then empty.
    """

    run: RecordedRun
    history: list[Stored]
    folds: list[Stored]
    predictions: Stored
    weights: Stored
    activations: Stored
    features: Stored  # empty for the regression
    receptive_fields: Stored  # empty for the regression

    def column(self, name: str) -> np.ndarray:
        """A column of folds.csv: (folds,)."""
        return np.array([row[name] for row in self.folds], dtype=float)

    def curves(self, name: str) -> list[list[float]]:
        """A column of history.csv: a list for each fold, from epoch 1 on; folds may differ in length."""
        rows = sorted(self.history, key=lambda row: (row["fold"], row["epoch"]))
        return [[row[name] for row in group] for _, group in itertools.groupby(rows, key=lambda row: row["fold"])]

    @property
    def layers(self) -> list[str]:
        """The layers that have weights, in the order of the network."""
        return [name.split("/")[1] for name in self.weights if name.startswith("trained/") and name.endswith("/kernel")]

    @property
    def hidden_layers(self) -> list[str]:
        """The layers whose activations are recorded, in the order of the network."""
        return [name.removesuffix("/maximum") for name in self.activations if name.endswith("/maximum")]


@dataclasses.dataclass(frozen=True)
class Extra:
    """Further trainings that answer one question."""

    run: RecordedRun
    cases: dict[str, Variant]  # in order; empty if the extra is switched off

    @property
    def case(self) -> Variant | None:
        """The first case; None if the extra is switched off."""
        return next(iter(self.cases.values()), None)


@dataclasses.dataclass(frozen=True)
class Results:
    """Everything that is recorded of a task."""

    task: str
    variants: dict[str, Variant]  # one for each of artifacts.variants_of(task) that is not switched off
    search: SearchResults
    extras: dict[str, Extra]  # one for each of artifacts.extras_of(task)
    judgement: Stored  # the fields of artifacts.ReportSettings

    @property
    def reference(self) -> Variant:
        return self.variants["reference"]

    @property
    def tuned(self) -> Variant:
        return self.variants["tuned"]

    @property
    def extended(self) -> Variant | None:
        return self.variants.get("extended")

    @property
    def classifies(self) -> bool:
        """Whether the networks tell classes apart, by what is stored of them."""
        return "test_labels" in self.tuned.predictions

    @property
    def data(self) -> Data:
        """The data that all networks are trained with."""
        return self.tuned.run.data

    @property
    def classes(self) -> tuple[str, ...]:
        """The names of the classes by label, cut where they are too long to be printed."""
        return self.data.printed_classes

    @property
    def switched_off(self) -> tuple[str, ...]:
        """The names of the optional networks that are not there, and of the extras without cases but for theirs."""
        there = {*self.variants, *(name for name, extra in self.extras.items() if extra.cases)}
        return tuple(
            item.name
            for item in TASKS[self.task].switches
            if item.name not in there and (not item.of or item.of in there)
        )

    def seeds_of(self, name: str) -> list[Variant]:
        """The networks of a configuration, a Variant a seed, the main one first."""
        return [self.variants[name], *self.extras[f"{name}_seeds"].cases.values()]

    def networks(self) -> Iterator[tuple[str, Variant]]:
        """(folder below that of the task, network) of each main network and of each case of an extra."""
        yield from self.variants.items()
        for name, extra in self.extras.items():
            yield from ((f"{name}/{case}", variant) for case, variant in extra.cases.items())


def load_all_results(runs: Path | str, judgement: Stored | None = None) -> dict[str, Results]:
    """Load and check the results of every task; raises ArtifactError where something is missing or contradictory."""
    return {task: load_results(runs, task, judgement) for task in TASKS}


def load_results(runs: Path | str, task: str, judgement: Stored | None = None) -> Results:
    """Load and check `runs/<task>`; raises ArtifactError where something is missing or contradictory."""
    folder = Path(runs) / task
    off = [item.name for item in TASKS[task].optional if "enabled" in load_run(folder / item.name).config]
    names = [name for name in variants_of(task) if name not in off]
    variants = {name: load_variant(folder / name, ARCHIVES.get(task, ())) for name in names}
    extras = {name: load_extra(folder / name) for name in extras_of(task)}
    check_switches(folder, off, extras)
    judgement = judgement or load_judgement()
    unsearched = Results(task, variants, search=None, extras=extras, judgement=judgement)  # type: ignore[arg-type]
    for name, variant in unsearched.networks():
        with readable(folder / name):
            CHECKS[task](folder / name, variant, unsearched)
    search = load_search(folder / "search", variants["tuned"])
    check_origin(folder, {"search": search, **variants})
    return dataclasses.replace(unsearched, search=search)


@functools.cache
def load_reference_report() -> Stored:
    """The numbers that the reference report prints; `data` are SHA-256 digests of the course's files."""
    return load_json(Path(__file__).with_name("reference_report.json"))


@functools.cache
def load_published_results() -> Stored:
    """Test accuracies on Fashion-MNIST that others have published, each with its source."""
    return load_json(Path(__file__).with_name("published_results.json"))


def load_variant(folder: Path, further: Sequence[str] = ()) -> Variant:
    """The files of a main network; `further` names npz files beyond those that every main network has."""
    names = ("predictions", "weights", "activations", *further)
    arrays: dict[str, Any] = {"features": Stored(), "receptive_fields": Stored()}
    arrays |= {name: load_arrays(folder / f"{name}.npz") for name in names}
    return Variant(load_run(folder), load_table(folder / "history.csv"), load_table(folder / "folds.csv"), **arrays)


def load_extra(folder: Path) -> Extra:
    """An extra and its cases."""
    run = load_run(folder)
    return Extra(run, {name: load_case(folder / name) for name in run.config["cases"]})


def load_case(folder: Path) -> Variant:
    """The files of a case of an extra, of which only run.json, folds.csv and predictions.npz must exist."""
    names = ("weights", "activations", "features", "receptive_fields")
    arrays = {
        name: load_arrays(path) if (path := folder / f"{name}.npz").exists() else Stored(path=path) for name in names
    }
    history = load_table(path) if (path := folder / "history.csv").exists() else []
    predictions = load_arrays(folder / "predictions.npz")
    return Variant(load_run(folder), history, load_table(folder / "folds.csv"), predictions, **arrays)


def load_search(folder: Path, tuned: Variant) -> SearchResults:
    """Load a search; raises ArtifactError unless it is complete and `tuned` was trained with its winner."""
    tables = {name: load_table(folder / f"{name}.csv") for name in ("trials", "folds")}
    space, best = load_json(folder / "search_space.json"), load_json(folder / "best.json")
    answers = load_arrays(folder / "answers.npz") if "validation_accuracy" in tables["folds"][0] else Stored()
    search = SearchResults(load_run(folder), space, best=best, answers=answers, **tables)
    with readable(folder):
        refuse(folder, search_mistake(search) or tuned_mistake(search, tuned))
    return search
