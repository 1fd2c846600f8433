"""All networks together: their members, their error in gaps and elsewhere, and what their band holds."""

import dataclasses

import numpy as np
import pytest

from reporting.engine.canvas import new_figure, styled
from reporting.sections.regression.coverage import Coverage, Held, coverage_by_region, held_of, members_of
from reporting.sections.regression.data import Region, gaps_of, in_gaps
from reporting.sections.regression.ensemble import MANY_CURVES, draw_fit, fit_of, process_inside
from reporting.stats.bands import Band, ensemble_band
from reporting.stats.differences import Difference
from tests.invented import edits
from tests.reporting.sections.regression.changed import exchanged, findings_of, with_predictions

X = np.linspace(-5, 5, 11)


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
    variants = (results.tuned, *results.extras["tuned_seeds"].cases.values())
    squared = (np.concatenate([one.predictions["test_predictions"] for one in variants]) - stored["y_test"]) ** 2
    assert ensemble.gap_error == pytest.approx(squared[:, inside].mean()) and ensemble.gaps_are_harder
    assert ensemble.gap_difference.value == pytest.approx(ensemble.gap_error - ensemble.outside_error)


@pytest.mark.parametrize(
    ("errors", "ends", "harder", "easier"),
    [
        ((0.4, 0.1), (0.1, 0.5), True, False),
        ((0.1, 0.4), (-0.5, -0.1), False, True),
        ((0.1201, 0.1199), (-0.1, 0.1), False, False),
        ((0.1201, 0.1199), (0.0001, 0.0003), False, False),  # printed as equal numbers
    ],
)
def test_gaps_are_harder_only_beyond_chance_and_in_what_is_printed(found, errors, ends, harder, easier):
    difference = Difference(errors[0] - errors[1], *ends)
    ensemble = dataclasses.replace(
        found("ensemble"), gap_error=errors[0], outside_error=errors[1], gap_difference=difference
    )
    assert (ensemble.gaps_are_harder, ensemble.gaps_are_easier) == (harder, easier)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (None, "they err more where measurements are missing."),
        (edits.regression.right_in_gaps, "they err less where measurements are missing."),
        (edits.regression.overconfident, "a difference within chance."),
    ],
)
def test_sentence_about_the_gaps_follows_the_interval(text_of, change, words):
    assert words in text_of(change)


def test_no_gaps_no_comparison(results):
    x_train = np.linspace(-4, 4, len(results.tuned.predictions["x_train"]))
    tuned = with_predictions(results.tuned, x_train=x_train)
    ensemble = findings_of(exchanged(results, tuned=tuned))("ensemble")
    assert ensemble.gap_error is None and not ensemble.gaps_are_harder and ensemble.outside_error > 0
    assert [(item.region.kind, item.region.points) for item in ensemble.coverage] == [("all", 100)]
    assert ensemble.gap_difference is None and not ensemble.several_regions


def test_share_held_by_hand():
    band = Band(np.zeros(4), np.array([2.0, 2.0, 4.0, 4.0]))
    held = held_of("laplace", band, np.array([1.0, 3.0, 4.0, 9.0]), np.array([True, True, True, False]))
    assert held == Held("laplace", pytest.approx(2 / 3), pytest.approx(4 / 3))


@pytest.mark.parametrize(("share", "low"), [(0.5, True), (0.6, False), (1.0, False)])
def test_coverage_is_too_low_only_below_what_a_calibrated_process_may_hold(found, share, low):
    region = Region("gap", (), np.full(20, True))
    item = Coverage(region, 0.1, (Held("ensemble", share, 0.1), Held("cv_plus", 0.9, 0.1)), (0.6, 1.0))
    ensemble = dataclasses.replace(found("ensemble"), coverage=(item,))
    assert ensemble.too_low == ([([region], ["ensemble"])] if low else [])
    assert ensemble.honest == (("cv_plus",) if low else ("ensemble", "cv_plus"))
    unknown = dataclasses.replace(item, calibrated=None)
    assert not dataclasses.replace(ensemble, coverage=(unknown,)).judged and unknown.too_low == ()


def test_bands_of_all_methods_stand_side_by_side(results, found):
    assert found("ensemble").methods == ("ensemble", "cv_plus", "laplace", "gaussian_process")
    assert all(item.calibrated[1] == 1 and 0.1 < item.calibrated[0] < 0.95 for item in found("ensemble").coverage)
    without = findings_of(exchanged(results, extras={"baselines": {}}))("ensemble")
    assert without.methods == ("ensemble", "cv_plus", "laplace") and not without.judged


def test_nothing_is_judged_by_a_process_whose_noise_neighbours_contradict(results):
    process = results.extras["baselines"].cases["gaussian_process"]
    noisy = dataclasses.replace(process, folds=[row | {"noise_variance": 5.0} for row in process.folds])
    cases = results.extras["baselines"].cases | {"gaussian_process": noisy}
    changed = coverage_by_region(exchanged(results, extras={"baselines": cases}))
    assert {item.calibrated for item in changed} == {None}


@styled
def fit(curves, x_curve=X, sets=(X, X, X, X), gaps=(), **further):
    """Axes with a fit on them."""
    axes = new_figure(100, 60).subplots()
    draw_fit(axes, x_curve, curves, sets, gaps, **further)
    return axes


def test_the_true_function_is_drawn_where_it_is_known(results):
    (line,) = [line for line in fit(**fit_of(results)).get_lines() if line.get_label() == "true function"]
    assert np.array_equal(line.get_ydata(), results.tuned.predictions["curve_truth"])
    rest = {name: value for name, value in results.tuned.predictions.items() if name != "curve_truth"}
    without = exchanged(results, tuned=dataclasses.replace(results.tuned, predictions=rest))
    assert fit_of(without)["truth"] is None and findings_of(without)("ensemble").truth_errors == {}


def test_the_distance_from_the_true_function_by_hand(results, found):
    curves = members_of(results, "curve_predictions")
    squares = (curves.mean(axis=0) - results.tuned.predictions["curve_truth"]) ** 2
    inside = in_gaps(results.tuned.predictions["x_curve"], gaps_of(results))
    expected = {"in_gaps": squares[inside].mean() ** 0.5, "outside": squares[~inside].mean() ** 0.5}
    assert found("ensemble").truth_errors == pytest.approx(expected)


def test_fit_draws_each_member_and_their_mean():
    lines = fit(np.array([X, 3 * X])).get_lines()
    assert len(lines) == 2 + 2 + 1
    assert np.array_equal(lines[2].get_ydata(), X) and np.array_equal(lines[4].get_ydata(), 2 * X)


def test_band_is_that_of_the_ensemble():
    curves = np.array([X, X + 2, X + 1])
    axes = fit(curves)
    band = axes.collections[0].get_paths()[0].vertices[:, 1]
    assert (band.min(), band.max()) == pytest.approx(
        (ensemble_band(curves).low.min(), ensemble_band(curves).high.max())
    )


def test_the_mean_of_the_gaussian_process_is_drawn_where_there_is_one(results, found):
    (line,) = [line for line in fit(**fit_of(results)).get_lines() if line.get_label() == "Gaussian process"]
    process = results.extras["baselines"].cases["gaussian_process"].predictions["curve_predictions"]
    assert np.array_equal(line.get_ydata(), process.mean(axis=0)) and 0 < found("ensemble").process_inside <= 1
    without = exchanged(results, extras={"baselines": {}})
    assert "Gaussian process" not in [line.get_label() for line in fit(**fit_of(without)).get_lines()]
    assert findings_of(without)("ensemble").process_inside is None


def test_share_of_the_process_in_the_band_by_hand(results):
    band = ensemble_band(members_of(results, "curve_predictions"))
    half = np.arange(len(band.low)) % 2 == 0
    curve = np.where(half, (band.low + band.high) / 2, band.high + 1)
    process = results.extras["baselines"].cases["gaussian_process"]
    cases = {"gaussian_process": with_predictions(process, curve_predictions=curve[None])}
    assert process_inside(exchanged(results, extras={"baselines": cases})) == pytest.approx(half.mean())


def test_no_point_at_the_edge_is_cut():
    low, high = fit(np.array([X, X])).get_xlim()
    assert low < X[0] and high > X[-1]


def test_very_many_curves_become_pixels():
    lines = fit(np.tile(X, (MANY_CURVES + 1, 1))).get_lines()
    assert lines[2].get_rasterized() and not lines[-1].get_rasterized()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (None, "No band holds fewer points than a calibrated one might in any region."),
        (
            edits.regression.overconfident,
            "The ensemble band holds fewer points than a calibrated one might in every region."
            " The CV+, Laplace and Gaussian process bands hold enough in every region.",
        ),
        (edits.regression.few_tests(5), "as the dependence between neighbouring points or their noise is not known"),
    ],
)
def test_sentence_about_the_bands_follows_what_they_hold(text_of, change, words):
    assert words in text_of(change)
