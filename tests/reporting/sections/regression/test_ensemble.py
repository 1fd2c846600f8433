"""All networks together: their members, their error in gaps and elsewhere, and what their band holds."""

import dataclasses
import math

import numpy as np
import pytest

from reporting.sections.regression.coverage import Coverage, coverage_of, moments, share_estimate
from reporting.sections.regression.data import Region
from reporting.sections.regression.ensemble import MANY_CURVES, ensemble_error, plot_fit
from tests.invented import edits
from tests.reporting.sections.regression.changed import exchanged, findings_of, with_predictions

X = np.linspace(-5, 5, 11)


def scattered(runs):
    """Networks that scatter far more than they err, and test points that are one region, so that these are many."""
    edits.regression.no_gaps(runs)
    edits.regression.disagreeing(runs)


def without_seeds(results):
    return exchanged(results, extras={"tuned_seeds": {}})


def test_members_of_all_seeds_are_one_ensemble(found):
    ensemble = found("ensemble")
    assert (ensemble.members, ensemble.seeds, ensemble.folds) == (15, 3, 5) and ensemble.several_seeds
    assert ensemble.loss < ensemble.member_loss == pytest.approx(ensemble.mean_seed_loss)
    assert ensemble.seed_spread == pytest.approx(np.std(ensemble.seed_losses, ddof=1))
    assert ensemble.seed_ensemble_spread == pytest.approx(np.std(ensemble.seed_ensemble_losses, ddof=1))


def test_without_seeds_the_folds_are_the_ensemble(results):
    ensemble = findings_of(without_seeds(results))("ensemble")
    assert (ensemble.members, ensemble.seeds) == (5, 1) and not ensemble.several_seeds
    assert ensemble.loss == pytest.approx(results.tuned.run.metrics["ensemble_test_loss"])


def test_error_in_gaps_is_set_against_the_rest(results, found):
    ensemble, stored = found("ensemble"), results.tuned.predictions
    gaps = found("data").gaps
    inside = np.any([(stored["x_test"] > gap.start) & (stored["x_test"] < gap.end) for gap in gaps], axis=0)
    squared = (stored["test_predictions"] - stored["y_test"]) ** 2
    assert ensemble.gap_error == pytest.approx(squared[:, inside].mean()) and ensemble.gaps_are_harder
    perfect_inside = np.where(inside, stored["y_test"], stored["test_predictions"])
    tuned = with_predictions(results.tuned, test_predictions=perfect_inside)
    assert not findings_of(exchanged(results, tuned=tuned))("ensemble").gaps_are_harder


def test_no_gaps_no_comparison(results):
    x_train = np.linspace(-4, 4, len(results.tuned.predictions["x_train"]))
    tuned = with_predictions(results.tuned, x_train=x_train)
    ensemble = findings_of(exchanged(results, tuned=tuned))("ensemble")
    assert ensemble.gap_error is None and not ensemble.gaps_are_harder and ensemble.outside_error > 0
    assert [(item.region.kind, item.region.points) for item in ensemble.coverage] == [("all", 100)]


def test_coverage_by_hand():
    members = np.array([[0.0, 0.0, 0.0, 0.0], [2.0, 2.0, 2.0, 2.0]])  # mean 1, sd sqrt(2), half width 2.77
    y = np.array([1.0, 3.5, 4.0, 9.0])
    item = coverage_of(Region("all", (), np.full(4, True)), members, y, noise=1.0)
    assert item.half_width == pytest.approx(1.96 * math.sqrt(2))
    assert (item.band, item.with_noise.value) == (0.5, 0.75)  # with noise the half width is 3.39
    assert item.loss == pytest.approx((0 + 2.5**2 + 9 + 64) / 4) and item.gaussian_process is None


@pytest.mark.parametrize(("share", "low", "high"), [(0.5, True, False), (0.95, False, False), (1.0, False, True)])
def test_coverage_too_low_and_too_high(found, share, low, high):
    item = Coverage(Region("all", (), np.full(200, True)), 0.1, 0.1, share, share_estimate(share, 200), None)
    ensemble = dataclasses.replace(found("ensemble"), coverage=(item,))
    assert (ensemble.too_low, ensemble.all_too_high) == ((item,) if low else (), high)


def test_coverage_of_the_gaussian_process_stands_beside_the_others(results, found):
    assert found("ensemble").has_gaussian_process
    assert all(0.8 < item.gaussian_process <= 1 for item in found("ensemble").coverage)
    without = findings_of(exchanged(results, extras={"baselines": {}}))("ensemble")
    assert not without.has_gaussian_process and {item.gaussian_process for item in without.coverage} == {None}


def test_gaussian_process_mixes_its_folds(results):
    process = results.extras["baselines"].cases["gaussian_process"]
    two = with_predictions(process, test_predictions=np.array([[0.0], [2.0]]), test_sd=np.array([[1.0], [3.0]]))
    mean, variance = moments(two)
    assert (mean.tolist(), variance.tolist()) == ([1.0], [5.0 + 1.0])


def test_fit_draws_each_member_and_their_mean():
    lines = plot_fit(X, np.array([X, 3 * X]), X, X, X, X, []).axes[0].get_lines()
    assert len(lines) == 2 + 2 + 1
    assert np.array_equal(lines[2].get_ydata(), X) and np.array_equal(lines[-1].get_ydata(), 2 * X)


def test_band_is_so_many_deviations_of_the_members():
    axes = plot_fit(X, np.array([X, X + 2]), X, X, X, X, []).axes[0]
    band = axes.collections[0].get_paths()[0].vertices[:, 1]
    assert band.max() == pytest.approx(6 + 1.96 * np.sqrt(2)) and band.min() == pytest.approx(-4 - 1.96 * np.sqrt(2))


def test_error_of_the_test_loss_by_hand():
    stored = {"y_test": np.zeros(4), "test_predictions": np.array([[1, 1, 3, 3], [-1, 3, 3, -1.0]])}  # means 0, 2, 3, 1
    assert ensemble_error(stored) == pytest.approx(np.std([0, 4, 9, 1], ddof=1) / math.sqrt(4))
    assert ensemble_error({"y_test": np.zeros(1), "test_predictions": np.ones((2, 1))}) is None


def test_very_many_curves_become_pixels():
    lines = plot_fit(X, np.tile(X, (MANY_CURVES + 1, 1)), X, X, X, X, []).axes[0].get_lines()
    assert lines[2].get_rasterized() and not lines[-1].get_rasterized()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (None, "nowhere does it hold fewer by more than chance explains."),
        (edits.regression.agreeing, "it holds clearly fewer outside the gaps, in the gap from"),
        (scattered, "it holds clearly more, so the networks disagree more than they need."),
    ],
)
def test_sentence_about_the_band_follows_what_it_holds(text_of, change, words):
    assert words in text_of(change)
