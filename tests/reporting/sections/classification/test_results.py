"""The three configurations' results, which of two is better, and how the tuned network was trained."""

import dataclasses
import math

import numpy as np
import pytest

from reporting.results import load_reference_report, load_results
from reporting.sections.classification.results import (
    compare,
    difference_of_shares,
    figures,
    plot_losses,
    rows,
    training_of,
)
from tests.invented import write_runs
from tests.reporting.sections.classification.answers import EXTRAS, answering, exchanged, findings_of


def compared(results, first_wrong, second_wrong):
    """The comparison of two networks that err on these images only."""
    answers = []
    for wrong in (first_wrong, second_wrong):
        labels = results.tuned.predictions["test_labels"].copy()
        labels[wrong] = (labels[wrong] + 1) % 10
        answers.append(answering(results.tuned, labels))
    return compare(*answers)


def test_configuration_better_worse_and_undecided(results):
    better = compared(results, slice(0, 60), slice(0, 20))
    assert better.difference.better and not better.difference.undecided
    assert better.difference.value == pytest.approx(0.04) and better.p_value < 0.001
    worse = compared(results, slice(0, 20), slice(0, 60))
    assert worse.difference.worse and (worse.only_first_right, worse.only_second_right) == (40, 0)
    assert compared(results, slice(0, 20), slice(10, 32)).difference.undecided


def test_equal_configurations_are_undecided(results):
    same = compared(results, slice(0, 20), slice(0, 20))
    assert same.difference.undecided and same.difference.value == 0 and same.p_value == 1


@pytest.mark.parametrize(
    ("losses", "epoch", "rose"),
    [([3, 2, 1], 3, False), ([3, 1, 2], 2, True), ([3, 1, 1.04], 2, False), ([3, 1, math.nan], 2, True)],
)
def test_validation_loss_rose(results, losses, epoch, rose):
    history = [{"fold": 1, "epoch": k + 1, "validation_loss": loss} for k, loss in enumerate(losses)]
    scores = training_of(dataclasses.replace(results.tuned, history=history))
    assert (scores.lowest_validation_loss_epoch, scores.validation_loss_rose) == (epoch, rose)


def test_test_interval_holds_the_accuracy(found):
    scores = found("results").tuned
    assert scores.test_interval[0] < scores.test_accuracy < scores.test_interval[1]


def test_best_on_validation(tmp_path):
    runs = write_runs(tmp_path, accuracy={"reference": 0.89, "tuned": 0.92, "improved": 0.90})
    assert findings_of(load_results(runs, "classification"))("results").best_on_validation == "tuned"


def test_the_difference_of_shares_is_the_second_less_the_first():
    difference = difference_of_shares((0.8, 100), (0.9, 400))
    margin = 1.96 * math.sqrt(0.8 * 0.2 / 100 + 0.9 * 0.1 / 400)
    assert (difference.value, difference.margin) == pytest.approx((0.1, margin)) and difference.better


def test_the_table_has_the_report_the_configurations_and_their_variations(results, found):
    report, *own = rows(results)
    assert report.test_accuracy == load_reference_report()["classification"]["test_accuracy"]
    assert (report.train_loss, report.test_interval, report.rung) == (None, None, None)
    assert [row.name for row in own] == ["reference", "double_softmax", "tuned", "smaller", "improved"]
    assert [row.name for row in own if row.best] == [found("results").best_on_validation]
    assert [row.rung.seeds if row.rung else None for row in own] == [3, None, 3, None, 3]
    assert own[2].test_accuracy == own[2].rung.accuracy == found("results").tuned.test_accuracy
    assert own[3].test_accuracy == found("smaller").scores.test_accuracy


def test_without_extras_the_table_has_the_configurations_alone(tmp_path):
    runs = write_runs(tmp_path, switched_off=tuple(f"classification/{name}" for name in EXTRAS))
    results = load_results(runs, "classification")
    own = rows(results)[1:]
    assert [row.name for row in own] == list(results.variants) and {row.rung.sd for row in own} == {None}


def test_training_is_drawn_as_loss_and_accuracy(results, found):
    loss, accuracy = (draw() for draw in figures(results, found)["classification_training"])
    for figure, kind in ((loss, "loss"), (accuracy, "accuracy")):
        drawn = [list(line.get_ydata()) for line in figure.axes[0].get_lines()]
        assert drawn == [list(results.tuned.curves(f"{part}_{kind}")[0]) for part in ("train", "validation")]
    assert loss.axes[0].get_ylabel() == "cross-entropy" and accuracy.axes[0].get_ylabel() == "accuracy"


def test_a_loss_with_a_second_softmax_is_labelled_so(results):
    case = results.extras["double_softmax"].case
    run = dataclasses.replace(case.run, config=dict(case.run.config) | {"loss": "double_softmax"})
    assert plot_losses(dataclasses.replace(case, run=run)).axes[0].get_ylabel() == "cross-entropy, twice softmax"


def test_one_network_three_times_is_no_difference(results):
    same = findings_of(exchanged(results, tuned=results.reference, improved=results.reference))("results")
    assert same.tuned_against_reference.difference.undecided and same.best_on_validation == "reference"
    assert np.isneginf(same.improved_against_tuned.difference.low)
