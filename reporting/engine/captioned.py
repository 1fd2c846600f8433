"""Images in a row, in groups with titles, each with a caption."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from reporting.engine.canvas import FULL, WHITE_TO_BLACK, new_figure, styled
from reporting.engine.tiles import in_colour

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

LINE = 3.3  # mm, of a line of text


class Group(NamedTuple):
    """Images below one title."""

    title: str
    images: list[tuple[np.ndarray, str]]  # (h, w) or (h, w, 3) uint8 each, and a caption


@styled
def plot_captioned_images(groups: Sequence[Group], columns: int, places: int = 1) -> Figure:
    """Images in one row, in groups; titles and captions have up to two lines.

    The page's width would hold `columns` images; every group has room for `places`.
    """
    from matplotlib import rcParams

    tile = FULL / columns  # mm
    side = 0.84 * tile
    above, below = (LINE * lines + 2 for lines in line_counts(groups))
    width, height = tile * places * len(groups), above + side + below
    figure = new_figure(width, height)
    figure.set_layout_engine("none")
    axes = figure.add_axes((0, 0, 1, 1))  # in mm, downwards
    title_size, caption_size = rcParams["axes.titlesize"], rcParams["ytick.labelsize"]
    for number, (title, images) in enumerate(groups):
        start = number * places * tile
        axes.text(
            start + places * tile / 2, above - 1, title, ha="center", va="bottom", fontsize=title_size, linespacing=1
        )
        for place, (image, caption) in enumerate(images):
            left = start + (place + (places - len(images)) / 2) * tile + (tile - side) / 2
            draw_image(axes, image, (left, above, side))
            middle, top = left + side / 2, above + side + 0.8
            axes.text(middle, top, caption, ha="center", va="top", fontsize=caption_size, linespacing=1)
    axes.set(xlim=(0, width), ylim=(height, 0))
    axes.axis("off")
    return figure


def line_counts(groups: Sequence[Group]) -> list[int]:
    """The most lines of a title, and of a caption."""
    captions = [caption for group in groups for _, caption in group.images]
    titles = [group.title for group in groups]
    return [max(len(text.splitlines()) for text in texts) for texts in (titles, captions)]


def draw_image(axes: Axes, image: np.ndarray, place: tuple[float, float, float]) -> None:
    """An image in a hairline frame, in the middle of a square; place: its left, top and side."""
    from matplotlib.patches import Rectangle

    height, width = (place[2] * length / max(image.shape[:2]) for length in image.shape[:2])
    left, top = place[0] + (place[2] - width) / 2, place[1] + (place[2] - height) / 2
    colours = in_colour(image) if image.ndim == 3 else image
    ends = (left, left + width, top + height, top)
    drawn = axes.imshow(colours, cmap=WHITE_TO_BLACK, vmin=0, vmax=np.iinfo(np.uint8).max, extent=ends)
    drawn.set_gid(f"example-{len(axes.get_images())}")  # or two images that are equal would share an id in the SVG
    axes.add_patch(Rectangle((left, top), width, height, fill=False, edgecolor="C4", linewidth=0.6))
