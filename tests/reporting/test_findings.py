"""Each finding in both directions, and in the cases that are neither."""

import dataclasses
import math

import numpy as np
import pytest

from reporting.findings import classification_findings, regression_findings
from reporting.findings.classifiers import ClassifierComparison, classifier_scores, compare
from reporting.findings.confusion import class_errors, confusions, most_misclassified
from reporting.findings.gaps import find_gaps
from reporting.findings.layers import layer_units, shape_of
from reporting.findings.losses import Change, change_of
from reporting.findings.receptive_fields import field_findings
from reporting.findings.search import effect, is_edge, main_effects, search_findings
from reporting.findings.stopping import Stopping, stopping_of
from reporting.results import SearchResults, load_classification_results, load_reference_report, load_regression_results
from tests.example_runs import write_example_runs


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    return write_example_runs(tmp_path_factory.mktemp("runs"))


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
    return regression_findings(load_regression_results(write_example_runs(tmp_path, regression_error=errors)))


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
        stopping.fired and (stopping.stopped_early, stopping.fits) == (2, 5) and (stopping.fewest_epochs, stopping.most_epochs) == (21, 25)
    )
    assert Stopping(1, 0, 500, 500, max_epochs=500, patience=400).can_fire
    assert not Stopping(1, 0, 15, 15, max_epochs=15, patience=500).can_fire


# Layers


def test_shapes_of_distributions():
    rng = np.random.default_rng(0)
    assert shape_of(rng.normal(size=(100, 100))) == "normal"
    assert shape_of(rng.uniform(-1, 1, 10000)) == "flat"
    assert shape_of(rng.laplace(size=10000)) == "heavy-tailed"
    assert shape_of(rng.exponential(size=10000)) == "skewed"
    assert shape_of(np.zeros(10)) == "constant"


def test_layers_all_some_and_none_normal(regression):
    found = regression_findings(regression)
    flat, normal = (dataclasses.replace(found.weights[0], shape=shape) for shape in ("flat", "normal"))
    every = dataclasses.replace(found, weights=(normal, normal))
    assert every.all_layers_normal and not every.no_layer_normal
    some = dataclasses.replace(found, weights=(flat, normal))
    assert not some.all_layers_normal and not some.no_layer_normal
    none = dataclasses.replace(found, weights=(flat, flat))
    assert not none.all_layers_normal and none.no_layer_normal
    assert found.widest_layer.layer == "hidden_1"


def units(minimum, maximum):
    minimum, maximum = np.array(minimum, dtype="float32"), np.array(maximum, dtype="float32")
    return layer_units(
        "a", {"a/minimum": minimum, "a/maximum": maximum, "a/active_share": np.full(len(maximum), 0.5), "a/spectrum": np.ones(len(maximum))}
    )


def test_dead_units_are_those_that_never_change():
    assert units([0, 0, -1, 0.7], [1, 0, 1, 0.7]).dead == 2
    assert units([0, 0, -1], [1, 2, 1]).all_used
    assert units([0, np.nan], [1, np.nan]).dead == 1
    assert units([0, 0], [0, 0]).dead_share == 1
    assert units([0], [1]).probe_active == ()


def test_all_units_used_and_some_dead(tmp_path):
    used = regression_findings(load_regression_results(write_example_runs(tmp_path / "a", dead_units=0)))
    assert used.all_units_used and used.dead_units == 0 and used.hidden_units == 16 + 24 + 32
    some = regression_findings(load_regression_results(write_example_runs(tmp_path / "b", dead_units=3)))
    assert not some.all_units_used and some.dead_units == 3 and [layer.dead for layer in some.units] == [0, 0, 3]


# Search


def search_of(scores, direction="min", objective="validation_loss", grid=None, **columns):
    """A search over one hyperparameter: scores is one row of folds for each of its values."""
    grid = grid or {"batch_size": [16 * 2**k for k in range(len(scores))]}
    name, values = next(iter(grid.items()))
    folds = [
        {"trial": trial, "fold": fold, objective: score, "stopped_early": False}
        | {key: column[trial - 1] for key, column in columns.items()}
        for trial, row in enumerate(scores, start=1)
        for fold, score in enumerate(row, start=1)
    ]
    means = [float(np.mean(row)) for row in scores]
    order = sorted(range(len(means)), key=lambda k: (math.isnan(means[k]), means[k] if direction == "min" else -means[k]))
    trials = [
        {"trial": k + 1, name: values[k], "score": means[k], "score_sd": 0.1, "rank": order.index(k) + 1, "seconds": 1.0}
        for k in range(len(means))
    ]
    space = {"objective": objective, "direction": direction, "folds": len(scores[0]), "grid": grid}
    return SearchResults(None, space, trials, folds, {})


def tied_with_the_winner(search, validation_points=20):
    """The trials that are tied with the best one."""
    return [item.trial for item in search_findings(search, {}, validation_points).tied]


def test_winner_far_ahead_is_distinct():
    found = search_findings(search_of([[1.0, 1.1, 1.2], [2.0, 2.1, 2.21]]), {"batch_size": 32}, 20)
    assert found.winner_is_distinct and found.winner == {"batch_size": 16}
    assert found.reference_rank == 2 and not found.winner_is_reference_setting


def test_winner_within_the_noise_is_tied():
    found = search_findings(search_of([[1.0, 1.4, 0.9], [1.2, 1.0, 1.3]]), {"batch_size": 16}, 20)
    assert [item.trial for item in found.tied] == [2] and found.all_tied and found.winner_is_reference_setting
    assert found.ranked[1].verdict == "tied" and found.ranked[0].verdict == "best"


def test_ties_are_paired_over_folds():
    assert tied_with_the_winner(search_of([[1.0, 5.0, 9.0], [1.1, 5.1, 9.101]])) == []


def test_equal_trials_are_tied():
    assert tied_with_the_winner(search_of([[1.0, 2.0], [1.0, 2.0]])) == [2]


def test_many_comparisons_need_more_evidence_each():
    scores = [[1.0, 1.1, 1.2], [1.5, 1.52, 1.8]]
    alone, among = search_of(scores), search_of([*scores, *([[1.3, 0.9, 1.6]] * 20)])
    adjusted = [next(item.adjusted for item in search_findings(search, {}, 20).ranked if item.trial == 2) for search in (alone, among)]
    assert adjusted[0] < 0.2 < adjusted[1]


def test_one_fold_is_judged_by_the_binomial_error():
    search = search_of([[0.91], [0.90]], "max", "validation_accuracy")
    assert tied_with_the_winner(search, 1000) == [2] and tied_with_the_winner(search, 100_000) == []


def test_one_fold_of_losses_is_judged_by_its_accuracies():
    search = search_of([[0.30], [0.50]], validation_accuracy=[0.90, 0.89])
    assert tied_with_the_winner(search, 1000) == [2] and tied_with_the_winner(search, 100_000) == []


def test_one_fold_of_losses_alone_tells_nothing_apart():
    found = search_findings(search_of([[0.30], [0.50]]), {}, 20)
    assert [item.trial for item in found.tied] == [2] and found.cheapest is None


def test_cheapest_within_one_standard_error():
    search = search_of([[1.0, 1.2, 1.4], [1.05, 1.25, 1.45], [3.0, 3.1, 3.2]])
    for row, seconds in zip(search.trials, (9.0, 4.0, 1.0), strict=True):
        row["seconds"] = seconds
    assert search_findings(search, {}, 20).cheapest.trial == 2


def test_shares_of_variance_of_a_full_grid():
    grid = {"a": [1, 2], "b": [1, 2]}
    trials = [{"trial": k, "a": a, "b": b, "score": 10.0 * a + b} for k, (a, b) in enumerate([(1, 1), (1, 2), (2, 1), (2, 2)], 1)]
    shares, _ = main_effects(SearchResults(None, {"grid": grid}, trials, [], {}))
    assert shares == {"a": pytest.approx(100 / 101), "b": pytest.approx(1 / 101)}


def test_diverged_trial_is_counted_and_never_tied():
    found = search_findings(search_of([[1.0, 1.1], [math.nan, 1.0]]), {}, 20)
    assert found.diverged == 1 and found.winner_is_distinct and found.worst_score == pytest.approx(1.05)
    assert found.reference_rank is None and found.strongest is None and found.ranked[1].verdict == "failed"


def test_grid_of_one_combination():
    found = search_findings(search_of([[1.0, 1.1]]), {"batch_size": 16}, 20)
    assert found.winner_is_distinct and found.winner_is_reference_setting and found.strongest is None and found.at_edge == ()


def test_edge_needs_three_numbers():
    assert is_edge([1, 2, 3], 3) and is_edge([1, 2, 3], 1) and not is_edge([1, 2, 3], 2)
    assert not is_edge([1, 2], 2) and not is_edge(["a", "b", "c"], "a") and not is_edge([False, True], True)


def test_effect_is_the_range_of_the_means():
    trials = [{"a": 1, "score": 1.0}, {"a": 1, "score": 3.0}, {"a": 2, "score": 5.0}, {"a": 2, "score": math.nan}]
    assert effect(trials, "a") == 3.0


def test_strongest_hyperparameter(regression):
    assert regression_findings(regression).search.strongest.name == "batch_size"


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
    assert found.errors == 0 and found.most_misclassified == () and found.confusions == () and found.never_predicted == ()
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
    assert not dataclasses.replace(found, most_misclassified=most_misclassified(class_errors(matrix, REPORT))).same_classes_as_report


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
    ("losses", "epoch", "rose"), [([3, 2, 1], 3, False), ([3, 1, 2], 2, True), ([3, 1, 1.04], 2, False), ([3, 1, math.nan], 2, True)]
)
def test_validation_loss_rose(classification, losses, epoch, rose):
    history = [{"fold": 1, "epoch": k + 1, "validation_loss": loss} for k, loss in enumerate(losses)]
    scores = classifier_scores(dataclasses.replace(classification.tuned, history=history))
    assert (scores.lowest_validation_loss_epoch, scores.validation_loss_rose) == (epoch, rose)


def test_test_interval_holds_the_accuracy(classification):
    scores = classification_findings(classification).tuned
    assert scores.test_interval[0] < scores.test_accuracy < scores.test_interval[1]


@pytest.mark.parametrize(("accuracy", "agrees", "above"), [(0.90, True, False), (0.95, False, True), (0.80, False, False)])
def test_agreement_with_the_report(tmp_path, accuracy, agrees, above):
    runs = write_example_runs(tmp_path, accuracy={"reference": accuracy, "tuned": 0.91, "improved": 0.93})
    found = classification_findings(load_classification_results(runs))
    assert (found.agrees_with_report, found.above_report) == (agrees, above)


def test_best_on_validation(tmp_path):
    runs = write_example_runs(tmp_path, accuracy={"reference": 0.89, "tuned": 0.92, "improved": 0.90})
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
    assert not any(field.shows_classes for field in field_findings(arrays | {f"untrained_{name}": value for name, value in arrays.items()}))


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
