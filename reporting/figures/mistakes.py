"""Single images with a few words around them."""

import numpy as np
from matplotlib import rcParams
from matplotlib.patches import Rectangle

from reporting.figures import FULL, new_figure, styled
from reporting.figures.images import WHITE_TO_BLACK

LINE = 4  # mm, of a line of text


@styled
def plot_captioned_images(groups, columns, places=1):
    """Images in one row, in groups: `groups` are (title, [(image (h, w) uint8, caption)]), each text of up to two lines.

    The page's width would hold `columns` images; every group has room for `places`.
    """
    tile = FULL / columns  # mm
    side = 0.84 * tile
    above, below = (LINE * lines + 2 for lines in line_counts(groups))
    width, height = tile * places * len(groups), above + side + below
    figure = new_figure(width, height)
    figure.set_layout_engine("none")
    axes = figure.add_axes((0, 0, 1, 1))  # in mm, downwards
    for number, (title, images) in enumerate(groups):
        start = number * places * tile
        axes.text(
            start + places * tile / 2, above - 1, title, ha="center", va="bottom", fontsize=rcParams["axes.titlesize"]
        )
        for place, (image, caption) in enumerate(images):
            left = start + (place + (places - len(images)) / 2) * tile + (tile - side) / 2
            draw_image(axes, image, (left, above, side))
            axes.text(
                left + side / 2,
                above + side + 0.8,
                caption,
                ha="center",
                va="top",
                fontsize=rcParams["ytick.labelsize"],
            )
    axes.set(xlim=(0, width), ylim=(height, 0))
    axes.axis("off")
    return figure


def line_counts(groups):
    """The most lines of a title, and of a caption."""
    captions = [caption for _, images in groups for _, caption in images]
    return [max(len(text.splitlines()) for text in texts) for texts in ([title for title, _ in groups], captions)]


def draw_image(axes, image, place):
    """An image in a hairline frame; place: left, top and side."""
    left, top, side = place
    ends = (left, left + side, top + side, top)
    drawn = axes.imshow(image, cmap=WHITE_TO_BLACK, vmin=0, vmax=np.iinfo(np.uint8).max, extent=ends)
    drawn.set_gid(f"example-{len(axes.get_images())}")  # or two images that are equal would share an id in the SVG
    axes.add_patch(Rectangle((left, top), side, side, fill=False, edgecolor="C4", linewidth=0.6))
