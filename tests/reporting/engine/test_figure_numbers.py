"""The numbers of a figure are those that it was drawn from, under the names that stand in it."""

import base64
import json
import zlib

import numpy as np
import pytest

from reporting.engine import figure_numbers
from reporting.engine.canvas import HALF, new_figure, style
from reporting.engine.figure_numbers import numbers_of_figure, packed
from reporting.engine.svg import svg_of_figure


@pytest.fixture(autouse=True)
def styled():
    with style():
        yield


def axes_of(count=1):
    """A figure and its axes."""
    figure = new_figure(HALF, 40)
    return figure, figure.subplots(1, count)


def series(figure, part=""):
    """(name, x, y, value) of each series of a figure of one panel."""
    return [columns[1:] for columns in numbers_of_figure(figure, part)[1]]


def test_points_and_lines_keep_their_labels_and_six_digits():
    figure, axes = axes_of()
    axes.plot([1, 2], [1 / 3, 2e-7], label="training")
    axes.scatter([0.5], [4], label="best")
    assert series(figure) == [("training", "1 2", "0.333333 2e-07", ""), ("best", "0.5", "4", "")]


def test_a_line_without_a_label_is_called_after_the_one_that_looks_like_it():
    figure, axes = axes_of()
    for look in ({"linewidth": 0.4}, {"linewidth": 2, "label": "mean"}, {"linewidth": 0.4, "label": "network"}):
        axes.plot([0, 1], [0, 1], color="C2", **look)
    axes.plot([0, 1], [0, 1], color="C2", linewidth=1)
    axes.plot([0, 1], [0, 1], color="C0", label="_kept out of legends")
    axes.plot([0, 1], [0, 1], color="C1")
    names = [name for name, *_ in series(figure)]
    assert names == ["network, line 1", "mean", "network", "network, line 2", "kept out of legends", "line 1"]


def test_places_that_are_none_of_the_data_are_left_out():
    figure, axes = axes_of()
    axes.axhline(3, label="floor")
    axes.axvspan(1, 2, label="gap")
    axes.plot([1, 2], [0.2, 0.2], transform=axes.get_xaxis_transform(), label="ticks")
    assert series(figure) == [("floor", "", "3", ""), ("ticks", "1 2", "", ""), ("gap", "1 2", "", "")]


def test_breaks_of_a_line_and_what_is_masked_are_left_out():
    figure, axes = axes_of()
    axes.plot([0, 0, np.nan, 1, 1], [0, 5, np.nan, 0, 6], label="stems")
    axes.imshow(np.ma.masked_equal([[1, 2], [3, 4]], 2), label="shares")
    assert series(figure) == [("shares", "0 0 1", "0 1 1", "1 3 4"), ("stems", "0 0 1 1", "0 5 0 6", "")]


def test_an_image_lies_where_it_is_drawn():
    figure, axes = axes_of()
    axes.imshow([[1, 2], [3, 4]], extent=(0, 4, 0, 2), origin="upper")
    axes.pcolormesh([0, 1, 3], [0, 1], [[5, 6]])
    assert series(figure) == [
        ("image 1", "1 3 1 3", "1.5 1.5 0.5 0.5", "1 2 3 4"),
        ("image 2", "0.5 2", "0.5 0.5", "5 6"),
    ]


def test_bands_bars_and_steps():
    figure, axes = axes_of()
    axes.fill_between([0, 1, 2], [1, 2, 3], [4, 0, 6], label="band")
    axes.bar([1, 2], [3, 4], bottom=1, label="upright")
    axes.barh([1, 2], [3, -4], label="lying")
    axes.stairs([7, 8], [0, 1, 3], label="histogram")
    axes.vlines([1, 2], 0, [3, 4], label="errors")
    found = {name: columns for name, *columns in series(figure)}
    assert found == {
        "band, lower end": ["0 1 2", "1 0 3", ""],
        "band, upper end": ["0 1 2", "4 2 6", ""],
        "upright": ["1 2", "3 4", ""],
        "lying": ["3 -4", "1 2", ""],
        "histogram": ["0.5 2", "7 8", ""],
        "errors": ["1 1 2 2", "0 3 0 4", ""],
    }


def test_printed_numbers_have_their_places_and_words_name_them():
    figure, axes = axes_of()
    axes.text(1, 2, "\N{MINUS SIGN}0.5")
    axes.annotate("people", (0, 3), xycoords=("axes fraction", "data"))
    axes.text(0.5, 0.5, "in a corner", transform=axes.transAxes)
    assert series(figure) == [("number", "1", "2", "-0.5"), ("people", "", "3", "")]
    assert numbers_of_figure(figure)[0] == ["panel 1: in a corner"]


def test_hairlines_scales_and_what_is_not_seen_are_no_data():
    figure, axes = axes_of()
    image = axes.imshow([[1, 2]])
    axes.vlines([0.5], 0, 1, color="white")
    axes.axhline(0, color="C4")
    axes.plot([1, 2], [3, 4], visible=False)
    figure.colorbar(image, ax=axes)
    assert [name for name, *_ in series(figure)] == ["image 1"]


def test_panels_are_numbered_and_described():
    figure, (left, right) = axes_of(2)
    left.plot([0, 1], [0, 1])
    left.set(title="hidden 1", xlabel="$x$", ylabel="error\n(MSE)")
    right.plot([0, 1], [0, 1])
    right.set_yticks([0, 1], ["T-shirt", "Trouser"])
    figure.supxlabel("weight")
    svg_of_figure(figure, "drawn")
    notes, columns = numbers_of_figure(figure)
    assert notes[0] == "figure, x: weight"
    assert notes[1:] == [
        "panel 1, title: hidden 1",
        "panel 1, x: x",
        "panel 1, y: error (MSE)",
        "panel 2, y: 0 = T-shirt; 1 = Trouser",
    ]
    assert [panel for panel, *_ in columns] == ["1", "2"]
    assert [panel for panel, *_ in numbers_of_figure(figure, "a")[1]] == ["a1", "a2"]


def test_a_panel_inside_another_counts_and_one_without_numbers_does_not():
    figure, (empty, around) = axes_of(2)
    around.inset_axes((0, 0, 1, 1)).plot([0, 1], [2, 3])
    assert numbers_of_figure(figure, "b")[1] == [("b", "line 1", "0 1", "2 3", "")]


def test_what_is_too_much_is_thinned_and_says_so(monkeypatch):
    monkeypatch.setattr(figure_numbers, "LIMIT", 4)
    figure, axes = axes_of()
    axes.plot(range(9), range(9), label="many")
    notes, columns = numbers_of_figure(figure)
    assert columns == [("1", "many", "0 3 6", "0 3 6", "")] and "panel 1, many: one of 3 points" in notes


def test_packed_numbers_are_unpacked_by_the_standard_library():
    numbers = (["panel 1, x: “x”"], [("1", "a", "1 2", "3 4", "")])
    unpacked = json.loads(zlib.decompress(base64.b64decode(packed(numbers))))
    assert unpacked == json.loads(json.dumps(numbers))
