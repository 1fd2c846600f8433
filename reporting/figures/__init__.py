"""Figures: functions of arrays that return a matplotlib Figure at print size, without titles, file names or pyplot.

Colours and sizes of text live in report_templates/figures.mplstyle; ticks are made when a figure is saved, so save it
inside `style()` too.
"""

import functools
from pathlib import Path

import matplotlib.style
from matplotlib.figure import Figure

HALF, FULL = 79, 164  # mm, the widths of a column and of the page's text
STYLE = Path(__file__).parents[2] / "report_templates" / "figures.mplstyle"
LAYER_NAMES = {"conv": "convolution", "dense": "dense", "hidden": "hidden"}


def style():
    """The context in which figures are drawn and saved."""
    return matplotlib.style.context(["default", STYLE])


def styled(plot):
    """Decorator of a plot function: it runs in `style()`."""

    @functools.wraps(plot)
    def wrapper(*arguments, **keywords):
        with style():
            return plot(*arguments, **keywords)

    return wrapper


def new_figure(width, height):
    """An empty Figure of this size in mm."""
    return Figure(figsize=(width / 25.4, height / 25.4))


def layer_name(layer):
    """A layer's name in words: conv_1 is "convolution 1"."""
    kind, _, number = layer.partition("_")
    return f"{LAYER_NAMES.get(kind, kind)} {number}".strip()
