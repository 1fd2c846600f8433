"""A cross-validated grid search: KerasTuner's GridSearch, with one recorded row for each fold."""

import dataclasses
import os
import traceback
from collections.abc import Callable
from typing import Any

import keras_tuner
import numpy as np
from keras_tuner.engine.trial import Trial

from training.config import FitConfig
from training.settings import Search

REASON_LENGTH = 300  # characters of an error's text that are recorded


class CrossValidatedGridSearch(keras_tuner.GridSearch):
    """Trains the combinations that the oracle hands out on every fold that is not recorded yet.

    `fit_fold(config, fold)` trains one fold (from 1) and returns its result: a mapping to numbers, see rows.DELIVERED.
    `before_trial()` is called before each combination is asked for.
    """

    project_dir = os.devnull  # KerasTuner's own files: there are none, the rows are all that is kept

    def __init__(
        self,
        oracle: keras_tuner.Oracle,
        search: Search,
        folds: int,
        fit_fold: Callable[[FitConfig, int], dict[str, Any]],
        worker: str = "w1",
        before_trial: Callable[[], None] = lambda: None,
    ) -> None:
        self.search_settings, self.folds, self.fit_fold, self.pre_create_trial = search, folds, fit_fold, before_trial
        keras_tuner.Tuner.__init__(self, oracle)  # not GridSearch's, which makes an oracle of its own
        self.tuner_id = worker

    def run_trial(self, trial: Trial) -> float:
        """One combination; each fold's result is delivered to the oracle when the fold ends.

        A fold that fails ends the trial: why is noted among its values, since KerasTuner delivers no text of errors.
        """
        values = trial.hyperparameters.values
        config = dataclasses.replace(
            self.search_settings.base, **{name: values[name] for name in self.search_settings.grid}
        )
        recorded = [observation.step for observation in trial.metrics.get_history("recorded")]
        for fold in [fold for fold in range(1, self.folds + 1) if fold not in recorded]:
            row, failure = self.run_fold(config, fold)
            if failure:
                values |= {"failed_fold": fold, "failure": failure}
                break
            self.oracle.update_trial(trial.trial_id, row, step=fold)
        return 0.0  # KerasTuner wants a number; the oracle scores from the rows

    def run_fold(self, config: FitConfig, fold: int) -> tuple[dict[str, float], str]:
        """Train a fold; returns its result, and why it failed or an empty text."""
        try:
            row = {name: float(value) for name, value in self.fit_fold(config, fold).items()}
        except Exception as error:
            traceback.print_exc()
            return {}, " ".join(f"{type(error).__name__}: {error}".split())[:REASON_LENGTH]
        finite = np.isfinite([value for name, value in row.items() if name.endswith("_loss")]).all()
        return row, "" if finite else "its loss is not finite; take a smaller learning rate"

    def save(self) -> None:
        """Nothing, see `project_dir`."""
