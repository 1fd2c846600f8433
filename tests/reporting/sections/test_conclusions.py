"""How far a run's numbers can be trusted, whatever they are."""

import dataclasses

import pytest

from reporting.document import DOCUMENT
from reporting.engine.sections import Findings
from reporting.results import load_all_results
from tests.invented import write_runs


@pytest.fixture
def limits_of(tmp_path):
    def limits(**changes):
        return found(load_all_results(write_runs(tmp_path / "runs", **changes)), "conclusions")

    return limits


def found(results, section):
    return Findings(DOCUMENT, results)(section)


def test_seeds_are_counted(limits_of):
    limits = limits_of()
    assert limits.regression_seeds == 3 and limits.classification_seeds == (3, 3)
    assert not limits.some_single_seed and not limits.single_seeds


def test_some_and_all_networks_of_a_single_seed(limits_of):
    seeds = ["regression/seeds", *(f"classification/{name}_seeds" for name in ("reference", "tuned", "improved"))]
    some = limits_of(switched_off=seeds[:1])
    assert some.some_single_seed and not some.single_seeds
    one_classifier = limits_of(switched_off=seeds[1:2])
    assert one_classifier.some_single_seed and one_classifier.classification_seeds == (1, 3)
    assert limits_of(switched_off=seeds).single_seeds


def test_what_is_switched_off_is_named(limits_of):
    assert limits_of().switched_off == ()
    off = ["regression/baselines", "classification/ablation"]
    assert limits_of(switched_off=off).switched_off == ("other models", "the ablation of the improved settings")


@pytest.mark.parametrize("scale", ["full", "quick"])
def test_trials_on_a_small_scale_are_noticed(tmp_path, scale):
    assert found(load_all_results(write_runs(tmp_path, scale=scale)), "provenance").quick == (scale == "quick")


def test_different_machines_and_versions_of_the_code_are_counted(tmp_path):
    results = load_all_results(write_runs(tmp_path))
    limits = found(results, "conclusions")
    assert (limits.machines, limits.commits) == (1, 1)
    tuned = results["regression"].tuned
    machine = dataclasses.replace(tuned.run.machine, devices=("GPU",))
    other = dataclasses.replace(tuned, run=dataclasses.replace(tuned.run, machine=machine, commit="f" * 40))
    variants = results["regression"].variants | {"tuned": other}
    limits = found(
        results | {"regression": dataclasses.replace(results["regression"], variants=variants)}, "conclusions"
    )
    assert (limits.machines, limits.commits) == (2, 2)
