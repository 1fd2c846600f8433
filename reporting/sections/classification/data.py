"""The images: what is given to learn from, what each class looks like, and what the loss is."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from reporting.engine.canvas import FULL, WHITE_TO_BLACK, new_figure, styled
from reporting.engine.formatting import format_count
from reporting.engine.sections import Found
from reporting.engine.tiles import draw_tiles, name_columns
from reporting.results import CLASS_NAMES, Results

if TYPE_CHECKING:
    from matplotlib.figure import Figure

EQUATIONS = {
    "cross_entropy": (
        r"L=-\dfrac{1}{N}\,\sum_{i=1}^{N}\,\log p_i(c_i),"
        r"\qquad p_i(k)=\dfrac{\exp z_i(k)}{\sum_{j=0}^{9}\,\exp z_i(j)}",
        "L is minus the mean over the N images of log p_i(c_i), the right class; p_i is the softmax of the outputs z_i",
    ),
}


@dataclasses.dataclass(frozen=True)
class DataFindings:
    train_images: int
    validation_images: int
    test_images: int
    class_names: tuple[str, ...]  # by label
    validation_counts: tuple[int, ...]  # images of each class, by label
    test_counts: tuple[int, ...]

    @property
    def balanced(self) -> bool:
        """Whether there are as many test images of each class."""
        return len(set(self.test_counts)) == 1


def find(results: Results, found: Found) -> DataFindings:
    """How many images there are, by the files of the tuned network."""
    fold, stored = results.tuned.folds[0], results.tuned.predictions
    return DataFindings(
        train_images=fold["train_points"],
        validation_images=fold["validation_points"],
        test_images=len(stored["test_labels"]),
        class_names=CLASS_NAMES,
        validation_counts=counts_of(stored["validation_labels"]),
        test_counts=counts_of(stored["test_labels"]),
    )


def figures(results: Results, found: Found) -> dict[str, list]:
    return {"classification_data": [lambda: data_figure(results, found("data"))]}


def counts_of(labels: np.ndarray) -> tuple[int, ...]:
    """How many of the labels are each class's."""
    return tuple(np.bincount(labels, minlength=len(CLASS_NAMES)).tolist())


def data_figure(results: Results, item: DataFindings) -> Figure:
    """The mean training image of each class with its images for validation and test."""
    counts = {"validation": item.validation_counts, "test": item.test_counts}
    return plot_classes(results.tuned.receptive_fields["class_mean"], item.class_names, counts)


@styled
def plot_classes(images: np.ndarray, class_names: Sequence[str], counts: Mapping[str, Sequence[int]]) -> Figure:
    """An image of each class (classes, height, width), its name above, and below it a count in each row of `counts`."""
    names = len(counts) * 3.5  # mm
    tile = (FULL - 18) / len(images)
    figure = new_figure(FULL, tile + names + 5)
    axes = figure.subplots()
    width = images.shape[2]
    draw_tiles(axes, images, len(images), color="C4", cmap=WHITE_TO_BLACK, vmin=0, vmax=1)
    name_columns(axes, width, class_names, top=True)
    for row, (name, numbers) in enumerate(counts.items()):
        look: dict[str, Any] = {
            "textcoords": "offset points",
            "va": "top",
            "fontsize": "small",
            "annotation_clip": False,
        }
        below = (0, -2 - 10 * row)
        axes.annotate(name, (-0.5, images.shape[1] - 0.5), (-4, below[1]), ha="right", **look)
        for column, number in enumerate(numbers):
            place = ((column + 0.5) * width - 0.5, images.shape[1] - 0.5)
            axes.annotate(format_count(number), place, below, ha="center", **look)
    return figure
