"""The filters of both convolutions, and what they make of one test image."""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING

import numpy as np

from reporting.engine.canvas import FULL, WHITE_TO_BLACK, new_figure, styled
from reporting.engine.sections import Found
from reporting.engine.tiles import draw_tiles, grey_scale, label_tiles, scale_bar
from reporting.results import CLASS_NAMES, Results

if TYPE_CHECKING:
    from matplotlib.figure import Figure

LAYERS = ("conv_1", "conv_2")


@dataclasses.dataclass(frozen=True)
class FilterFindings:
    filters: dict[str, int]  # layer -> how many filters, and so feature maps, there are
    blank_maps: dict[str, int]  # layer -> how many feature maps of the shown image are zero everywhere
    image_index: int  # of the shown image in the test set, from 0
    image_label: int
    image_class: str


def find(results: Results, found: Found) -> FilterFindings:
    """How many filters the tuned network has, and how many of them respond nowhere in the shown image."""
    features = results.tuned.features
    maps = {layer: features[f"{layer}/maps"] for layer in LAYERS}  # (filters, height, width) each
    label = int(features["image_label"])
    return FilterFindings(
        filters={layer: len(values) for layer, values in maps.items()},
        blank_maps={layer: int(np.sum(~values.any(axis=(1, 2)))) for layer, values in maps.items()},
        image_index=int(features["image_index"]),
        image_label=label,
        image_class=CLASS_NAMES[label],
    )


def figures(results: Results, found: Found) -> dict[str, list]:
    stored = results.tuned.features
    return {
        "classification_filters": [
            lambda: plot_filters(stored["image"], stored["conv_1/filters"], stored["conv_1/maps"])
        ],
        "classification_filter_bank": [lambda: plot_filter_bank(stored["conv_2/filters"])],
        "classification_deeper_maps": [lambda: plot_feature_maps(stored["image"], stored["conv_2/maps"])],
    }


@styled
def plot_filters(image: np.ndarray, filters: np.ndarray, maps: np.ndarray, columns: int = 16) -> Figure:
    """An image (h, w), and beside it each filter (n, k, k) above its map (n, h, w), in rows of `columns` pairs.

    The filters share one grey scale with 0 in the middle; each map is on its own, from 0 (white) to its maximum.
    """
    rows = math.ceil(len(filters) / columns)
    tile = (FULL - 24) / columns
    figure = new_figure(FULL, max(rows * (2 * tile + 2.5), 26))
    places = figure.add_gridspec(1, 2, width_ratios=(20, FULL - 22))
    left = figure.add_subplot(places[0])
    draw_tiles(left, image[None], 1, color="C4", cmap=WHITE_TO_BLACK)
    left.set_xlabel("input")
    left.set_anchor("N")
    panels = places[1].subgridspec(2 * rows, 1, hspace=0.02).subplots(squeeze=False)[:, 0]
    largest = np.maximum(maps.max(axis=(1, 2), keepdims=True), np.finfo(np.float32).tiny)
    for row in range(rows):
        part = slice(row * columns, (row + 1) * columns)
        above, below = panels[2 * row : 2 * row + 2]
        draw_tiles(above, filters[part], columns, **grey_scale(filters))
        draw_tiles(below, (maps / largest)[part], columns, color="C4", cmap=WHITE_TO_BLACK, vmin=0, vmax=1)
    return figure


@styled
def plot_filter_bank(filters: np.ndarray) -> Figure:
    """Filters of a deeper layer (filters, inputs, k, k) on one grey scale: a column a filter, a row an input channel.

    The scale ends where all but two in a thousand weights lie within, or the few largest would leave the rest grey.
    """
    count, inputs, *size = filters.shape
    tile = (FULL - 26) / count
    figure = new_figure(FULL, inputs * tile + 12)
    axes = figure.subplots()
    tiles = filters.transpose(1, 0, 2, 3).reshape(-1, *size)
    image = draw_tiles(axes, tiles, count, line=0.5, **grey_scale(filters, 0.998))
    label_tiles(axes, size, count, inputs)
    axes.set(xlabel="filter", ylabel="input channel")
    scale_bar(figure, axes, image, aspect=50, extend="both")
    return figure


@styled
def plot_feature_maps(image: np.ndarray, maps: np.ndarray) -> Figure:
    """The input image (h, w) at the left and its feature maps (n, h, w) beside it.

    Each map is on its own scale from 0 (white) to its maximum.
    """
    columns = min((12, 11, 10), key=lambda number: -len(maps) % number)  # leaves the fewest places empty
    figure = new_figure(FULL, max(math.ceil(len(maps) / columns) * (FULL - 28) / columns + 3, 28))
    left, right = figure.subplots(1, 2, width_ratios=(22, FULL - 24))
    draw_tiles(left, image[None], 1, color="C4", cmap=WHITE_TO_BLACK)
    left.set_xlabel("input")
    left.set_anchor("N")
    right.set_anchor("N")
    largest = np.maximum(maps.max(axis=(1, 2), keepdims=True), np.finfo(np.float32).tiny)
    draw_tiles(right, maps / largest, columns, color="C4", cmap=WHITE_TO_BLACK, vmin=0, vmax=1)
    return figure
