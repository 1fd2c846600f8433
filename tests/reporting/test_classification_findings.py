"""The findings about accuracy, calibration, mistakes and extras of the classification, each in both directions."""

import dataclasses

import numpy as np
import pytest
from reporting.findings import classification_findings
from reporting.findings.ablation import ablation_of
from reporting.findings.calibration import calibration_of
from reporting.findings.classification import shared_settings
from reporting.findings.confusion import class_errors, confusions
from reporting.findings.ladder import Rung, compare_seeds
from reporting.findings.mistakes import examples_of, suspects_of

from reporting.results import load_classification_results, load_reference_report
from tests.invented import write_runs

REPORT = load_reference_report()["classification"]
EXTRAS = ("double_softmax", "reference_seeds", "tuned_seeds", "improved_seeds", "ablation", "smaller")


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    return load_classification_results(write_runs(tmp_path_factory.mktemp("runs")))


@pytest.fixture(scope="module")
def found(results):
    return classification_findings(results)


def answering(variant, labels, confidence, part="test"):
    """A variant that gives these labels with this confidence on the images of `part`."""
    stored = variant.predictions
    probabilities = np.full((len(labels), 10), (1 - confidence) / 9)
    probabilities[np.arange(len(labels)), labels] = confidence
    wrong = np.flatnonzero(labels != stored[f"{part}_labels"])
    errors = {"error_index": wrong, "error_image": np.zeros((len(wrong), 28, 28), np.uint8)} if part == "test" else {}
    return dataclasses.replace(variant, predictions=stored | errors | {f"{part}_probabilities": probabilities})


def right_in(variant, share, part="test"):
    """The variant's labels of `part`, wrong by one in the last images."""
    labels = variant.predictions[f"{part}_labels"].copy()
    wrong = slice(round(share * len(labels)), None)
    labels[wrong] = (labels[wrong] + 1) % 10
    return labels


# Calibration


@pytest.mark.parametrize(
    ("confidence", "over", "under"), [(0.99, True, False), (0.9, False, False), (0.7, False, True)]
)
def test_over_and_underconfident(results, confidence, over, under):
    item = calibration_of(answering(results.tuned, right_in(results.tuned, 0.9), confidence))
    assert (item.overconfident, item.underconfident) == (over, under)
    assert item.calibrated is not (over or under)
    assert item.error == pytest.approx(abs(confidence - 0.9), abs=1e-6)


def test_scaling_that_helps_that_does_not_and_that_does_half(results):
    overconfident = answering(results.tuned, right_in(results.tuned, 0.9), 0.99)
    helped = answering(overconfident, right_in(results.tuned, 0.9, "validation"), 0.99, "validation")
    item = calibration_of(helped)
    assert item.scaling_lowers_both and not item.scaling_raises_both and item.temperature > 1 and item.scaled_calibrated
    misled = answering(overconfident, right_in(results.tuned, 1.0, "validation"), 0.5, "validation")
    item = calibration_of(misled)
    assert (
        item.scaling_raises_both
        and not item.scaling_lowers_both
        and item.temperature_at_edge
        and not item.scaled_calibrated
    )
    half = dataclasses.replace(item, scaled_error=0.0)
    assert not half.scaling_lowers_both and not half.scaling_raises_both


def test_temperature_is_not_at_the_edge_as_a_rule(found):
    assert not any(item.temperature_at_edge for item in found.calibrations.values())


def test_refusing_helps_if_confidence_tells_right_from_wrong(results, found):
    assert found.calibrations["tuned"].refusing_helps and 0 < found.calibrations["tuned"].wanted_coverage < 1
    same = calibration_of(answering(results.tuned, right_in(results.tuned, 0.9), 0.95))
    assert not same.refusing_helps and same.wanted_coverage == 0
    assert same.accuracy_of_most_confident == pytest.approx(0.9) and same.error_of_most_confident == pytest.approx(0.1)
    perfect = calibration_of(answering(results.tuned, right_in(results.tuned, 1.0), 0.95))
    assert not perfect.refusing_helps and perfect.wanted_coverage == 1


# Ladder


def rung(*accuracies):
    return Rung("tuned", accuracies, (0, 1), False)


def test_ladder_rises_from_people_to_the_record(found):
    assert list(found.rungs) == [
        "human",
        "other_reports",
        "reference_report",
        "reference",
        "tuned",
        "improved",
        "two_convolutions",
        "record",
    ]
    assert found.rungs["human"].accuracy == 0.835 and found.rungs["human"].interval[0] < 0.835
    assert found.rungs["tuned"].seeds == 3 and found.rungs["tuned"].accuracy == found.tuned.test_accuracy
    assert found.several_seeds


def test_mean_and_deviation_over_seeds():
    assert rung(0.9, 0.92).mean == pytest.approx(0.91) and rung(0.9, 0.92).sd == pytest.approx(0.02 / 2**0.5)
    assert rung(0.9).sd is None


def test_seeds_always_ahead_always_behind_and_mixed():
    ahead = compare_seeds(rung(0.90, 0.91), rung(0.93, 0.92, 0.94))
    assert (
        ahead.always_ahead
        and not ahead.always_behind
        and ahead.pairings == 6
        and ahead.difference == pytest.approx(0.025)
    )
    behind = compare_seeds(rung(0.93, 0.92, 0.94), rung(0.90, 0.91))
    assert behind.always_behind and not behind.always_ahead
    mixed = compare_seeds(rung(0.90, 0.92), rung(0.91, 0.91))
    assert not mixed.always_ahead and not mixed.always_behind and (mixed.ahead, mixed.behind) == (2, 2)
    equal = compare_seeds(rung(0.90, 0.90), rung(0.90, 0.90))
    assert not equal.always_ahead and not equal.always_behind and equal.ahead == 0


def test_one_seed_is_not_compared():
    assert compare_seeds(rung(0.9), rung(0.91, 0.92)) is None


# Ablation


def test_ingredients_help_hurt_and_stay_undecided(found):
    verdicts = {name: [item.name for item in found.ablation.named(name)] for name in ("helps", "hurts", "undecided")}
    assert verdicts == {"helps": ["horizontal_flips", "learning_rate"], "hurts": ["dropout"], "undecided": ["padding"]}
    item = found.ablation.ingredients[0]
    assert (
        dataclasses.replace(item, interval=(0.01, 0.02)).hurts
        and not dataclasses.replace(item, interval=(0.01, 0.02)).undecided
    )
    assert dataclasses.replace(item, interval=(0.0, 0.02)).undecided


def test_ablation_knows_what_changed_and_by_how_much(results, found):
    rate = found.ablation.ingredients[-1]
    assert rate.changes == {"learning_rate": (0.002, 0.0001), "learning_rate_schedule": ("cosine", "constant")}
    accuracies = [
        results.extras["ablation"].cases[name].run.metrics["validation_accuracy"]
        for name in ("complete", "without_learning_rate")
    ]
    assert found.ablation.complete == pytest.approx(accuracies[0]) and rate.difference == pytest.approx(
        accuracies[1] - accuracies[0]
    )
    assert rate.interval[0] < rate.difference < rate.interval[1]


def test_ablation_without_an_ingredient_is_none(results):
    extra = results.extras["ablation"]
    assert ablation_of(dataclasses.replace(extra, cases={"complete": extra.cases["complete"]})) is None


# The loss with a second softmax


def test_the_reports_loss_is_read_as_probabilities(found):
    decoder = found.decoder
    assert decoder.report_share == pytest.approx(0.9032, abs=1e-4)
    assert decoder.report_probability == pytest.approx((2.4026 - 1.558, 0.9032), abs=1e-4)
    assert decoder.reference_share == pytest.approx(decoder.bounds[1] - found.reference.train_loss_double_softmax)


def test_training_on_the_second_softmax_is_compared(results, found):
    second, case = found.decoder.trained, results.extras["double_softmax"].cases["double_softmax"]
    assert (
        second.last_train_loss == case.history[-1]["train_loss"]
        and second.first_train_loss == case.history[0]["train_loss"]
    )
    assert second.against_reference.difference == pytest.approx(
        second.scores.test_accuracy - found.reference.test_accuracy
    )


# Mistakes


def test_class_shares_by_hand():
    matrix = np.diag([90] * 10)
    matrix[0, 6] = 10
    shirt, top = class_errors(matrix, REPORT)[6], class_errors(matrix, REPORT)[0]
    assert shirt.precision.value == 0.9 and shirt.recall.value == 1 and shirt.f1.value == pytest.approx(2 * 90 / 190)
    assert (
        top.recall.value == 0.9 and top.recall.low < 0.9 < top.recall.high and top.f1.low < top.f1.value < top.f1.high
    )
    assert top.report_difference == pytest.approx(0.9 - 0.860) and not top.differs_from_report
    assert shirt.report_difference == pytest.approx(1 - 0.688) and shirt.differs_from_report


def test_class_without_images_or_answers_has_no_share():
    matrix = np.diag([5] * 9 + [0])
    empty = class_errors(matrix, REPORT)[9]
    assert (empty.precision, empty.recall, empty.f1, empty.report_difference) == (
        None,
    ) * 4 and not empty.differs_from_report
    matrix[8] = 0
    matrix[8, 0] = 5
    missed = class_errors(matrix, REPORT)[8]
    assert missed.precision is None and missed.recall.value == 0 and missed.f1.value == 0


def test_examples_are_the_most_and_the_least_certain(results, found):
    pair, (most, least) = found.confusions[0], found.examples[0]
    assert most.predicted_probability > least.predicted_probability and most.true == least.true == pair.true
    probabilities = results.tuned.predictions["test_probabilities"][most.index]
    assert most.predicted_probability == pytest.approx(probabilities.max()) and most.image.shape == (28, 28)


def test_single_confusion_is_shown_once(results):
    labels = results.tuned.predictions["test_labels"].copy()
    labels[0] = (labels[0] + 1) % 10
    variant = answering(results.tuned, labels, 0.8)
    matrix = np.zeros((10, 10), dtype=int)
    matrix[results.tuned.predictions["test_labels"][0], labels[0]] = 1
    assert [mistake.index for mistake in examples_of(variant, confusions(matrix, 6)[0])] == [0]


@pytest.mark.parametrize(("confidences", "certain"), [((0.99, 0.95), 20), ((0.99, 0.6), 0)])
def test_suspects_need_every_network_to_be_certain(results, confidences, certain):
    labels = right_in(results.tuned, 0.98)
    found = suspects_of([answering(results.tuned, labels, confidence) for confidence in confidences])
    assert (found.networks, found.agreed, found.certain, len(found.shown)) == (2, 20, certain, min(certain, 8))
    if certain:
        assert found.shown[0].predicted_probability == pytest.approx(min(confidences))
        assert found.shown[0].true_probability == pytest.approx((1 - min(confidences)) / 9)


def test_no_suspects_without_agreement(results):
    right = results.tuned.predictions["test_labels"]
    found = suspects_of(
        [answering(results.tuned, right_in(results.tuned, 0.5), 0.99), answering(results.tuned, right, 0.99)]
    )
    assert found.agreed == found.certain == 0 and found.shown == ()


# Settings and extras


def test_settings_that_all_share():
    assert shared_settings([{"a": 1, "b": 2}, {"a": 1, "b": 3}]) == {"a": 1}
    assert shared_settings([{"a": 1}, {"a": 1}]) == {}


def test_smaller_network_is_smaller_or_not(found):
    assert found.smaller.is_smaller and found.smaller.sizes == {"filters": [16, 24], "dense_units": [16, 24]}
    assert not dataclasses.replace(found.smaller, parameter_share=1.0).is_smaller


def test_extras_that_are_switched_off_leave_nothing(tmp_path):
    runs = write_runs(tmp_path, switched_off=tuple(f"classification/{name}" for name in EXTRAS))
    found = classification_findings(load_classification_results(runs))
    assert found.switched_off == EXTRAS
    assert (found.ablation, found.smaller, found.decoder.trained, found.tuned_seeds_against_reference) == (None,) * 4
    assert not found.several_seeds and found.suspects.networks == 3 and found.rungs["tuned"].sd is None
