"""The combinations of a grid search."""

import math

import numpy as np
from matplotlib import rcParams

from reporting.figures import FULL, new_figure, styled

FEW = 30  # combinations, up to which each one's rank is written


@styled
def plot_grid(scores, spreads, grid, values, score_label, reference=None):
    """All combinations from best to worst: the score above, what each one consists of below.

    scores (n,), best first; spreads (n,) sd over the folds, or None; grid: hyperparameter -> its values; values: for each
    combination its hyperparameters as a mapping; reference: the position of the reference settings from 0, or None.
    A score that is not finite is left out.
    """
    rows = [(name, value) for name, choices in grid.items() for value in choices]
    figure = new_figure(FULL, 42 + 4.4 * len(rows))
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=(34, 4.2 * len(rows)))
    draw_scores(above, np.asarray(scores, dtype=float), spreads, reference)
    above.set_ylabel(score_label)
    draw_choices(below, rows, values)
    below.set_xlabel("combinations, from best to worst")
    figure.legend(loc="outside upper right", ncols=3)
    return figure


def draw_scores(axes, scores, spreads, reference):
    """Scores with their spreads; the winner in another colour, the reference settings named."""
    positions = np.arange(1, len(scores) + 1)
    if spreads is not None:
        axes.vlines(positions[1:], (scores - spreads)[1:], (scores + spreads)[1:], color="C0", linewidth=0.7, label="sd over the folds")
        axes.vlines(positions[:1], (scores - spreads)[:1], (scores + spreads)[:1], color="C1", linewidth=0.9)
    axes.plot(positions[1:], scores[1:], "o", color="C0", markersize=3.6)
    axes.plot(positions[:1], scores[:1], "D", color="C1", markersize=4.2, label="best")
    if math.isfinite(scores[0]):
        axes.axhline(scores[0], color="C1", linewidth=0.6, linestyle=(0, (4, 3)), zorder=0)
    if reference is not None:
        ring = {"markersize": 7.5, "markerfacecolor": "none", "markeredgewidth": 0.8}
        axes.plot(reference + 1, scores[reference], "o", color="C2", label="reference settings", **ring)
    axes.tick_params(axis="x", length=0, labelbottom=False)
    axes.spines["bottom"].set_visible(False)
    axes.grid(axis="y")


def draw_choices(axes, rows, values):
    """A row for each value of each hyperparameter, with a dot below each combination that has it."""
    for height, (name, value) in enumerate(rows):
        taken = np.array([combination[name] == value for combination in values])
        positions = np.arange(1, len(values) + 1)
        axes.plot(positions[~taken], np.full(np.sum(~taken), height), "o", color="C4", markersize=2.6)
        axes.plot(positions[taken], np.full(np.sum(taken), height), "o", color="C0", markersize=4)
    labels = [value_label(value) for _, value in rows]
    axes.set_yticks(range(len(rows)), labels)
    name_groups(axes, rows, 10 + 4 * max(5 if "$" in label else len(label) for label in labels))
    if len(values) <= FEW:
        axes.set_xticks(range(1, len(values) + 1))
    axes.set(ylim=(len(rows) - 0.4, -0.6), xlim=(0.4, len(values) + 0.6))
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)


def name_groups(axes, rows, indent):
    """A line above each hyperparameter's first row, and its name that many points left of the axis."""
    for height, (name, _) in enumerate(rows):
        if height == 0 or rows[height - 1][0] != name:
            axes.axhline(height - 0.5, color="C4", linewidth=0.6)
            place = {"xycoords": ("axes fraction", "data"), "textcoords": "offset points", "ha": "right", "va": "center_baseline"}
            axes.annotate(name.replace("_", " "), (0, height), (-indent, 0), fontsize=rcParams["ytick.labelsize"], **place)


def value_label(value):
    """A value as text; numbers below 0.0001 as a power of ten."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return str(value)
    mantissa, exponent = f"{value:.6e}".split("e")
    if value == 0 or abs(value) >= 1e-4:
        return f"{value:g}"
    return f"$10^{{{int(exponent)}}}$" if float(mantissa) == 1 else f"${float(mantissa):g} \\times 10^{{{int(exponent)}}}$"
