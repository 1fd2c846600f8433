"""The figure of a grid search read back through its artists, and saved."""

import contextvars

import numpy as np
import pytest

from reporting.engine.canvas import FULL
from reporting.engine.magnitudes import set_losses
from reporting.sections.shared.search_figure import plot_grid, value_label
from tests.reporting.drawn import image_of, saved, width_of

GRID = {"learning_rate": [0.001, 0.002], "weight_decay": [1e-5, 1e-7]}
VALUES = [
    {"learning_rate": rate, "weight_decay": decay} for rate in GRID["learning_rate"] for decay in GRID["weight_decay"]
]


PAIRS = {("learning_rate", "weight_decay"): np.array([[0.1, 0.2], [0.3, 0.4]])}


def grid_of(scores, errors=None, tied=(False,) * 4, pairs=PAIRS, **keywords):
    return plot_grid(np.array(scores, dtype=float), errors, GRID, VALUES, "validation MSE", tied, pairs, **keywords)


def test_grid_shows_folds_means_winner_and_named_combinations():
    figure = grid_of([[0.1, 0.3], [0.2, 0.4], [0.3, 0.5], [0.4, 0.6]], reference=2, cheapest=1)
    above, below, _ = figure.axes
    drawn = {line.get_label(): line.get_xydata() for line in above.get_lines()}
    assert drawn["fold"].tolist() == [[1, 0.1], [1, 0.3], [2, 0.2], [2, 0.4], [3, 0.3], [3, 0.5], [4, 0.4], [4, 0.6]]
    np.testing.assert_allclose(drawn["mean"][:, 1], [0.2, 0.3, 0.4, 0.5])
    np.testing.assert_allclose([drawn[name][0] for name in ("best", "reference settings")], [[1, 0.2], [3, 0.4]])
    np.testing.assert_allclose(drawn["cheaper within one standard error"], [[2, 0.3]])
    assert [label.get_text() for label in below.get_yticklabels()] == ["0.001", "0.002", "$10^{-5}$", "$10^{-7}$"]
    dots = below.get_lines()[0].get_xydata().tolist()
    assert sorted(dots) == [[1, 0], [1, 2], [2, 0], [2, 3], [3, 1], [3, 2], [4, 1], [4, 3]]
    assert "learning rate" in saved(figure) and width_of(figure) == pytest.approx(FULL)


def test_grid_shades_the_set_that_holds_the_best():
    figure = grid_of([[0.1], [0.2], [0.3], [0.4]], tied=[False, True, False, True])
    for axes in figure.axes[:2]:
        assert [(patch.get_x(), patch.get_width()) for patch in axes.patches] == [(0.5, 2), (3.5, 1)]
    assert not grid_of([[0.1], [0.2], [0.3], [0.4]]).axes[0].patches


def test_heat_maps_hold_the_means_and_dark_is_better():
    smaller, larger = (
        grid_of([[0.1], [0.2], [0.3], [0.4]], larger_is_better=larger).axes[2] for larger in (False, True)
    )
    assert [text.get_text() for text in smaller.texts] == ["0.100", "0.300", "0.200", "0.400"]
    for axes, best in ((smaller, (0, 0)), (larger, (1, 1))):
        shades = image_of(axes)
        assert shades[best] == shades.max() == 0.6 and shades.min() == 0
    assert (smaller.get_xlabel(), smaller.get_ylabel()) == ("learning rate", "weight decay")


@pytest.mark.parametrize(
    ("size", "words", "power"),
    [(1e22, "1.00", r"$\times 10^{22}$"), (1e-24, "1.00", r"$\times 10^{-24}$"), (100.0, "100", "")],
)
def test_heat_maps_of_any_size_tell_the_power_of_ten_once(size, words, power):
    def draw():
        set_losses(size)
        means = size * np.array([[1.0, 2.0], [3.0, 4.0]])
        return grid_of(means.reshape(4, 1), pairs={("learning_rate", "weight_decay"): means}).axes[2]

    axes = contextvars.copy_context().run(draw)
    assert axes.texts[0].get_text() == words and axes.get_title(loc="left") == power


@pytest.mark.parametrize("pairs", [PAIRS, {}])
def test_expected_best_stands_beside_by_number_drawn(pairs):
    figure = grid_of([[0.1], [0.2], [0.3], [0.4]], pairs=pairs, expected=[0.25, 0.15, 0.12, 0.1])
    (panel,) = (child for axes in figure.axes for child in axes.child_axes)
    line, winner = panel.get_lines()
    assert line.get_xydata().tolist() == [[1, 0.25], [2, 0.15], [3, 0.12], [4, 0.1]]
    assert winner.get_xydata().tolist() == [[4, 0.1]] and "number drawn" in saved(figure)
    lone = grid_of([[0.1], [0.2], [0.3], [0.4]], expected=[0.25])
    assert not any(axes.child_axes for axes in lone.axes)


def test_losses_of_different_magnitude_are_drawn_on_a_logarithmic_scale():
    assert grid_of([[0.1], [0.2], [0.3], [40]]).axes[0].get_yscale() == "log"
    assert grid_of([[0.1], [0.2], [0.3], [0.4]]).axes[0].get_yscale() == "linear"


@pytest.mark.parametrize("scores", [[0.9, 0.8, 0.7, np.nan], [np.nan] * 4])
def test_grid_leaves_out_what_failed(scores):
    column = np.array(scores)[:, None]
    saved(grid_of(column, np.full(4, 0.1), pairs={next(iter(PAIRS)): column.reshape(2, 2)}))


def test_grid_of_one_combination():
    saved(
        plot_grid(
            np.array([[0.5]]), None, {"padding": ["same"]}, [{"padding": "same"}], "accuracy", [False], {}, reference=0
        )
    )


def test_grid_of_many_values_is_drawn():
    grid = {name: list(range(12)) for name in ("first", "second", "third")}
    pairs = {pair: np.ones((12, 12)) for pair in (("first", "second"), ("first", "third"), ("second", "third"))}
    values = [{"first": k % 12, "second": k // 12, "third": 0} for k in range(144)]
    figure = plot_grid(np.ones((144, 2)), None, grid, values, "loss", [True] * 144, pairs, expected=[1.0] * 144)
    assert not any(axes.texts for axes in figure.axes[3:])
    saved(figure)


def test_value_labels():
    assert [value_label(value) for value in (16, 0.0013, 1e-5, 2.5e-7, 0.0, True, "same")] == [
        "16",
        "0.0013",
        "$10^{-5}$",
        "$2.5 \\times 10^{-7}$",
        "0",
        "True",
        "same",
    ]
