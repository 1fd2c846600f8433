"""The oracle: hands out the combinations of a grid, accepts the results of the folds and owns the recorded rows.

It runs in the process of the search, or in the chief of several workers. Workers reach it through KerasTuner's own
calls, so a single process, several and several machines run the same code.
"""

import collections
import dataclasses
import heapq
import math
import time
from collections.abc import Callable, Mapping
from typing import Any

import keras_tuner
import numpy as np
from keras_tuner.engine import trial as trials

from reporting.artifacts import UserError, readable
from training.config import FitConfig
from training.grids import Search
from training.seeds import derive_seed
from tuning.combinations import Combinations
from tuning.progress import SearchProgress
from tuning.rows import FoldRows, Row, is_completed
from tuning.search_spaces import encoded_combination, make_hyperparameters

SILENCE = 30  # seconds without a heartbeat, after which a worker's combination goes to another one
ATTEMPTS = 2  # of a fold that fails


def make_objective(search: Search) -> keras_tuner.Objective:
    """The objective of a search as KerasTuner's."""
    return keras_tuner.Objective(search.objective, search.direction)


class RecordedGridOracle(keras_tuner.oracles.GridSearchOracle):
    """KerasTuner's grid search, parallel from the start, and resumed from the rows of an earlier one.

    Only the rows count: a combination is finished when each of its folds has one. With `shard` (i, n) only every n-th
    combination from the i-th on is searched. `error` says why a search has stopped before its end, and is empty before.
    """

    def __init__(
        self,
        search: Search,
        folds: int,
        rows: FoldRows,
        progress: SearchProgress,
        keep_going: bool = False,
        shard: tuple[int, int] = (1, 1),
        identity: dict[str, str] | None = None,
    ) -> None:
        super().__init__(
            objective=make_objective(search),
            hyperparameters=make_hyperparameters(search.grid, identity or {}),
            tune_new_entries=False,
            allow_new_entries=False,
        )
        self.verbose = 0  # SearchProgress prints one line per combination, which says more
        self.search, self.folds, self.rows, self.progress, self.keep_going = search, folds, rows, progress, keep_going
        self.combinations = Combinations(search.grid)
        # The heap of combinations to hand out; a sorted list is a heap
        own = range(shard[0] - 1, len(self.combinations), shard[1])
        self.waiting = sorted(self.priority(number) for number in own)
        self.handed_out: dict[str, tuple[int, str | None]] = {}  # trial -> (number of the combination, worker)
        self.last_seen: dict[str, float] = {}  # worker -> time of its last call
        self.failures: collections.Counter[tuple[int, int]] = collections.Counter()  # (combination, fold) -> failures
        self.error = ""
        self.dismisses_idle = False  # whether a worker that finds nothing to do is told to end, not to ask again

    def config(self, number: int) -> FitConfig:
        """The complete configuration of a combination."""
        return dataclasses.replace(self.search.base, **self.combinations[number])

    def priority(self, number: int) -> tuple[float, int]:
        """The sort key of the queue: longest fits first, so that workers end together; then grid order."""
        config = self.config(number)
        return -config.max_epochs / config.batch_size, number

    def recorded(self, number: int) -> dict[int, Row | None]:
        """The rows of a combination by fold: those with a result, and those that this search has given up."""
        rows = {fold: self.rows.load(self.config(number), fold) for fold in range(1, self.folds + 1)}
        return {fold: row for fold, row in rows.items() if is_completed(row) or self.failures[number, fold] >= ATTEMPTS}

    @property
    def finished(self) -> bool:
        """Whether no combination is waiting or at work, or the search has stopped."""
        return bool(self.error) or not (self.ongoing_trials or self.waiting)

    @keras_tuner.synchronized
    def create_trial(self, tuner_id: str) -> trials.Trial:
        """A combination for a worker; the recorded folds are the steps of its metric "recorded"."""
        self.last_seen[tuner_id] = time.monotonic()
        self._take_back()
        trial = super().create_trial(tuner_id)
        if trial.status == trials.TrialStatus.RUNNING:
            self._hand_out(trial, tuner_id)
        return trial

    def _hand_out(self, trial: trials.Trial, worker: str) -> None:
        number = self.handed_out[trial.trial_id][0]
        self.handed_out[trial.trial_id] = number, worker
        self.progress.combination_begun(self.combinations[number], worker)
        trial.metrics = type(trial.metrics)()
        trial.metrics.register("recorded", "min")
        for fold in self.recorded(number):
            trial.metrics.update("recorded", 1, step=fold)

    def populate_space(self, trial_id: str) -> dict[str, Any]:
        """The first combination of the queue that is not finished, in KerasTuner's form."""
        number = None if self.error else self.skip_finished()
        if number is None:
            idle = self.ongoing_trials and not self.error and not self.dismisses_idle
            return {"status": trials.TrialStatus.IDLE if idle else trials.TrialStatus.STOPPED, "values": None}
        self.handed_out[trial_id] = heapq.heappop(self.waiting)[1], None
        values = encoded_combination(self.search.grid, self.combinations[number])
        return {"status": trials.TrialStatus.RUNNING, "values": values}

    def skip_finished(self) -> int | None:
        """Remove finished combinations from the head of the queue; returns the first that lacks a fold, or None."""
        while self.waiting:
            number = self.waiting[0][1]
            rows = self.recorded(number)
            if len(rows) < self.folds:
                return number
            heapq.heappop(self.waiting)
            self.progress.combination_found(self._score(rows), self.folds)
        return None

    def _score(self, rows: Mapping[int, Row | None]) -> float:
        """The mean of the objective over the folds; nan if one of them failed."""
        return float(np.mean([(row or {}).get(self.search.objective, math.nan) for row in rows.values()]))

    @keras_tuner.synchronized
    def update_trial(self, trial_id: str, metrics: Mapping[str, float], step: int = 0) -> trials.Trial:
        """Record the row of fold `step`. At step 0 KerasTuner sums up a trial, which is not used."""
        if step and trial_id in self.handed_out:
            number, worker = self.handed_out[trial_id]
            config = self.config(number)
            # A worker of an earlier chief may name a trial that was another combination then: its seed differs.
            belongs = metrics["seed"] == derive_seed(self.rows.seed, config, step)
            if belongs and not is_completed(self.rows.load(config, step)):  # the first of two results stays
                self._record(self.rows.save, config, step, worker, metrics)
                self.progress.fold_ended()
        return self.get_trial(trial_id)

    def _record(self, save: Callable[..., None], *row: Any) -> None:
        """Call `save`; a UserError stops the search. Raised further, it would leave KerasTuner's lock locked."""
        try:
            save(*row)
        except UserError as error:
            self.error = str(error)

    @keras_tuner.synchronized
    def end_trial(self, trial: trials.Trial) -> None:
        """Score a combination from its rows, or queue it again; ignored if it was taken from this worker before."""
        number, worker = self.handed_out.get(trial.trial_id, (0, None))
        if (
            worker is None
            or worker not in self.ongoing_trials
            or self.ongoing_trials[worker].trial_id != trial.trial_id
        ):
            return
        values = self.ongoing_trials.pop(worker).hyperparameters.values | trial.hyperparameters.values
        missing = [fold for fold in range(1, self.folds + 1) if fold not in self.recorded(number)]
        if missing and not self.error:
            reason = values.get("failure", "the worker gave no result")
            self._fold_failed(number, values.get("failed_fold", missing[0]), worker, reason)
        rows = self.recorded(number)
        if len(rows) == self.folds and not self.error:
            self.trials[trial.trial_id].status = trials.TrialStatus.COMPLETED
            self.progress.combination_ended(self.combinations[number], self._score(rows), worker)
        else:
            self.trials[trial.trial_id].status = trials.TrialStatus.INVALID
            heapq.heappush(self.waiting, self.priority(number))

    def _fold_failed(self, number: int, fold: int, worker: str, reason: str) -> None:
        """Have a fold tried once more; after that, stop the search or record that the fold is missing."""
        self.failures[number, fold] += 1
        values = ", ".join(f"{name}={readable(value)}" for name, value in self.combinations[number].items())
        text = f"the combination {values} failed in fold {fold}: {reason}"
        if self.failures[number, fold] < ATTEMPTS:
            self.progress.say(f"{text}; it is tried once more")
        elif self.keep_going:
            self.progress.say(f"{text}; the search goes on without it")
            self._record(self.rows.save_failure, self.config(number), fold, worker, reason)
        else:
            self.error = f"{text}; what is finished is kept, and 'make tune KEEP_GOING=1' goes on without what fails"

    def _take_back(self) -> None:
        """Queue the combinations of workers that have been silent for too long."""
        for worker in [name for name in self.ongoing_trials if time.monotonic() - self.last_seen[name] > SILENCE]:
            trial = self.ongoing_trials.pop(worker)
            self.tuner_ids.discard(worker)
            heapq.heappush(self.waiting, self.priority(self.handed_out[trial.trial_id][0]))
            self.progress.say(f"worker {worker} has been silent for {SILENCE} s: its combination goes to another one")

    def get_trial(self, trial_id: str) -> trials.Trial:
        """A trial by its name. For a heartbeat, workers call it with their own name."""
        if trial_id in self.last_seen:
            self.last_seen[trial_id] = time.monotonic()
        return self.trials.get(trial_id) or trials.Trial(self.get_space(), trial_id)

    def save(self) -> None:
        """Save nothing: the rows are all that is kept."""

    def _save_trial(self, trial: trials.Trial) -> None:
        """Save nothing, likewise."""
