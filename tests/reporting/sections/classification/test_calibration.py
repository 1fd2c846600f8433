"""Whether the networks' probabilities can be trusted."""

import dataclasses

import numpy as np
import pytest

from reporting.engine.canvas import HALF
from reporting.sections.classification.calibration import calibration_of, plot_reliability, plot_risk, rows
from reporting.stats.calibration import Reliability
from tests.invented import WITHOUT_EXTENDED
from tests.reporting.drawn import saved, width_of
from tests.reporting.sections.classification.answers import answering, change_run, rewrite_all, right_in

BINS = Reliability(np.array([10, 90]), np.array([0.55, 0.97]), np.array([0.4, 1.0]))


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
    assert item.scaling_raises_both and not item.scaling_lowers_both
    assert item.temperature_at_edge and not item.scaled_calibrated
    half = dataclasses.replace(item, scaled_error=0.0)
    assert not half.scaling_lowers_both and not half.scaling_raises_both


def test_temperature_is_not_at_the_edge_as_a_rule(found):
    assert not any(item.temperature_at_edge for item in found("calibration").networks.values())


def test_refusing_helps_if_confidence_tells_right_from_wrong(results, found):
    tuned = found("calibration").networks["tuned"]
    assert tuned.refusing_helps
    same = calibration_of(answering(results.tuned, right_in(results.tuned, 0.9), 0.95))
    assert not same.refusing_helps
    assert same.accuracy_of_most_confident == pytest.approx(0.9) and same.error_of_most_confident == pytest.approx(0.1)
    perfect = calibration_of(answering(results.tuned, right_in(results.tuned, 1.0), 0.95))
    assert not perfect.refusing_helps


def test_selective_answers_are_chosen_on_validation_images_and_reported_as_found(results):
    """The test images' own accuracy chooses no threshold: there may be fewer right answers than promised."""
    perfect = answering(results.tuned, right_in(results.tuned, 1.0, "validation"), 0.95, "validation")
    promise = calibration_of(answering(perfect, right_in(results.tuned, 0.9), 0.95)).promise
    assert promise.answered == 1 and promise.accuracy == pytest.approx(0.9)
    hesitant = calibration_of(answering(perfect, right_in(results.tuned, 0.9), 0.9)).promise
    assert (hesitant.answered, hesitant.accuracy) == (0, None)
    wrong = answering(results.tuned, right_in(results.tuned, 0.95, "validation"), 0.95, "validation")
    assert calibration_of(answering(wrong, right_in(results.tuned, 1.0), 0.95)).promise is None


def test_what_the_temperature_is_fitted_on_is_said(text_of):
    text = text_of()
    assert "on the validation images, which also chose the epoch, is lowest at" in text
    assert ", if the choice of the epoch is ignored." in text
    assert "of the extended network the logarithms of its probabilities, means over two views" in text
    without = text_of(lambda runs: change_run(runs / "classification/tuned", config={"restore_best_weights": False}))
    assert "on the validation images is lowest at" in without and "choice of the epoch" not in without
    assert "means over two views" not in text_of(switched_off=WITHOUT_EXTENDED)


def test_the_second_softmax_stands_behind_the_reference_settings_if_it_was_trained(found):
    calibration = found("calibration")
    assert [name for name, _ in rows(calibration)] == ["reference", "double_softmax", "tuned", "extended"]
    without = dataclasses.replace(calibration, second_softmax=None)
    assert [name for name, _ in rows(without)] == ["reference", "tuned", "extended"]


def test_reliability_shows_both_networks_and_the_diagonal():
    figure = plot_reliability(BINS, BINS._replace(confidence=np.array([0.45, 0.9])))
    diagonal, before, after = figure.axes[0].get_lines()
    assert diagonal.get_xydata().tolist() == [[0, 0], [1, 1]]
    assert before.get_xydata().tolist() == [[0.55, 0.4], [0.97, 1.0]] and after.get_xdata().tolist() == [0.45, 0.9]
    assert width_of(figure) == pytest.approx(HALF) and "temperature scaled" in saved(figure)


def test_risk_is_the_error_among_the_answers():
    figure = plot_risk({name: np.linspace(1, 0.9, 11) for name in ("reference", "tuned", "extended")}, 0.8)
    marked, *curves = figure.axes[0].get_lines()
    assert marked.get_xdata()[0] == pytest.approx(80) and len(curves) == 3
    assert curves[0].get_xydata()[-1] == pytest.approx([100, 10])
    saved(figure)


@pytest.mark.parametrize("accuracy", [0.0, 1.0])
def test_risk_of_perfect_and_ever_wrong_networks_is_drawn(accuracy):
    saved(plot_risk({name: np.full(5, accuracy) for name in ("a", "b", "c")}, 0.8))


def test_underconfident_network_is_called_so(text_of):
    text = text_of(lambda runs: rewrite_all(runs, lambda labels: np.where(np.eye(10)[labels] > 0, 0.55, 0.05)))
    assert "at an accuracy of 100.0" in text and "it is underconfident" in text
