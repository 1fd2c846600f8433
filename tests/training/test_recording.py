"""run.json is written last, and a run is up to date only while everything it was made from is the same."""

import dataclasses
import os
import threading

import pytest

from reporting.artifacts import Data, UserError, load_run
from training.device import ONEDNN
from training.recording import Recording
from training.settings import load_homework

HOMEWORK = load_homework()
REFERENCE = HOMEWORK.tasks["regression"].reference
DATA = Data("points", {"train.csv": "0" * 64}, {"train": 3, "test": 3})


def recording(folder, homework=HOMEWORK, config=REFERENCE, data=DATA):
    return Recording(folder, "regression", "reference", homework, config, data)


@pytest.fixture(autouse=True)
def configured(monkeypatch):
    """TensorFlow takes its number of threads once a process, and other tests may have started it."""
    monkeypatch.setattr("training.recording.configure", lambda *settings: "float32")
    monkeypatch.setenv(ONEDNN, "1")


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
        {"config": dataclasses.replace(REFERENCE, learning_rate=0.5)},
        {"data": dataclasses.replace(DATA, digests={"train.csv": "1" * 64})},
        {"homework": dataclasses.replace(HOMEWORK, compute=dataclasses.replace(HOMEWORK.compute, seed=7))},
        {"homework": dataclasses.replace(HOMEWORK, compute=dataclasses.replace(HOMEWORK.compute, threads=2))},
        {"homework": dataclasses.replace(HOMEWORK, compute=dataclasses.replace(HOMEWORK.compute, onednn="off"))},
        {"homework": load_homework(quick=True)},
    ],
    ids=["config", "data", "seed", "threads", "oneDNN", "scale"],
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


def test_what_a_killed_process_was_writing_is_removed(tmp_path):
    leftover = tmp_path / ".predictions.npz.123.tmp"
    leftover.write_bytes(b"half")
    recording(tmp_path).begin()
    assert not leftover.exists()


def test_a_stage_that_another_process_is_making_is_waited_for_and_then_up_to_date(finished, capsys):
    """The second of two `make all` in one folder: it does nothing twice."""
    made_at = load_run(finished).finished_at
    busy = recording(finished)
    busy.acquire()
    (finished / "run.json").rename(finished / "kept")  # the other process has begun
    threading.Timer(0.3, lambda: ((finished / "kept").rename(finished / "run.json"), busy.release())).start()
    assert recording(finished).is_done() and load_run(finished).finished_at == made_at
    said = capsys.readouterr()
    assert said.out == "regression reference: up to date\n" and "waiting until it ends" in said.err


def test_whether_a_run_is_current_is_asked_without_a_trace(finished, capsys):
    """Also while another process holds the lock."""
    busy = recording(finished)
    busy.acquire()
    before = {path: path.stat().st_mtime_ns for path in finished.iterdir()}
    assert recording(finished).is_current()
    assert {path: path.stat().st_mtime_ns for path in finished.iterdir()} == before
    assert capsys.readouterr() == ("", "")


def test_a_released_folder_can_be_locked_again(finished):
    record = recording(finished)
    assert record.is_done() and record.lock is None
    record.acquire()
    assert not record.lock.closed


@pytest.mark.parametrize("seconds", [946684800, 4102444800], ids=["the past", "the future"])
def test_the_wall_clock_decides_nothing(finished, seconds):
    """A run of the year 2000, or of next year, is as good as one of today."""
    os.utime(finished / "run.json", (seconds, seconds))
    assert recording(finished).is_done()
