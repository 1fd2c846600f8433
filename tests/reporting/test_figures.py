"""Each figure read back through its artists, and saved."""

import io
import re

import numpy as np
import pytest

from reporting.calibration import Reliability
from reporting.figures import FULL, HALF, layer_name, style
from reporting.figures.activations import plot_activations
from reporting.figures.calibration import plot_reliability, plot_risk
from reporting.figures.confusion import plot_confusion_matrix
from reporting.figures.grid import plot_grid, value_label
from reporting.figures.images import mosaic, plot_feature_maps, plot_filter_bank, plot_filters, plot_receptive_fields
from reporting.figures.ladder import plot_ladder
from reporting.figures.mistakes import plot_captioned_images
from reporting.figures.regression import plot_fit, plot_scatter
from reporting.figures.training_curves import mean_curve, plot_double_softmax_curves, plot_training_curves
from reporting.figures.weights import plot_weights
from reporting.findings.ladder import Rung
from reporting.metrics import double_softmax_bounds

RNG = np.random.default_rng(0)


def saved(figure):
    """The figure's SVG, as the report saves it; fails on the warnings that drawing gives."""
    content = io.BytesIO()
    with style():
        figure.savefig(content, format="svg", metadata={"Date": None})
    return content.getvalue()


def width_of(figure):
    return figure.get_size_inches()[0] * 25.4


def image_of(axes):
    return np.asarray(axes.get_images()[0].get_array())


def text_of(figure):
    """All text of a figure, as a viewer of the SVG can search it."""
    return saved(figure).decode()


@pytest.fixture
def data():
    return RNG.uniform(-5, 5, 30), RNG.normal(size=30), RNG.uniform(-5, 5, 20), RNG.normal(size=20)


def test_figures_are_equal_to_the_byte(data):
    assert saved(plot_scatter(*data, [])) == saved(plot_scatter(*data, []))


def test_figures_hold_searchable_text_in_the_reports_face(data):
    text = text_of(plot_scatter(*data, []))
    assert "30 training points" in text and "STIXGeneral" in text


def test_scatter_has_the_points_and_common_axes(data):
    figure = plot_scatter(*data, [(-3, -1), (2, 3)])
    left, right = figure.axes
    assert np.array_equal(left.get_lines()[0].get_xydata(), np.column_stack(data[2:]))
    assert np.array_equal(right.get_lines()[0].get_xydata(), np.column_stack(data[:2]))
    assert left.get_xlim() == right.get_xlim() and left.get_ylim() == right.get_ylim()
    assert [(patch.get_x(), patch.get_width()) for patch in right.patches] == [(-3, 2), (2, 1)]
    assert width_of(figure) == pytest.approx(FULL)


def test_many_points_become_pixels():
    many = np.zeros(2000)
    left, right = plot_scatter(many, many, many[:10], many[:10], []).axes
    assert right.get_lines()[0].get_rasterized() and not left.get_lines()[0].get_rasterized()


def test_fit_draws_each_member_and_their_mean(data):
    x = np.linspace(-5, 5, 11)
    curves = np.array([x, 3 * x])
    lines = plot_fit(x, curves, *data, []).axes[0].get_lines()
    assert len(lines) == 2 + 2 + 1
    assert np.array_equal(lines[2].get_ydata(), x) and np.array_equal(lines[-1].get_ydata(), 2 * x)


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
    assert "10^" not in text_of(figure)


def test_one_fold_is_drawn_once():
    lines = plot_training_curves([[4, 2]], [[5, 3]], "loss").axes[0].get_lines()
    assert [line.get_label() for line in lines] == ["training", "validation"]


@pytest.mark.parametrize("curve", [[0.5], [0.5, np.nan, 0.2], [np.nan, np.nan]])
def test_short_and_diverged_curves_are_drawn(curve):
    saved(plot_training_curves([curve], [curve], "loss"))


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
    np.testing.assert_allclose(drawn["cheapest within one standard error"], [[2, 0.3]])
    assert [label.get_text() for label in below.get_yticklabels()] == ["0.001", "0.002", "$10^{-5}$", "$10^{-7}$"]
    dots = below.get_lines()[0].get_xydata().tolist()
    assert sorted(dots) == [[1, 0], [1, 2], [2, 0], [2, 3], [3, 1], [3, 2], [4, 1], [4, 3]]
    assert "learning rate" in text_of(figure) and width_of(figure) == pytest.approx(FULL)


def test_grid_shades_what_is_tied_with_the_winner():
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
        assert shades[best] == shades.max() == 0.75 and shades.min() == 0
    assert (smaller.get_xlabel(), smaller.get_ylabel()) == ("learning rate", "weight decay")


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
    figure = plot_grid(np.ones((144, 2)), None, grid, values, "loss", [True] * 144, pairs)
    assert not figure.axes[2].texts
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


def test_weight_histograms_are_densities():
    trained = {"hidden_1": RNG.normal(size=(100, 40)), "output": RNG.normal(size=(40, 1))}
    initial = {name: RNG.uniform(-1, 1, kernel.shape) for name, kernel in trained.items()}
    figure = plot_weights(initial, trained)
    assert [axes.get_title() for axes in figure.axes] == ["hidden 1", "output"]
    values, edges, _ = figure.axes[0].patches[0].get_data()
    assert np.sum(values * np.diff(edges)) == pytest.approx(1, abs=0.002)
    saved(figure)


def test_constant_weights_are_drawn():
    saved(plot_weights({"output": np.zeros((3, 1))}, {"output": np.zeros((3, 1))}))


def test_layer_names_in_words():
    assert [layer_name(name) for name in ("conv_1", "dense_2", "hidden_3", "output")] == [
        "convolution 1",
        "dense 2",
        "hidden 3",
        "output",
    ]


def test_activation_stems_reach_the_activations():
    probe = np.array([[0.0, 1.0, 2.0], [3.0, 0.0, 0.0]])
    figure = plot_activations(probe, ["first", "second"], dead=np.array([True, False, False]))
    stems = [axes.get_lines()[0].get_ydata() for axes in figure.axes]
    assert [list(stem[1::3]) for stem in stems] == probe.tolist()
    assert figure.axes[0].get_lines()[2].get_xdata()[::3].tolist() == [1]
    assert figure.axes[0].get_ylim() == figure.axes[1].get_ylim()
    assert "constant over all test inputs" in text_of(figure)


def test_activations_without_dead_units_have_no_legend():
    figure = plot_activations(np.ones((1, 5)), ["one"], dead=np.zeros(5, dtype=bool))
    assert not figure.legends
    saved(figure)


def test_confusion_cells_hold_the_counts():
    matrix = np.array([[7, 3], [1, 9]])
    figure = plot_confusion_matrix(matrix, ["Shirt", "Coat"], [0.02, -0.03], [0.01, 0.05])
    axes, beside = figure.axes
    assert [round(bar.get_width(), 6) for bar in beside.patches] == [2, -3] and beside.get_ylim() == axes.get_ylim()
    cells = {(text.get_position()[1], text.get_position()[0]): text.get_text() for text in axes.texts}
    assert cells == {(0, 0): "7", (0, 1): "3", (1, 0): "1", (1, 1): "9"}
    assert (axes.get_ylabel(), axes.get_xlabel()) == ("true class", "predicted class")
    assert "70.0 %" in text_of(figure)


@pytest.mark.parametrize(
    "matrix", [np.diag([5, 5, 5]), np.array([[5, 0, 0]] * 3), np.diag([5, 5, 0]), np.zeros((3, 3), dtype=int)]
)
def test_perfect_one_class_and_empty_confusions_are_drawn(matrix):
    saved(plot_confusion_matrix(matrix, ["a", "b", "c"], [0.1, 0.0, np.nan], [0.1, 0.0, np.nan]))


def test_mosaic_places_tiles_row_by_row():
    tiles = np.arange(3)[:, None, None] * np.ones((3, 1, 2))
    assert np.array_equal(mosaic(tiles, 2), [[0, 0, 1, 1], [2, 2, np.nan, np.nan]], equal_nan=True)


def test_filters_share_a_scale_around_zero():
    filters = np.zeros((32, 3, 3))
    filters[5, 1, 2] = -0.4
    figure = plot_filters(filters)
    image = figure.axes[0].get_images()[0]
    assert image.get_clim() == (-0.4, 0.4) and image_of(figure.axes[0]).shape == (6, 48)
    assert image_of(figure.axes[0])[1, 5 * 3 + 2] == -0.4
    assert image.get_interpolation() == "none"


def test_filter_bank_has_a_column_a_filter():
    bank = np.zeros((48, 32, 3, 3))
    bank[7, 2] = 0.5
    assert np.all(image_of(plot_filter_bank(bank).axes[0])[6:9, 21:24] == 0.5)


@pytest.mark.parametrize(("count", "shape"), [(32, (3 * 4, 11 * 4)), (48, (4 * 4, 12 * 4)), (5, (4, 12 * 4))])
def test_all_feature_maps_are_shown_each_on_its_own_scale(count, shape):
    maps = np.arange(count)[:, None, None] * np.ones((count, 4, 4))
    image = image_of(plot_feature_maps(np.zeros((28, 28)), maps).axes[1])
    assert image.shape[0] == shape[0] and image[0, 0] == 0 and np.nanmax(image[:4, 4:8]) == 1


def test_receptive_fields_have_a_row_a_method():
    fields = RNG.normal(size=(10, 28, 28))
    notes = [f"0.{k}5" for k in range(10)]
    rows = [("mean", np.abs(fields) / 5, False, None), ("gradient", fields, True, notes)]
    figure = plot_receptive_fields(rows, [f"class {k}" for k in range(10)])
    assert [axes.get_ylabel() for axes in figure.axes] == ["mean", "gradient"]
    assert figure.axes[1].get_images()[0].get_clim() == (-1, 1) and np.abs(image_of(figure.axes[1])).max() == 1
    assert "class 9" in text_of(figure) and "0.75" in text_of(figure)


def test_blank_images_are_drawn():
    saved(plot_receptive_fields([("gradient", np.zeros((2, 4, 4)), True, None)], ["a", "b"]))
    saved(plot_feature_maps(np.zeros((4, 4)), np.zeros((3, 4, 4))))
    saved(plot_filters(np.zeros((3, 3, 3))))
    saved(plot_filter_bank(np.zeros((3, 2, 3, 3))))


BINS = Reliability(np.array([10, 90]), np.array([0.55, 0.97]), np.array([0.4, 1.0]))


def test_reliability_shows_both_networks_and_the_diagonal():
    figure = plot_reliability(BINS, BINS._replace(confidence=np.array([0.45, 0.9])))
    diagonal, before, after = figure.axes[0].get_lines()
    assert diagonal.get_xydata().tolist() == [[0, 0], [1, 1]]
    assert before.get_xydata().tolist() == [[0.55, 0.4], [0.97, 1.0]] and after.get_xdata().tolist() == [0.45, 0.9]
    assert width_of(figure) == pytest.approx(HALF) and "temperature scaled" in text_of(figure)


def test_risk_is_the_error_among_the_answers():
    figure = plot_risk({name: np.linspace(1, 0.9, 11) for name in ("reference", "tuned", "improved")}, 0.8)
    marked, *curves = figure.axes[0].get_lines()
    assert marked.get_xdata()[0] == pytest.approx(80) and len(curves) == 3
    assert curves[0].get_xydata()[-1] == pytest.approx([100, 10])
    saved(figure)


@pytest.mark.parametrize("accuracy", [0.0, 1.0])
def test_risk_of_perfect_and_ever_wrong_networks_is_drawn(accuracy):
    saved(plot_risk({name: np.full(5, accuracy) for name in ("a", "b", "c")}, 0.8))


RUNGS = [
    Rung("human", (0.835,), (0.81, 0.86), True),
    Rung("other_reports", (0.877, 0.935), None, True),
    Rung("tuned", (0.91, 0.90, 0.92), (0.9, 0.915), False),
    Rung("improved", (0.93,), (0.92, 0.94), False),
]


def test_ladder_draws_published_accuracies_seeds_and_ingredients():
    names = ["people", "others", "tuned", "improved"]
    figure = plot_ladder(
        RUNGS, names, [("padding", -0.01, (-0.02, -0.005)), ("dropout", 0.01, (0.004, 0.02)), ("flips", 0, (-0.1, 0.1))]
    )
    left, right = figure.axes
    assert [label.get_text() for label in left.get_yticklabels()] == names
    drawn = [(line.get_marker(), line.get_xdata().tolist()) for line in left.get_lines()]
    assert ("D", [83.5]) in drawn and ("o", [91.0]) in drawn and ("o", [90.0, 92.0]) in drawn
    assert [text.get_text() for text in left.texts] == ["83.5", "87.7–93.5", "91.00", "93.00"]
    markers = [line.get_marker() for line in right.get_lines() if line.get_marker() != "None"]
    assert markers == ["o", "s", "D"] and width_of(figure) == pytest.approx(FULL)
    saved(figure)


def test_ladder_without_ingredients_has_one_panel():
    assert len(plot_ladder(RUNGS, ["a", "b", "c", "d"]).axes) == 1


def test_double_softmax_curves_lie_between_the_bounds():
    bounds = double_softmax_bounds(10)
    axes = plot_double_softmax_curves([1.7, 1.6], [1.65, 1.62], bounds, 1.558).axes[0]
    levels = [line.get_ydata()[0] for line in axes.get_lines()[2:]]
    assert (
        levels == pytest.approx([1.558, *bounds]) and axes.get_ylim()[0] < bounds[0] and axes.get_ylim()[1] > bounds[1]
    )
    text = text_of(axes.figure)
    assert "1.4612: all right and certain" in text and "2.4612: all wrong and certain" in text


def test_captioned_images_stand_in_groups():
    image = np.full((28, 28), 200, dtype=np.uint8)
    figure = plot_captioned_images(
        [("Shirt taken\nfor Coat (3)", [(image, "0.1\n0.8"), (image, "0.2\n0.7")]), ("Bag", [(image, "0.3")])],
        12,
        places=2,
    )
    drawn = figure.axes[0].get_images()
    assert len(drawn) == 3 and drawn[0].get_clim() == (0, 255)
    lefts = [drawing.get_extent()[0] for drawing in drawn]
    assert lefts == sorted(lefts) and width_of(figure) == pytest.approx(FULL / 12 * 4)
    ids = re.findall(r'\bid="([^"]*)"', text_of(figure))
    assert "for Coat (3)" in text_of(figure) and len(ids) == len(set(ids))
