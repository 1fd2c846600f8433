"""A cross-validated grid search: KerasTuner's GridSearch, with one recorded row for each fold."""

import dataclasses
import os
import traceback
from collections.abc import Callable, Mapping
from typing import Any

import keras_tuner
import numpy as np
from keras_tuner.engine import trial as trials

from training.config import FitConfig
from training.grids import Search
from tuning.answers import as_numbers
from tuning.search_spaces import decoded

REASON_LENGTH = 300  # characters of an error's text that are recorded

# Trains one fold (counted from 1) of a configuration and returns its result: rows.DELIVERED, and answers
FitFold = Callable[[FitConfig, int], Mapping[str, Any]]


class CrossValidatedGridSearch(keras_tuner.GridSearch):
    """Trains each combination that the oracle hands out on those of its folds that are not recorded yet.

    `before_trial()` is called before each request for a combination.
    """

    project_dir = os.devnull  # KerasTuner saves nothing: the rows are all that is kept

    def __init__(
        self,
        oracle: keras_tuner.Oracle,
        search: Search,
        folds: int,
        fit_fold: FitFold,
        worker: str = "w1",
        before_trial: Callable[[], None] = lambda: None,
    ) -> None:
        self.search_settings, self.folds, self.fit_fold, self.pre_create_trial = search, folds, fit_fold, before_trial
        keras_tuner.Tuner.__init__(self, oracle)  # not GridSearch's, which makes an oracle of its own
        self.tuner_id = worker

    def run_trial(self, trial: trials.Trial) -> float:
        """Train a combination, and deliver the result of each fold to the oracle when the fold ends.

        A fold that fails ends the trial. The reason goes among the values of its hyperparameters, since KerasTuner
        does not deliver the texts of errors.
        """
        values = trial.hyperparameters.values
        config = dataclasses.replace(self.search_settings.base, **decoded(self.search_settings.grid, values))
        recorded = [observation.step for observation in trial.metrics.get_history("recorded")]
        for fold in [fold for fold in range(1, self.folds + 1) if fold not in recorded]:
            row, failure = self.run_fold(config, fold)
            if failure:
                values |= {"failed_fold": fold, "failure": failure}
                break
            self.oracle.update_trial(trial.trial_id, row, step=fold)
        return 0.0  # KerasTuner wants a number; the oracle scores from the rows

    def run_fold(self, config: FitConfig, fold: int) -> tuple[dict[str, float], str]:
        """Train a fold; returns its result, and the reason if it failed, else an empty text."""
        try:
            row = as_numbers(self.fit_fold(config, fold))
        except Exception as error:
            traceback.print_exc()
            return {}, " ".join(f"{type(error).__name__}: {error}".split())[:REASON_LENGTH]
        finite = np.isfinite([value for name, value in row.items() if name.endswith("_loss")]).all()
        return row, "" if finite else "its loss is not finite; take a smaller learning rate"

    def save(self) -> None:
        """Save nothing, see `project_dir`."""
