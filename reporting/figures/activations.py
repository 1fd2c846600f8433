"""Activations of hidden layers."""

import numpy as np

from reporting.figures import FULL, new_figure, styled


@styled
def plot_activations(probe, names, dead=None):
    """Stem plots of one layer, one above the other: probe (inputs, units), names one an input, dead (units,) marked below."""
    figure = new_figure(FULL, 8 + 15 * len(probe))
    panels = figure.subplots(len(probe), 1, sharex=True, sharey=True, squeeze=False)[:, 0]
    units = np.arange(1, probe.shape[1] + 1)
    for axes, values, name in zip(panels, probe, names, strict=True):
        stems = np.column_stack([np.zeros(len(values)), values, np.full(len(values), np.nan)])
        axes.plot(
            np.repeat(units, 3), stems.ravel(), color="C0", linewidth=stem_width(len(units)), solid_capstyle="butt"
        )
        axes.axhline(0, color="C3", linewidth=0.4)
        axes.annotate(
            name, (1, 1), xycoords="axes fraction", xytext=(0, 1), textcoords="offset points", ha="right", va="bottom"
        )
        axes.spines["bottom"].set_visible(axes is panels[-1])
        axes.tick_params(axis="x", length=2.5 if axes is panels[-1] else 0)
        axes.locator_params(axis="y", nbins=3)
        if dead is not None and np.any(dead):
            rug = np.tile(
                [0, 0.09, np.nan], np.sum(dead)
            )  # one line with breaks: hundreds of markers would take the PDF half a second
            look = {
                "color": "C2",
                "linewidth": stem_width(len(units)),
                "transform": axes.get_xaxis_transform(),
                "clip_on": False,
            }
            axes.plot(
                np.repeat(units[dead], 3), rug, solid_capstyle="butt", label="constant over all test inputs", **look
            )
    if dead is not None and np.any(dead):
        figure.legend(*panels[0].get_legend_handles_labels(), loc="outside upper left")
    panels[-1].set(xlim=(0, len(units) + 1), xlabel="unit")
    figure.supylabel("activation")
    return figure


def stem_width(units):
    """Line width in points that leaves a gap between stems on the page's width."""
    return min(1.2, 0.7 * (FULL - 16) / 25.4 * 72 / units)
