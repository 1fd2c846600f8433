"""The variance of noise from neighbours: its size, its error, and when it is none."""

import numpy as np
import pytest

from reporting.stats.noise import NoiseVariance, neighbour_estimate


def smooth(x):
    return 2.8 - 0.85 * x + 0.07 * x**3 + 0.8 * np.sin(1.5 * x - 1.1)


def estimates(function, noise, n=100, draws=300):
    rng = np.random.default_rng(0)
    inputs = rng.uniform(-5, 5, (draws, n))
    return [neighbour_estimate(x, function(x) + rng.normal(0, noise, n)) for x in inputs]


def test_noise_is_right_in_the_mean_and_so_is_its_error():
    found = estimates(smooth, 0.5)
    values = [item.value for item in found]
    assert np.mean(values) == pytest.approx(0.25, rel=0.03)
    assert np.mean([item.error for item in found]) == pytest.approx(np.std(values), rel=0.1)


@pytest.mark.parametrize("noise", [0.5, 0.1])
def test_honest_noise_rarely_loses_its_estimate(noise):
    """In less than 1 % of draws of the shipped function and its numbers of points."""
    assert np.mean([item.bends for item in estimates(smooth, noise)]) < 0.01


def test_a_function_that_bends_between_points_gives_no_noise():
    assert np.mean([item.bends for item in estimates(lambda x: 2 * np.sin(6 * x), 0)]) > 0.95
    x = np.linspace(-5, 5, 100)
    assert neighbour_estimate(x, 2 * np.sin(6 * x)).bends


def test_curvature_is_subtracted():
    x = np.linspace(0, 1, 50)
    found = neighbour_estimate(x, x**2)  # whose residuals are the same everywhere
    assert found.value == pytest.approx(0, abs=1e-12) and found.bends


def test_points_on_a_line_carry_no_noise():
    found = neighbour_estimate(np.arange(20.0), 2 * np.arange(20.0))
    assert found.value == pytest.approx(0) and not found.bends


def test_noise_by_hand():
    """The middle one of three evenly spaced points has the residual (y1 / 2 - y2 + y3 / 2) / sqrt(1.5)."""
    y = np.zeros(13)
    y[6] = 3.0
    near, far = (9 + 2 * 1.5**2) / 1.5 / 11, (9 + 2 * 1.5**2) / 1.5 / 9
    assert neighbour_estimate(np.arange(13.0), y).value == pytest.approx((16 * near - far) / 15)


def test_points_of_two_stretches_are_no_neighbours():
    x = np.r_[np.arange(12.0), np.arange(20.0, 32.0)]
    y = np.where(x > 15, 100.0, 0.0)
    assert neighbour_estimate(x, y, x > 15).value == pytest.approx(0)
    assert neighbour_estimate(x, y).value > 1


def test_equal_x_and_few_points():
    rng = np.random.default_rng(0)
    assert neighbour_estimate(np.zeros(400), rng.normal(size=400)).value == pytest.approx(1, rel=0.3)
    assert neighbour_estimate(np.arange(11.0), np.ones(11)) is None
    assert neighbour_estimate(np.array([1.0]), np.array([1.0])) is None


def test_noise_above_the_held_out_errors_is_refuted():
    errors = np.random.default_rng(0).normal(0, 0.1, 100) ** 2
    assert NoiseVariance(0.09, 0.02).exceeds(errors) and not NoiseVariance(0.03, 0.02).exceeds(errors)
    assert NoiseVariance(0.09, 0.02).exceeds(np.array([0.01]))


def test_held_out_errors_that_hold_the_noise_refute_it_rarely():
    """In less than 2.5 % of draws, even if a model knows the function."""
    rng, refuted = np.random.default_rng(1), 0
    for _ in range(300):
        x, noise = rng.uniform(-5, 5, 100), rng.normal(0, 0.5, 100)
        refuted += neighbour_estimate(x, smooth(x) + noise).exceeds(noise**2)
    assert refuted / 300 < 0.025


def test_estimates_agree_within_the_error_of_the_larger():
    noise = NoiseVariance(0.1, 0.02)
    assert noise.agrees_with(0.16) and not noise.agrees(0.16)
    assert not noise.agrees_with(0.0) and not noise.agrees_with(0.2) and not NoiseVariance(0.0, 0.0).agrees_with(0.2)


def test_a_gaussian_process_rarely_contradicts_honest_noise():
    """In less than 2 % of draws; with one that fits all its hyperparameters on folds: in none of 200."""
    rng, differs, places = np.random.default_rng(2), 0, np.linspace(-5, 5, 100)
    values, vectors = np.linalg.eigh(9 * np.exp(-0.5 * ((places[:, None] - places) / 1.5) ** 2))
    levels = np.geomspace(0.02, 2, 200)[:, None]  # of noise, of which the most likely one is taken
    for _ in range(200):
        y = smooth(places) + rng.normal(0, 0.5, 100)
        total = values + levels
        likelihood = -np.sum(np.log(total) + (vectors.T @ (y - y.mean())) ** 2 / total, axis=1)
        differs += not neighbour_estimate(places, y).agrees_with(levels[np.argmax(likelihood), 0])
    assert differs / 200 < 0.02
