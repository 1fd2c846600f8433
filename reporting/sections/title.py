"""The title block, what the report found in short, and one figure of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from reporting.engine.canvas import FULL, new_figure, styled
from reporting.engine.sections import Found
from reporting.results import Results
from reporting.sections.classification.ladder import draw_ladder, short_ladder
from reporting.sections.classification.seeds import Rung
from reporting.sections.regression.columns import has_several_inputs
from reporting.sections.regression.ensemble import draw_fit, fit_of
from reporting.sections.regression.several import draw_predicted
from reporting.sections.regression.several import fit_of as several_fit_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def figures(results: Mapping[str, Results], found: Found) -> dict[str, list]:
    return {"overview": [lambda: overview(results)]}


def overview(results: Mapping[str, Results]) -> Figure:
    """The figure of what both tasks reached."""
    regression = results["regression"]
    several = has_several_inputs(regression)
    fit = several_fit_of(regression) if several else fit_of(regression)
    return plot_overview(fit, short_ladder(results["classification"]), several)


CORNERS = {"lower right": (1, 0), "lower left": (0, 0), "upper right": (1, 1), "upper left": (0, 1)}
WIDE, HIGH = 0.65, 0.3  # shares of the axes that a legend takes


def place_legend(axes: Axes, *sets: np.ndarray) -> None:
    """A legend where it hides no point, in the lower right corner if it can; else above all points.

    `sets` are the x and y of each set of points.
    """
    x, y = np.concatenate(sets[::2]), np.concatenate(sets[1::2])
    (left, right), (low, high) = axes.get_xlim(), axes.get_ylim()
    across, up = (x - left) / (right - left), (y - low) / (high - low)
    free = [
        name
        for name, (at, height) in CORNERS.items()
        if not np.any((np.abs(across - at) < WIDE) & (np.abs(up - height) < HIGH))
    ]
    if not free:
        axes.set_ylim(low, low + (high - low) / (1 - HIGH))
    place: Any = free[0] if free else "upper left"
    axes.legend(loc=place, ncols=2)


@styled
def plot_overview(fit: Mapping[str, Any], ladder: Mapping[str, Rung], several: bool = False) -> Figure:
    """The learned function, or with several inputs what it predicts (left), and the test accuracies (right)."""
    figure = new_figure(FULL, 63)
    left, right = figure.subplots(1, 2, width_ratios=(1.75, 1))
    if several:
        draw_predicted(left, **fit)
    else:
        draw_fit(left, **fit)
        place_legend(left, *fit["sets"])
    draw_ladder(right, list(ladder.values()), list(ladder))
    return figure
