"""The confusion matrix."""

import numpy as np
from matplotlib import rcParams
from matplotlib.colors import LinearSegmentedColormap, to_rgb

from reporting.figures import new_figure, styled
from reporting.metrics import recall

WIDTH, HEIGHT = 132, 106  # mm


@styled
def plot_confusion_matrix(matrix, class_names):
    """Counts in cells, rows are true classes; right answers in blue, mistakes in orange, and each class's recall at the right."""
    figure = new_figure(WIDTH, HEIGHT)
    axes = figure.subplots()
    shares = np.nan_to_num(matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1))
    right = np.eye(len(matrix), dtype=bool)
    axes.imshow(np.ma.masked_array(shares, ~right), cmap=tints("C0"), vmin=0, vmax=1)
    axes.imshow(np.ma.masked_array(np.sqrt(shares), right), cmap=tints("C1"), vmin=0, vmax=max(0.35, np.sqrt(shares[~right].max())))
    for row, column in np.ndindex(*matrix.shape):
        color = "white" if row == column and shares[row, column] > 0.45 else "black" if matrix[row, column] else "C3"
        axes.text(column, row, str(matrix[row, column]), ha="center", va="center", color=color, fontsize=rcParams["ytick.labelsize"])
    hairlines(axes, len(matrix))
    ticks = range(len(matrix))
    axes.set_xticks(ticks, class_names, rotation=40, ha="right", rotation_mode="anchor")
    axes.set_yticks(ticks, class_names)
    axes.set(xlabel="predicted class", ylabel="true class")
    recall_axis(axes, recall(matrix))
    return figure


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
