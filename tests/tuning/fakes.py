"""A search without training: the losses are made up, for tests of everything around it."""

import io

from reporting.artifacts import Data
from training.grids import Search
from training.seeds import derive_seed
from training.settings import load_homework
from tuning.grid_search import CrossValidatedGridSearch
from tuning.oracle import RecordedGridOracle
from tuning.progress import SearchProgress
from tuning.rows import FoldRows

BASE = load_homework().tasks["regression"].reference
GRID = {"learning_rate": [0.001, 0.002, 0.004], "batch_size": [16, 32]}
DATA = Data("test", {"a.csv": "0" * 64}, {"train": 10, "test": 10})
MACHINE = {"tensorflow": "2.21.0", "precision": "float32", "threads": 1}
FOLDS = 3


def loss_of(config, fold):
    """A made-up validation loss whose lowest mean is at learning_rate 0.002, batch_size 32."""
    return abs(config.learning_rate - 0.002) * 100 + 16 / config.batch_size + 0.01 * fold


class Recorder:
    """Stands in for the training of a fold and records its calls."""

    def __init__(self, interrupted_at=None, loss=loss_of):
        self.calls, self.interrupted_at, self.loss = [], interrupted_at, loss

    def __call__(self, config, fold):
        if len(self.calls) == self.interrupted_at:
            raise KeyboardInterrupt
        self.calls.append((config.learning_rate, config.batch_size, fold))
        scores = {"train_loss": 0.1, "validation_loss": self.loss(config, fold)}
        counts = {"epochs": 5, "stopped_early": fold == 2, "best_epoch": 4}
        return {
            "seed": derive_seed(1, config, fold),
            **counts,
            **scores,
            "seconds": 1.5,
            "epoch_seconds": 0.25,
            "epoch_seconds_error": 0.01,
        }


def search_over(grid, objective="validation_loss"):
    return Search(objective, BASE, grid)


def rows_in(folder, **changes):
    return FoldRows(folder / "rows", **{"task": "regression", "seed": 1, "data": DATA, "machine": MACHINE} | changes)


def make_oracle(folder, grid=GRID, rows=None, **options):
    shard = options.get("shard", (1, 1))
    combinations = len(range(shard[0] - 1, search_over(grid).combinations, shard[1]))
    progress = SearchProgress("test", search_over(grid), combinations, FOLDS, io.StringIO())
    return RecordedGridOracle(search_over(grid), FOLDS, rows or rows_in(folder), progress, **options)


def run(folder, recorder, grid=GRID, rows=None, **options):
    """A search in this process; returns its oracle."""
    oracle = make_oracle(folder, grid, rows, **options)
    CrossValidatedGridSearch(oracle, search_over(grid), FOLDS, recorder).search()
    return oracle
