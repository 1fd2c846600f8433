"""The regression data and the fitted curve."""

import numpy as np

from reporting.figures import FULL, new_figure, styled

MANY = 1000  # points, from which on they are drawn as pixels


@styled
def plot_scatter(x_train, y_train, x_test, y_test, gaps):
    """Test points (left) and training points (right) on common axes; `gaps` are (start, end) pairs, shaded."""
    figure = new_figure(FULL, 54)
    left, right = figure.subplots(1, 2, sharex=True, sharey=True)
    for axes, name, x, y, look in ((left, "test points", x_test, y_test, TEST), (right, "training points", x_train, y_train, TRAINING)):
        shade(axes, gaps)
        points(axes, x, y, look)
        axes.set_xlabel("$x$")
        axes.set_title(f"{len(x)} {name}")
    left.set_ylabel("$y$", rotation=0)
    right.tick_params(labelleft=True)
    return figure


@styled
def plot_fit(x_curve, curve_predictions, x_train, y_train, x_test, y_test, gaps):
    """The members' curves (folds, points), faint, and their mean over the points of both data sets; gaps shaded."""
    figure = new_figure(FULL, 68)
    axes = figure.subplots()
    shade(axes, gaps)
    points(axes, x_test, y_test, TEST, label="test points")
    points(axes, x_train, y_train, TRAINING, label="training points")
    for number, curve in enumerate(curve_predictions):
        axes.plot(x_curve, curve, color="C2", linewidth=0.5, alpha=0.45, label="networks of the folds" if number == 0 else None, zorder=3)
    axes.plot(x_curve, np.mean(curve_predictions, axis=0), color="C2", linewidth=1.4, label="their mean", zorder=4)
    axes.set(xlabel="$x$", xlim=(x_curve[0], x_curve[-1]))
    axes.set_ylabel("$y$", rotation=0)
    figure.legend(loc="outside upper center", ncols=4)
    return figure


TRAINING = {"color": "C0", "marker": "o"}
TEST = {"color": "C1", "marker": "D", "markersize": 2.4}


def points(axes, x, y, look, **keywords):
    """Draw points; many of them as pixels, which keeps the file small."""
    axes.plot(x, y, linestyle="none", rasterized=len(x) > MANY, **look, **keywords)


def shade(axes, gaps):
    """Shade the intervals of x."""
    for start, end in gaps:
        axes.axvspan(start, end, color="C4", linewidth=0, zorder=0)
