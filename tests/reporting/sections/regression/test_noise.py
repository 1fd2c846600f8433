"""The variance of the noise, and which losses lie at the floor that it sets."""

import dataclasses
import math

import numpy as np
import pytest

from reporting.sections.regression.data import Gap
from reporting.sections.regression.noise import NoiseFindings, NoiseVariance, noise_variance
from tests.invented import edits
from tests.reporting.sections.regression.changed import exchanged, findings_of


def test_noise_of_a_line_is_that_of_its_residuals():
    rng = np.random.default_rng(0)
    found = [noise_variance(x, 3 * x + rng.normal(0, 0.5, 100)) for x in rng.uniform(-5, 5, (300, 100))]
    values = [item.value for item in found]
    assert np.mean(values) == pytest.approx(0.25, rel=0.03)
    assert np.mean([item.error for item in found]) == pytest.approx(np.std(values), rel=0.1)


def test_points_on_a_line_carry_no_noise():
    assert noise_variance(np.arange(10.0), 2 * np.arange(10.0)).value == pytest.approx(0)


def test_noise_by_hand():
    """The middle one of three evenly spaced points has the residual (y1 / 2 - y2 + y3 / 2) / sqrt(1.5)."""
    y = np.array([0.0, 3.0, 0.0, 0.0, 0.0, 0.0, 0.0])
    assert noise_variance(np.arange(7.0), y).value == pytest.approx((9 + 1.5**2) / 1.5 / 5)


def test_triples_across_a_gap_are_left_out():
    x = np.r_[np.arange(6.0), np.arange(20.0, 26.0)]
    y = np.where(x > 10, 100.0, 0.0)
    assert noise_variance(x, y, (Gap(5.0, 20.0, 0),)).value == pytest.approx(0)
    assert noise_variance(x, y).value > 1


def test_equal_x_and_few_points():
    assert noise_variance(np.zeros(20), np.tile([1.0, -1.0], 10)).value == pytest.approx(4 / 1.5)
    assert noise_variance(np.arange(6.0), np.ones(6)) is None
    assert noise_variance(np.array([1.0]), np.array([1.0])) is None


@pytest.mark.parametrize(
    ("train_loss", "validation_loss", "fits_noise", "train_at_floor", "validation_at_floor"),
    [(0.1, 0.25, True, False, True), (0.2, 0.4, False, True, False), (0.5, 0.1, False, False, True)],
)
def test_losses_against_the_floor(train_loss, validation_loss, fits_noise, train_at_floor, validation_at_floor):
    found = NoiseFindings(NoiseVariance(0.2, 0.03), NoiseVariance(0.01, 0.001), 0.22, train_loss, validation_loss)
    assert (found.fits_noise, found.train_at_floor, found.validation_at_floor) == (
        fits_noise,
        train_at_floor,
        validation_at_floor,
    )
    assert found.excess == pytest.approx(validation_loss - 0.2)


def test_test_points_are_cleaner_or_not():
    found = NoiseFindings(NoiseVariance(0.2, 0.03), NoiseVariance(0.01, 0.001), None, 0.2, 0.2)
    assert found.test_is_cleaner and not found.processes_agree
    assert not dataclasses.replace(found, test=NoiseVariance(0.19, 0.03)).test_is_cleaner
    assert not dataclasses.replace(found, test=None).test_is_cleaner


def test_without_an_estimate_nothing_lies_at_the_floor():
    found = NoiseFindings(None, NoiseVariance(0.01, 0.001), 0.2, 0.2, 0.2)
    assert not (found.fits_noise or found.train_at_floor or found.validation_at_floor or found.test_is_cleaner)
    assert not found.processes_agree and math.isnan(found.excess)


def test_gaussian_process_agrees_or_not(results, found):
    noise = found("noise")
    assert noise.gaussian_process == pytest.approx(0.23) and noise.processes_agree
    assert not dataclasses.replace(noise, gaussian_process=2.0).processes_agree
    without = findings_of(exchanged(results, extras={"baselines": {}}))("noise")
    assert without.gaussian_process is None and not without.processes_agree


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (edits.regression.memorised, "lies clearly below it: they fit part of the noise."),
        (edits.regression.noisy_training, "cannot be told apart from it."),
    ],
)
def test_sentence_about_the_training_loss_follows_it(text_of, change, words):
    assert words in text_of(change)
