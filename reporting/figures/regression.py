"""The regression data and the fitted curve."""

import numpy as np

from reporting.figures import FULL, new_figure, styled
from reporting.metrics import NORMAL_QUANTILE

MANY = 1000  # points, from which on they are drawn as pixels
MANY_CURVES = 40


@styled
def plot_scatter(x_train, y_train, x_test, y_test, gaps):
    """Test points (left) and training points (right) on common axes; `gaps` are (start, end) pairs, shaded."""
    figure = new_figure(FULL, 54)
    left, right = figure.subplots(1, 2, sharex=True, sharey=True)
    for axes, name, x, y, look in (
        (left, "test points", x_test, y_test, TEST),
        (right, "training points", x_train, y_train, TRAINING),
    ):
        shade(axes, gaps)
        points(axes, x, y, look)
        axes.set_xlabel("$x$")
        axes.set_title(f"{len(x)} {name}")
    left.set_ylabel("$y$", rotation=0)
    right.tick_params(labelleft=True)
    return figure


@styled
def plot_fit(x_curve, curve_predictions, x_train, y_train, x_test, y_test, gaps):
    """The members' curves (members, points), faint, their mean, and a 95 % band of their spread around it; gaps shaded.

    The points of both data sets lie behind.
    """
    figure = new_figure(FULL, 68)
    axes = figure.subplots()
    shade(axes, gaps)
    points(axes, x_test, y_test, TEST, label="test points")
    points(axes, x_train, y_train, TRAINING, label="training points")
    mean, spread = np.mean(curve_predictions, axis=0), NORMAL_QUANTILE * np.std(curve_predictions, axis=0, ddof=1)
    axes.fill_between(
        x_curve, mean - spread, mean + spread, color="C2", alpha=0.18, linewidth=0, label="95 % band", zorder=1
    )
    members(axes, x_curve, curve_predictions, "C2", label="networks")
    axes.plot(x_curve, mean, color="C2", linewidth=1.4, label="their mean", zorder=4)
    axes.set(xlabel="$x$", xlim=(x_curve[0], x_curve[-1]))
    axes.set_ylabel("$y$", rotation=0)
    figure.legend(loc="outside upper center", ncols=5)
    return figure


def members(axes, x_curve, curves, color, label=None):
    """Faint curves (members, points); many of them as pixels."""
    for number, curve in enumerate(curves):
        look = {"color": color, "linewidth": 0.4, "alpha": 0.35, "zorder": 3, "rasterized": len(curves) > MANY_CURVES}
        axes.plot(x_curve, curve, label=label if number == 0 else None, **look)


TRAINING = {"color": "C0", "marker": "o"}
TEST = {"color": "C1", "marker": "D", "markersize": 2.4}


def points(axes, x, y, look, **keywords):
    """Draw points; many of them as pixels, which keeps the file small."""
    axes.plot(x, y, linestyle="none", rasterized=len(x) > MANY, **look, **keywords)


def shade(axes, gaps):
    """Shade the intervals of x."""
    for start, end in gaps:
        axes.axvspan(start, end, color="C4", linewidth=0, zorder=0)
