"""Splits, noise, baselines, the ensemble, initialisers and the smaller network: each finding in both directions."""

import dataclasses
import math

import numpy as np
import pytest
from reporting.findings.baselines import Interval, baseline_findings, bootstrapped
from reporting.findings.ensemble import Coverage, coverage_of, ensemble_findings
from reporting.findings.gaps import FEW_POINTS, Gap, Region, find_gaps, regions_of
from reporting.findings.losses import Change
from reporting.findings.noise import NoiseFindings, NoiseVariance, noise_findings, noise_variance
from reporting.findings.regression import regression_findings
from reporting.findings.splits import HeldOut, mean_r_squared, share_alone, split_findings, split_of
from reporting.findings.variations import bends_of, components_of, initialisation_findings, smaller_findings, zeros_of

from reporting.results import Extra, load_regression_results
from tests.invented import write_runs

OFF = Extra(None, {})


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    return load_regression_results(write_runs(tmp_path_factory.mktemp("runs")))


@pytest.fixture(scope="module")
def gaps(results):
    stored = results.tuned.predictions
    return find_gaps(stored["x_train"], stored["x_test"])


def with_predictions(variant, **arrays):
    return dataclasses.replace(variant, predictions=variant.predictions | arrays)


# Regions


def test_regions_partition_the_test_points(results, gaps):
    regions = regions_of(results.tuned.predictions["x_test"], gaps)
    assert [region.kind for region in regions] == ["outside", "gap", "gap"]
    assert np.array_equal(sum(region.inside.astype(int) for region in regions), np.ones(100))


def test_no_gaps_no_regions():
    assert regions_of(np.linspace(0, 1, 50), ()) == ()


def test_many_gaps_are_one_region_and_one_without_points_is_left_out():
    gaps = tuple(Gap(k, k + 0.5, 0) for k in range(3))
    assert [region.kind for region in regions_of(np.linspace(0, 3, 60), gaps)] == ["outside", "gaps"]
    far = np.r_[np.full(FEW_POINTS, 9.0), np.full(FEW_POINTS - 1, 0.2)]
    assert [region.kind for region in regions_of(far, gaps[:1])] == ["outside"]


# Splits


def test_fold_beyond_its_training_range_extrapolates():
    assert HeldOut(1, np.array([5.0, 6.0, 1.5]), np.array([1.0, 2.0])).extrapolates
    assert not HeldOut(1, np.array([5.0, 1.2, 1.5]), np.array([1.0, 2.0])).extrapolates
    assert HeldOut(1, np.array([0.5, 2.5, 1.0, 2.0]), np.array([1.0, 2.0])).beyond == 2


def test_share_of_points_held_out_with_their_neighbours():
    x = np.arange(6.0)
    assert share_alone(x, np.array([1, 1, 1, 2, 2, 2])) == pytest.approx(4 / 6)
    assert share_alone(x, np.array([1, 2, 1, 2, 1, 2])) == 0
    assert share_alone(x[::-1], np.array([1, 1, 1, 1, 1, 1])) == 1


def test_strips_are_told_from_shuffled_folds(results):
    found = split_findings(results.extras["splits"], same_data=False)
    assert [split.name for split in found.in_strips] == ["file_order", "blocks"] and found.file_order_in_strips
    assert [fold.fold for fold in found.splits[2].extrapolating] == [1, 3]
    assert found.shuffled.ratio == 1 and not found.shuffled.extrapolating and found.misleading
    assert found.reference_strip is None


def test_file_order_that_is_mixed_is_no_strip(results):
    shuffled = results.extras["splits"].cases["shuffled"]
    found = split_findings(Extra(None, {"file_order": shuffled, "shuffled": shuffled}), same_data=False)
    assert not found.in_strips and not found.file_order_in_strips and not found.misleading and not found.extrapolating


def test_strips_that_score_as_well_mislead_nobody(results):
    blocks = results.extras["splits"].cases["blocks"]
    split = split_of("blocks", blocks, shuffled=blocks.run.metrics["validation_loss"])
    assert split.in_strips and split.ratio == 1


def test_r_squared_is_the_mean_over_the_folds(results):
    variant = results.extras["splits"].cases["shuffled"]
    stored = variant.predictions
    expected = []
    for k in (1, 2, 3):
        held = stored["fold"] == k
        y, predicted = stored["y_train"][held], stored["train_predictions"][k - 1][held]
        expected.append(1 - np.sum((y - predicted) ** 2) / np.sum((y - y.mean()) ** 2))
    assert mean_r_squared(variant) == pytest.approx(np.mean(expected))
    assert mean_r_squared(with_predictions(variant, y_train=np.ones(100))) is None


def test_reference_strip_is_the_first_rows(results):
    strip = split_findings(results.extras["splits"], same_data=True).reference_strip
    x = results.tuned.predictions["x_train"]
    assert strip.rows == 20 and (strip.start, strip.end) == (x[:20].min(), x[:20].max())
    assert strip.remaining == np.sum((x[20:] > strip.start) & (x[20:] < strip.end))


def test_splits_switched_off():
    assert split_findings(OFF, same_data=True) is None


# Noise


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
    nothing = dataclasses.replace(found, train=None)
    assert not (nothing.fits_noise or nothing.train_at_floor or nothing.validation_at_floor or nothing.test_is_cleaner)


def test_gaussian_process_agrees_or_not(results, gaps):
    found = noise_findings(results.tuned, gaps, results.extras["baselines"].cases["gaussian_process"])
    assert found.gaussian_process == pytest.approx(0.23) and found.processes_agree
    assert not dataclasses.replace(found, gaussian_process=2.0).processes_agree
    assert noise_findings(results.tuned, gaps).gaussian_process is None


# Baselines


def test_intervals_that_hold_zero_decide_nothing():
    assert (
        Interval(0.1, -0.1, 0.3).undecided
        and Interval(0.0, 0.0, 0.0).undecided
        and Interval(math.nan, math.nan, math.nan).undecided
    )
    better, worse = Interval(-0.2, -0.3, -0.1), Interval(0.2, 0.1, 0.3)
    assert better.better and not better.undecided
    assert not worse.better and not worse.undecided


def test_bootstrap_is_paired_and_near_the_normal_interval():
    rng = np.random.default_rng(1)
    first = rng.exponential(size=400)
    means, drawn = bootstrapped(np.array([first, first + 0.1]), 2000, np.random.default_rng(0))
    assert means[1] - means[0] == pytest.approx(0.1) and np.allclose(drawn[1] - drawn[0], 0.1)
    assert drawn[0].std() == pytest.approx(first.std() / 20, rel=0.05)


def test_errors_of_the_mean_prediction_by_region(results, gaps):
    found = baseline_findings(results.tuned, results.extras["baselines"], gaps)
    assert [method.name for method in found.methods] == ["network", "gaussian_process", "polynomial", "constant"]
    network = found.by_name["network"]
    assert network.ensemble.value == pytest.approx(results.tuned.run.metrics["ensemble_test_loss"])
    parts = [interval.value * region.points for interval, region in zip(network.regions, found.regions, strict=True)]
    assert sum(parts) == pytest.approx(100 * network.ensemble.value)
    assert all(
        interval.low < interval.value < interval.high for method in found.methods for interval in method.intervals
    )
    assert found.degrees == (7, 8)


def test_baselines_are_beaten_unbeaten_or_neither(results, gaps):
    extra, y = results.extras["baselines"], results.tuned.predictions["y_test"]
    found = baseline_findings(results.tuned, extra, gaps)
    assert "constant" in found.beaten and found.best.name != "constant"
    assert sorted(found.beaten + found.unbeaten + found.undecided) == ["constant", "gaussian_process", "polynomial"]
    perfect = with_predictions(extra.cases["polynomial"], test_predictions=np.tile(y, (5, 1)))
    alike = with_predictions(extra.cases["constant"], test_predictions=results.tuned.predictions["test_predictions"])
    changed = baseline_findings(
        results.tuned, Extra(None, extra.cases | {"polynomial": perfect, "constant": alike}), gaps
    )
    assert changed.unbeaten == ["polynomial"] and "constant" in changed.undecided and changed.best.name == "polynomial"


def test_baselines_without_gaps_and_switched_off(results):
    found = baseline_findings(results.tuned, results.extras["baselines"], ())
    assert found.regions == () and found.gaussian_process.region_differences == ()
    assert baseline_findings(results.tuned, OFF, ()) is None


# Ensemble


def test_members_of_all_seeds_are_one_ensemble(results, gaps):
    found = ensemble_findings(results.tuned, results.extras["seeds"], gaps, 0.01)
    assert (found.members, found.seeds, found.folds) == (15, 3, 5) and found.several_seeds
    assert found.loss < found.member_loss and found.member_loss == pytest.approx(found.mean_seed_loss)
    assert found.seed_spread == pytest.approx(np.std(found.seed_losses, ddof=1)) and found.seed_ensemble_spread > 0


def test_without_seeds_the_folds_are_the_ensemble(results, gaps):
    found = ensemble_findings(results.tuned, OFF, gaps, 0.01)
    assert (found.members, found.seeds) == (5, 1) and not found.several_seeds
    assert found.loss == pytest.approx(results.tuned.run.metrics["ensemble_test_loss"])


def test_without_gaps_all_test_points_are_one_region(results):
    found = ensemble_findings(results.tuned, OFF, (), 0.01)
    assert [(item.region.kind, item.region.points) for item in found.coverage] == [("all", 100)]


def test_coverage_by_hand():
    members = np.array([[0.0, 0.0, 0.0, 0.0], [2.0, 2.0, 2.0, 2.0]])  # mean 1, sd sqrt(2), half width 2.77
    y = np.array([1.0, 3.5, 4.0, 9.0])
    item = coverage_of(Region("all", (), np.full(4, True)), members, y, noise=1.0)
    assert item.half_width == pytest.approx(1.96 * math.sqrt(2))
    assert (item.band, item.with_noise) == (0.5, 0.75)  # with noise the half width is 3.39
    assert item.loss == pytest.approx((0 + 2.5**2 + 9 + 64) / 4) and item.gaussian_process is None


@pytest.mark.parametrize(("share", "low", "high"), [(0.5, True, False), (0.95, False, False), (1.0, False, True)])
def test_coverage_too_low_and_too_high(share, low, high):
    item = Coverage(Region("all", (), np.full(200, True)), 0.1, 0.1, share, share, None)
    assert (item.too_low, item.too_high) == (low, high)


def test_coverage_of_the_gaussian_process_mixes_its_folds(results, gaps):
    process = results.extras["baselines"].cases["gaussian_process"]
    found = ensemble_findings(results.tuned, OFF, gaps, 0.01, process)
    assert all(0.8 < item.gaussian_process <= 1 for item in found.coverage)
    sure = with_predictions(process, test_sd=np.zeros((5, 100)), test_predictions=np.zeros((5, 100)))
    assert ensemble_findings(results.tuned, OFF, (), 0.0, sure).coverage[0].gaussian_process == 0


def test_change_within_the_spread_of_seeds_and_beyond(results):
    found = regression_findings(results)
    assert not found.change_within_seeds
    assert dataclasses.replace(found, change=Change(0.0, 0.1, True)).change_within_seeds


# Initialisers and size


def test_bends_are_where_the_input_of_a_unit_is_zero():
    weights = {"initial/a/kernel": np.array([[2.0, -1.0, 0.0, 4.0]]), "initial/a/bias": np.array([1.0, 3.0, 1.0, 0.0])}
    assert np.array_equal(zeros_of(weights, "initial/a"), [-0.5, 3.0, np.nan, 0.0], equal_nan=True)
    weights |= {"trained/a/kernel": np.ones((1, 4)), "trained/a/bias": np.zeros(4)}
    variant = type("Variant", (), {"weights": weights, "predictions": {"x_train": np.array([-1.0, 1.0])}})
    bends = bends_of(variant, "a")
    assert (bends.inside_before, bends.inside_after) == (0.5, 1.0)
    assert bends.before.tolist() == [-0.5, 3.0, 0.0] and not bends.all_at_one_place


def test_zero_biases_put_all_bends_at_one_place(results):
    found = initialisation_findings(results.tuned, results.extras["initialisation"])
    assert found.other_bends.all_at_one_place and not found.tuned_bends.all_at_one_place
    assert (found.tuned.initializer, found.other.initializer) == ("fan_in_uniform", "glorot_uniform")
    assert found.other.test.worse and found.tuned.test is None


@pytest.mark.parametrize(("error", "worse", "better"), [(0.9, True, False), (0.28, False, False), (0.05, False, True)])
def test_smaller_network_worse_as_good_and_better(tmp_path, error, worse, better):
    errors = {"splits": 0.4, "glorot_uniform": 0.6, "smaller": error}
    results = load_regression_results(write_runs(tmp_path, extra_error=errors))
    found = smaller_findings(results.tuned, results.extras["smaller"])
    assert (found.worse, found.better) == (worse, better)
    assert found.is_smaller


def test_network_of_the_same_size_is_not_smaller(results):
    found = smaller_findings(results.tuned, Extra(None, {"smaller": results.tuned}))
    assert not found.is_smaller and not found.worse and not found.better


def test_components_hold_99_percent():
    assert components_of(np.array([98.0, 1.5, 0.5])) == 2
    assert components_of(np.array([1.0, 0.0])) == 1
    assert components_of(np.ones(100)) == 99
    assert components_of(np.zeros(3)) == 0


def test_switched_off_extras_are_named(tmp_path):
    names = ("splits", "baselines", "initialisation", "seeds", "smaller")
    found = regression_findings(
        load_regression_results(write_runs(tmp_path, switched_off=[f"regression/{name}" for name in names]))
    )
    assert found.switched_off == names and found.variations == []
    assert found.splits is found.baselines is found.initialisation is found.smaller is None
