"""run.json is written last, and a run is up to date only while everything it was made from is the same."""

import dataclasses

import pytest

from reporting.artifacts import Data, UserError, load_run
from training.config import load_homework
from training.recording import Recording

HOMEWORK = load_homework()
DATA = Data("points", {"train.csv": "0" * 64}, {"train": 3, "test": 3})


def recording(folder, homework=HOMEWORK, config=HOMEWORK.regression, data=DATA):
    return Recording(folder, "regression", "reference", homework, config, data)


@pytest.fixture(autouse=True)
def configured(monkeypatch):
    """TensorFlow takes its number of threads once a process, and other tests may have started it."""
    monkeypatch.setattr("training.recording.configure", lambda threads, precision, distribution: "float32")


@pytest.fixture
def finished(tmp_path):
    record = recording(tmp_path)
    record.begin()
    record.finish({"test_loss": 0.5})
    return tmp_path


def test_a_finished_run_is_up_to_date(finished):
    assert recording(finished).is_current()
    assert load_run(finished).metrics == {"test_loss": 0.5}
    assert load_run(finished).config["hidden_units"] == [256, 512, 768]


@pytest.mark.parametrize(
    "change",
    [
        {"config": dataclasses.replace(HOMEWORK.regression, learning_rate=0.5)},
        {"data": dataclasses.replace(DATA, digests={"train.csv": "1" * 64})},
        {"homework": dataclasses.replace(HOMEWORK, compute=dataclasses.replace(HOMEWORK.compute, seed=7))},
        {"homework": dataclasses.replace(HOMEWORK, compute=dataclasses.replace(HOMEWORK.compute, threads=2))},
        {"homework": load_homework(quick=True)},
    ],
    ids=["config", "data", "seed", "threads", "scale"],
)
def test_a_run_of_other_settings_or_data_is_not(finished, change):
    assert not recording(finished, **change).is_current()


def test_another_name_changes_no_run(finished):
    identity = dataclasses.replace(HOMEWORK.identity, student="Somebody Else")
    assert recording(finished, homework=dataclasses.replace(HOMEWORK, identity=identity)).is_current()


def test_a_diverged_run_is_refused_and_not_finished(tmp_path):
    record = recording(tmp_path)
    record.begin()
    with pytest.raises(UserError, match="regression reference: training diverged, its test_loss is not finite"):
        record.finish({"train_loss": 1.0, "test_loss": float("nan")})
    assert not recording(tmp_path).is_current()


def test_a_run_that_began_is_not_finished(finished):
    recording(finished).begin()
    assert not recording(finished).is_current()
