"""The reference report's loss, read as probabilities, and the training on it."""

import dataclasses

import pytest

from reporting.sections.classification.loss import figures, plot_double_softmax_curves
from reporting.stats.metrics import double_softmax_bounds
from tests.reporting.drawn import saved
from tests.reporting.sections.classification.answers import change_run, exchanged, findings_of


def test_the_reports_loss_is_read_as_probabilities(found):
    decoder = found("loss")
    assert decoder.report_share == pytest.approx(0.9032, abs=1e-4)
    assert decoder.report_probability == pytest.approx((0.8881, 0.9032), abs=1e-4)
    assert decoder.reference_share == pytest.approx(
        decoder.bounds[1] - found("results").reference.train_loss_double_softmax
    )


def test_training_on_the_second_softmax_is_compared(results, found):
    second, case = found("loss").trained, results.extras["double_softmax"].case
    assert (second.first_train_loss, second.last_train_loss) == (
        case.history[0]["train_loss"],
        case.history[-1]["train_loss"],
    )
    assert second.against_reference.difference.value == pytest.approx(
        second.scores.test_accuracy - found("results").reference.test_accuracy
    )
    assert second.reference_train_losses[0] == results.reference.history[0]["train_loss"]
    assert second.calibration is found("calibration").second_softmax


def test_reference_settings_that_are_trained_on_it_need_no_further_training(results, found):
    config = dict(results.reference.run.config) | {"loss": "double_softmax"}
    reference = dataclasses.replace(results.reference, run=dataclasses.replace(results.reference.run, config=config))
    changed = exchanged(results, reference=reference)
    decoder = findings_of(changed)("loss")
    assert decoder.reference_on_it and decoder.trained is None and figures(changed, found) == {}
    assert not found("loss").reference_on_it


def test_double_softmax_curves_lie_between_the_bounds():
    bounds = double_softmax_bounds(10)
    axes = plot_double_softmax_curves([1.7, 1.6], [1.65, 1.62], bounds, 1.558).axes[0]
    levels = [line.get_ydata()[0] for line in axes.get_lines()[2:]]
    assert levels == pytest.approx([1.558, *bounds])
    assert axes.get_ylim()[0] < bounds[0] and axes.get_ylim()[1] > bounds[1]
    text = saved(axes.figure)
    assert "1.4612: all right and certain" in text and "2.4612: all wrong and certain" in text


def test_reference_settings_on_the_second_softmax_are_told_so(text_of):
    text = text_of(lambda runs: change_run(runs / "classification/reference", config={"loss": "double_softmax"}))
    assert "reference settings of this run, trained on Equation&nbsp;6" in text
    assert "shows the same settings trained on" not in text


def test_second_softmax_is_compared_with_the_reference_settings(text_of):
    text = text_of()
    assert "The network with the second softmax cannot be told apart from the reference network (the former" in text
    assert "One seed cannot judge the loss itself." in text
