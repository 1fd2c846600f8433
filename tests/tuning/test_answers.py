"""The answers of a search's classifiers reach the rows and answers.npz as they were given."""

import json

import numpy as np
import pytest
from keras_tuner.src import protos

from reporting.artifacts import load_arrays, load_table
from tests.tuning.fakes import FOLDS, GRID, Recorder, loss_of, make_oracle, rows_in, run
from tests.tuning.test_grid_search import nan_at
from tuning.answers import as_array, as_numbers, as_text
from tuning.combinations import Combinations
from tuning.trials import save_search

LABELS = np.arange(20) % 10


def answers_of(config, fold):
    """Made-up answers, which differ from fit to fold."""
    return np.random.default_rng([config.batch_size, fold, int(1e4 * config.learning_rate)]).integers(0, 10, 20)


class Classifiers(Recorder):
    def __call__(self, config, fold):
        return super().__call__(config, fold) | {"answers": answers_of(config, fold)}


def rows_of(folder):
    return rows_in(folder, task="classification")


@pytest.mark.parametrize("count", [1, 5, 6, 7, 12000])
def test_every_byte_survives_kerastuners_messages(count):
    answers = np.random.default_rng(count).integers(0, 256, count, dtype=np.uint8)
    answers[-1] = 255
    request = protos.get_service().UpdateTrialRequest(trial_id="1", metrics=as_numbers({"answers": answers}), step=1)
    received = protos.get_service().UpdateTrialRequest.FromString(request.SerializeToString())
    np.testing.assert_array_equal(as_array(as_text(received.metrics)), answers)


def test_answers_are_saved_in_grid_order_and_in_no_table(tmp_path):
    oracle = run(tmp_path, Classifiers(), rows=rows_of(tmp_path))
    save_search(tmp_path, oracle.search, FOLDS, oracle.rows, LABELS)
    stored = load_arrays(tmp_path / "answers.npz")
    expected = [answers_of(oracle.config(number), 1) for number in range(len(Combinations(GRID)))]
    np.testing.assert_array_equal(stored["answers"], expected)
    np.testing.assert_array_equal(stored["labels"], LABELS)
    assert stored["answers"].dtype == stored["labels"].dtype == np.uint8 and stored["scored"].tolist() == [True] * 6
    columns = {*load_table(tmp_path / "folds.csv")[0], *load_table(tmp_path / "trials.csv")[0]}
    assert not any(name.startswith("answers") for name in columns)
    assert {"seconds", "epoch_seconds", "epoch_seconds_error"} <= columns


def test_a_combination_that_failed_has_no_answers(tmp_path):
    recorder = Classifiers(loss=nan_at(0.004, 1))
    oracle = run(tmp_path, recorder, rows=rows_of(tmp_path), keep_going=True)
    save_search(tmp_path, oracle.search, FOLDS, oracle.rows, LABELS)
    stored = load_arrays(tmp_path / "answers.npz")
    assert stored["scored"].tolist() == [True] * 4 + [False] * 2
    assert not stored["answers"][4:].any() and stored["answers"][:4].any(axis=1).all()


def test_a_row_that_lost_its_answers_is_trained_again(tmp_path):
    run(tmp_path, Classifiers(), rows=rows_of(tmp_path))
    path = next((tmp_path / "rows").glob("*.json"))
    row = json.loads(path.read_text())
    path.write_text(json.dumps({name: value for name, value in row.items() if name != "answers"}))
    recorder = Classifiers()
    run(tmp_path, recorder, rows=rows_of(tmp_path))
    assert len(recorder.calls) == 1 and json.loads(path.read_text())["answers"] == row["answers"]


def test_no_row_of_a_classifier_is_recorded_without_answers(tmp_path):
    oracle = make_oracle(tmp_path, rows=rows_of(tmp_path))
    with pytest.raises(KeyError):
        oracle.rows.save(oracle.config(0), 1, "w1", Recorder(loss=loss_of)(oracle.config(0), 1))
    assert not oracle.rows.folder.exists()
