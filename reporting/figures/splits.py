"""Where the folds of different splits lie along x."""

import numpy as np

from reporting.figures import FULL, new_figure, styled
from reporting.figures.regression import MANY

TRAINED_ON = {"color": "C3", "linewidth": 0.4, "alpha": 0.6}
HELD_OUT = {"color": "C0", "linewidth": 0.9}


@styled
def plot_splits(names, folds, columns):
    """A row of ticks for each fold of each split, all points in grey and those that the fold holds out in colour.

    names: of the splits, from top to bottom; folds: for each split a list of pairs of arrays, x of the points held out and of
    those trained on; columns: heading -> texts, one a split, on the right.
    """
    rows = sum(len(split) for split in folds) + len(folds)
    figure = new_figure(FULL, 13 + 2.6 * rows)
    axes, text = figure.subplots(1, 2, sharey=True, width_ratios=(1, 0.13 * len(columns)))
    bottoms = draw_rows(axes, folds)
    axes.set_yticks(bottoms, names)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.set(xlabel="$x$", ylim=(rows - 0.6, -0.9))
    figure.legend(*axes.get_legend_handles_labels(), loc="outside upper left", ncols=2)
    write_columns(text, bottoms, columns)
    return figure


def draw_rows(axes, folds):
    """The ticks of all folds from top to bottom; returns the middle height of each split."""
    middles, height = [], 0
    for split in folds:
        middles.append(height + (len(split) - 1) / 2)
        for held_out, trained_on in split:
            for x, look, label in ((trained_on, TRAINED_ON, "trained on"), (held_out, HELD_OUT, "held out")):
                draw_ticks(axes, x, height, look, label if height == 0 else None)
            height += 1
        height += 1
    return middles


def draw_ticks(axes, x, height, look, label=None):
    """A tick for each x, at this height."""
    ends = np.tile(
        [height - 0.42, height + 0.42, np.nan], len(x)
    )  # one line with breaks, which the PDF takes faster than many lines
    axes.plot(np.repeat(x, 3), ends, label=label, rasterized=len(x) > MANY, solid_capstyle="butt", **look)


def write_columns(axes, heights, columns):
    """Texts beside the rows, under their headings."""
    places = (np.arange(len(columns)) + 1) / len(columns)
    for place, (heading, texts) in zip(places, columns.items(), strict=True):
        axes.annotate(heading, (place, 1), xycoords="axes fraction", ha="right", va="bottom")
        for height, text in zip(heights, texts, strict=True):
            axes.text(place, height, text, ha="right", va="center_baseline")
    axes.set_axis_off()
    axes.set_xlim(0, 1)
