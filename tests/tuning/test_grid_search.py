"""The search tries every combination on every fold once, resumes from its rows, and hands on the winner of the rows."""

import dataclasses
import itertools

import pytest

from reporting.artifacts import Data, UserError, load_json, load_table
from training.best import Best
from training.config import Search, load_homework
from tuning.grid_search import CrossValidatedGridSearch, FoldRows, run_search
from tuning.search_spaces import combinations, fingerprint
from tuning.trials import rank_trials, save_search

BASE = load_homework().regression
GRID = {"learning_rate": [0.001, 0.002, 0.004], "batch_size": [16, 32]}
DATA = Data("test", {"a.csv": "0" * 64}, {"train": 10, "test": 10})
MACHINE = {"tensorflow": "2.21.0", "precision": "float32", "threads": 1}


def loss_of(config, fold):
    """A made-up validation loss whose lowest mean is at learning_rate 0.002, batch_size 32."""
    return abs(config.learning_rate - 0.002) * 100 + 16 / config.batch_size + 0.01 * fold


class Recorder:
    """Stands in for the training of a fold and counts what it was asked for."""

    def __init__(self, fails_at=None, loss=loss_of):
        self.calls, self.fails_at, self.loss = [], fails_at, loss

    def __call__(self, config, fold):
        if len(self.calls) == self.fails_at:
            raise KeyboardInterrupt
        self.calls.append((config.learning_rate, config.batch_size, fold))
        scores = {"train_loss": 0.1, "validation_loss": self.loss(config, fold)}
        return {"fold": fold, "seed": 1, "epochs": 5, "stopped_early": fold == 2, "best_epoch": 4, **scores, "seconds": 1.5}


def search_over(grid, objective="validation_loss"):
    return Search(objective, BASE, grid)


def rows_in(tmp_path, **changes):
    return FoldRows(tmp_path / "rows", **{"task": "regression", "seed": 1, "data": DATA, "machine": MACHINE} | changes)


def run(tmp_path, grid, recorder, rows=None, folds=3):
    search = search_over(grid)
    tuner = CrossValidatedGridSearch(search, folds, lambda config: None, recorder, rows or rows_in(tmp_path), "test", tmp_path / "scratch")
    run_search(tuner, grid)
    return search


def test_every_combination_on_every_fold_exactly_once(tmp_path):
    recorder = Recorder()
    run(tmp_path, GRID, recorder)
    assert sorted(recorder.calls) == sorted(itertools.product(GRID["learning_rate"], GRID["batch_size"], (1, 2, 3)))


def test_interrupted_search_trains_only_what_is_missing(tmp_path):
    first, second = Recorder(fails_at=8), Recorder()
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path, GRID, first)
    run(tmp_path, GRID, second)
    assert len(first.calls) == 8 and len(second.calls) == 3 * 2 * 3 - 8
    assert not set(first.calls) & set(second.calls)


def test_a_grown_grid_trains_only_its_new_combinations(tmp_path):
    run(tmp_path, GRID, Recorder())
    recorder = Recorder()
    run(tmp_path, GRID | {"learning_rate": [0.001, 0.002, 0.004, 0.008]}, recorder)
    assert sorted(recorder.calls) == sorted(itertools.product([0.008], GRID["batch_size"], (1, 2, 3)))


@pytest.mark.parametrize(
    "change", [{"seed": 2}, {"data": Data("test", {"a.csv": "1" * 64}, DATA.counts)}, {"machine": MACHINE | {"precision": "half"}}]
)
def test_other_seed_data_or_precision_reuse_nothing(tmp_path, change):
    run(tmp_path, GRID, Recorder())
    recorder = Recorder()
    run(tmp_path, GRID, recorder, rows=rows_in(tmp_path, **change))
    assert len(recorder.calls) == 18


def test_a_half_written_row_is_trained_again(tmp_path):
    run(tmp_path, GRID, Recorder())
    next((tmp_path / "rows").glob("*.json")).write_text('{"fold": 1, "se')
    recorder = Recorder()
    run(tmp_path, GRID, recorder)
    assert len(recorder.calls) == 1


def test_divergence_is_named_and_recorded_nowhere(tmp_path):
    recorder = Recorder(loss=lambda config, fold: float("nan") if config.learning_rate == 0.004 else 1.0)
    with pytest.raises(UserError, match=r"learning_rate=0.004, batch_size=16 diverged in fold 1"):
        run(tmp_path, GRID, recorder)
    assert len(list((tmp_path / "rows").glob("*.json"))) == 2 * 2 * 3


def test_incomplete_grid_is_refused(tmp_path):
    search = run(tmp_path, GRID, Recorder())
    next((tmp_path / "rows").glob("*.json")).unlink()
    with pytest.raises(UserError, match="is not recorded"):
        save_search(tmp_path, search, 3, rows_in(tmp_path))


def test_the_winner_is_the_one_in_the_rows(tmp_path):
    search = run(tmp_path, GRID, Recorder())
    metrics = save_search(tmp_path, search, 3, rows_in(tmp_path))
    best = Best(**load_json(tmp_path / "best.json"))
    assert best.values == {"learning_rate": 0.002, "batch_size": 32}
    assert best.trial == combinations(GRID).index(best.values) + 1
    assert best.score == pytest.approx(0.5 + 0.02) and best.score_sd == pytest.approx(0.01)
    trials, folds = load_table(tmp_path / "trials.csv"), load_table(tmp_path / "folds.csv")
    assert len(trials) == 6 and len(folds) == 18
    assert sorted(row["rank"] for row in trials) == [1, 2, 3, 4, 5, 6]
    assert metrics == {"combinations": 6, "folds": 3, "fits": 18, "stopped_early": 6, "score": best.score}


def test_accuracy_is_ranked_from_the_top():
    table = [{"trial": number, "fold": 1, "validation_accuracy": value, "seconds": 1.0} for number, value in enumerate([0.8, 0.9], 1)]
    trials = rank_trials(search_over({"learning_rate": [0.1, 0.2]}, "validation_accuracy"), table)
    assert [row["rank"] for row in trials] == [2, 1] and trials[0]["score_sd"] == ""


def test_fingerprint_follows_every_part():
    parts = {"task": "regression", "config": BASE, "fold": 1, "seed": 1, "data": DATA, "machine": MACHINE}
    changes = [{"task": "other"}, {"config": dataclasses.replace(BASE, patience=3)}, {"fold": 2}, {"seed": 2}, {"machine": {}}]
    assert len({fingerprint(**parts), *(fingerprint(**(parts | change)) for change in changes)}) == 6
