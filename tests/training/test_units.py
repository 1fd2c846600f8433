"""What a process does for a stage: commands, packs of cases, and what is expected of stages that wait."""

import dataclasses

import pytest

from reporting.artifacts import UserError, stages
from training import extras
from training.experiment import experiment
from training.extras import Case, Cases
from training.pace import Pace
from training.settings import load_homework
from training.units import LEAST, forecast, units_of


@pytest.fixture
def homework():
    return load_homework()


def experiments(homework, folder):
    return {task: experiment(task, homework, folder) for task in homework.tasks}


def cases_of(this, seconds) -> Cases:
    """Cases that take so many seconds each, with a pace of one second a point and epoch."""
    config = dataclasses.replace(this.settings.reference, max_epochs=1)
    return {f"case_{number}": Case(config, number, None, points) for number, points in enumerate(seconds)}


class OneSecondAPoint(Pace):
    def per_point(self, config, shapes):
        return 1.0


@pytest.mark.parametrize(
    ("seconds", "packs"),
    [
        ([LEAST, LEAST, LEAST], [["case_0"], ["case_1"], ["case_2"]]),
        ([LEAST / 2, LEAST / 2, LEAST / 2], [["case_0", "case_1"], ["case_2"]]),
        ([1, 1, 1], None),
    ],
)
def test_cases_are_packed_into_units_of_a_minute(homework, tmp_path, monkeypatch, seconds, packs):
    this = experiments(homework, tmp_path)["regression"]
    monkeypatch.setitem(this.task.makers, "splits", lambda this: cases_of(this, [int(second) for second in seconds]))
    units = units_of(this, "splits", OneSecondAPoint())
    told = [list(unit.command[unit.command.index("--cases") + 1 :]) for unit in units if "--cases" in unit.command]
    assert told == (packs or []) and len(units) == len(packs or [0])
    assert units[0].command[:5] == ("training.run_extra", "--task", "regression", "--extra", "splits")


def test_a_finished_case_is_no_work(homework, tmp_path, monkeypatch):
    this = experiments(homework, tmp_path)["regression"]
    cases = cases_of(this, [100, 200])
    monkeypatch.setitem(this.task.makers, "splits", lambda this: cases)
    done = extras.case_recording(this, "splits", "case_0", cases["case_0"])
    done.precision = "float32"
    done.finish({})
    (unit,) = units_of(this, "splits", OneSecondAPoint())
    assert 200 <= unit.seconds < 210


def test_a_search_is_one_unit_of_as_many_parts_as_it_has_combinations(homework, tmp_path):
    (unit,) = units_of(experiments(homework, tmp_path)["classification"], "search", Pace())
    assert len(unit.parts) == 16 and unit.shared
    quick = load_homework(quick=True)
    (unit,) = units_of(experiments(quick, tmp_path)["classification"], "search", Pace())
    assert not unit.shared  # not worth the start of workers


def test_before_its_search_the_tuned_network_can_be_foreseen_but_not_begun(homework, tmp_path):
    these = experiments(homework, tmp_path)
    with pytest.raises(UserError, match="no finished search"):
        units_of(these["regression"], "tuned", Pace())
    told = forecast(these, list(stages()), Pace())
    assert list(told) == list(stages()) and all(unit.seconds > 0 for units in told.values() for unit in units)


def test_without_extras_little_is_left_beside_the_reference_reports_content(tmp_path):
    told = forecast(experiments(load_homework(extras=False), tmp_path), list(stages()), Pace())
    long = [stage for stage, units in told.items() if sum(unit.seconds for unit in units) > 15]
    names = ("search", "reference", "tuned")
    assert long == [f"{task}/{name}" for task in ("regression", "classification") for name in names]
