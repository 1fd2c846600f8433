"""The tables of a search and its best combination, which are those of the recorded rows."""

import math

import pytest

from reporting.artifacts import UserError, load_json, load_table
from tests.tuning.fakes import FOLDS, GRID, Recorder, run, search_over
from training.best import Best
from tuning.combinations import Combinations
from tuning.trials import rank_trials, save_search


def test_a_grid_of_which_nothing_succeeds_has_no_winner(tmp_path):
    oracle = run(tmp_path, Recorder(loss=lambda config, fold: math.inf), keep_going=True)
    with pytest.raises(UserError, match="every combination failed; the first: its loss is not finite"):
        save_search(tmp_path, oracle.search, FOLDS, oracle.rows)


def test_incomplete_grid_is_refused(tmp_path):
    oracle = run(tmp_path, Recorder())
    next((tmp_path / "rows").glob("*.json")).unlink()
    with pytest.raises(UserError, match="is not recorded"):
        save_search(tmp_path, oracle.search, FOLDS, oracle.rows)


def test_the_winner_is_the_one_in_the_rows(tmp_path):
    oracle = run(tmp_path, Recorder())
    metrics = save_search(tmp_path, oracle.search, FOLDS, oracle.rows)
    best = Best(**load_json(tmp_path / "best.json"))
    assert best.values == {"learning_rate": 0.002, "batch_size": 32}
    assert best.trial == list(Combinations(GRID)).index(best.values) + 1
    assert best.score == pytest.approx(0.5 + 0.02) and best.score_sd == pytest.approx(0.01)
    trials, folds = load_table(tmp_path / "trials.csv"), load_table(tmp_path / "folds.csv")
    assert len(trials) == 6 and len(folds) == 18
    assert {(row["worker"], row["status"]) for row in folds} == {("w1", "completed")}
    assert sorted(row["rank"] for row in trials) == [1, 2, 3, 4, 5, 6]
    assert metrics == {"combinations": 6, "folds": 3, "fits": 18, "failed": 0, "stopped_early": 6, "score": best.score}


def test_accuracy_is_ranked_from_the_top():
    same = {"fold": 1, "learning_rate": 0.1, "seconds": 1.0, "status": "completed"}
    table = [{"trial": number, "validation_accuracy": value, **same} for number, value in enumerate([0.8, 0.9], 1)]
    trials = rank_trials(search_over({"learning_rate": [0.1, 0.2]}, "validation_accuracy"), table)
    assert [row["rank"] for row in trials] == [2, 1] and trials[0]["score_sd"] == ""
