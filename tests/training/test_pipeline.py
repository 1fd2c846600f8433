"""What the pipeline finds to do, what it says beforehand, and the flags that reach the stages."""

import dataclasses
from pathlib import Path

import pytest

from reporting.artifacts import stages
from tests.training.shapes import IMAGES, SHAPES
from training import estimate, pipeline
from training.budget import Budget
from training.estimate import make_estimate
from training.experiment import experiment
from training.pace import Pace, kind
from training.settings import load_homework
from training.terminal import clock, shortened


def parsed(*argv):
    return pipeline.parse_arguments("", argv, pipeline.add_flags)


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0:01"), (60, "0:01"), (61, "0:02"), (3600, "1:00"), (3541, "1:00"), (36060, "10:01")]
)
def test_durations_are_hours_and_minutes_rounded_up(seconds, text):
    assert clock(seconds) == text


def test_long_lines_are_cut():
    assert shortened("abc", 3) == "abc" and shortened("abcd", 3) == "ab…"


def test_flags_reach_every_script_or_the_searches_alone():
    arguments = parsed("tune", "--config", "a.toml", "--runs", "there", "--quick", "--no-extras", "--keep-going")
    assert pipeline.script_flags(arguments) == ["--config", "a.toml", "--runs", "there", "--quick", "--no-extras"]
    assert pipeline.search_flags(arguments) == ["--keep-going"]


@pytest.mark.parametrize("text", ["0", "-1", "two", "1001"])
def test_a_number_of_processes_is_checked(text, capsys):
    with pytest.raises(SystemExit):
        parsed("train", "--jobs", text)
    assert "is not a number of processes from 1 to 1000" in capsys.readouterr().err


def test_targets_are_parts_of_each_other():
    chosen = {name: [stage for stage in stages() if wanted(stage)] for name, wanted in pipeline.TARGETS.items()}
    assert chosen["data"] == [] and chosen["train"] == list(stages())
    assert chosen["tune"] == ["regression/search", "classification/search"]


def test_without_extras_those_that_are_there_are_left_as_they_are(tmp_path, monkeypatch):
    """An extra that a whole `make all` has trained is not thrown away by one with EXTRAS=0."""

    def stale(homework, runs):
        trained = homework.tasks["regression"].extras.tuned_seeds > 0
        return ["classification/search"] if trained else ["regression/tuned_seeds", "classification/search"]

    monkeypatch.setattr(pipeline, "stale_stages", stale)
    homework = load_homework(extras=False)
    assert pipeline.left(homework, parsed("train", "--runs", str(tmp_path), "--no-extras")) == ["classification/search"]
    assert pipeline.left(homework, parsed("train", "--runs", str(tmp_path))) == [
        "regression/tuned_seeds",
        "classification/search",
    ]


def test_without_extras_what_is_about_a_network_that_is_left_out_goes_with_it(tmp_path, monkeypatch):
    """As after a `make all` that was interrupted between the extended network's further seeds and itself."""
    extended = ["classification/extended"]
    seeds = ["classification/extended_seeds", "regression/tuned_seeds"]
    monkeypatch.setattr(
        pipeline,
        "stale_stages",
        lambda homework, runs: extended + ([] if homework.tasks["regression"].extras.tuned_seeds else seeds),
    )
    found = pipeline.left(load_homework(extras=False), parsed("train", "--runs", str(tmp_path), "--no-extras"))
    assert found == ["classification/extended", "classification/extended_seeds"]


def test_a_plan_fetches_and_prepares_nothing(tmp_path, monkeypatch, capsys, timed):
    monkeypatch.setattr(pipeline, "prepare_data", None)  # would fail if it were called
    assert pipeline.main(["train", "--quick", "--dry-run", "--runs", str(tmp_path / "nowhere")]) == 0
    lines = capsys.readouterr().err.splitlines()
    assert lines[0].startswith("about 0:0") and len(lines) == 1 + len(stages())
    assert not (tmp_path / "nowhere").exists()


@pytest.fixture
def timed(monkeypatch):
    """Epochs take no time to time: each point takes a millisecond; returns how often they were timed."""
    calls = []

    def side_by_side(budget, config, count):
        calls.append(budget.slots)
        homework = load_homework(config)
        return {kind(task.reference, SHAPES[name]): 1e-3 for name, task in homework.tasks.items()}

    monkeypatch.setattr(estimate, "time_side_by_side", side_by_side)
    return calls


def estimated(folder, slots=2, stale=None, homework=None):
    homework = homework or load_homework()
    these = {task: experiment(task, homework, folder) for task in homework.tasks}
    return make_estimate(these, stale or list(stages()), Budget(slots, 100.0), Path("homework.toml"))


def test_the_estimate_follows_from_timed_epochs_and_is_timed_once(tmp_path, timed):
    first = estimated(tmp_path)
    assert first.quick < first.without_extras < first.seconds and timed == [2]
    assert estimated(tmp_path) == first and timed == [2]
    estimated(tmp_path, slots=4)
    assert timed == [2, 4]  # another number of processes slows each of them otherwise


def test_one_stage_is_estimated_by_hand(tmp_path, timed, monkeypatch):
    monkeypatch.setattr(estimate, "WORTH_TIMING", 0)
    homework = load_homework()
    images = dataclasses.replace(homework.tasks["classification"].reference)
    told = estimated(tmp_path, stale=["classification/reference"])
    assert told.pace.fit(images, IMAGES, 48000) == pytest.approx(48000 * images.max_epochs * 1e-3)
    assert told.seconds == pytest.approx(720 + 6 + 10 + 15)  # a start, what is looked into, the report


def test_little_work_is_not_timed(tmp_path, timed):
    told = estimated(tmp_path, homework=load_homework(quick=True))
    assert not timed and told.pace == Pace()


@pytest.mark.parametrize(("quick", "offers"), [(False, True), (True, False)])
def test_the_first_line_says_how_long_and_what_would_take_less(tmp_path, timed, capsys, quick, offers):
    told = estimated(tmp_path)
    arguments = parsed("train", *["--quick"] * quick)
    pipeline.say_beforehand(pipeline.Terminal(), arguments, told, Budget(2, 100.0))
    line = capsys.readouterr().err.splitlines()[0]
    assert line.startswith(f"about {clock(told.seconds)} (h:min) with 2 processes side by side") and len(line) <= 100
    assert ("make all EXTRAS=0" in line and "make quick" in line) == offers


def test_too_little_memory_is_told(tmp_path, timed, capsys):
    pipeline.say_beforehand(pipeline.Terminal(), parsed("train"), estimated(tmp_path), Budget(2, 0.9))
    assert "warning: a process takes up to 1.4 GiB of memory, and there are 0.9" in capsys.readouterr().err
