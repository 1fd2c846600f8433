"""Where the units of the first layer bend, and the figure of both initialisers read back."""

from types import SimpleNamespace

import numpy as np
import pytest

from reporting.engine.canvas import HALF
from reporting.sections.regression.data import Gap
from reporting.sections.regression.initialisation import bends_of, plot_bends, plot_fits, zeros_of
from tests.reporting.drawn import saved, width_of

X = np.linspace(-5, 5, 11)


def test_bends_are_where_the_input_of_a_unit_is_zero():
    weights = {"initial/a/kernel": np.array([[2.0, -1.0, 0.0, 4.0]]), "initial/a/bias": np.array([1.0, 3.0, 1.0, 0.0])}
    assert np.array_equal(zeros_of(weights, "initial/a"), [-0.5, 3.0, np.nan, 0.0], equal_nan=True)
    weights |= {"trained/a/kernel": np.ones((1, 4)), "trained/a/bias": np.zeros(4)}
    bends = bends_of(SimpleNamespace(weights=weights, predictions={"x_train": np.array([-1.0, 1.0])}), "a")
    assert (bends.inside_before, bends.inside_after) == (0.5, 1.0)
    assert bends.before.tolist() == [-0.5, 3.0, 0.0] and not bends.all_at_one_place


def test_zero_biases_put_all_bends_at_one_place(found):
    start = found("initialisation")
    (own, own_bends), (other, other_bends) = start.bends
    assert other_bends.all_at_one_place and not own_bends.all_at_one_place
    assert (own, other) == (start.tuned.initializer, start.other.initializer) == ("fan_in_uniform", "glorot_uniform")
    assert start.other.test.worse


def test_bends_within_the_limits_are_ticks():
    figure = plot_bends({"one,\nbefore": np.array([0.0, 9.0, 1.0]), "one,\nafter": np.array([])}, (-5, 5))
    axes = figure.axes[0]
    assert [list(line.get_xdata()[::3]) for line in axes.get_lines()] == [[0.0, 1.0], []]
    assert axes.get_xlim() == (-5, 5) and width_of(figure) == pytest.approx(HALF)
    saved(figure)


def test_fits_differ_in_line_style_too():
    curves = {"a": np.array([X, X]), "b": np.array([2 * X, 4 * X])}
    lines = plot_fits(X, curves, X, X, [Gap(1, 2, 0)]).axes[0].get_lines()
    means = [line for line in lines if line.get_label() in curves]
    assert np.array_equal(means[1].get_ydata(), 3 * X) and means[0].get_linestyle() != means[1].get_linestyle()


def test_a_tanh_unit_has_a_centre_and_no_bend(text_of):
    """Where its input is zero a tanh has no curvature at all: there is the middle of its transition."""
    text = text_of()
    assert "where its input wx&nbsp;+&nbsp;b is zero: the kink of a ReLU, the middle of the transition" in text
    assert "bend" not in text.split("Initialisation")[-1].split("Table")[0]
