"""Settings in words, and when fits ended."""

import dataclasses

import pytest

from reporting.results import load_results
from reporting.sections.shared.settings import Line, Stopping, line_of, stopping_of, with_further_settings
from tests.invented import write_runs

CONFIG = {"max_epochs": 15, "loss": "double_softmax", "filters": [32, 48], "flips": False}


@pytest.mark.parametrize(
    ("setting", "name", "value"),
    [
        ("max_epochs", "maximum epochs", "15"),
        ("loss", "criterion", "cross-entropy of a second softmax"),
        ("filters", "filters", "32, 48"),
        ("flips", "flips", "no"),
    ],
)
def test_setting_in_words(setting, name, value):
    assert line_of(CONFIG, setting) == Line(name, value, setting)


def test_other_words_of_a_setting():
    assert line_of(CONFIG, "max_epochs", "15 at most", "epochs") == Line("epochs", "15 at most", "max_epochs")


def test_further_settings_follow_those_that_are_listed():
    lines = with_further_settings([Line("optimiser", "Adam"), line_of(CONFIG, "filters")], CONFIG, ("loss",))
    assert [line.name for line in lines] == ["optimiser", "filters", "maximum epochs", "flips"]


def test_stopping_that_fired_cannot_fire_and_did_not(tmp_path):
    tuned = load_results(write_runs(tmp_path), "regression").tuned
    assert not stopping_of(tuned).fired
    rows = [row | {"stopped_early": row["fold"] < 3, "epochs": 20 + row["fold"]} for row in tuned.folds]
    stopping = stopping_of(dataclasses.replace(tuned, folds=rows))
    assert stopping.fired and (stopping.stopped_early, stopping.fits) == (2, 5)
    assert (stopping.fewest_epochs, stopping.most_epochs) == (21, 25)
    assert Stopping(1, 0, 500, 500, max_epochs=500, patience=400).can_fire
    assert not Stopping(1, 0, 15, 15, max_epochs=15, patience=500).can_fire
