"""Many small images as one picture: tiles with hairlines between them, their names, and a scale beside them.

Images are grey (n, h, w), or in colour (n, h, w, 3).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.image import AxesImage


def mosaic(images: np.ndarray, columns: int) -> np.ndarray:
    """Images side by side in rows of `columns`, as one array; nan, or white, where the last row has no image."""
    count, height, width, *colours = images.shape
    rows = math.ceil(count / columns)
    padded = np.full((rows * columns, height, width, *colours), 1.0 if colours else np.nan)
    padded[:count] = images
    places = padded.reshape(rows, columns, height, width, *colours).swapaxes(1, 2)
    return places.reshape(rows * height, columns * width, *colours)


def in_units_of_largest(images: np.ndarray) -> np.ndarray:
    """Each image over its largest absolute value; one of zeros stays so."""
    axes = tuple(range(1, images.ndim))
    return images / np.maximum(np.abs(images).max(axis=axes, keepdims=True), np.finfo(np.float32).tiny)


def in_colour(images: np.ndarray, vmin: float = 0, vmax: float | None = None) -> np.ndarray:
    """Colours in [0, 1] of images (..., 3) with values from vmin to vmax, by default to 255 if they are whole numbers.

    Of signed values 0 is grey.
    """
    highest = vmax if vmax is not None else 255 if images.dtype == np.uint8 else 1
    return np.clip((images - vmin) / (highest - vmin), 0, 1)


def grey_scale(images: np.ndarray, share: float = 1.0) -> dict[str, Any]:
    """The ends of a grey scale with 0 in the middle that holds this share of the values: keywords of `draw_tiles`."""
    bound = float(np.quantile(np.abs(images), share)) or 1.0
    return {"vmin": -bound, "vmax": bound}


def draw_tiles(
    axes: Axes, images: np.ndarray, columns: int, color: str = "white", line: float = 0.9, **keywords: Any
) -> AxesImage:
    """Draw a mosaic with hairlines between the tiles, and around them unless they are white; returns its image.

    Colours need no colour map; the ends of a scale hold for them too.
    """
    height, width = images.shape[1:3]
    if images.ndim == 4:
        images, keywords = in_colour(images, **{n: v for n, v in keywords.items() if n in ("vmin", "vmax")}), {}
    tiles = mosaic(images, columns)
    drawn = axes.imshow(tiles, **keywords)
    bottom, right = (length - 0.5 for length in tiles.shape[:2])
    inset = 0 if color == "white" else 1  # whether the outermost lines are drawn too
    look: dict[str, Any] = {"color": color, "linewidth": line, "clip_on": False}
    axes.vlines(np.arange(1 - inset, (right + 0.5) / width + inset) * width - 0.5, -0.5, bottom, **look)
    axes.hlines(np.arange(1 - inset, (bottom + 0.5) / height + inset) * height - 0.5, -0.5, right, **look)
    axes.set(xticks=[], yticks=[])
    axes.spines[:].set_visible(False)
    return drawn


def label_tiles(axes: Axes, size: Sequence[int], columns: int, rows: int) -> None:
    """Number every eighth column and row of tiles, from 1; `size` is a tile's height and width."""
    for axis, length, count in ((axes.xaxis, size[1], columns), (axes.yaxis, size[0], rows)):
        numbers = np.r_[1, np.arange(8, count + 1, 8)]
        axis.set_ticks((numbers - 0.5) * length - 0.5, numbers)
    axes.tick_params(length=0)


def name_columns(axes: Axes, width: int, names: Sequence[str], top: bool = False) -> None:
    """A text below (or above) each image of a row of them, each of this width."""
    axes.set_xticks((np.arange(len(names)) + 0.5) * width - 0.5, names)
    axes.tick_params(axis="x", labeltop=top, labelbottom=not top, length=0, pad=2 if top else 1, labelsize="small")


def scale_bar(figure: Figure, axes: Axes, image: AxesImage, **keywords: Any) -> None:
    """A thin grey scale at the right, with its ends and 0."""
    bar = figure.colorbar(image, ax=axes, pad=0.01, fraction=0.03, **keywords)
    bound = image.get_clim()[1]
    bar.set_ticks([-bound, 0, bound], labels=[f"−{bound:.2f}", "0", f"{bound:.2f}"])
    bar.outline.set(edgecolor="C3", linewidth=0.4)
    bar.ax.tick_params(length=0)
