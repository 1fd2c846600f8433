"""The picture of predictions: a row for each picture, with what the network sees of it and what it says."""

from __future__ import annotations

import functools
import io
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from reporting.engine.canvas import FULL, new_figure, style, styled, tints
from reporting.engine.formatting import format_floor_percent
from reporting.prediction import Prediction

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST = 20  # rows
ROW, IMAGE, SMALL = 28, 17, 13  # mm: the height of a row, and the sides of its large and of its small images
BELOW, BARS, NEAR = 5, 42, 92  # mm: what is below the images, and how far to the right bars and nearest images begin
DOTS = 160  # an inch
LONGEST = 60  # characters of a file's name


@styled
def plot_predictions(pictures: Sequence[Prediction], warnings: Mapping[str, str]) -> Figure:
    """A row for each of the first pictures: itself, what the network sees, classes, and nearest training images.

    `warnings` are the words for the faults, and for being "unlike".
    """
    rows = pictures[:MOST]
    figure = new_figure(FULL, ROW * len(rows))
    figure.set_layout_engine("none")  # everything has its place
    for number, picture in enumerate(rows):
        place = functools.partial(axes_at, figure, ROW * (len(rows) - number - 1) + BELOW)
        first = place(1, IMAGE)
        show(first, picture.steps[0].image)
        show(place(4 + IMAGE, IMAGE), picture.seen)
        plot_classes(place(BARS, IMAGE, NEAR - BARS - 4), picture)
        for column, (name, image) in enumerate(picture.nearest):
            axes = place(NEAR + column * (SMALL + 1.5), SMALL)
            show(axes, image)
            axes.set_title(name)
        name = picture.name if len(picture.name) <= LONGEST else f"{picture.name[:LONGEST]}…"
        words = [warnings[fault] for fault in [*["unlike"] * picture.unlike, *picture.faults]]
        across = place(1, ROW - BELOW, FULL)
        across.axis("off")
        across.text(0, (IMAGE + 1.5) / (ROW - BELOW), name.replace("$", r"\$"), weight="bold")
        across.text(0, -1 / (ROW - BELOW), "; ".join(words), color="C2", va="top")
    return figure


def axes_at(figure: Figure, bottom: float, left: float, height: float, width: float | None = None) -> Axes:
    """Axes of this size at this place, all in mm; square ones if no width is given."""
    whole = figure.get_figheight() * 25.4
    return figure.add_axes((left / FULL, bottom / whole, (width or height) / FULL, height / whole))


def show(axis: Axes, image: np.ndarray) -> None:
    """An image (height, width, 1 or 3), pixel by pixel."""
    axis.axis("off")
    axis.imshow(image if image.shape[2] == 3 else image[..., 0], cmap="gray", vmin=0, vmax=255, interpolation="nearest")


def plot_classes(axis: Axes, picture: Prediction) -> None:
    """The most probable classes as bars, with their probabilities."""
    axis.axis("off")
    for place, (name, probability) in enumerate(picture.classes):
        axis.barh(place, probability, height=0.8, color=tints("C0")(0.3))
        axis.text(0.02, place, f"{name} {format_floor_percent(probability)}", va="center")
    axis.set(xlim=(0, 1), ylim=(len(picture.classes) - 0.4, -0.6))


def png(figure: Figure) -> bytes:
    """The figure as a PNG file."""
    content = io.BytesIO()
    with style():
        figure.savefig(content, format="png", dpi=DOTS)
    return content.getvalue()
