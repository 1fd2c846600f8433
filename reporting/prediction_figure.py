"""The picture of predictions: a row for each picture, with what the network sees of it and what it says."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from reporting.engine.canvas import FULL, new_figure, style, styled
from reporting.engine.formatting import format_probability
from reporting.prediction import Prediction

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST = 20  # rows
ROW = 24  # mm
DOTS = 160  # an inch
LONGEST = 44  # characters of a file's name


@styled
def plot_predictions(pictures: Sequence[Prediction], warnings: Mapping[str, str]) -> Figure:
    """A row for each of the first pictures: itself, what the network sees, classes, and nearest training images.

    `warnings` are the words for the faults, and for being "unlike".
    """
    rows = pictures[:MOST]
    near = max(len(picture.nearest) for picture in rows)
    figure = new_figure(FULL, ROW * len(rows))
    axes = figure.subplots(
        len(rows),
        3 + near,
        squeeze=False,
        width_ratios=[1, 1, 1.6, *[0.7] * near],
        gridspec_kw={"left": 0.01, "right": 0.99, "wspace": 0.12, "hspace": 0.55, "top": 1 - 0.25 / len(rows)},
    )
    for row, picture in zip(axes, rows, strict=True):
        for axis in row:
            axis.axis("off")
        show(row[0], picture.steps[0].image)
        show(row[1], picture.seen)
        plot_classes(row[2], picture)
        for axis, (name, image) in zip(row[3:], picture.nearest, strict=False):
            show(axis, image)
            axis.set_title(name)
        name = picture.name if len(picture.name) <= LONGEST else f"{picture.name[:LONGEST]}…"
        words = [warnings[fault] for fault in [*["unlike"] * picture.unlike, *picture.faults]]
        row[0].text(0, 1.12, name.replace("$", r"\$"), transform=row[0].transAxes, weight="bold")
        row[0].text(0, -0.2, "; ".join(words), transform=row[0].transAxes, color="C2")
    return figure


def show(axis: Axes, image: np.ndarray) -> None:
    """An image (height, width, 1 or 3), pixel by pixel."""
    axis.imshow(image if image.shape[2] == 3 else image[..., 0], cmap="gray", vmin=0, vmax=255, interpolation="nearest")


def plot_classes(axis: Axes, picture: Prediction) -> None:
    """The most probable classes as bars, with their probabilities."""
    for place, (name, probability) in enumerate(picture.classes):
        axis.barh(place, probability, height=0.8, color="C0" if place == 0 else "C4")
        axis.text(0.02, place, f"{name} {format_probability(probability)}", va="center", color="black")
    axis.set(xlim=(0, 1), ylim=(len(picture.classes) - 0.4, -0.6))


def png(figure: Figure) -> bytes:
    """The figure as a PNG file."""
    content = io.BytesIO()
    with style():
        figure.savefig(content, format="png", dpi=DOTS)
    return content.getvalue()
