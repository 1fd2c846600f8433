"""What the oracle hands out to several workers, takes back from lost ones, and accepts."""

import sys
import time

import keras_tuner
from keras_tuner.engine import trial as trials

from tests.tuning.fakes import GRID, Recorder, make_oracle, rows_in
from tuning import oracle as oracle_module
from tuning.combinations import Combinations


def deliver(oracle, trial, folds=(1, 2, 3)):
    """The folds of a trial, as a worker delivers them."""
    config = oracle.config(oracle.handed_out[trial.trial_id][0])
    for fold in folds:
        oracle.update_trial(trial.trial_id, Recorder()(config, fold), step=fold)


def recorded(trial):
    return [observation.step for observation in trial.metrics.get_history("recorded")]


def test_combinations_are_handed_out_at_once_the_longest_fits_first_and_else_in_grid_order(tmp_path):
    oracle = make_oracle(tmp_path)
    handed_out = [oracle.create_trial(f"w{number}").hyperparameters.values for number in range(6)]
    expected = [values for size in (16, 32) for values in Combinations(GRID) if values["batch_size"] == size]
    assert [{name: values[name] for name in GRID} for values in handed_out] == expected
    assert oracle.create_trial("late").status == trials.TrialStatus.IDLE


def test_a_worker_started_again_gets_its_combination_back_with_what_is_recorded(tmp_path):
    oracle = make_oracle(tmp_path)
    trial = oracle.create_trial("w1")
    deliver(oracle, trial, folds=(1, 3))
    again = oracle.create_trial("w1")
    assert again.trial_id == trial.trial_id and recorded(again) == [1, 3]


def test_a_silent_workers_combination_goes_to_another_and_its_late_answer_does_no_harm(tmp_path, monkeypatch):
    oracle = make_oracle(tmp_path, {"learning_rate": [0.001]})
    lost = oracle.create_trial("w1")
    assert oracle.create_trial("w2").status == trials.TrialStatus.IDLE
    monkeypatch.setattr(oracle_module, "SILENCE", 0.05)
    time.sleep(0.1)
    taken_over = oracle.create_trial("w2")
    assert taken_over.status == trials.TrialStatus.RUNNING
    deliver(oracle, lost, folds=(1,))
    oracle.end_trial(lost)
    assert not oracle.finished and recorded(oracle.create_trial("w2")) == [1]
    deliver(oracle, taken_over)
    oracle.end_trial(taken_over)
    assert oracle.finished and oracle.create_trial("w1").status == trials.TrialStatus.STOPPED


def test_a_heartbeat_keeps_a_combination(tmp_path, monkeypatch):
    oracle = make_oracle(tmp_path, {"learning_rate": [0.001]})
    oracle.create_trial("w1")
    monkeypatch.setattr(oracle_module, "SILENCE", 0.2)
    for _ in range(4):
        time.sleep(0.1)
        oracle.get_trial("w1")
    assert oracle.create_trial("w2").status == trials.TrialStatus.IDLE


def test_a_row_of_another_combination_is_refused(tmp_path):
    """A worker of an earlier chief may deliver under a trial's name that now means something else."""
    oracle = make_oracle(tmp_path)
    trial = oracle.create_trial("w1")
    oracle.update_trial(trial.trial_id, Recorder()(oracle.config(3), 1), step=1)
    oracle.update_trial("unknown", Recorder()(oracle.config(0), 1), step=1)
    oracle.end_trial(trials.Trial(keras_tuner.HyperParameters(), "unknown"))
    assert not rows_in(tmp_path).folder.exists()


def test_the_first_of_two_deliveries_stays(tmp_path):
    oracle = make_oracle(tmp_path)
    trial = oracle.create_trial("w1")
    row = Recorder()(oracle.config(0), 1)
    for seconds in (1.0, 2.0):
        oracle.update_trial(trial.trial_id, row | {"seconds": seconds}, step=1)
    assert rows_in(tmp_path).load(oracle.config(0), 1)["seconds"] == 1.0


def test_a_full_disk_stops_the_search(tmp_path):
    (tmp_path / "rows").write_text("a file where a folder is expected")
    oracle = make_oracle(tmp_path)
    deliver(oracle, oracle.create_trial("w1"), folds=(1,))
    assert oracle.error.startswith("cannot write") and oracle.create_trial("w2").status == trials.TrialStatus.STOPPED


def test_handing_out_ten_thousand_combinations_costs_the_same_at_both_ends(tmp_path):
    grid = {
        "learning_rate": [0.0001 * number for number in range(1, 101)],
        "weight_decay": [0.0001 * number for number in range(1, 101)],
    }
    oracle = make_oracle(tmp_path, grid)
    oracle.recorded = lambda number: {}  # the cost of looking into files is the same for each, and not in question
    counts = []
    for _ in range(10_000):
        counts.append(calls_of(lambda: oracle.create_trial("w1")))
        oracle.ongoing_trials.clear()
    assert max(counts[-1000:]) < 2 * min(counts[1:1000])


def calls_of(work):
    """How many functions `work` calls, its own and others'."""
    calls = []
    sys.setprofile(lambda frame, event, argument: calls.append(1) if event in ("call", "c_call") else None)
    try:
        work()
    finally:
        sys.setprofile(None)
    return len(calls)
