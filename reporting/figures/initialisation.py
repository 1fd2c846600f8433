"""The same network under two initialisers."""

import numpy as np

from reporting.figures import HALF, new_figure, styled
from reporting.figures.regression import TRAINING, members, points, shade
from reporting.figures.splits import draw_ticks

HEIGHT = 44  # mm
TICKS = {"color": "C0", "linewidth": 0.7}


@styled
def plot_bends(rows, limits):
    """A row of ticks for each label of `rows` (label -> x of the bends), within `limits`, the range of x that is shown."""
    figure = new_figure(HALF, HEIGHT)
    axes = figure.subplots()
    for height, places in enumerate(rows.values()):
        draw_ticks(axes, places[(places >= limits[0]) & (places <= limits[1])], height, TICKS)
    axes.set_yticks(range(len(rows)), rows)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.set(xlabel="$x$", xlim=limits, ylim=(len(rows) - 0.5, -0.5))
    return figure


@styled
def plot_fits(x_curve, curves, x_train, y_train, gaps):
    """The mean of the members (strong) and each of them (faint) for each label of `curves` (label -> (members, points))."""
    figure = new_figure(HALF, HEIGHT)
    axes = figure.subplots()
    shade(axes, gaps)
    points(axes, x_train, y_train, TRAINING | {"color": "C3"})
    for number, (label, values) in enumerate(curves.items()):
        members(axes, x_curve, values, f"C{1 + number}")
        look = {"linestyle": ("-", (0, (4, 1.5)))[number % 2], "linewidth": 1.2, "zorder": 4}
        axes.plot(x_curve, np.mean(values, axis=0), color=f"C{1 + number}", label=label, **look)
    axes.set(xlabel="$x$", xlim=(x_curve[0], x_curve[-1]))
    axes.set_ylabel("$y$", rotation=0)
    figure.legend(loc="outside upper center", ncols=2)
    return figure
