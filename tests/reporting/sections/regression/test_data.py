"""The points, their gaps, and the regions that these make."""

import dataclasses

import numpy as np
import pytest

from reporting.engine.canvas import FULL
from reporting.results import load_reference_report
from reporting.sections.regression.data import (
    FEW_POINTS,
    Gap,
    far_distance,
    find_gaps,
    nearest,
    plot_scatter,
    regions_of,
)
from tests.invented import edits
from tests.reporting.drawn import saved, width_of
from tests.reporting.sections.regression.changed import exchanged, findings_of, with_predictions, with_run

RNG = np.random.default_rng(0)
POINTS = RNG.uniform(-5, 5, 30), RNG.normal(size=30), RNG.uniform(-5, 5, 20), RNG.normal(size=20)


def test_two_gaps_are_found_with_their_test_points(results, found):
    data, x = found("data"), results.tuned.predictions["x_test"]
    assert data.has_gaps and len(data.gaps) == 2
    assert [(round(gap.start), round(gap.end)) for gap in data.gaps] == [(-3, -1), (2, 3)]
    assert data.gaps[0].test_points == np.sum((x > data.gaps[0].start) & (x < data.gaps[0].end))
    assert data.test_points_in_gaps == sum(gap.test_points for gap in data.gaps)


def test_even_points_leave_no_gap():
    assert find_gaps(np.linspace(-5, 5, 100), np.zeros(3)) == ()
    assert find_gaps(np.random.default_rng(0).uniform(-5, 5, 100), np.zeros(3)) == ()


def test_few_points_leave_no_gap_by_chance():
    assert find_gaps(np.array([0.0, 1.0, 3.0, 4.0]), np.zeros(3)) == ()


def test_equal_points_leave_no_gap():
    assert find_gaps(np.ones(5), np.zeros(3)) == ()


def test_points_outside_of_the_training_range_are_counted(results):
    x_train = np.linspace(-4, 4, len(results.tuned.predictions["x_train"]))
    data = findings_of(exchanged(results, tuned=with_predictions(results.tuned, x_train=x_train)))("data")
    assert not data.has_gaps and data.test_points_in_gaps == 0
    assert data.test_points_outside_range == np.sum(np.abs(results.tuned.predictions["x_test"]) > 4) > 0


def test_the_same_data_need_both_files(results, found):
    assert not found("data").same_as_reference
    digests = load_reference_report()["regression"]["data"]
    for kept, same in ((digests, True), ({"train_data.csv": digests["train_data.csv"]}, False)):
        renamed = {f"my_{name}": digest for name, digest in kept.items()}
        tuned = with_run(results.tuned, data=dataclasses.replace(results.tuned.run.data, digests=renamed))
        assert findings_of(exchanged(results, tuned=tuned))("data").same_as_reference is same


def test_regions_partition_the_test_points(results, found):
    regions = regions_of(results.tuned.predictions["x_test"], found("data").gaps)
    assert [region.kind for region in regions] == ["outside", "gap", "gap"]
    assert np.array_equal(sum(region.inside.astype(int) for region in regions), np.ones(100))


def test_no_gaps_no_regions():
    assert regions_of(np.linspace(0, 1, 50), ()) == ()


def test_many_gaps_are_one_region_and_one_without_points_is_left_out():
    gaps = tuple(Gap(k, k + 0.5, 0) for k in range(3))
    assert [region.kind for region in regions_of(np.linspace(0, 3, 60), gaps)] == ["outside", "gaps"]
    far = np.r_[np.full(FEW_POINTS, 9.0), np.full(FEW_POINTS - 1, 0.2)]
    assert [region.kind for region in regions_of(far, gaps[:1])] == ["outside"]


def test_figures_are_equal_to_the_byte():
    assert saved(plot_scatter(*POINTS, [])) == saved(plot_scatter(*POINTS, []))


def test_figures_hold_searchable_text_in_the_reports_face():
    text = saved(plot_scatter(*POINTS, []))
    assert "30 training points" in text and "STIXGeneral" in text


def test_scatter_has_the_points_and_common_axes():
    figure = plot_scatter(*POINTS, [Gap(-3, -1, 0), Gap(2, 3, 0)])
    left, right = figure.axes
    assert np.array_equal(left.get_lines()[0].get_xydata(), np.column_stack(POINTS[2:]))
    assert np.array_equal(right.get_lines()[0].get_xydata(), np.column_stack(POINTS[:2]))
    assert left.get_xlim() == right.get_xlim() and left.get_ylim() == right.get_ylim()
    assert [(patch.get_x(), patch.get_width()) for patch in right.patches] == [(-3, 2), (2, 1)]
    assert width_of(figure) == pytest.approx(FULL)


def test_many_points_become_pixels():
    many = np.zeros(2000)
    left, right = plot_scatter(many, many, many[:10], many[:10], []).axes
    assert right.get_lines()[0].get_rasterized() and not left.get_lines()[0].get_rasterized()


def test_points_without_gaps_have_a_report(text_of):
    text = text_of(edits.regression.no_gaps)
    assert "leave no gap" in text and "by region it is" not in text


def test_distance_from_the_nearest_training_point():
    assert nearest(np.array([-2.0, 0.4, 1.0, 9.0]), np.array([3.0, 0.0, 1.0])).tolist() == [2, 0.4, 0, 6]
    assert far_distance(np.array([3.0, 0.0, 1.0])) == pytest.approx(5 * 1.5)


def test_points_beyond_the_range_are_far_from_all_measurements(text_of):
    def change(runs):
        edits.regression.no_gaps(runs)
        edits.regression.tests_in((-9, 50))(runs)

    text = text_of(change)
    assert "test points lie far from all measurements" in text and "no test point lies more than" not in text
    assert "no test point lies more than 0.51 from the nearest measurement" in text_of(edits.regression.no_gaps)


@pytest.mark.parametrize(
    "changes", [{"folds": 2}, {"more_seeds": 1}, {"points": 30}, {"scale": "quick", "regression_epochs": 1}]
)
def test_small_runs_have_a_report(text_of, changes):
    assert "The Noise Floor" in text_of(**changes)
