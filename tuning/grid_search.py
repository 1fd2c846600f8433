"""A cross-validated grid search: KerasTuner's GridSearch, with one recorded row for each fold.

The rows are the truth: each is a file of its own, written when its fold ends and named by a fingerprint of all that the
result depends on. A search that was killed, or whose grid has grown, finds the rows that it needs and trains only what
is missing; KerasTuner's own files are scratch and start anew each time.
"""

import dataclasses
import json
import sys
import time
from pathlib import Path

import keras_tuner
import numpy as np

from reporting.artifacts import UserError, save_json
from tuning.search_spaces import combinations, fingerprint, make_hyperparameters

DIRECTIONS = {"validation_loss": "min", "validation_accuracy": "max"}


class FoldRows:
    """The recorded rows of one task: a folder with a JSON file for each (configuration, fold) ever finished."""

    def __init__(self, folder, task, seed, data, machine):
        self.folder = Path(folder)
        self.about = {"task": task, "seed": seed, "data": data, "machine": machine}

    def path(self, config, fold):
        return self.folder / f"{fingerprint(config=config, fold=fold, **self.about)}.json"

    def load(self, config, fold):
        """The row as a mapping, or None if it is not there; a damaged file counts as not there."""
        try:
            row = json.loads(self.path(config, fold).read_bytes())
        except (FileNotFoundError, ValueError):
            return None
        return row if isinstance(row, dict) and row.get("fold") == fold else None

    def save(self, config, row):
        save_json(self.path(config, row["fold"]), row)


class CrossValidatedGridSearch(keras_tuner.GridSearch):
    """Trains every combination of `search.grid` on every fold and scores it by the mean of the objective over the folds.

    `build(config)` returns the network of a combination, `fit_fold(config, fold)` trains it on one fold (from 1) and
    returns the row to record.
    """

    def __init__(self, search, folds, build, fit_fold, rows, label, scratch):
        self.search_settings, self.folds, self.fit_fold, self.rows = search, folds, fit_fold, rows
        self.progress = SearchProgress(label, search, folds)
        super().__init__(
            hypermodel=lambda hp: build(self.config(hp)),
            objective=keras_tuner.Objective(search.objective, DIRECTIONS[search.objective]),
            hyperparameters=make_hyperparameters(search.grid),
            tune_new_entries=False,
            allow_new_entries=False,
            max_consecutive_failed_trials=1,
            directory=str(scratch),
            project_name="keras_tuner",
            overwrite=True,
        )

    def config(self, hyperparameters):
        """The complete configuration of a combination."""
        return dataclasses.replace(self.search_settings.base, **hyperparameters.values)

    def run_trial(self, trial, *args, **kwargs):
        """One combination: every fold, trained or found; returns the mean over the folds of every score."""
        config = self.config(trial.hyperparameters)
        rows = [self.run_fold(config, fold) for fold in range(1, self.folds + 1)]
        result = {name: float(np.mean([row[name] for row in rows])) for name in rows[0] if name.endswith(("_loss", "_accuracy"))}
        self.progress.trial_ended(trial.hyperparameters.values, result[self.search_settings.objective], rows)
        return result

    def run_fold(self, config, fold):
        """The recorded row of a fold, trained now unless it is there."""
        row = self.rows.load(config, fold)
        if row is None:
            row = self.fit_fold(config, fold)
            self.refuse_divergence(config, row)
            self.rows.save(config, row)
            self.progress.trained += 1
        return row

    def refuse_divergence(self, config, row):
        if not np.isfinite([value for name, value in row.items() if name.endswith("_loss")]).all():
            values = ", ".join(f"{name}={getattr(config, name)}" for name in self.search_settings.grid)
            place = f"the combination {values} diverged in fold {row['fold']}"
            raise keras_tuner.errors.FatalError(f"{place}: its loss is not finite; take a smaller learning rate")


class SearchProgress:
    """One line a combination: which of how many, its values and score, the best so far, time left."""

    def __init__(self, label, search, folds):
        self.label, self.search, self.folds = label, search, folds
        self.started, self.done, self.trained, self.best = time.monotonic(), 0, 0, None

    def trial_ended(self, values, score, rows):
        self.done += 1
        sign = 1 if DIRECTIONS[self.search.objective] == "min" else -1
        if self.best is None or sign * score < sign * self.best:
            self.best = score
        fits_left = (self.search.combinations - self.done) * self.folds
        seconds = time.monotonic() - self.started
        left = f"about {seconds / self.trained * fits_left:.0f} s left" if self.trained and fits_left else f"{seconds:.0f} s"
        text = "  ".join(f"{name}={value}" for name, value in values.items())
        scores = f"{self.search.objective} {score:.4f}  best {self.best:.4f}"
        print(f"{self.label}  {self.done}/{self.search.combinations}  {text}  {scores}  {left}", file=sys.stderr, flush=True)


def run_search(tuner, grid):
    """Run the search to its end; raises UserError if a combination failed or is missing."""
    try:
        tuner.search(verbose=0)  # SearchProgress says more, in one line a combination
    except keras_tuner.errors.FatalError as error:
        raise UserError(str(error)) from None
    completed = [trial for trial in tuner.oracle.trials.values() if trial.status == "COMPLETED"]
    if len(completed) != len(combinations(grid)):
        raise UserError(f"the search ended with {len(completed)} of {len(combinations(grid))} combinations; run 'make tune' again")
