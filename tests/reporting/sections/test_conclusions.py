"""What the conclusions say, and how far a run's numbers can be trusted, whatever they are."""

import dataclasses

import pytest

from reporting.contents import DOCUMENT
from reporting.engine.sections import Findings
from reporting.results import load_all_results
from tests.invented import WITHOUT_EXTENDED, edits, write_runs


@pytest.fixture
def limits_of(tmp_path):
    def limits(**changes):
        return found(load_all_results(write_runs(tmp_path / "runs", **changes)), "conclusions")

    return limits


def found(results, section):
    return Findings(DOCUMENT, results)(section)


def conclusions(text):
    """The part of a report's text behind their heading."""
    return text.split("What this run shows")[1]


EVERY_SEED = [
    *(f"regression/{name}_seeds" for name in ("reference", "tuned", "extended")),
    *(f"classification/{name}_seeds" for name in ("reference", "tuned", "extended")),
]


def test_seeds_are_counted(limits_of):
    limits = limits_of()
    assert limits.seeds == {"regression": (3, 3), "classification": (3, 3)}
    assert not limits.some_single_seed and not limits.single_seeds


@pytest.mark.parametrize("off", EVERY_SEED)
def test_some_networks_of_a_single_seed(limits_of, off):
    some = limits_of(switched_off=[off])
    assert some.some_single_seed and not some.single_seeds and some.seeds[off.split("/")[0]] == (1, 3)


def test_all_networks_of_a_single_seed(limits_of):
    assert limits_of(switched_off=EVERY_SEED).single_seeds


def test_what_is_switched_off_is_named(limits_of):
    assert limits_of().switched_off == ()
    off = ["regression/baselines", "classification/double_softmax"]
    assert limits_of(switched_off=off).switched_off == ("other models", "the loss of the reference report")


def test_classifiers_are_compared_more_than_once_unless_only_two_are_left(limits_of):
    others = ("classification/double_softmax", "classification/smaller")
    assert limits_of().several_comparisons and limits_of(switched_off=others).several_comparisons
    for one in others:
        assert limits_of(switched_off=(*WITHOUT_EXTENDED, one)).several_comparisons
    assert not limits_of(switched_off=(*WITHOUT_EXTENDED, *others)).several_comparisons


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


@pytest.mark.parametrize(("errors", "verdict"), [((0.9, 0.1), "is better than"), ((0.1, 0.9), "is worse than")])
def test_conclusions_follow_the_regression(text_of, errors, verdict):
    text = text_of(regression_error=dict(zip(("reference", "tuned"), errors, strict=True)))
    assert f"Regression: the tuned configuration {verdict} the reference one" in conclusions(text)


def test_settings_are_judged_over_seeds_on_every_page(text_of):
    """One seed of the reference settings that is perfect: seeds scatter too much to tell, whatever two networks do."""

    def change(runs):
        edits.classification.probabilities(edits.classification.perfect, ["reference_seeds/seed_2"])(runs)

    accuracy = {"reference": 0.80, "tuned": 0.90, "extended": 0.96}
    text = text_of(change, accuracy=accuracy)
    assert text.count("the tuned configuration cannot be told apart from") >= 2
    assert "is better than the reference configuration over three seeds" not in text
    text = text_of(accuracy=accuracy)
    assert all(f"is better than the reference {word} over three seeds" in text for word in ("configuration", "one"))


def test_conclusions_follow_the_classifiers(text_of):
    text = text_of(accuracy={"reference": 0.80, "tuned": 0.90, "extended": 0.96})
    assert "Classification: the tuned configuration is better than" in conclusions(text)
    assert "; the extended configuration is better than the tuned one over three seeds" in conclusions(text)


def test_conclusions_without_the_extended_network_are_about_two(text_of):
    text = text_of(switched_off=WITHOUT_EXTENDED)
    assert "p values are not adjusted for it." in text and "settings were chosen" not in text
    assert "Switched off in the settings: the extended regression networks and the extended network." in text


def test_conclusions_follow_the_baselines(text_of):
    assert "On the test points the mean of the tuned networks is better than" in text_of()
    assert "is worse than the Gaussian process" in text_of(edits.regression.predictions("tuned", 9.0))
    assert "the mean of the tuned networks is" not in text_of(switched_off=["regression/baselines"])


def test_conclusions_follow_the_units(text_of):
    assert "units none is dead" in text_of(dead_units=0)
    assert "units one is dead" in text_of(dead_units=1)
    assert "and the spectra recommend" in text_of() and "(tried: " in text_of()
    assert "(tried: " not in text_of(switched_off=["regression/smaller", "classification/smaller"])


def test_conclusions_follow_the_seeds(text_of):
    assert "Seeds are few (3 for each configuration), so intervals are wide." in text_of()
    assert "Not every network was trained from several seeds;" in text_of(switched_off=EVERY_SEED[:1])
    assert "Every network was trained from one seed;" in text_of(switched_off=EVERY_SEED)


def test_conclusions_follow_the_edges_of_the_grids(text_of):
    edge = edits.searches.search("regression", lambda values, fold: values["learning_rate"] + fold)
    assert "Nothing was tried beyond the regression’s winning learning rate" in text_of(edge)


def test_what_is_switched_off_is_missing_and_said_to_be(text_of):
    text = text_of(switched_off=["regression/splits", "classification/double_softmax"])
    assert "settings: other ways to split the points and the loss of the reference report." in text
    assert "Switched off in the settings: " not in text_of()


def test_losses_compare_with_the_reference_report_only_on_its_data(text_of):
    assert "validation losses do not compare" not in conclusions(text_of())
    same = text_of(edits.origins.course_data)
    assert "The regression’s validation losses do not compare with the reference report’s" in same


def test_runs_of_several_versions_are_said_to_be(text_of):
    def change(runs):
        edits.files.edit_json(runs / "regression/tuned/run.json", lambda run: run.update(commit="f" * 40))

    assert "The runs come from one machine and two versions of the code." in text_of(change)
    assert "The runs come from" not in text_of()
