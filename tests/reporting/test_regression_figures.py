"""Figures of splits, the ensemble's band and initialisers, read back through their artists."""

import io

import numpy as np
import pytest

from reporting.figures import FULL, HALF, style
from reporting.figures.initialisation import plot_bends, plot_fits
from reporting.figures.regression import MANY_CURVES, plot_fit
from reporting.figures.splits import plot_splits
from reporting.figures.training_curves import plot_training_curves

X = np.linspace(-5, 5, 11)


def saved(figure):
    content = io.BytesIO()
    with style():
        figure.savefig(content, format="svg", metadata={"Date": None})
    return content.getvalue().decode()


def ticks(axes):
    """The x of each row of ticks, in the order in which they were drawn."""
    return [list(line.get_xdata()[::3]) for line in axes.get_lines()]


def test_splits_show_the_held_out_among_the_others():
    folds = [[(X[:3], X[3:]), (X[3:], X[:3])], [(X[::2], X[1::2])]]
    figure = plot_splits(["file order", "shuffled"], folds, {"validation MSE": ["7.5", "0.3"], "$R^2$": ["−1.6", ""]})
    axes, text = figure.axes
    assert ticks(axes) == [
        X[3:].tolist(),
        X[:3].tolist(),
        X[:3].tolist(),
        X[3:].tolist(),
        X[1::2].tolist(),
        X[::2].tolist(),
    ]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["file order", "shuffled"]
    assert figure.get_size_inches()[0] * 25.4 == pytest.approx(FULL)
    assert "−1.6" in saved(figure) and "held out" in saved(figure)


def test_band_is_so_many_deviations_of_the_members():
    curves = np.array([X, X + 2])
    axes = plot_fit(X, curves, X, X, X, X, []).axes[0]
    band = axes.collections[0].get_paths()[0].vertices
    assert band[:, 1].max() == pytest.approx(6 + 1.96 * np.sqrt(2)) and band[:, 1].min() == pytest.approx(
        -4 - 1.96 * np.sqrt(2)
    )


def test_very_many_curves_become_pixels():
    lines = plot_fit(X, np.tile(X, (MANY_CURVES + 1, 1)), X, X, X, X, []).axes[0].get_lines()
    assert lines[2].get_rasterized() and not lines[-1].get_rasterized()


@pytest.mark.parametrize(("floor", "lines"), [(0.2, 3), (0.0, 2), (None, 2)])
def test_floor_is_a_level_line(floor, lines):
    axes = plot_training_curves([[0.5, 0.3]], [[0.6, 0.4]], "MSE", logarithmic=True, floor=floor).axes[0]
    assert len(axes.get_lines()) == lines
    assert floor != 0.2 or set(axes.get_lines()[-1].get_ydata()) == {0.2}


def test_bends_within_the_limits_are_ticks():
    figure = plot_bends({"one,\nbefore": np.array([0.0, 9.0, 1.0]), "one,\nafter": np.array([])}, (-5, 5))
    assert ticks(figure.axes[0]) == [[0.0, 1.0], []]
    assert figure.axes[0].get_xlim() == (-5, 5) and figure.get_size_inches()[0] * 25.4 == pytest.approx(HALF)
    saved(figure)


def test_fits_differ_in_line_style_too():
    lines = plot_fits(X, {"a": np.array([X, X]), "b": np.array([2 * X, 4 * X])}, X, X, [(1, 2)]).axes[0].get_lines()
    means = [line for line in lines if line.get_label() in "ab"]
    assert np.array_equal(means[1].get_ydata(), 3 * X) and means[0].get_linestyle() != means[1].get_linestyle()
