"""Confidence against accuracy, and what refusing to answer would gain."""

import numpy as np

from reporting.figures import HALF, new_figure, styled
from reporting.metrics import wilson_interval

HEIGHT = 47  # mm, of both
POINTS = 200  # of a curve


@styled
def plot_reliability(before, after):
    """Accuracy over mean confidence in bins, before and after temperature scaling, with Wilson's 95 % intervals.

    Two calibration.Reliability; a calibrated network's points lie on the diagonal.
    """
    figure = new_figure(HALF, HEIGHT)
    axes = figure.subplots()
    axes.plot([0, 1], [0, 1], color="C3", linewidth=0.6)
    for bins, color, marker, line, name in (
        (before, "C0", "o", "-", "as trained"),
        (after, "C1", "D", "--", "temperature scaled"),
    ):
        ends = np.array([wilson_interval(share * n, n) for n, share in zip(bins.images, bins.accuracy, strict=True)])
        axes.vlines(bins.confidence, *ends.T, color=color, linewidth=0.6)
        axes.plot(bins.confidence, bins.accuracy, color=color, marker=marker, linestyle=line, linewidth=0.8, label=name)
    axes.set(xlabel="mean confidence of the bin", ylabel="accuracy", xlim=(0, 1.02), ylim=(0, 1.02))
    axes.grid()
    axes.legend(loc="upper left")
    return figure


@styled
def plot_risk(kept_accuracies, kept):
    """The error on the images that are answered over their share, the least confident ones being refused first.

    kept_accuracies: name -> (n,) accuracy on the k most confident images; `kept` is the share that is marked.
    """
    figure = new_figure(HALF, HEIGHT)
    axes = figure.subplots()
    axes.axvline(100 * kept, color="C3", linewidth=0.6, linestyle=(0, (1, 2)))
    for (name, accuracies), color, line in zip(
        kept_accuracies.items(), ("C2", "C0", "C1"), (":", "-", "--"), strict=True
    ):
        chosen = np.unique(np.linspace(1, len(accuracies), POINTS).astype(int))
        axes.plot(
            100 * chosen / len(accuracies), 100 * (1 - accuracies[chosen - 1]), color=color, linestyle=line, label=name
        )
    axes.set(xlabel="share of images answered (%)", ylabel="of these wrong (%)", xlim=(0, 100), ylim=(0, None))
    axes.grid(axis="y")
    axes.legend(loc="upper left")
    return figure
