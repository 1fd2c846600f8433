"""Accuracies on one scale: published ones beside this run's, and what each ingredient changes."""

import numpy as np

from reporting.figures import FULL, new_figure, styled

ROW = 5.1  # mm


@styled
def plot_ladder(rungs, names, ingredients=()):
    """At the left a row a findings Rung, the first one at the bottom, with their `names`; at the right what `draw_ingredients` draws.

    Published accuracies are grey diamonds, a range of them a bar; of this run's configurations the network of the other
    sections is a blue dot with its interval, further seeds are rings, and the seeds' mean and standard deviation stand below.
    """
    figure = new_figure(FULL, 11 + ROW * len(rungs))
    axes, *beside = figure.subplots(
        1, 2 if ingredients else 1, width_ratios=(1.9, 1) if ingredients else None, squeeze=False
    )[0]
    for height, rung in enumerate(rungs):
        draw_published(axes, height, rung) if rung.published else draw_seeds(axes, height, rung)
        axes.annotate(rung_value(rung), (1, height), xycoords=("axes fraction", "data"), **BESIDE)
    rows_of_names(axes, names)
    axes.set(xlabel="test accuracy (%)", ylim=(-0.7, len(rungs) - 0.4))
    for right in beside:
        draw_ingredients(right, ingredients)
    return figure


def rows_of_names(axes, names):
    """A name a row, without an axis line."""
    axes.set_yticks(range(len(names)), names)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.grid(axis="x")


BESIDE = {"xytext": (4, 0), "textcoords": "offset points", "ha": "left", "va": "center", "annotation_clip": False}


def draw_published(axes, height, rung):
    """One published accuracy with its interval, or the range of several."""
    ends = rung.interval or (min(rung.accuracies), max(rung.accuracies))
    axes.plot(np.multiply(100, ends), [height, height], color="C3", linewidth=1 if rung.interval else 2.4)
    if len(rung.accuracies) == 1:
        axes.plot(100 * rung.accuracy, height, "D", color="C3", markersize=4)


def draw_seeds(axes, height, rung):
    """The networks of one configuration."""
    low = height - 0.26 if rung.seeds > 1 else height
    high = height + 0.14 if rung.seeds > 1 else height
    axes.plot(np.multiply(100, rung.interval), [high, high], color="C0", linewidth=1)
    axes.plot(100 * rung.accuracy, high, "o", color="C0", markersize=4.6, zorder=3)  # on the rings, if they are as good
    if rung.seeds > 1:
        further = 100 * np.array(rung.accuracies[1:])
        axes.plot(
            further,
            np.full(len(further), high),
            "o",
            color="C0",
            markersize=4,
            markerfacecolor="white",
            markeredgewidth=0.8,
        )
        axes.plot(
            100 * (rung.mean + np.array([-rung.sd, rung.sd])),
            [low, low],
            color="C1",
            linewidth=1.6,
            solid_capstyle="butt",
        )
        axes.plot(100 * rung.mean, low, "|", color="C1", markersize=6, markeredgewidth=1.4)


def rung_value(rung):
    """The accuracies in percent, as text."""
    if rung.published:
        return "–".join(f"{100 * accuracy:.1f}" for accuracy in rung.accuracies)
    return f"{100 * rung.accuracy:.2f}"


def draw_ingredients(axes, ingredients):
    """Changes of the accuracy in percentage points with their intervals: (name, difference, (low, high)) a row, the first on top.

    What is certainly below 0 is a blue dot, certainly above it a dark red square, the rest grey diamonds.
    """
    axes.axvline(0, color="C3", linewidth=0.8)
    for height, (_, difference, (low, high)) in enumerate(ingredients):
        color, marker = ("C0", "o") if high < 0 else ("C2", "s") if low > 0 else ("C3", "D")
        axes.plot([100 * low, 100 * high], [height, height], color=color, linewidth=1)
        axes.plot(100 * difference, height, marker, color=color, markersize=4.6)
    rows_of_names(axes, [name for name, *_ in ingredients])
    axes.set(xlabel="change (points)", ylim=(len(ingredients) - 0.4, -0.6))
