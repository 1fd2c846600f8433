"""Which part comes next, and when everything ends: schedules small enough to be drawn by hand."""

import pytest

from tests.invented import write_runs
from training import schedule
from training.schedule import critical_paths, least, simulate

NEEDS = {"search": "data", "tuned": "search", "smaller": "tuned", "reference": "data"}


@pytest.mark.parametrize(
    ("work", "slots", "expected"),
    [
        ({}, 2, 0),
        ({"reference": [3.0]}, 2, 3),
        ({"reference": [3.0, 2.0, 1.0]}, 1, 6),
        ({"reference": [3.0, 2.0, 1.0]}, 2, 3),
        (
            {"search": [1.0, 1.0], "tuned": [2.0], "smaller": [3.0], "reference": [4.0]},
            2,
            6,
        ),
        ({"search": [1.0], "tuned": [2.0], "smaller": [3.0], "reference": [6.0]}, 2, 6),
        ({"tuned": [2.0], "smaller": [3.0]}, 8, 5),  # what is needed and not in the work is finished
        ({"search": [], "tuned": [2.0]}, 1, 2),  # a search without anything left
    ],
)
def test_the_time_is_that_of_the_longest_chain_first(work, slots, expected):
    assert simulate(work, NEEDS, slots) == expected


def test_critical_paths_are_what_comes_after():
    work = {"search": [1.0, 5.0], "tuned": [2.0], "smaller": [3.0, 4.0], "reference": [9.0]}
    assert critical_paths(work, NEEDS) == {"search": 6, "tuned": 4, "smaller": 0, "reference": 0}


def test_nothing_beats_the_work_on_all_slots_or_the_longest_part():
    work = {"reference": [4.0, 1.0, 1.0]}
    assert (least(work, 1), least(work, 2), least(work, 8)) == (6, 4, 4)
    for slots in (1, 2, 3):
        assert simulate(work, NEEDS, slots) >= least(work, slots)


def test_recorded_runs_are_taken_apart_into_combinations_and_cases(tmp_path, capsys):
    runs = write_runs(tmp_path)
    work = schedule.recorded_work(runs)
    assert len(work["regression/search"]) == 18 and len(work["regression/tuned_seeds"]) > 1
    schedule.main(["--runs", str(runs)])
    table = [line.split("|")[1:5] for line in capsys.readouterr().out.splitlines() if line.startswith("| ")][1:]
    assert [int(row[0]) for row in table] == [2, 4, 8, 16]
    assert all(float(row[3]) >= 1 for row in table)
