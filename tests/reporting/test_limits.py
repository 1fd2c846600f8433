"""How far a run's numbers can be trusted, whatever they are."""

import dataclasses
import math

import numpy as np
import pytest

from reporting.artifacts import extras_of
from reporting.findings.limits import EXTRA_NAMES, ensemble_error, limits_findings
from reporting.results import load_classification_results, load_regression_results
from tests.example_runs import write_example_runs


@pytest.fixture
def limits_of(tmp_path):
    def limits(**changes):
        runs = write_example_runs(tmp_path / "runs", **changes)
        return limits_findings(load_regression_results(runs), load_classification_results(runs))

    return limits


def test_every_extra_has_words():
    assert set(EXTRA_NAMES) == {("regression", name) for name in extras_of("regression")} | {
        ("classification", name) for name in extras_of("classification")
    }


def test_seeds_are_counted(limits_of):
    found = limits_of()
    assert found.regression_seeds == 3 and found.classification_seeds == (3, 3)
    assert not found.some_single_seed and not found.single_seeds


def test_some_and_all_networks_of_a_single_seed(limits_of):
    seeds = ["regression/seeds", *(f"classification/{name}_seeds" for name in ("reference", "tuned", "improved"))]
    some = limits_of(switched_off=seeds[:1])
    assert some.some_single_seed and not some.single_seeds
    one_classifier = limits_of(switched_off=seeds[1:2])
    assert one_classifier.some_single_seed and one_classifier.classification_seeds == (1, 3)
    assert limits_of(switched_off=seeds).single_seeds


def test_what_is_switched_off_is_named(limits_of):
    assert limits_of().switched_off == ()
    assert limits_of(switched_off=["regression/baselines"]).switched_off == ("other models",)


def test_quick_runs_machines_and_commits(limits_of, tmp_path):
    assert not limits_of().quick and limits_of(scale="quick").quick
    runs = write_example_runs(tmp_path / "others")
    regression, classification = load_regression_results(runs), load_classification_results(runs)
    machine = dataclasses.replace(regression.tuned.run.machine, devices=("GPU",))
    run = dataclasses.replace(regression.tuned.run, machine=machine, commit="f" * 40)
    found = limits_findings(
        dataclasses.replace(regression, tuned=dataclasses.replace(regression.tuned, run=run)), classification
    )
    assert (found.machines, found.commits) == (2, 2)


def test_ensemble_error_by_hand():
    stored = {"y_test": np.zeros(4), "test_predictions": np.array([[1, 1, 3, 3], [-1, 3, 3, -1.0]])}  # means 0, 2, 3, 1
    assert ensemble_error(stored) == pytest.approx(np.std([0, 4, 9, 1], ddof=1) / math.sqrt(4))
    assert ensemble_error({"y_test": np.zeros(1), "test_predictions": np.ones((2, 1))}) is None
