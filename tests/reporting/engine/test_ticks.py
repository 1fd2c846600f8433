"""Labels of ticks stand apart, whatever numbers an axis has; where they do by themselves, nothing is changed."""

import itertools

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

from reporting.engine.canvas import FULL, new_figure, style
from reporting.engine.svg import settle_layout
from reporting.engine.ticks import settle_ticks

AXES = {
    "order one": (-3, 3),
    "time stamps": (1.7e9, 1.7006e9),
    "years": (1960, 2020),
    "far from zero": (999_999, 1_000_001),
    "nearly one value": (-1.517375e-13, -1.517250e-13),
    "tiny": (0, 1e-12),
    "huge": (-1e15, 1e15),
}


def drawn(limits, panels, spaced):
    """Panels side by side with these limits, laid out, and the boxes of the labels in sight of each."""
    with style():
        figure = new_figure(FULL, 40)
        canvas = FigureCanvasAgg(figure)
        for axes in figure.subplots(1, panels, squeeze=False)[0]:
            axes.plot(limits, (0, 1))
        if spaced:
            settle_ticks(figure)
        settle_layout(figure)
        canvas.draw()
        return [boxes_of(axes, canvas.get_renderer()) for axes in figure.axes]


def boxes_of(axes, renderer):
    low, high = axes.get_xlim()
    ticks = [tick for tick in axes.xaxis.get_major_ticks() if low <= tick.get_loc() <= high]
    return [tick.label1.get_window_extent(renderer) for tick in ticks]


@pytest.mark.parametrize("panels", [1, 4])
@pytest.mark.parametrize("name", AXES)
def test_labels_stand_apart(name, panels):
    for boxes in drawn(AXES[name], panels, spaced=True):
        assert len(boxes) >= 1 + (panels < 4)
        assert all(one.x1 < other.x0 for one, other in itertools.pairwise(boxes))


def test_labels_of_numbers_far_from_zero_would_run_into_each_other():
    (boxes, *_) = drawn(AXES["nearly one value"], 4, spaced=False)
    assert any(one.x1 > other.x0 for one, other in itertools.pairwise(boxes))


@pytest.mark.parametrize("panels", [1, 4])
def test_ticks_that_stand_apart_stay(panels):
    usual, spaced = (drawn(AXES["order one"], panels, spaced) for spaced in (False, True))
    assert [[box.bounds for box in boxes] for boxes in usual] == [[box.bounds for box in boxes] for boxes in spaced]


@pytest.mark.parametrize("name", AXES)
def test_powers_of_ten_are_set_as_such(name):
    with style():
        figure = new_figure(FULL, 40)
        axes = figure.subplots()
        axes.plot(AXES[name], AXES[name])
        inner = axes.inset_axes((0.5, 0.1, 0.4, 0.4))
        inner.plot(AXES[name], AXES[name])
        settle_ticks(figure)
        FigureCanvasAgg(figure).draw()
        offsets = [axis.get_offset_text().get_text() for each in (axes, inner) for axis in (each.xaxis, each.yaxis)]
    assert not any("e" in text.replace(r"\mathdefault", "").replace(r"\times", "") for text in offsets)
    assert all(offsets) == (not 1e-4 <= max(map(abs, AXES[name])) < 1e6)
