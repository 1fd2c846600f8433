"""The filters of the convolutions, and what they make of one test image."""

from __future__ import annotations

import dataclasses
import functools
import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from reporting.engine.canvas import FULL, WHITE_TO_BLACK, new_figure, styled
from reporting.engine.sections import Found
from reporting.engine.tiles import draw_tiles, grey_scale, in_units_of_largest, label_tiles, scale_bar
from reporting.results import Results

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MOST = 64  # filters and maps of a layer that are drawn


@dataclasses.dataclass(frozen=True)
class FilterFindings:
    filters: dict[str, int]  # convolution -> how many filters, and so feature maps, there are
    inputs: dict[str, int]  # convolution -> of how many channels
    blank_maps: dict[str, int]  # convolution -> how many feature maps of the shown image are zero everywhere
    image_index: int  # of the shown image in the test set, from 0
    image_label: int
    image_class: str

    @property
    def first(self) -> str:
        """The first convolution."""
        return next(iter(self.filters))

    @property
    def deeper(self) -> tuple[str, ...]:
        """The convolutions behind the first one."""
        return tuple(self.filters)[1:]

    @property
    def shown(self) -> dict[str, int]:
        """How many filters are drawn of each convolution."""
        return {layer: min(count, MOST) for layer, count in self.filters.items()}

    @property
    def any_blank(self) -> bool:
        return any(self.blank_maps.values())

    @property
    def has_name(self) -> bool:
        """Whether the name of the image's class is more than its label."""
        return self.image_class != str(self.image_label)


def find(results: Results, found: Found) -> FilterFindings | None:
    """How many filters the tuned network has, and how many of them respond nowhere in the shown image.

    None if it has no convolutions.
    """
    features = results.tuned.features
    layers = convolutions_of(features)
    if not layers:
        return None
    maps = {layer: features[f"{layer}/maps"] for layer in layers}  # (filters, height, width) each
    label = int(features["image_label"])
    return FilterFindings(
        filters={layer: len(values) for layer, values in maps.items()},
        inputs={layer: results.tuned.weights[f"trained/{layer}/kernel"].shape[2] for layer in layers},
        blank_maps={layer: int(np.sum(~values.any(axis=(1, 2)))) for layer, values in maps.items()},
        image_index=int(features["image_index"]),
        image_label=label,
        image_class=results.classes[label],
    )


def convolutions_of(features: Mapping[str, np.ndarray]) -> list[str]:
    """The layers whose feature maps are stored, in the order of the network."""
    return [name.removesuffix("/maps") for name in features if name.endswith("/maps")]


def figures(results: Results, found: Found) -> dict[str, list]:
    """The first convolution's filters with their maps; maps and filters of each further one."""
    stored, (first, *deeper) = results.tuned.features, convolutions_of(results.tuned.features)
    drawn = {
        "classification_filters": [
            lambda: plot_filters(stored["image"], in_colours(stored[f"{first}/filters"]), stored[f"{first}/maps"])
        ]
    }
    for layer in deeper:
        drawn[f"classification_maps_{layer}"] = [
            functools.partial(lambda layer: plot_feature_maps(stored["image"], stored[f"{layer}/maps"]), layer)
        ]
        drawn[f"classification_bank_{layer}"] = [
            functools.partial(lambda layer: plot_filter_bank(with_inputs(stored[f"{layer}/filters"])), layer)
        ]
    return drawn


def with_inputs(filters: np.ndarray) -> np.ndarray:
    """The filters (filters, inputs, k, k), at most MOST of either, of a layer that may see one channel alone."""
    return (filters if filters.ndim == 4 else filters[:, None])[:MOST, :MOST]


def in_colours(filters: np.ndarray) -> np.ndarray:
    """The filters of the first convolution: (filters, k, k) of grey images, (filters, k, k, 3) of colour ones."""
    if filters.ndim == 4 and filters.shape[1] == 3:
        return filters.transpose(0, 2, 3, 1)
    return filters if filters.ndim == 3 else filters[:, 0]


@styled
def plot_filters(image: np.ndarray, filters: np.ndarray, maps: np.ndarray, columns: int = 16) -> Figure:
    """An image, and beside it each filter (n, k, k) above its map (n, h, w), in rows of `columns` pairs; at most MOST.

    Images (h, w, 3) have filters (n, k, k, 3) in colour. The filters share one scale with 0 in the middle, grey; each
    map is on its own, from 0 (white) to its maximum.
    """
    filters, maps = filters[:MOST], maps[:MOST]
    rows = math.ceil(len(filters) / columns)
    tile = (FULL - 24) / columns
    figure = new_figure(FULL, max(rows * (2 * tile + 2.5), 26))
    places = figure.add_gridspec(1, 2, width_ratios=(20, FULL - 22))
    left = figure.add_subplot(places[0])
    draw_tiles(left, image[None], 1, color="C4", cmap=WHITE_TO_BLACK)
    left.set_xlabel("input")
    left.set_anchor("N")
    panels = places[1].subgridspec(2 * rows, 1, hspace=0.02).subplots(squeeze=False)[:, 0]
    for row in range(rows):
        part = slice(row * columns, (row + 1) * columns)
        above, below = panels[2 * row : 2 * row + 2]
        draw_tiles(above, filters[part], columns, **grey_scale(filters))
        draw_tiles(below, in_units_of_largest(maps)[part], columns, color="C4", cmap=WHITE_TO_BLACK, vmin=0, vmax=1)
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
    """The input image (h, w) or (h, w, 3) at the left and its feature maps (n, h, w) beside it, at most MOST.

    Each map is on its own scale from 0 (white) to its maximum.
    """
    maps = maps[:MOST]
    columns = min((16, 12, 11, 10), key=lambda number: -len(maps) % number)  # leaves the fewest places empty
    figure = new_figure(FULL, max(math.ceil(len(maps) / columns) * (FULL - 28) / columns + 3, 28))
    left, right = figure.subplots(1, 2, width_ratios=(22, FULL - 24))
    draw_tiles(left, image[None], 1, color="C4", cmap=WHITE_TO_BLACK)
    left.set_xlabel("input")
    left.set_anchor("N")
    right.set_anchor("N")
    draw_tiles(right, in_units_of_largest(maps), columns, color="C4", cmap=WHITE_TO_BLACK, vmin=0, vmax=1)
    return figure
