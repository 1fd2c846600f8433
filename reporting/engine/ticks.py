"""Ticks of axes with numbers of any size: powers of ten as such, and fewer where labels would run into each other."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import Locator, MaxNLocator, ScalarFormatter

WIDTHS = {".": 0.25, "\N{MINUS SIGN}": 0.69, "-": 0.69}  # of characters, as shares of the type size
DIGIT = 0.5
GAP = 0.5  # between two labels at least
MARKUP = ("$", r"\mathdefault{", "}")  # of labels above a power of ten


def settle_ticks(figure: Figure) -> None:
    """Set powers of ten as such, ×10 with the exponent raised, and have labels beside each other stand apart.

    matplotlib writes 1e9, and takes each label for three letters wide.
    """
    for axes in figure.findobj(Axes):
        for axis in (axes.xaxis, axes.yaxis):
            largest = float(np.max(np.abs(axis.get_view_interval())))
            formatter = axis.get_major_formatter()
            if isinstance(formatter, ScalarFormatter) and largest and not 1e-4 <= largest < 1e6:
                formatter.set_useMathText(True)
        locator = axes.xaxis.get_major_locator()
        if isinstance(locator, MaxNLocator):
            axes.xaxis.set_major_locator(SpacedLocator(locator))


class SpacedLocator(Locator):
    """The ticks of another locator, or fewer."""

    def __init__(self, usual: Any) -> None:
        self.usual, self.most = usual, usual._nbins  # which has no name that is public

    def set_axis(self, axis: Any) -> None:
        super().set_axis(axis)
        self.usual.set_axis(axis)

    def __call__(self) -> Any:
        axis: Any = self.axis
        return self.tick_values(*axis.get_view_interval())

    def tick_values(self, vmin: float, vmax: float) -> Any:
        ticks = self.usual.tick_values(vmin, vmax)
        for bins in range(len(ticks) - 1, 0, -1):
            if self.apart(ticks, vmin, vmax):
                break
            self.usual.set_params(nbins=bins)
            ticks = self.usual.tick_values(vmin, vmax)
        self.usual.set_params(nbins=self.most)
        return ticks if self.apart(ticks, vmin, vmax) else in_sight(ticks, vmin, vmax)[:1]

    def view_limits(self, vmin: float, vmax: float) -> Any:
        return self.usual.view_limits(vmin, vmax)

    def apart(self, ticks: np.ndarray, vmin: float, vmax: float) -> bool:
        """Whether the labels of the ticks in sight stand apart."""
        axis: Any = self.axis
        ticks = in_sight(ticks, vmin, vmax)
        size = axis._get_tick_label_size("x")
        labels = axis.get_major_formatter().format_ticks(ticks)
        widths = np.array([size * width_of(label) for label in labels])
        places = (ticks - min(vmin, vmax)) / abs(vmax - vmin) * axis.axes.bbox.width / axis.axes.figure.dpi * 72
        return bool(np.all(np.diff(places) >= (widths[1:] + widths[:-1]) / 2 + GAP * size))


def in_sight(ticks: np.ndarray, vmin: float, vmax: float) -> np.ndarray:
    """The ticks between both ends, in ascending order."""
    low, high = sorted((vmin, vmax))
    return np.sort(ticks[(ticks >= low) & (ticks <= high)])


def width_of(label: str) -> float:
    """The width of a tick's label, as a multiple of its type size."""
    for markup in MARKUP:
        label = label.replace(markup, "")
    return sum(WIDTHS.get(letter, DIGIT) for letter in label)
