"""Each finding in both directions, and in the cases that are neither."""

import dataclasses
import math

import numpy as np
import pytest
from reporting.findings import classification_findings, regression_findings
from reporting.findings.classifiers import ClassifierComparison, classifier_scores, compare
from reporting.findings.confusion import class_errors, confusions, most_misclassified
from reporting.findings.gaps import find_gaps
from reporting.findings.losses import Change, change_of
from reporting.findings.receptive_fields import field_findings
from reporting.findings.stopping import Stopping, stopping_of

from reporting.results import load_classification_results, load_reference_report, load_regression_results
from tests.invented import write_runs


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    return write_runs(tmp_path_factory.mktemp("runs"))


@pytest.fixture(scope="module")
def regression(runs):
    return load_regression_results(runs)


@pytest.fixture(scope="module")
def classification(runs):
    return load_classification_results(runs)


def with_arrays(variant, field, **arrays):
    """A variant with some arrays exchanged; `__` in a name stands for `/`."""
    changed = getattr(variant, field) | {name.replace("__", "/"): value for name, value in arrays.items()}
    return dataclasses.replace(variant, **{field: changed})


def with_run(variant, **changes):
    return dataclasses.replace(variant, run=dataclasses.replace(variant.run, **changes))


# Regression


def regression_with_errors(tmp_path, reference, tuned):
    errors = {"reference": reference, "tuned": tuned}
    return regression_findings(load_regression_results(write_runs(tmp_path, regression_error=errors)))


def test_clear_improvement_is_improved(tmp_path):
    found = regression_with_errors(tmp_path, 1.0, 0.1)
    assert found.change.improved and not found.change.worse and not found.change.within_spread
    assert found.tuned.test_loss < found.reference.test_loss and found.change.difference < 0


def test_clear_loss_is_worse(tmp_path):
    found = regression_with_errors(tmp_path, 0.1, 1.0)
    assert found.change.worse and not found.change.improved and found.change.difference > 0


def test_small_change_is_within_spread(tmp_path):
    found = regression_with_errors(tmp_path, 0.4, 0.4)
    assert found.change.within_spread and not found.change.improved and not found.change.worse


def test_change_that_is_no_number_is_neither_improved_nor_worse():
    change = Change(math.nan, 0.1, True)
    assert change.within_spread and not change.improved and not change.worse


def test_change_is_paired_only_over_the_same_folds(regression):
    assert change_of(regression.reference, regression.tuned, "test_loss").paired
    other = with_arrays(regression.tuned, "predictions", fold=regression.tuned.predictions["fold"][::-1])
    change = change_of(regression.reference, other, "test_loss")
    spreads = [variant.run.metrics["test_loss_sd"] for variant in (regression.reference, regression.tuned)]
    assert not change.paired and change.spread == pytest.approx(math.hypot(*spreads))


def test_two_gaps_are_found_with_their_test_points(regression):
    found = regression_findings(regression)
    assert found.has_gaps and len(found.gaps) == 2
    assert [(round(gap.start), round(gap.end)) for gap in found.gaps] == [(-3, -1), (2, 3)]
    x = regression.tuned.predictions["x_test"]
    assert found.gaps[0].test_points == np.sum((x > found.gaps[0].start) & (x < found.gaps[0].end))
    assert found.test_points_in_gaps == sum(gap.test_points for gap in found.gaps)


def test_even_points_leave_no_gap():
    assert find_gaps(np.linspace(-5, 5, 100), np.zeros(3)) == ()
    assert find_gaps(np.random.default_rng(0).uniform(-5, 5, 100), np.zeros(3)) == ()


def test_few_points_leave_no_gap_by_chance():
    assert find_gaps(np.array([0.0, 1.0, 3.0, 4.0]), np.zeros(3)) == ()


def test_equal_points_leave_no_gap():
    assert find_gaps(np.ones(5), np.zeros(3)) == ()


def test_error_in_gaps_is_set_against_the_rest(regression):
    found = regression_findings(regression)
    stored = regression.tuned.predictions
    inside = np.any([(stored["x_test"] > gap.start) & (stored["x_test"] < gap.end) for gap in found.gaps], axis=0)
    squared = (stored["test_predictions"] - stored["y_test"]) ** 2
    assert found.gap_error == pytest.approx(squared[:, inside].mean())
    assert found.gaps_are_harder
    perfect_inside = np.where(inside, stored["y_test"], stored["test_predictions"])
    tuned = with_arrays(regression.tuned, "predictions", test_predictions=perfect_inside)
    assert not regression_findings(dataclasses.replace(regression, tuned=tuned)).gaps_are_harder


def test_no_gaps_no_comparison(regression):
    n = len(regression.tuned.predictions["x_train"])
    tuned = with_arrays(regression.tuned, "predictions", x_train=np.linspace(-4, 4, n))
    found = regression_findings(dataclasses.replace(regression, tuned=tuned))
    assert not found.has_gaps and found.gap_error is None and not found.gaps_are_harder and found.outside_error > 0
    assert found.test_points_outside_range == np.sum(np.abs(tuned.predictions["x_test"]) > 4) > 0


def test_same_data_needs_both_files(regression):
    assert not regression_findings(regression).same_data_as_reference
    digests = load_reference_report()["regression"]["data"]
    for kept, same in ((digests, True), ({"train_data.csv": digests["train_data.csv"]}, False)):
        renamed = {f"my_{name}": digest for name, digest in kept.items()}
        tuned = with_run(regression.tuned, data=dataclasses.replace(regression.tuned.run.data, digests=renamed))
        assert regression_findings(dataclasses.replace(regression, tuned=tuned)).same_data_as_reference is same


def test_loss_below_and_above_the_report(tmp_path):
    assert regression_with_errors(tmp_path / "good", 0.4, 0.1).tuned_below_report
    found = regression_with_errors(tmp_path / "bad", 0.4, 1.5)
    assert not found.tuned_below_report and not found.ensemble_below_report


def test_same_winner_as_report(regression):
    assert not regression_findings(regression).same_winner_as_report
    winner = load_reference_report()["regression"]["winner"]
    ranked = [
        row | {"rank": 1} if all(row[k] == v for k, v in winner.items()) else row | {"rank": row["rank"] + 1}
        for row in regression.search.trials
    ]
    search = dataclasses.replace(regression.search, trials=ranked)
    assert regression_findings(dataclasses.replace(regression, search=search)).same_winner_as_report


def test_test_loss_below_and_above_validation_loss(regression):
    losses = regression_findings(regression).tuned
    assert losses.test_below_validation
    assert not dataclasses.replace(losses, test_loss=9.0).test_below_validation


def test_stopping_that_fired_cannot_fire_and_did_not(regression):
    assert not stopping_of(regression.tuned).fired
    rows = [row | {"stopped_early": row["fold"] < 3, "epochs": 20 + row["fold"]} for row in regression.tuned.folds]
    stopping = stopping_of(dataclasses.replace(regression.tuned, folds=rows))
    assert (
        stopping.fired
        and (stopping.stopped_early, stopping.fits) == (2, 5)
        and (stopping.fewest_epochs, stopping.most_epochs) == (21, 25)
    )
    assert Stopping(1, 0, 500, 500, max_epochs=500, patience=400).can_fire
    assert not Stopping(1, 0, 15, 15, max_epochs=15, patience=500).can_fire


# Classification

REPORT = load_reference_report()["classification"]


def answering(classification, tuned_labels, reference_labels=None):
    """Results whose tuned (and reference) network gives these labels with certainty."""
    changed = {}
    for name, labels in (("tuned", tuned_labels), ("reference", reference_labels)):
        if labels is not None:
            wrong = np.flatnonzero(labels != classification.tuned.predictions["test_labels"])
            arrays = {
                "test_probabilities": np.eye(10)[labels],
                "error_index": wrong,
                "error_image": np.zeros((len(wrong), 28, 28), np.uint8),
            }
            changed[name] = with_arrays(getattr(classification, name), "predictions", **arrays)
    return dataclasses.replace(classification, **changed)


@pytest.fixture
def truth(classification):
    return classification.tuned.predictions["test_labels"]


def test_perfect_classifier(classification, truth):
    found = classification_findings(answering(classification, truth))
    assert (
        found.errors == 0 and found.most_misclassified == () and found.confusions == () and found.never_predicted == ()
    )
    assert not found.same_classes_as_report
    assert all(item.recall.value == 1 for item in found.classes)


def test_one_class_classifier(classification, truth):
    found = classification_findings(answering(classification, np.full_like(truth, 3)))
    assert found.errors == 900 and len(found.never_predicted) == 9 and "Dress" not in found.never_predicted
    assert {item.label for item in found.most_misclassified} == set(range(10)) - {3}


def test_most_misclassified_as_in_the_report_and_not(classification):
    found = classification_findings(classification)
    assert found.same_classes_as_report and found.most_misclassified[0].name == "Shirt"
    matrix = np.diag([100] * 10)
    matrix[5, 7] = 40
    assert [item.label for item in most_misclassified(class_errors(matrix, REPORT))] == [5]
    assert not dataclasses.replace(
        found, most_misclassified=most_misclassified(class_errors(matrix, REPORT))
    ).same_classes_as_report


def test_equal_errors_single_out_no_class():
    assert most_misclassified(class_errors(np.ones((10, 10), dtype=int), REPORT)) == ()


def test_class_without_images_has_no_recall():
    matrix = np.diag([5] * 9 + [0])
    assert class_errors(matrix, REPORT)[9].recall is None and class_errors(matrix, REPORT)[9].errors == 0


def test_confusions_are_the_largest_cells_off_the_diagonal():
    matrix = np.diag([1000] * 10)
    matrix[6, 0], matrix[0, 6] = 9, 12
    assert [(item.true, item.predicted, item.images) for item in confusions(matrix, 3)] == [
        ("T-shirt", "Shirt", 12),
        ("Shirt", "T-shirt", 9),
    ]


def compared(classification, first_wrong, second_wrong):
    """The comparison of two networks that err on these images only."""
    truth = classification.tuned.predictions["test_labels"]
    labels = [truth.copy(), truth.copy()]
    for answers, wrong in zip(labels, (first_wrong, second_wrong), strict=True):
        answers[wrong] = (answers[wrong] + 1) % 10
    changed = answering(classification, labels[1], labels[0])
    return compare(changed.reference, changed.tuned)


def test_configuration_better_worse_and_undecided(classification):
    better = compared(classification, slice(0, 60), slice(0, 20))
    assert better.better and not better.worse and not better.undecided and better.difference == pytest.approx(0.04)
    worse = compared(classification, slice(0, 20), slice(0, 60))
    assert worse.worse and not worse.better and (worse.only_first_right, worse.only_second_right) == (40, 0)
    undecided = compared(classification, slice(0, 20), slice(10, 32))
    assert undecided.undecided and not undecided.better and not undecided.worse


def test_equal_configurations_are_undecided():
    assert ClassifierComparison(0.0, 0, 0, 1.0).undecided


def test_early_dropping_cannot_fire_but_a_short_patience_can(classification):
    found = classification_findings(classification)
    assert not found.reference.stopping.can_fire and not found.reference.stopping.fired
    assert found.tuned.stopping.can_fire


@pytest.mark.parametrize(
    ("losses", "epoch", "rose"),
    [([3, 2, 1], 3, False), ([3, 1, 2], 2, True), ([3, 1, 1.04], 2, False), ([3, 1, math.nan], 2, True)],
)
def test_validation_loss_rose(classification, losses, epoch, rose):
    history = [{"fold": 1, "epoch": k + 1, "validation_loss": loss} for k, loss in enumerate(losses)]
    scores = classifier_scores(dataclasses.replace(classification.tuned, history=history))
    assert (scores.lowest_validation_loss_epoch, scores.validation_loss_rose) == (epoch, rose)


def test_test_interval_holds_the_accuracy(classification):
    scores = classification_findings(classification).tuned
    assert scores.test_interval[0] < scores.test_accuracy < scores.test_interval[1]


@pytest.mark.parametrize(
    ("accuracy", "agrees", "above"), [(0.90, True, False), (0.95, False, True), (0.80, False, False)]
)
def test_agreement_with_the_report(tmp_path, accuracy, agrees, above):
    runs = write_runs(tmp_path, accuracy={"reference": accuracy, "tuned": 0.91, "improved": 0.93})
    found = classification_findings(load_classification_results(runs))
    assert (found.agrees_with_report, found.above_report) == (agrees, above)


def test_best_on_validation(tmp_path):
    runs = write_runs(tmp_path, accuracy={"reference": 0.89, "tuned": 0.92, "improved": 0.90})
    assert classification_findings(load_classification_results(runs)).best_on_validation == "tuned"


def test_fields_that_show_their_classes_and_fields_that_do_not(classification):
    found = classification_findings(classification)
    assert found.all_methods_show_classes and not found.no_method_shows_classes
    arrays = classification.tuned.receptive_fields
    noise = {name: arrays[f"untrained_{name}"] for name in ("back_projection", "gradient", "activation_maximisation")}
    assert not any(field.shows_classes for field in field_findings(arrays | noise))
    some = dataclasses.replace(found, fields=field_findings(arrays | {"gradient": noise["gradient"]}))
    assert not some.all_methods_show_classes and not some.no_method_shows_classes


def test_fields_of_the_control_must_be_worse(classification):
    arrays = classification.tuned.receptive_fields
    assert not any(
        field.shows_classes
        for field in field_findings(arrays | {f"untrained_{name}": value for name, value in arrays.items()})
    )


def test_black_fields_show_nothing(classification):
    arrays = classification.tuned.receptive_fields
    black = field_findings(arrays | {"gradient": np.zeros((10, 28, 28))})[1]
    assert black.recognised == 0 and black.correlation == 0 and not black.shows_classes


def test_blank_maps_are_counted(classification):
    maps = np.zeros((32, 26, 26))
    maps[3, 5, 5] = 1
    tuned = with_arrays(classification.tuned, "features", conv_1__maps=maps)
    found = classification_findings(dataclasses.replace(classification, tuned=tuned))
    assert found.blank_maps["conv_1"] == 31 and found.maps["conv_1"] == 32
