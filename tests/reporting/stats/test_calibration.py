"""The measures of calibration, by hand and at their limits."""

import numpy as np
import pytest

from reporting.stats.calibration import (
    TEMPERATURES,
    accuracy_of_kept,
    chance_calibration_error,
    expected_calibration_error,
    fit_temperature,
    guaranteed_threshold,
    reliability,
    tempered,
)
from reporting.stats.metrics import cross_entropy
from reporting.stats.significance import upper_bound


def certain_to(*confidences):
    """Probabilities of two classes, the first one with these: (n, 2)."""
    return np.array([[p, 1 - p] for p in confidences])


def answers(n, temperature=1.0, seed=0):
    """Probabilities of three classes and labels drawn from them, before the logits were divided by `temperature`."""
    rng = np.random.default_rng(seed)
    logits = rng.normal(0, 2, (n, 3))
    odds = np.exp(logits)
    probabilities = odds / odds.sum(axis=1, keepdims=True)
    labels = (probabilities.cumsum(axis=1) < rng.random((n, 1))).sum(axis=1)
    return tempered(probabilities, temperature), labels


def test_bins_hold_images_mean_confidence_and_accuracy():
    bins = reliability(certain_to(0.61, 0.65, 0.99, 1.0), np.array([0, 1, 0, 0]))
    assert bins.images.tolist() == [2, 2]
    assert bins.confidence == pytest.approx([0.63, 0.995]) and bins.accuracy == pytest.approx([0.5, 1.0])


def test_calibration_error_weighs_bins_by_their_images():
    bins = reliability(certain_to(0.61, 0.65, 0.99, 1.0), np.array([0, 1, 0, 0]))
    assert expected_calibration_error(bins) == pytest.approx(0.5 * 0.13 + 0.5 * 0.005)


def test_calibration_error_lies_between_0_and_1():
    assert expected_calibration_error(reliability(certain_to(1.0, 1.0), np.array([0, 0]))) == 0
    assert expected_calibration_error(reliability(certain_to(1.0, 1.0), np.array([1, 1]))) == 1


def test_chance_explains_the_error_of_a_calibrated_network_but_not_of_a_certain_one():
    for temperature, explained in ((1.0, True), (0.4, False)):
        probabilities, labels = answers(5000, temperature)
        error = expected_calibration_error(reliability(probabilities, labels))
        assert (error <= chance_calibration_error(probabilities, np.random.default_rng(1))) is explained


def test_chance_explains_no_error_of_one_who_is_certain_of_all():
    assert chance_calibration_error(certain_to(1.0, 1.0), np.random.default_rng(0)) == 0


@pytest.mark.parametrize("temperature", [0.5, 1.0, 3.0])
def test_temperature_undoes_a_temperature(temperature):
    probabilities, labels = answers(20000, temperature)
    assert fit_temperature(probabilities, labels) == pytest.approx(1 / temperature, rel=0.05)


def test_fitted_temperature_never_raises_the_loss_on_its_own_images():
    probabilities, labels = answers(300, 0.3)
    best = cross_entropy(tempered(probabilities, fit_temperature(probabilities, labels)), labels)
    assert best <= cross_entropy(probabilities, labels)
    assert all(best <= cross_entropy(tempered(probabilities, t), labels) + 1e-6 for t in np.geomspace(0.1, 10, 50))


def test_temperature_of_a_perfect_and_of_an_ever_wrong_network_lies_at_an_end():
    perfect, labels = certain_to(0.9, 0.8), np.array([0, 0])
    assert fit_temperature(perfect, labels) == pytest.approx(TEMPERATURES[0], rel=0.01)
    assert fit_temperature(perfect, 1 - labels) == pytest.approx(TEMPERATURES[1], rel=0.01)


def test_temperature_of_one_leaves_probabilities_and_no_temperature_changes_an_answer():
    probabilities, _ = answers(100)
    assert tempered(probabilities, 1.0) == pytest.approx(probabilities)
    assert (tempered(probabilities, 7.0).argmax(axis=1) == probabilities.argmax(axis=1)).all()


def test_probabilities_of_zero_stay_finite():
    certain, labels = certain_to(1.0, 1.0), np.array([0, 1])
    assert np.isfinite(tempered(certain, 0.5)).all() and np.isfinite(fit_temperature(certain, labels))


def test_most_confident_images_are_kept_first():
    assert accuracy_of_kept(certain_to(0.6, 0.9, 0.8), np.array([0, 0, 1])) == pytest.approx([1, 0.5, 2 / 3])


def test_order_among_equally_confident_images_does_not_matter():
    labels = np.array([0, 1, 1, 0])
    kept = accuracy_of_kept(certain_to(0.9, 0.9, 0.9, 0.9), labels)
    assert (
        kept == pytest.approx([0.5] * 4)
        and (kept == accuracy_of_kept(certain_to(0.9, 0.9, 0.9, 0.9), labels[::-1])).all()
    )


def test_threshold_with_a_guarantee_by_hand():
    confidence = np.linspace(1, 0, 2000)
    right = confidence > 0.5
    threshold = guaranteed_threshold(confidence, right, 0.99)
    kept = confidence >= threshold
    assert 0.49 < threshold < 0.5 and upper_bound(int(np.sum(~right[kept])), int(kept.sum()), 1 - 0.05 / 11) <= 0.01
    assert guaranteed_threshold(confidence, np.ones(2000, dtype=bool), 0.99) == 0
    assert guaranteed_threshold(confidence[:200], right[:200], 0.99) is None  # too few to promise so much
    assert guaranteed_threshold(np.full(2000, 0.9), right, 0.99) is None
    assert guaranteed_threshold(np.full(2000, 0.9), np.ones(2000, dtype=bool), 0.99) == 0.9


def test_promised_risk_of_selective_answers_holds_in_95_of_100_draws():
    """Answers that are right with a probability that rises with confidence: the true risk above the threshold."""
    rng, kept = np.random.default_rng(4), 0
    draws, n, grid = 2000, 1500, np.linspace(0, 1, 2001)

    def risk(confidence):
        return 0.3 * (1 - confidence) ** 1.5

    for _ in range(draws):
        confidence = rng.random(n)
        threshold = guaranteed_threshold(confidence, rng.random(n) >= risk(confidence), 0.97)
        kept += threshold is None or risk(grid[grid >= threshold]).mean() <= 0.03
    assert kept / draws >= 0.95


def test_the_best_threshold_of_the_test_images_themselves_keeps_no_promise():
    """What a search without a bound promises fails in about every second draw."""
    rng, kept = np.random.default_rng(5), 0
    for _ in range(200):
        confidence = np.sort(rng.random(1500))[::-1]
        right = rng.random(1500) >= 0.3 * (1 - confidence) ** 1.5
        most = np.flatnonzero(np.cumsum(right) / np.arange(1, 1501) >= 0.97)[-1]
        kept += np.mean(0.3 * (1 - np.linspace(confidence[most], 1, 500)) ** 1.5) <= 0.03
    assert kept / 200 < 0.75
