"""Which classes a network takes for which."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from reporting.engine.canvas import new_figure, styled, tints
from reporting.names import in_figure
from reporting.stats.differences import Difference, Estimate, difference_of_shares
from reporting.stats.metrics import f1_intervals, f1_score, recall, wilson_interval

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH, HEIGHT = 146, 66  # mm, with ten classes and the differences beside them
TALLEST = 82  # mm
MOST_COUNTED = 14  # classes up to which the cells have room for their counts
MOST_NAMED = 34  # classes up to which there is room for each name
MOST_SHOWN = 10  # classes that other figures have room for


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
    report_recall: float | None = None  # the reference report's; None where the data are others
    # Recall less the report's, as of different images; all classes' intervals hold together; None without images
    report_difference: Difference | None = None

    @property
    def differs_from_report(self) -> bool:
        """Whether the recall differs from the reference report's by more than chance explains."""
        return self.report_difference is not None and not self.report_difference.undecided

    @property
    def has_name(self) -> bool:
        """Whether the name is more than the label."""
        return self.name != str(self.label)


@dataclasses.dataclass(frozen=True)
class Confusion:
    """How many images of one class were taken for another."""

    true: str
    predicted: str
    images: int
    labels: tuple[int, int]  # of both


def class_errors(
    matrix: np.ndarray, names: Sequence[str], report: Mapping[str, Any] | None = None
) -> tuple[ClassErrors, ...]:
    """A ClassErrors for each class of a confusion matrix.

    `report` is the reference report's classification, where the data are the same.
    """
    f1 = zip(f1_score(matrix), f1_intervals(matrix, np.random.default_rng(0)), names, strict=True)
    classes = tuple(errors_of(matrix, label, *values) for label, values in enumerate(f1))
    return tuple(beside_report(item, report, len(matrix)) for item in classes) if report else classes


def errors_of(matrix: np.ndarray, label: int, f1: float, f1_interval: np.ndarray, name: str) -> ClassErrors:
    """The ClassErrors of one class."""
    counts = matrix[label].sum(), matrix[:, label].sum(), matrix[label, label]
    images, answers, right = (int(count) for count in counts)  # answers: images that are taken for this class
    return ClassErrors(
        label=label,
        name=name,
        images=images,
        errors=images - right,
        precision=share_of(right, answers),
        recall=share_of(right, images),
        f1=Estimate(float(f1), *f1_interval.tolist()) if images + answers else None,
    )


def beside_report(item: ClassErrors, report: Mapping[str, Any], classes: int) -> ClassErrors:
    """The same with the reference report's recall."""
    images = report["images_per_class"]
    recall = report["confusion_diagonal"][item.label] / images
    own = (item.images - item.errors) / item.images if item.images else 0.0
    difference = difference_of_shares((recall, images), (own, item.images), classes) if item.images else None
    return dataclasses.replace(item, report_recall=recall, report_difference=difference)


def shown_classes(matrix: np.ndarray) -> tuple[int, ...]:
    """The labels that figures show: all, or of more than MOST_SHOWN those with the most mistakes, in their order."""
    wrong = matrix.sum(axis=1) - np.diag(matrix)
    return tuple(sorted(np.argsort(-wrong, kind="stable")[:MOST_SHOWN].tolist()))


def share_of(successes: int, n: int) -> Estimate | None:
    """A share with Wilson's interval; None of nothing."""
    return Estimate(successes / n, *wilson_interval(successes, n)) if n else None


def most_misclassified(classes: Sequence[ClassErrors]) -> tuple[ClassErrors, ...]:
    """The classes with more errors than the mean over the classes, most errors first."""
    mean = sum(item.errors for item in classes) / len(classes)
    return tuple(sorted((item for item in classes if item.errors > mean), key=lambda item: -item.errors))


def confusions(matrix: np.ndarray, names: Sequence[str], count: int) -> tuple[Confusion, ...]:
    """The `count` largest cells off the diagonal, largest first; cells of 0 are left out."""
    wrong = matrix - np.diag(np.diag(matrix))
    cells = np.argsort(-wrong, axis=None, kind="stable")[:count]
    pairs = [divmod(int(cell), len(matrix)) for cell in cells]
    return tuple(
        Confusion(names[true], names[predicted], int(wrong[true, predicted]), (true, predicted))
        for true, predicted in pairs
        if wrong[true, predicted]
    )


@styled
def plot_confusion_matrix(
    matrix: np.ndarray, class_names: Sequence[str], differences: Sequence[Difference | None] = ()
) -> Figure:
    """Counts in cells, rows are true classes; right answers in blue, mistakes in orange, each class's recall beside.

    At the right, how much each recall exceeds another one, where there are such differences; None for a class without
    images. Many classes leave no room for counts, and very many none for all names.
    """
    height = min(HEIGHT + 1.5 * max(0, len(matrix) - MOST_SHOWN), TALLEST)
    figure = new_figure(WIDTH if differences else WIDTH * 5 / 7 + height - HEIGHT, height)
    axes, *beside = figure.subplots(1, 2, width_ratios=(5, 2)) if differences else [figure.subplots()]
    draw_matrix(axes, matrix, class_names)
    if differences:
        draw_differences(beside[0], differences)
        beside[0].set_ylim(axes.get_ylim())
    return figure


def draw_matrix(axes: Axes, matrix: np.ndarray, class_names: Sequence[str]) -> None:
    """The cells, their counts and the names of the classes, as far as there is room."""
    shares = np.nan_to_num(matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1))
    right = np.eye(len(matrix), dtype=bool)
    deepest = max(0.35, np.sqrt(shares[~right].max()))  # of the mistakes' colour, so that few of them stay pale
    axes.imshow(np.ma.masked_array(shares, ~right), cmap=tints("C0"), vmin=0, vmax=1)
    axes.imshow(np.ma.masked_array(np.sqrt(shares), right), cmap=tints("C1"), vmin=0, vmax=deepest)
    if len(matrix) <= MOST_COUNTED:
        write_counts(axes, matrix, shares)
        hairlines(axes, len(matrix))
    else:
        axes.tick_params(length=0)
    ticks = range(0, len(matrix), -(-len(matrix) // MOST_NAMED))
    names = [in_figure(class_names[tick]) for tick in ticks]
    turned: dict[str, Any] = (
        {"rotation": 40, "va": "top"} if len(matrix) <= MOST_COUNTED else {"rotation": 90, "va": "center"}
    )
    axes.set_xticks(ticks, names, ha="right", rotation_mode="anchor", **turned)
    axes.set_yticks(ticks, names)
    axes.set(xlabel="predicted class", ylabel="true class")
    recall_axis(axes, recall(matrix), ticks)


def write_counts(axes: Axes, matrix: np.ndarray, shares: np.ndarray) -> None:
    """The count in each cell; `shares` are those of the rows."""
    from matplotlib import rcParams

    look: dict[str, Any] = {"ha": "center", "va": "center", "fontsize": rcParams["ytick.labelsize"]}
    for row, column in np.ndindex(*matrix.shape):
        color = "white" if row == column and shares[row, column] > 0.45 else "black" if matrix[row, column] else "C3"
        axes.text(column, row, str(matrix[row, column]), color=color, **look)


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


def recall_axis(axes: Axes, recalls: np.ndarray, rows: Sequence[int]) -> None:
    """The recall of these rows, in percent, along the right side."""
    side = axes.secondary_yaxis("right")
    values = recalls[list(rows)]
    side.set_yticks(rows, ["–" if np.isnan(value) else f"{100 * value:.1f} %" for value in values])
    axes.annotate("recall", (1, 1), (2, 2), xycoords="axes fraction", textcoords="offset points", fontsize="small")
    side.tick_params(length=0)
    side.spines[:].set_visible(False)
