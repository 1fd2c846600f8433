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
from reporting.names import FEW, in_figure
from reporting.results import Results
from reporting.sections.classification.confusion import MOST_SHOWN, shown_classes
from reporting.sections.classification.mistakes import matrix_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure

EQUATIONS = {
    "cross_entropy": (
        r"L=-\dfrac{1}{N}\,\sum_{i=1}^{N}\,\log p_i(c_i),"
        r"\qquad p_i(k)=\dfrac{\exp z_i(k)}{\sum_{j}\,\exp z_i(j)}",
        "L is minus the mean over the N images of log p_i(c_i), the right class; p_i is the softmax of the outputs z_i",
    ),
}


@dataclasses.dataclass(frozen=True)
class DataFindings:
    train_images: int
    validation_images: int
    test_images: int
    source: str
    fashion_mnist: bool  # whether these are the images of Fashion-MNIST
    work: str  # to cite for a known data set whose title the source is; empty for others
    size: tuple[int, int]  # height and width in pixels
    colour: bool
    unreadable: int  # files that were left out
    mirrored_writing: bool  # whether a network learns from mirrored images of digits or characters
    class_names: tuple[str, ...]  # by label
    shown: tuple[int, ...]  # the labels that figures show
    validation_counts: tuple[int, ...]  # images of each class, by label
    test_counts: tuple[int, ...]

    @property
    def balanced(self) -> bool:
        """Whether there are as many test images of each class."""
        return len(set(self.test_counts)) == 1

    @property
    def all_shown(self) -> bool:
        """Whether figures have room for every class."""
        return len(self.shown) == len(self.class_names)


def find(results: Results, found: Found) -> DataFindings:
    """How many images there are, by the files of the tuned network."""
    fold, stored, data = results.tuned.folds[0], results.tuned.predictions, results.data
    height, width, channels = data.inputs
    flipped = any(network.run.config.get("horizontal_flips") for _, network in results.networks())
    return DataFindings(
        train_images=fold["train_points"],
        validation_images=fold["validation_points"],
        test_images=len(stored["test_labels"]),
        source=data.source,
        fashion_mnist=data.is_fashion_mnist,
        work=data.work,
        size=(height, width),
        colour=channels > 1,
        unreadable=data.unreadable or 0,
        mirrored_writing=data.is_written and flipped,
        class_names=results.classes,
        shown=shown_classes(matrix_of(results.tuned)),
        validation_counts=counts_of(stored["validation_labels"], len(results.classes)),
        test_counts=counts_of(stored["test_labels"], len(results.classes)),
    )


def figures(results: Results, found: Found) -> dict[str, list]:
    return {"classification_data": [lambda: data_figure(results, found("data"))]}


def counts_of(labels: np.ndarray, classes: int) -> tuple[int, ...]:
    """How many of the labels are each class's."""
    return tuple(np.bincount(labels, minlength=classes).tolist())


def data_figure(results: Results, item: DataFindings) -> Figure:
    """The mean training image of each class with its images for validation and test."""
    labels = list(item.shown)
    parts = {"validation": item.validation_counts, "test": item.test_counts}
    counts = {name: [numbers[label] for label in labels] for name, numbers in parts.items()}
    names = [in_figure(item.class_names[label], FEW) for label in labels]
    return plot_classes(results.tuned.receptive_fields["class_mean"][labels], names, counts)


@styled
def plot_classes(images: np.ndarray, class_names: Sequence[str], counts: Mapping[str, Sequence[int]]) -> Figure:
    """An image of each class, its name above, and below it a count in each row of `counts`.

    Images are grey (classes, height, width), or have three colours behind.
    """
    names = len(counts) * 3.5  # mm
    tile = (FULL - 18) / MOST_SHOWN
    figure = new_figure(18 + tile * len(images), tile * images.shape[1] / images.shape[2] + names + 5)
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
