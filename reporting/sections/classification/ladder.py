"""The test accuracies beside published ones and among further seeds."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from reporting.engine.canvas import CONFIGURATIONS, FULL, new_figure, styled
from reporting.engine.sections import Found
from reporting.names import named
from reporting.results import Results, load_published_results, load_reference_report
from reporting.sections.classification.seeds import Rung, configuration_rung
from reporting.stats.differences import Difference, Estimate, difference_of_shares
from reporting.stats.metrics import wilson_interval

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

ROW = 5.1  # mm
BESIDE: dict[str, Any] = {
    "xytext": (4, 0),
    "textcoords": "offset points",
    "ha": "left",
    "va": "center",
    "annotation_clip": False,
}


@dataclasses.dataclass(frozen=True)
class LadderFindings:
    rungs: dict[str, Rung]  # from the bottom up
    best: str  # the variant with the highest validation accuracy, the first of those that are level
    best_against_published: Difference  # its test accuracy less the best published one of two convolutions
    report_difference: Difference  # the reference settings' test accuracy less the reference report's

    @property
    def agrees_with_report(self) -> bool:
        """Whether the images cannot tell the reference settings' test accuracy from the reference report's."""
        return self.report_difference.undecided

    @property
    def above_report(self) -> bool:
        return self.report_difference.better


def find(results: Results, found: Found) -> LadderFindings | None:
    """Where the test accuracies stand among published ones; None if these are of other data."""
    if not results.data.is_fashion_mnist:
        return None
    rungs, best = rungs_of(results), found("results").best_on_validation
    images = len(results.tuned.predictions["test_labels"])
    published, own = ((rungs[name].accuracy, images) for name in ("reference_report", "reference"))  # of as many images
    return LadderFindings(
        rungs=rungs,
        best=best,
        best_against_published=against(rungs[best], rungs["two_convolutions"]),
        report_difference=difference_of_shares(published, own),
    )


def figures(results: Results, found: Found) -> dict[str, list]:
    return {"classification_ladder": [lambda: ladder_figure(results)]}


def ladder_figure(results: Results) -> Figure:
    """The ladder with the names of its steps."""
    rungs = rungs_of(results)
    return plot_ladder(rungs.values(), [named(name, "rung") for name in rungs])


def short_ladder(results: Results) -> dict[str, Rung]:
    """The steps between the reference report and the best two convolutions, by their names in short.

    Of other data than theirs the configurations alone.
    """
    if not results.data.is_fashion_mnist:
        return {named(name, "rung in short"): configuration_rung(results, name) for name in results.variants}
    rungs = rungs_of(results)
    names = ["reference_report", *results.variants, "two_convolutions"]
    return {named(name, "rung in short"): rungs[name] for name in names}


def rungs_of(results: Results) -> dict[str, Rung]:
    """The steps by name, from the bottom up: published ones around those of this run's configurations."""
    published, report = load_published_results(), load_reference_report()["classification"]
    human, others = published["human"], published["other_reports"]
    interval = wilson_interval(human["accuracy"] * human["images"], human["images"])
    rungs = [
        Rung("human", (human["accuracy"],), interval, True),
        Rung("other_reports", (others["least"], others["greatest"]), None, True),
        Rung("reference_report", (report["test_accuracy"],), None, True),
        *(configuration_rung(results, name) for name in results.variants),
        Rung("two_convolutions", (published["two_convolutions"]["accuracy"],), None, True),
        Rung("record", (published["record"]["accuracy"],), None, True),
    ]
    return {rung.name: rung for rung in rungs}


def against(rung: Rung, published: Rung) -> Difference:
    """The accuracy of a configuration less a published one of which no interval is known."""
    ends = rung.interval or (math.nan, math.nan)
    return Estimate(rung.accuracy, *ends).against(published.accuracy)


@styled
def plot_ladder(rungs: Collection[Rung], names: Sequence[str]) -> Figure:
    """A row a Rung, the first one at the bottom, with their `names`.

    Published accuracies are grey diamonds, a range of them a bar; of this run's configurations the network of the other
    sections is a dot with its interval, further seeds are rings, and the seeds' mean and standard deviation stand
    below.
    """
    figure = new_figure(FULL, 11 + ROW * len(rungs))
    draw_ladder(figure.subplots(), rungs, names)
    return figure


def draw_ladder(axes: Axes, rungs: Collection[Rung], names: Sequence[str]) -> None:
    """The same on axes."""
    for height, rung in enumerate(rungs):
        draw_published(axes, height, rung) if rung.published else draw_seeds(axes, height, rung)
        axes.annotate(rung_value(rung), (1, height), xycoords=("axes fraction", "data"), **BESIDE)
    axes.set_yticks(range(len(names)), names)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.grid(axis="x")
    axes.set(xlabel="test accuracy (%)", ylim=(-0.7, len(rungs) - 0.4))


def draw_published(axes: Axes, height: float, rung: Rung) -> None:
    """One published accuracy with its interval, or the range of several."""
    ends = rung.interval or (min(rung.accuracies), max(rung.accuracies))
    axes.plot(np.multiply(100, ends), [height, height], color="C3", linewidth=1 if rung.interval else 2.4)
    if len(rung.accuracies) == 1:
        axes.plot(100 * rung.accuracy, height, "D", color="C3", markersize=4)


def draw_seeds(axes: Axes, height: float, rung: Rung) -> None:
    """The networks of one configuration."""
    low = height - 0.26 if rung.seeds > 1 else height
    high = height + 0.14 if rung.seeds > 1 else height
    color, _ = CONFIGURATIONS[rung.name]
    axes.plot([100 * end for end in rung.interval or ()], [high, high], color=color, linewidth=1)
    axes.plot(
        100 * rung.accuracy, high, "o", color=color, markersize=4.6, zorder=3
    )  # on the rings, if they are as good
    if rung.sd is not None:
        further = 100 * np.array(rung.accuracies[1:])
        ring: dict[str, Any] = {"color": color, "markersize": 4, "markerfacecolor": "white", "markeredgewidth": 0.8}
        axes.plot(further, np.full(len(further), high), "o", **ring)
        ends = 100 * (rung.mean + np.array([-rung.sd, rung.sd]))
        axes.plot(ends, [low, low], color=color, linewidth=2.2, solid_capstyle="butt")
        axes.plot(100 * rung.mean, low, "|", color=color, markersize=6, markeredgewidth=1.4)


def rung_value(rung: Rung) -> str:
    """The accuracies in percent, as text; of a configuration the mean over its seeds."""
    if rung.published:
        return "–".join(f"{100 * accuracy:.1f}" for accuracy in rung.accuracies)
    return f"{100 * rung.mean:.2f}"
