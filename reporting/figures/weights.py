"""Histograms of weights."""

import math

import numpy as np

from reporting.figures import FULL, layer_name, new_figure, styled

SHOWN = 0.999  # of the weights of each layer, before and after, lie within the drawn range


@styled
def plot_weights(initial, trained):
    """A panel a layer: its weights before and after training and the normal distribution with the trained mean and sd.

    Two mappings from layer to kernel, of any shape. Densities: each histogram's area is the share of weights drawn.
    """
    figure = new_figure(FULL, 44)
    panels = figure.subplots(1, len(trained), squeeze=False)[0]
    for axes, layer in zip(panels, trained, strict=True):
        draw_layer(axes, np.ravel(initial[layer]), np.ravel(trained[layer]))
        axes.set_title(layer_name(layer))
        axes.set_yticks([])
        axes.spines["left"].set_visible(False)
        axes.locator_params(axis="x", nbins=3)
    figure.get_layout_engine().set(wspace=0.06)
    figure.supxlabel("weight")
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside upper center", ncols=3)
    return figure


def draw_layer(axes, initial, trained):
    edges = bin_edges(initial, trained)
    axes.stairs(density(trained, edges), edges, fill=True, color="C0", alpha=0.75, label="after training")
    axes.stairs(density(initial, edges), edges, color="C1", linewidth=1, label="before training")
    mean, spread = trained.mean(dtype=float), max(trained.std(dtype=float), (edges[1] - edges[0]) / 10)
    x = np.linspace(edges[0], edges[-1], 121)
    curve = np.exp(-0.5 * ((x - mean) / spread) ** 2) / (spread * math.sqrt(2 * math.pi))
    axes.plot(x, curve, color="C2", linewidth=0.9, linestyle=(0, (4, 1.5)), label="normal, as after training")
    axes.set(xlim=(edges[0], edges[-1]), ylim=(0, None))


def density(values, edges):
    """Counts over number of all values (inside the edges or not) and width of the bins."""
    counts, _ = np.histogram(values, edges)
    return counts / (len(values) * (edges[1] - edges[0]))


def bin_edges(initial, trained):
    """Edges of equal bins, symmetric about 0, that hold nearly all weights; more bins for more weights."""
    bound = max(np.quantile(np.abs(values), SHOWN) for values in (initial, trained)) or 1.0
    bins = int(np.clip(math.sqrt(len(trained)), 16, 60))
    return np.linspace(-1.05 * bound, 1.05 * bound, bins + 1)
