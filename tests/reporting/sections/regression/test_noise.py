"""The variance of the noise, and which losses lie at the floor that it sets."""

import dataclasses
import math

import numpy as np
import pytest

from reporting.sections.regression.noise import Noise, NoiseFindings, held_out_errors, judged, noise_of_training_points
from reporting.stats.noise import NeighbourEstimate, NoiseVariance
from tests.invented import edits
from tests.reporting.sections.regression.changed import exchanged, findings_of, with_predictions

NEIGHBOURS = NeighbourEstimate(0.2, 0.03, bends=False)


TEST = NoiseVariance(0.01, 0.001)


def findings(train_loss=0.2, validation_loss=0.2, test_loss=0.1, noise=NEIGHBOURS, validation_error=0.04):
    return NoiseFindings(Noise(noise), TEST, train_loss, validation_loss, validation_error, test_loss)


@pytest.mark.parametrize(
    ("train_loss", "validation_loss", "fits_noise", "train_at_floor", "validation_at_floor"),
    [(0.1, 0.25, True, False, True), (0.2, 0.4, False, True, False), (0.5, 0.1, False, False, True)],
)
def test_losses_against_the_floor(train_loss, validation_loss, fits_noise, train_at_floor, validation_at_floor):
    found = findings(train_loss, validation_loss)
    assert (found.fits_noise, found.train_at_floor, found.validation_at_floor) == (
        fits_noise,
        train_at_floor,
        validation_at_floor,
    )
    assert found.excess == pytest.approx(validation_loss - 0.2)


def test_what_is_left_to_gain_counts_the_error_of_the_validation_loss_too():
    """0.08 above the floor is 2.7 errors of the floor, but 1.6 of both."""
    assert findings(validation_loss=0.28).validation_at_floor
    assert not findings(validation_loss=0.28, validation_error=0.001).validation_at_floor


def test_test_points_are_cleaner_or_not():
    found = findings()
    assert found.test_is_cleaner and found.explains_low_test_loss
    assert not dataclasses.replace(found, test=NoiseVariance(0.19, 0.03)).test_is_cleaner
    assert not dataclasses.replace(found, test=None).test_is_cleaner


def test_a_test_loss_above_the_validation_loss_is_not_explained_by_cleaner_points(text_of):
    assert not findings(test_loss=2.25, validation_loss=0.293).explains_low_test_loss
    words = "a test loss below the validation loss is no mistake"
    assert words in text_of() and words not in text_of(edits.regression.predictions("tuned", 3.0))


def test_without_an_estimate_nothing_lies_at_the_floor():
    found = findings(noise=None)
    assert not (found.fits_noise or found.train_at_floor or found.validation_at_floor or found.test_is_cleaner)
    assert math.isnan(found.excess)


def test_noise_that_the_gaussian_process_or_held_out_errors_contradict_is_no_estimate():
    small, large = np.full(50, 0.003), np.full(50, 0.25)
    assert judged(NEIGHBOURS, [large], 0.23).variance is NEIGHBOURS
    assert judged(NEIGHBOURS, [large, small]).variance is None
    assert judged(NEIGHBOURS, [large, small]).refuted == pytest.approx(0.003)
    assert judged(NEIGHBOURS, [large], 0.0).process_differs and judged(NEIGHBOURS, [large], 0.0).variance is None
    assert judged(dataclasses.replace(NEIGHBOURS, bends=True), [large]).variance is None
    assert judged(None, [large], 0.2).variance is None and not judged(None, [large], 0.2).process_differs


def test_held_out_errors_are_those_of_the_fold_that_held_out(results):
    stored = results.tuned.predictions
    for number in (0, 7):
        predicted = stored["train_predictions"][stored["fold"][number] - 1, number]
        assert held_out_errors(results.tuned)[number] == pytest.approx((predicted - stored["y_train"][number]) ** 2)


def test_gaussian_process_agrees_or_is_not_there(results, found):
    noise = found("noise")
    assert noise.training.gaussian_process == pytest.approx(0.23) and noise.train
    without = findings_of(exchanged(results, extras={"baselines": {}}))("noise")
    assert without.training.gaussian_process is None and without.train


def test_without_noise_no_noise_is_printed_nor_drawn(results, text_of):
    x = np.linspace(-5, 5, 100)
    tuned = with_predictions(results.tuned, x_train=x, y_train=2 * np.sin(6 * x))
    assert noise_of_training_points(exchanged(results, tuned=tuned)) is None
    text = text_of(edits.regression.bending)
    assert "The noise cannot be estimated: neighbouring training points are too far apart" in text
    assert "No model can be expected" not in text and "the floor that the noise sets" not in text
    assert "The level line is the variance of the noise" not in text


def test_few_points_have_no_noise_of_zero(text_of):
    text = text_of(points=6, folds=2)
    assert "The noise cannot be estimated: too few" in text and "noise (0.000)" not in text
    assert "The noise of the test points cannot be estimated" in text


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (edits.regression.memorised, "is clearly below it: they fit part of the noise."),
        (None, "does not clearly differ from it."),
        (edits.regression.foreseen, "clearly more than a held-out error of 0.000 allows."),
        (
            edits.regression.baseline_column("gaussian_process", noise_variance=5.0),
            "The noise cannot be estimated: neighbours give a variance of 0.269, the Gaussian process one of 5.000.",
        ),
    ],
)
def test_sentence_about_the_noise_follows_it(text_of, change, words):
    assert words in text_of(change)
