"""Curves by epoch, read back through their artists."""

import numpy as np
import pytest

from reporting.engine.canvas import HALF
from reporting.sections.shared.curves import CONFIGURATIONS, mean_curve, plot_configurations, plot_training_curves
from tests.reporting.drawn import saved, width_of


def test_mean_curve_ends_with_the_first_fold():
    assert mean_curve([[4, 2, 1], [2, 0]]).tolist() == [3, 1]


def test_training_curves_show_folds_and_means():
    figure = plot_training_curves([[4, 2, 1], [2, 1]], [[5, 3, 2], [3, 2]], "MSE", logarithmic=True)
    axes = figure.axes[0]
    assert [list(line.get_ydata()) for line in axes.get_lines()] == [
        [4, 2, 1],
        [2, 1],
        [3, 1.5],
        [5, 3, 2],
        [3, 2],
        [4, 2.5],
    ]
    assert list(axes.get_lines()[2].get_xdata()) == [1, 2]
    assert axes.get_yscale() == "log" and axes.get_ylabel() == "MSE" and width_of(figure) == pytest.approx(HALF)
    assert "10^" not in saved(figure)


@pytest.mark.parametrize(("highest", "labels"), [(50, [0.2, 0.5, 1, 2, 5, 10, 20, 50]), (1e8, [1e1, 1e3, 1e5, 1e7])])
def test_many_decades_have_fewer_labels(highest, labels):
    curve = [highest, 0.15]
    axes = plot_training_curves([curve], [curve], "MSE", logarithmic=True, limits=(0.15, highest)).axes[0]
    shown = [tick for tick in axes.get_yticks() if 0.15 <= tick <= highest]
    np.testing.assert_allclose(shown, labels)


def test_one_fold_is_drawn_once():
    lines = plot_training_curves([[4, 2]], [[5, 3]], "loss").axes[0].get_lines()
    assert [line.get_label() for line in lines] == ["training", "validation"]


@pytest.mark.parametrize("curve", [[0.5], [0.5, np.nan, 0.2], [np.nan, np.nan]])
def test_short_and_diverged_curves_are_drawn(curve):
    saved(plot_training_curves([curve], [curve], "loss"))


def test_each_configuration_has_its_colour_and_dashes_and_its_training_is_fainter():
    lines = plot_configurations({name: ([3, 2], [4, 3]) for name in CONFIGURATIONS}, "loss").axes[0].get_lines()
    assert len({(line.get_color(), line.get_linestyle()) for line in lines}) == len(CONFIGURATIONS)
    for train, validation in zip(lines[::2], lines[1::2], strict=True):
        assert train.get_color() == validation.get_color() and train.get_alpha() < 1
        assert train.get_linewidth() < validation.get_linewidth()


@pytest.mark.parametrize("curve", [[0.5], [0.5, np.nan], [np.nan]])
def test_configurations_that_ended_early_or_diverged_are_drawn(curve):
    saved(plot_configurations({"tuned": (curve, curve), "extended": ([1, 2, 3], [1, 2, 3])}, "loss"))
