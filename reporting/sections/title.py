"""The title block, what the report found in short, and one figure of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from reporting.engine.canvas import FULL, new_figure, styled
from reporting.engine.sections import Found
from reporting.results import Results
from reporting.sections.classification.ladder import draw_ladder, short_ladder
from reporting.sections.classification.seeds import Rung
from reporting.sections.regression.ensemble import draw_fit, fit_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def figures(results: Mapping[str, Results], found: Found) -> dict[str, list]:
    return {"overview": [lambda: plot_overview(fit_of(results["regression"]), short_ladder(results["classification"]))]}


@styled
def plot_overview(fit: Mapping[str, Any], ladder: Mapping[str, Rung]) -> Figure:
    """The learned function (left) and the test accuracies (right)."""
    figure = new_figure(FULL, 63)
    left, right = figure.subplots(1, 2, width_ratios=(1.75, 1))
    draw_fit(left, **fit)
    left.legend(loc="lower right", ncols=2)
    draw_ladder(right, list(ladder.values()), list(ladder))
    return figure
