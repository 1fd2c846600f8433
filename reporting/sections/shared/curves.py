"""Losses and accuracies by epoch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from reporting.engine.canvas import CONFIGURATIONS, DATA_SETS, HALF, new_figure, styled, tick_label
from reporting.names import named

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis
    from matplotlib.figure import Figure

Curves = Sequence[Sequence[float]]  # for each fold a value an epoch
FEW = 30  # epochs, up to which each one gets a marker
FEW_DECADES = 1000  # ratio of the ends of a logarithmic axis, up to which each decade has three labels
HEIGHT = 38  # mm
SERIES = (
    ("training", DATA_SETS["training"], "o"),
    ("validation", DATA_SETS["validation"], "D"),
)  # name, colour, marker


def epochs_of(curve: Sequence[float] | np.ndarray) -> np.ndarray:
    """The epochs of a curve, from 1: (epochs,)."""
    return np.arange(1, len(curve) + 1)


def marker_of(curve: Sequence[float] | np.ndarray, marker: str) -> str:
    """The marker of each epoch; none where they are many."""
    return marker if len(curve) <= FEW else ""


def mean_curve(curves: Curves) -> np.ndarray:
    """The mean over the folds up to the epoch that all of them reached: (epochs,)."""
    shortest = min(len(curve) for curve in curves)
    return np.mean([curve[:shortest] for curve in curves], axis=0)


@styled
def plot_training_curves(
    train: Curves,
    validation: Curves,
    quantity: str,
    logarithmic: bool = False,
    floor: float | None = None,
    limits: tuple[float, float] | None = None,
) -> Figure:
    """Training and validation curves: the folds faint, their mean over them until the first fold ends.

    `quantity` labels the vertical axis, whose ends are those of `limits` or of the curves. `floor`, if there is one, is
    the variance of the noise, drawn as a level line.
    """
    figure = new_figure(HALF, HEIGHT)
    axes = figure.subplots()
    for curves, (name, color, marker) in zip((train, validation), SERIES, strict=True):
        for curve in curves if len(curves) > 1 else ():
            axes.plot(epochs_of(curve), curve, color=color, linewidth=0.35, alpha=0.35)
        mean = mean_curve(curves)
        axes.plot(epochs_of(mean), mean, color=color, linewidth=1, marker=marker_of(mean, marker), label=name)
    if floor:  # zero has no place on a logarithmic axis
        axes.axhline(floor, color="C3", linewidth=0.8, linestyle=(0, (4, 2)), label="noise variance")
    axes.set(xlabel="epoch", ylabel=quantity)
    if logarithmic:
        axes.set_yscale("log")
    axes.set_ylim(limits)
    if logarithmic:
        plain_log_labels(axes.yaxis)
    whole_epochs(axes)
    axes.grid(axis="y")
    axes.legend()
    return figure


@styled
def plot_configurations(curves: Mapping[str, tuple[Sequence[float], Sequence[float]]], quantity: str) -> Figure:
    """The training curve (faint) and the validation curve of one network of each configuration, by its name."""
    figure = new_figure(HALF, HEIGHT)
    axes = figure.subplots()
    for name, (train, validation) in curves.items():
        color, dashes = CONFIGURATIONS[name]
        look: dict[str, Any] = {"color": color, "linestyle": dashes}
        axes.plot(epochs_of(train), train, linewidth=0.7, alpha=0.45, **look)
        axes.plot(epochs_of(validation), validation, linewidth=1.2, label=named(name, "configuration"), **look)
    axes.set(xlabel="epoch", ylabel=quantity)
    whole_epochs(axes)
    axes.grid(axis="y")
    axes.legend()
    return figure


def whole_epochs(axes: Axes) -> None:
    """No ticks between two epochs."""
    locator: Any = axes.xaxis.get_major_locator()
    locator.set_params(integer=True)


def plain_log_labels(axis: Axis) -> None:
    """Labels such as 0.2 and 1 in place of powers of ten, at 1, 2 and 5 of each decade, or of many decades at 1."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    low, high = axis.get_view_interval()
    axis.set_major_locator(LogLocator(subs=(1, 2, 5) if high < FEW_DECADES * low else (1,)))
    axis.set_major_formatter(FuncFormatter(lambda value, _: tick_label(value)))
    axis.set_minor_formatter(NullFormatter())
