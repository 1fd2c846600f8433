"""The confusion matrix."""

import numpy as np
from matplotlib import rcParams
from matplotlib.colors import LinearSegmentedColormap, to_rgb

from reporting.figures import new_figure, styled
from reporting.metrics import recall

WIDTH, HEIGHT = 146, 88  # mm


@styled
def plot_confusion_matrix(matrix, class_names, differences, errors):
    """Counts in cells, rows are true classes; right answers in blue, mistakes in orange, and each class's recall beside them.

    At the right, how much each recall exceeds another one: differences (classes,) with their errors (classes,), as shares; nan
    for a class without images.
    """
    figure = new_figure(WIDTH, HEIGHT)
    axes, beside = figure.subplots(1, 2, width_ratios=(5, 2))
    draw_matrix(axes, matrix, class_names)
    draw_differences(beside, 100 * np.asarray(differences, dtype=float), 100 * np.asarray(errors, dtype=float))
    beside.set_ylim(axes.get_ylim())
    return figure


def draw_matrix(axes, matrix, class_names):
    """The cells, their counts and the names of the classes."""
    shares = np.nan_to_num(matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1))
    right = np.eye(len(matrix), dtype=bool)
    axes.imshow(np.ma.masked_array(shares, ~right), cmap=tints("C0"), vmin=0, vmax=1)
    axes.imshow(
        np.ma.masked_array(np.sqrt(shares), right),
        cmap=tints("C1"),
        vmin=0,
        vmax=max(0.35, np.sqrt(shares[~right].max())),
    )
    for row, column in np.ndindex(*matrix.shape):
        color = "white" if row == column and shares[row, column] > 0.45 else "black" if matrix[row, column] else "C3"
        axes.text(
            column,
            row,
            str(matrix[row, column]),
            ha="center",
            va="center",
            color=color,
            fontsize=rcParams["ytick.labelsize"],
        )
    hairlines(axes, len(matrix))
    ticks = range(len(matrix))
    axes.set_xticks(ticks, class_names, rotation=40, ha="right", rotation_mode="anchor")
    axes.set_yticks(ticks, class_names)
    axes.set(xlabel="predicted class", ylabel="true class")
    recall_axis(axes, recall(matrix))


def draw_differences(axes, differences, errors):
    """Horizontal bars in percentage points, a row a class."""
    rows = np.arange(len(differences))
    axes.barh(rows, differences, height=0.5, color=np.where(differences < 0, "C1", "C0"))
    axes.hlines(rows, differences - errors, differences + errors, color="black", linewidth=0.7)
    axes.axvline(0, color="C3", linewidth=0.6)
    axes.set(xlabel="recall less the\nreference report’s (points)", yticks=[])
    axes.spines["left"].set_visible(False)
    axes.grid(axis="x")


def tints(color):
    """A colour map from white to a colour of the style."""
    return LinearSegmentedColormap.from_list(color, ["white", to_rgb(color)])


def hairlines(axes, classes):
    """White lines between the cells, and no frame."""
    borders = np.arange(classes - 1) + 0.5
    axes.hlines(borders, -0.5, classes - 0.5, color="white", linewidth=1)
    axes.vlines(borders, -0.5, classes - 0.5, color="white", linewidth=1)
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0)


def recall_axis(axes, recalls):
    """The recall of each row, in percent, along the right side."""
    side = axes.secondary_yaxis("right")
    side.set_yticks(range(len(recalls)), ["–" if np.isnan(value) else f"{100 * value:.1f} %" for value in recalls])
    side.set_ylabel("recall")
    side.tick_params(length=0)
    side.spines[:].set_visible(False)
