"""Which classes a network takes for which."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from reporting.engine.canvas import new_figure, styled, tints
from reporting.results import CLASS_NAMES
from reporting.stats.differences import Difference, Estimate, difference_of_shares
from reporting.stats.metrics import f1_intervals, f1_score, recall, wilson_interval

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH, HEIGHT = 146, 66  # mm


@dataclasses.dataclass(frozen=True)
class ClassErrors:
    """One class of the test images; shares with their 95 % intervals."""

    label: int
    name: str
    images: int
    errors: int
    precision: Estimate | None  # with Wilson's interval; None for a class that is never answered
    recall: Estimate | None  # with Wilson's interval; None without images
    f1: Estimate | None  # with a bootstrap interval; None without both
    report_recall: float  # the reference report's
    report_difference: (
        Difference | None
    )  # recall less the report's, as of different images; all classes' intervals hold
    # together; None without images

    @property
    def differs_from_report(self) -> bool:
        """Whether the recall differs from the reference report's by more than chance explains."""
        return self.report_difference is not None and not self.report_difference.undecided


@dataclasses.dataclass(frozen=True)
class Confusion:
    """How many images of one class were taken for another."""

    true: str
    predicted: str
    images: int


def class_errors(matrix: np.ndarray, report: Mapping[str, Any]) -> tuple[ClassErrors, ...]:
    """A ClassErrors for each class of a confusion matrix; `report` is the reference report's classification."""
    f1 = zip(f1_score(matrix), f1_intervals(matrix, np.random.default_rng(0)), strict=True)
    return tuple(errors_of(matrix, label, *values, report) for label, values in enumerate(f1))


def errors_of(
    matrix: np.ndarray, label: int, f1: float, f1_interval: np.ndarray, report: Mapping[str, Any]
) -> ClassErrors:
    """The ClassErrors of one class."""
    counts = matrix[label].sum(), matrix[:, label].sum(), matrix[label, label]
    images, answers, right = (int(count) for count in counts)  # answers: images that are taken for this class
    report_images = report["images_per_class"]
    report_recall = report["confusion_diagonal"][label] / report_images
    return ClassErrors(
        label=label,
        name=CLASS_NAMES[label],
        images=images,
        errors=images - right,
        precision=share_of(right, answers),
        recall=share_of(right, images),
        f1=Estimate(float(f1), *f1_interval.tolist()) if images + answers else None,
        report_recall=report_recall,
        report_difference=(
            difference_of_shares((report_recall, report_images), (right / images, images), len(matrix))
            if images
            else None
        ),
    )


def share_of(successes: int, n: int) -> Estimate | None:
    """A share with Wilson's interval; None of nothing."""
    return Estimate(successes / n, *wilson_interval(successes, n)) if n else None


def most_misclassified(classes: Sequence[ClassErrors]) -> tuple[ClassErrors, ...]:
    """The classes with more errors than the mean over the classes, most errors first."""
    mean = sum(item.errors for item in classes) / len(classes)
    return tuple(sorted((item for item in classes if item.errors > mean), key=lambda item: -item.errors))


def confusions(matrix: np.ndarray, count: int) -> tuple[Confusion, ...]:
    """The `count` largest cells off the diagonal, largest first; cells of 0 are left out."""
    wrong = matrix - np.diag(np.diag(matrix))
    cells = np.argsort(-wrong, axis=None, kind="stable")[:count]
    pairs = [divmod(int(cell), len(matrix)) for cell in cells]
    return tuple(
        Confusion(CLASS_NAMES[true], CLASS_NAMES[predicted], int(wrong[true, predicted]))
        for true, predicted in pairs
        if wrong[true, predicted]
    )


@styled
def plot_confusion_matrix(
    matrix: np.ndarray, class_names: Sequence[str], differences: Sequence[Difference | None]
) -> Figure:
    """Counts in cells, rows are true classes; right answers in blue, mistakes in orange, each class's recall beside.

    At the right, how much each recall exceeds another one; None for a class without images.
    """
    figure = new_figure(WIDTH, HEIGHT)
    axes, beside = figure.subplots(1, 2, width_ratios=(5, 2))
    draw_matrix(axes, matrix, class_names)
    draw_differences(beside, differences)
    beside.set_ylim(axes.get_ylim())
    return figure


def draw_matrix(axes: Axes, matrix: np.ndarray, class_names: Sequence[str]) -> None:
    """The cells, their counts and the names of the classes."""
    from matplotlib import rcParams

    shares = np.nan_to_num(matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1))
    right = np.eye(len(matrix), dtype=bool)
    deepest = max(0.35, np.sqrt(shares[~right].max()))  # of the mistakes' colour, so that few of them stay pale
    axes.imshow(np.ma.masked_array(shares, ~right), cmap=tints("C0"), vmin=0, vmax=1)
    axes.imshow(np.ma.masked_array(np.sqrt(shares), right), cmap=tints("C1"), vmin=0, vmax=deepest)
    look: dict[str, Any] = {"ha": "center", "va": "center", "fontsize": rcParams["ytick.labelsize"]}
    for row, column in np.ndindex(*matrix.shape):
        color = "white" if row == column and shares[row, column] > 0.45 else "black" if matrix[row, column] else "C3"
        axes.text(column, row, str(matrix[row, column]), color=color, **look)
    hairlines(axes, len(matrix))
    ticks = range(len(matrix))
    axes.set_xticks(ticks, class_names, rotation=40, ha="right", rotation_mode="anchor")
    axes.set_yticks(ticks, class_names)
    axes.set(xlabel="predicted class", ylabel="true class")
    recall_axis(axes, recall(matrix))


def draw_differences(axes: Axes, differences: Sequence[Difference | None]) -> None:
    """Horizontal bars in percentage points with their intervals, a row a class."""
    ends = [(item.value, item.low, item.high) if item else (np.nan,) * 3 for item in differences]
    values, low, high = 100 * np.array(ends).T
    rows = np.arange(len(differences))
    axes.barh(rows, values, height=0.5, color=np.where(values < 0, "C1", "C0"))
    axes.hlines(rows, low, high, color="black", linewidth=0.7)
    axes.axvline(0, color="C3", linewidth=0.6)
    axes.set(xlabel="recall less the\nreference report’s (points)", yticks=[])
    axes.spines["left"].set_visible(False)
    axes.grid(axis="x")


def hairlines(axes: Axes, classes: int) -> None:
    """White lines between the cells, and no frame."""
    borders = np.arange(classes - 1) + 0.5
    axes.hlines(borders, -0.5, classes - 0.5, color="white", linewidth=1)
    axes.vlines(borders, -0.5, classes - 0.5, color="white", linewidth=1)
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0)


def recall_axis(axes: Axes, recalls: np.ndarray) -> None:
    """The recall of each row, in percent, along the right side."""
    side = axes.secondary_yaxis("right")
    side.set_yticks(range(len(recalls)), ["–" if np.isnan(value) else f"{100 * value:.1f} %" for value in recalls])
    axes.annotate("recall", (1, 1), (2, 2), xycoords="axes fraction", textcoords="offset points", fontsize="small")
    side.tick_params(length=0)
    side.spines[:].set_visible(False)
