"""A grid search drawn: all combinations in order, what fewer would have found, and the score by hyperparameters."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from reporting.engine.canvas import CONFIGURATIONS, FULL, new_figure, styled, tints
from reporting.engine.magnitudes import exponent_of, fixed, is_ordinary
from reporting.names import named

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis
    from matplotlib.figure import Figure
    from matplotlib.gridspec import GridSpecBase, SubplotSpec

FEW = 30  # combinations, up to which each one's rank is written
MAPS = 66  # mm, the width of all heat maps together, and of what stands above their diagonal
ROW = 3.8  # mm, of a value of a hyperparameter
CELL = 7  # mm, the least width of a heat map's cell in which its score is written
WIDE = 20  # ratio of the worst score to the best, from which on losses are drawn on a logarithmic scale


@styled
def plot_grid(
    scores: np.ndarray,
    errors: np.ndarray | None,
    grid: Mapping[str, Sequence],
    values: Sequence[Mapping[str, Any]],
    score_label: str,
    tied: Sequence[bool],
    pair_scores: Mapping[tuple[str, str], np.ndarray],
    reference: int | None = None,
    cheapest: int | None = None,
    expected: Sequence[float] = (),
    larger_is_better: bool = False,
) -> Figure:
    """All combinations from best to worst, what each consists of below; at the right heat maps of the mean score.

    Above the heat maps' diagonal, the expected best score of so many combinations that are drawn at random.

    scores (n, folds), best first; errors (n,) standard errors, or None, for scores of one fold; grid: hyperparameter ->
    its values; values: for each combination its hyperparameters; tied (n,): those shaded; pair_scores: two
    hyperparameters -> mean scores (values of the first, of the second); reference, cheapest: positions from 0, or None;
    expected: of 1, 2, ... combinations. A score that is not finite is left out.
    """
    rows = [(name, value) for name, choices in grid.items() for value in choices]
    figure = new_figure(FULL, max(35 + ROW * len(rows), 42 + 2.6 * len(rows)))
    beside = len(expected) > 1 or pair_scores
    places = figure.add_gridspec(1, 2, width_ratios=(FULL - MAPS, MAPS)) if beside else figure.add_gridspec(1, 1)
    panels = places[0].subgridspec(2, 1, height_ratios=(27, ROW * len(rows)))
    above, below = panels.subplots(sharex=True, squeeze=False)[:, 0]
    draw_scores(above, np.asarray(scores, dtype=float), errors, reference, cheapest)
    above.set_ylabel(score_label)
    draw_choices(below, rows, values)
    below.set_xlabel("combinations, from best to worst")
    shade_tied((above, below), tied)
    figure.legend(*above.get_legend_handles_labels(), loc="outside upper center", ncols=6)
    if beside:
        draw_beside(figure, places[1], pair_scores, grid, expected, larger_is_better)
    return figure


def draw_scores(
    axes: Axes, scores: np.ndarray, errors: np.ndarray | None, reference: int | None, cheapest: int | None
) -> None:
    """Each fold's score as a dot and their mean as a bar, the winner's in another colour, two others within a ring."""
    positions, means = np.arange(1, len(scores) + 1), scores.mean(axis=1)
    if scores.shape[1] > 1:
        dots: dict[str, Any] = {"color": "C0", "markersize": 2, "alpha": 0.6}
        axes.plot(np.repeat(positions, scores.shape[1]), scores.ravel(), "o", label="fold", **dots)
        axes.plot(positions, means, "_", color="C0", markersize=7, markeredgewidth=1.5, label="mean")
    else:
        axes.plot(positions, means, "o", color="C0", markersize=3.4, label="score")
    if errors is not None:
        axes.vlines(positions, means - errors, means + errors, color="C0", linewidth=0.7, label="standard error")
    axes.plot(positions[:1], means[:1], "D", color=CONFIGURATIONS["tuned"][0], markersize=4, label="best")
    if math.isfinite(means[0]):
        axes.axhline(means[0], color=CONFIGURATIONS["tuned"][0], linewidth=0.6, linestyle=(0, (4, 3)), zorder=0)
    ring: dict[str, Any] = {"markersize": 7.5, "markerfacecolor": "none", "markeredgewidth": 0.8}
    for place, look, color, label in (
        (reference, "o", CONFIGURATIONS["reference"][0], "reference settings"),
        (cheapest, "s", "C0", "cheaper within one standard error"),
    ):
        if place is not None:
            axes.plot(place + 1, means[place], look, color=color, label=label, **ring)
    finite = scores[np.isfinite(scores)]
    if len(finite) and 0 < WIDE * finite.min() < finite.max():
        axes.set_yscale("log")
    axes.tick_params(axis="x", length=0, labelbottom=False)
    axes.spines["bottom"].set_visible(False)
    axes.grid(axis="y")


def shade_tied(panels: Iterable[Axes], tied: Sequence[bool]) -> None:
    """A ground behind the winner and those tied with it, among which the truly best one is."""
    if not np.any(tied):
        return
    for is_tied, group in itertools.groupby(range(len(tied)), key=lambda k: k == 0 or tied[k]):
        places = list(group)
        for axes in panels if is_tied else ():
            label = "tied, one of them truly best" if places[0] == 0 else None
            axes.axvspan(places[0] + 0.5, places[-1] + 1.5, color="C1", alpha=0.13, linewidth=0, zorder=-1, label=label)


def draw_choices(axes: Axes, rows: Sequence[tuple[str, Any]], values: Sequence[Mapping[str, Any]]) -> None:
    """A line for each value of each hyperparameter, with a dot below each combination that has it."""
    taken = np.array([[combination[name] == value for combination in values] for name, value in rows])
    heights, positions = np.nonzero(taken)
    axes.hlines(range(len(rows)), 1, len(values), color="C4", linewidth=0.6)
    axes.plot(positions + 1, heights, "o", color="C0", markersize=3.6)
    labels = [value_label(value) for _, value in rows]
    axes.set_yticks(range(len(rows)), labels)
    name_groups(axes, rows, 8 + 4 * max(map(length_of, labels)))
    if len(values) <= FEW:
        axes.set_xticks(range(1, len(values) + 1))
    axes.set(ylim=(len(rows) - 0.4, -0.6), xlim=(0.4, len(values) + 0.6))
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)


def name_groups(axes: Axes, rows: Sequence[tuple[str, Any]], indent: float) -> None:
    """Each hyperparameter's name beside its first row, that many points left of the axis."""
    from matplotlib import rcParams

    look: dict[str, Any] = {"ha": "right", "va": "center_baseline", "fontsize": rcParams["ytick.labelsize"]}
    place: dict[str, Any] = {"xycoords": ("axes fraction", "data"), "textcoords": "offset points"}
    for height, (name, _) in enumerate(rows):
        if height == 0 or rows[height - 1][0] != name:
            axes.annotate(named(name, "axis"), (0, height), (-indent, 0), **place, **look)


def draw_beside(
    figure: Figure,
    place: SubplotSpec,
    pair_scores: Mapping[tuple[str, str], np.ndarray],
    grid: Mapping[str, Sequence],
    expected: Sequence[float],
    larger_is_better: bool,
) -> None:
    """Heat maps as the lower triangle of a table of the hyperparameters, and the expected best score above it."""
    names = list(dict.fromkeys(name for pair in pair_scores for name in pair))
    size = max(1, len(names) - 1)
    cells = place.subgridspec(max(2, size), size)
    if len(expected) > 1:
        free = cells[0, 1:] if size > 1 else cells[0, 0] if pair_scores else cells[:, 0]
        draw_expected(figure.add_subplot(free), expected)
    if pair_scores:
        draw_pairs(figure, cells, names, pair_scores, grid, larger_is_better)


def draw_expected(place: Axes, expected: Sequence[float]) -> None:
    """The expected best score by the number of combinations that are drawn at random; its labels stay in its place."""
    place.set_axis_off()
    axes = place.inset_axes((0.3, 0.3, 0.68, 0.66))
    axes.set_in_layout(False)
    axes.plot(range(1, len(expected) + 1), expected, color="C0")
    axes.plot(len(expected), expected[-1], "D", color=CONFIGURATIONS["tuned"][0], markersize=4, clip_on=False)
    empty = 0.12 if expected[-1] > expected[0] else 0.8  # the corner that the curve leaves free
    axes.text(0.97, empty, "number drawn", transform=axes.transAxes, ha="right", fontsize="small")
    axes.locator_params(axis="x", nbins=4, integer=True)
    axes.locator_params(axis="y", nbins=3)
    axes.grid(axis="y")


def draw_pairs(
    figure: Figure,
    cells: GridSpecBase,
    names: Sequence[str],
    pair_scores: Mapping[tuple[str, str], np.ndarray],
    grid: Mapping[str, Sequence],
    larger_is_better: bool,
) -> None:
    """Heat maps on one scale, dark is better: a column and a row a hyperparameter, below their table's diagonal."""
    width, shift = MAPS / (len(names) - 1), cells.nrows - (len(names) - 1)
    best, worst = limits_of(pair_scores.values(), larger_is_better)
    power = power_of(max(best, worst, key=abs))
    for row, below in enumerate(names[1:]):
        for column, beside in enumerate(names[: row + 1]):
            axes, means = figure.add_subplot(cells[row + shift, column]), pair_scores[beside, below].T
            shades = (means - worst) / (best - worst)
            axes.imshow(np.ma.masked_invalid(0.6 * shades), cmap=tints("C0"), vmin=0, vmax=1, aspect="auto")
            if width / means.shape[1] >= CELL:
                write_means(axes, means / 10.0**power, 2 if power else 3)
                if power and row == column == 0:
                    axes.set_title(rf"$\times 10^{{{power}}}$", loc="left", fontsize="x-small", pad=2)
            label_side(axes.xaxis, beside, grid[beside] if row == len(names) - 2 else (), width)
            label_side(axes.yaxis, below, grid[below] if column == 0 else (), math.inf)
            axes.tick_params(length=0)
            axes.spines[:].set_visible(False)


def label_side(axis: Axis, name: str, values: Sequence, width: float) -> None:
    """A hyperparameter's values and name along one side of a heat map; nothing without values.

    The values stand upright where the side's `width` in mm is too small for them.
    """
    from matplotlib import rcParams

    labels = [value_label(value) for value in values]
    axis.set_ticks(range(len(labels)), labels)
    if labels:
        axis.set_label_text(named(name, "axis"), fontsize=rcParams["ytick.labelsize"])
    if sum(1.5 * length_of(label) + 1 for label in labels) > width:
        axis.set_tick_params(rotation=90)


def limits_of(maps: Iterable[np.ndarray], larger_is_better: bool) -> tuple[float, float]:
    """The best and the worst of all mean scores; different numbers even where they are equal or none is finite."""
    finite = np.concatenate([means[np.isfinite(means)] for means in maps])
    least, greatest = (finite.min(), finite.max()) if len(finite) and np.ptp(finite) > 0 else (0.0, 1.0)
    return (greatest, least) if larger_is_better else (least, greatest)


def power_of(score: float) -> int:
    """The power of ten that scores of this size are written in; 0 where decimals say enough."""
    return 0 if is_ordinary(score) else exponent_of(score)


def write_means(axes: Axes, means: np.ndarray, places: int) -> None:
    """Each mean score in its cell."""
    for row, column in np.argwhere(np.isfinite(means)):
        value = float(means[row, column])
        text = f"{value:.3g}" if abs(value) >= 10 else fixed(value, places)
        axes.text(column, row, text, in_layout=False, ha="center", va="center", fontsize="small")


def length_of(label: str) -> int:
    """About how many characters wide a label is."""
    return 5 if "$" in label else len(label)


def value_label(value: Any) -> str:
    """A value as text; numbers below 0.001 as a power of ten, as in the text."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    mantissa, exponent = f"{value:.6e}".split("e")
    if value == 0 or abs(value) >= 1e-3:
        return f"{value:g}"
    power = f"10^{{{int(exponent)}}}"
    return f"${power}$" if float(mantissa) == 1 else f"${float(mantissa):g} \\times {power}$"
