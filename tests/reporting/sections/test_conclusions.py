"""What the conclusions say, and how far a run's numbers can be trusted, whatever they are."""

import dataclasses

import pytest

from reporting.document import DOCUMENT
from reporting.engine.sections import Findings
from reporting.results import load_all_results
from tests.invented import WITHOUT_IMPROVED, edits, write_runs


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
    seeds = [
        "regression/reference_seeds",
        "regression/tuned_seeds",
        *(f"classification/{name}_seeds" for name in ("reference", "tuned", "improved")),
    ]
    some = limits_of(switched_off=seeds[:1])
    assert some.some_single_seed and not some.single_seeds
    one_classifier = limits_of(switched_off=seeds[1:2])
    assert one_classifier.some_single_seed and one_classifier.classification_seeds == (1, 3)
    assert limits_of(switched_off=seeds).single_seeds


def test_what_is_switched_off_is_named(limits_of):
    assert limits_of().switched_off == ()
    off = ["regression/baselines", "classification/double_softmax"]
    assert limits_of(switched_off=off).switched_off == ("other models", "the loss of the reference report")


def test_classifiers_are_compared_more_than_once_unless_only_two_are_left(limits_of):
    others = ("classification/double_softmax", "classification/smaller")
    assert limits_of().several_comparisons and limits_of(switched_off=others).several_comparisons
    for one in others:
        assert limits_of(switched_off=(*WITHOUT_IMPROVED, one)).several_comparisons
    assert not limits_of(switched_off=(*WITHOUT_IMPROVED, *others)).several_comparisons


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


@pytest.mark.parametrize(
    ("errors", "words"),
    [((0.9, 0.1), "lowers"), ((0.1, 0.9), "raises"), ((0.3, 0.3), "is not shown to change")],
)
def test_conclusions_follow_the_regression(text_of, errors, words):
    text = text_of(regression_error=dict(zip(("reference", "tuned"), errors, strict=True)))
    assert f"Tuning the regression {words} the test MSE: from" in text


def test_a_change_within_the_seeds_is_not_shown(text_of):
    def scattered(runs):
        """Seeds that differ by more than the tuning changed, which is more than the folds differ."""
        for name, offset in (("seed_2", 0.1), ("seed_3", 2.0)):
            edits.regression.predictions(f"tuned_seeds/{name}", offset)(runs)

    errors = {"reference": 0.9, "tuned": 0.1}
    assert "Tuning the regression is not shown to change the test MSE" in text_of(scattered, regression_error=errors)


def test_conclusions_follow_the_classifiers(text_of):
    text = text_of(accuracy={"reference": 0.80, "tuned": 0.90, "improved": 0.96})
    assert "the tuned settings gain" in text and "over the reference ones (p&nbsp;&lt;" in text
    assert "The best of the three by validation accuracy: improved settings." in text
    text = text_of(accuracy={"reference": 0.90, "tuned": 0.80, "improved": 0.80})
    assert "the tuned settings lose" in text
    assert "the improved settings cannot be told apart from the tuned ones" in text


def test_conclusions_without_the_improved_network_are_about_two(text_of):
    text = text_of(switched_off=WITHOUT_IMPROVED)
    assert "the tuned settings gain 2.00 points over the reference ones (p&nbsp;= 0.010). The better" in text
    assert "The better of the two by validation accuracy: tuned network." in text
    assert "p values are not adjusted for it." in text and "put together by hand" not in text
    assert "Switched off in the settings: the improved network." in text


def test_conclusions_follow_the_gaps_and_the_noise(text_of):
    text = text_of()
    assert "In the gaps the networks err more than elsewhere" in text
    assert "Their validation loss is not clearly above the floor that the noise sets." in text
    assert "In the gaps the networks err" not in text_of(edits.regression.no_gaps)
    high = text_of(regression_error={"reference": 2.0, "tuned": 2.0})
    assert "Their validation loss lies clearly above the floor that the noise sets." in high


def test_conclusions_follow_the_baselines(text_of):
    assert "On the test points the mean of the tuned networks is better than" in text_of()
    assert "is worse than the Gaussian process" in text_of(edits.regression.predictions("tuned", 9.0))
    assert "the mean of the tuned networks is" not in text_of(switched_off=["regression/baselines"])


def test_conclusions_follow_the_units(text_of):
    assert "units none is dead" in text_of(dead_units=0)
    assert "units one is dead" in text_of(dead_units=1)
    assert "and the spectra recommend" in text_of() and "(tried, " in text_of()
    assert "(tried, " not in text_of(switched_off=["regression/smaller", "classification/smaller"])


def test_conclusions_follow_the_seeds(text_of):
    every = [
        "regression/reference_seeds",
        "regression/tuned_seeds",
        *(f"classification/{name}_seeds" for name in ("reference", "tuned", "improved")),
    ]
    assert "Seeds are few (3 for the tuned regression, 3 for each classifier)" in text_of()
    assert "Not every network was trained from several seeds;" in text_of(switched_off=every[:1])
    assert "Every network was trained from one seed;" in text_of(switched_off=every)


def test_conclusions_follow_the_edges_of_the_grids(text_of):
    edge = edits.searches.search("regression", lambda values, fold: values["learning_rate"] + fold)
    assert "Beyond the edge of the grids, where the regression’s learning rate" in text_of(edge)


def test_what_is_switched_off_is_missing_and_said_to_be(text_of):
    text = text_of(switched_off=["regression/splits", "classification/double_softmax"])
    assert "settings: other ways to split the points and the loss of the reference report." in text
    assert "Switched off in the settings: " not in text_of()


def test_losses_compare_with_the_reference_report_only_on_its_data(text_of):
    assert "The regression’s data are not those of the reference report" in text_of()
    same = text_of(edits.origins.course_data)
    assert "The regression’s validation losses do not compare with those of the reference report" in same


def test_runs_of_several_versions_are_said_to_be(text_of):
    def change(runs):
        edits.files.edit_json(runs / "regression/tuned/run.json", lambda run: run.update(commit="f" * 40))

    assert "The runs come from one machine and two versions of the code." in text_of(change)
    assert "The runs come from" not in text_of()
