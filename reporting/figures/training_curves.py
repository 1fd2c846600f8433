"""Loss and accuracy over the epochs."""

import numpy as np
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from reporting.figures import HALF, new_figure, styled

FEW = 30  # epochs, up to which each one gets a marker


@styled
def plot_training_curves(train, validation, quantity, logarithmic=False, floor=None):
    """Training and validation curves: one list of values an epoch for each fold; the folds faint, their mean over it.

    The mean ends where the first fold does. `quantity` labels the vertical axis. `floor`, if there is one, is the variance of
    the noise, drawn as a level line.
    """
    figure = new_figure(HALF, 50)
    axes = figure.subplots()
    for name, curves, color, marker in (("training", train, "C0", "o"), ("validation", validation, "C1", "D")):
        for curve in curves if len(curves) > 1 else ():
            axes.plot(epochs_of(curve), curve, color=color, linewidth=0.35, alpha=0.35)
        mean = mean_curve(curves)
        axes.plot(
            epochs_of(mean), mean, color=color, linewidth=1, marker=marker if len(mean) <= FEW else "", label=name
        )
    if floor:  # zero has no place on a logarithmic axis
        axes.axhline(floor, color="C3", linewidth=0.8, linestyle=(0, (4, 2)), label="noise variance")
    axes.set(xlabel="epoch", ylabel=quantity)
    if logarithmic:
        axes.set_yscale("log")
        plain_log_labels(axes.yaxis)
    axes.xaxis.get_major_locator().set_params(integer=True)
    axes.grid(axis="y")
    axes.legend()
    return figure


@styled
def plot_double_softmax_curves(train, validation, bounds, report_loss):
    """Training and validation loss (epochs,) with the second softmax, between its bounds, with the reference report's loss.

    The right axis reads a loss as the share of right answers of a network that is certain of each one.
    """
    figure = new_figure(HALF, 50)
    axes = figure.subplots()
    for name, curve, color, marker in (("training", train, "C0", "o"), ("validation", validation, "C1", "D")):
        axes.plot(
            epochs_of(curve), curve, color=color, linewidth=1, marker=marker if len(curve) <= FEW else "", label=name
        )
    axes.axhline(report_loss, color="C2", linewidth=0.9, linestyle="--", label=f"reference report, {report_loss:.3f}")
    for bound, words, shift in zip(bounds, ("all right and certain", "all wrong and certain"), (-2, 2), strict=True):
        axes.axhline(bound, color="C3", linewidth=0.8)
        place = {
            "xycoords": ("axes fraction", "data"),
            "textcoords": "offset points",
            "va": "top" if shift < 0 else "bottom",
        }
        axes.annotate(f"{bound:.4f}: {words}", (0.02, bound), (0, shift), **place)
    axes.set(xlabel="epoch", ylabel="cross-entropy, twice softmax", ylim=(bounds[0] - 0.15, bounds[1] + 0.15))
    axes.xaxis.get_major_locator().set_params(integer=True)
    share = axes.secondary_yaxis(
        "right", functions=(lambda loss: 100 * (bounds[1] - loss), lambda percent: bounds[1] - percent / 100)
    )
    share.set_ylabel("right answers, if certain (%)")
    axes.legend(loc="center right", bbox_to_anchor=(1, 0.6))
    return figure


def epochs_of(curve):
    return np.arange(1, len(curve) + 1)


def mean_curve(curves):
    """The mean over the folds up to the epoch that all of them reached: (epochs,)."""
    shortest = min(len(curve) for curve in curves)
    return np.mean([curve[:shortest] for curve in curves], axis=0)


def plain_log_labels(axis):
    """Labels such as 0.2 and 1 in place of powers of ten, at 1, 2 and 5 of each decade."""
    axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axis.set_minor_formatter(NullFormatter())
