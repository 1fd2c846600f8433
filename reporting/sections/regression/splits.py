"""What the way of cutting the points into folds does to the validation loss."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from reporting.engine.canvas import FULL, MANY, new_figure, styled
from reporting.engine.formatting import format_decimals
from reporting.engine.magnitudes import in_tex
from reporting.engine.sections import Found
from reporting.names import named
from reporting.results import Results, Variant, load_reference_report
from reporting.sections.regression.columns import axis_label, columns_of, has_several_inputs
from reporting.stats.order import chance_of_order, share_alone

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# times the shuffled folds' validation loss, from which on a split measures itself rather than the network
MISLEADING = 2.0
CHANCE = 0.01  # share of shuffles that keep neighbours together as much, below which folds are no chance ones
TRAINED_ON = {"color": "C3", "linewidth": 0.4, "alpha": 0.6}
HELD_OUT = {"color": "C0", "linewidth": 0.9}


@dataclasses.dataclass(frozen=True)
class HeldOut:
    """One fold of a split, along the x axis."""

    fold: int
    points: np.ndarray  # x of the points held out
    others: np.ndarray  # x of those that its network is trained on

    @property
    def beyond(self) -> int:
        """How many of the points lie beyond the range trained on."""
        return int(np.sum((self.points < self.others.min()) | (self.points > self.others.max())))

    @property
    def extrapolates(self) -> bool:
        """Whether most of the points do."""
        return 2 * self.beyond > len(self.points)


@dataclasses.dataclass(frozen=True)
class Split:
    """The reference network with the folds of one way to cut the points."""

    name: str  # "file_order", "shuffled" or "blocks"
    held_out: tuple[HeldOut, ...]
    alone: float  # share of the points that are held out together with both of their neighbours along x
    ordered: bool  # whether points are held out together with those near them along x more than chance explains
    validation_loss: float  # mean over the folds
    r_squared: float | None  # mean over the folds, see `mean_r_squared`; None if y is constant in one of them
    ratio: float  # of the validation loss to that of the shuffled folds

    @property
    def in_strips(self) -> bool:
        """Whether for most points no network is trained next to them and judged on them."""
        return self.alone > 0.5

    @property
    def follows_x(self) -> bool:
        """Whether its folds are strips of x, or have something of them."""
        return self.in_strips or self.ordered

    @property
    def extrapolating(self) -> tuple[HeldOut, ...]:
        """The folds most of whose points lie beyond the range that their network is trained on."""
        return tuple(fold for fold in self.held_out if fold.extrapolates)

    @property
    def beyond(self) -> int:
        """How many points lie beyond the range that the network judged on them is trained on."""
        return sum(fold.beyond for fold in self.held_out)


@dataclasses.dataclass(frozen=True)
class Strip:
    """The first rows of the course's file, on which the reference report validated."""

    rows: int
    start: float  # the range of their x
    end: float
    remaining: int  # training points of the reference report within that range


@dataclasses.dataclass(frozen=True)
class SplitFindings:
    splits: tuple[Split, ...]
    points: int
    folds: int
    reference_strip: Strip | None  # None if the data are not the reference report's

    @property
    def compared(self) -> tuple[Split, ...]:
        """The splits that follow x, which the shuffled folds are compared with."""
        return tuple(split for split in self.splits if split.follows_x and split.name != "shuffled")

    @property
    def extrapolating(self) -> tuple[Split, ...]:
        """The splits with folds most of whose points lie beyond the range that their network is trained on."""
        return tuple(split for split in self.splits if split.extrapolating)

    @property
    def one_extrapolates(self) -> bool:
        """Whether that is a single fold."""
        return sum(len(split.extrapolating) for split in self.splits) == 1

    @property
    def file_order(self) -> Split:
        return next(split for split in self.splits if split.name == "file_order")

    @property
    def misleading(self) -> bool:
        """Whether a split that follows x multiplies the validation loss."""
        return any(split.ratio >= MISLEADING for split in self.compared)


def find(results: Results, found: Found) -> SplitFindings | None:
    """What each split makes of the reference network; None if the extra is switched off, or no x orders the points."""
    cases = results.extras["splits"].cases
    if not cases or has_several_inputs(results):
        return None
    return split_findings(cases, found("data").same_as_reference)


def figures(results: Results, found: Found) -> dict[str, list]:
    return {
        "regression_splits": [
            lambda: splits_figure(splits_of(results.extras["splits"].cases), columns_of(results).inputs[0])
        ]
    }


def split_findings(cases: Mapping[str, Variant], same_data: bool) -> SplitFindings:
    """The SplitFindings of the cases by name; `same_data`: whether the points are the reference report's."""
    splits = splits_of(cases)
    x = cases["shuffled"].predictions["x_train"]
    return SplitFindings(splits, len(x), len(splits[0].held_out), reference_strip(x) if same_data else None)


def splits_of(cases: Mapping[str, Variant]) -> tuple[Split, ...]:
    """A Split for each of the cases."""
    shuffled = cases["shuffled"].run.metrics["validation_loss"]
    return tuple(split_of(name, variant, shuffled) for name, variant in cases.items())


def split_of(name: str, variant: Variant, shuffled: float) -> Split:
    """The Split of a case; `shuffled` is the validation loss of the shuffled folds."""
    x, fold = variant.predictions["x_train"].astype(float), variant.predictions["fold"]
    loss = variant.run.metrics["validation_loss"]
    return Split(
        name=name,
        held_out=tuple(HeldOut(k, x[fold == k], x[fold != k]) for k in range(1, len(variant.folds) + 1)),
        alone=share_alone(x, fold),
        ordered=chance_of_order(x, fold) < CHANCE,
        validation_loss=loss,
        r_squared=mean_r_squared(variant),
        ratio=loss / shuffled if shuffled > 0 else 1.0,
    )


def mean_r_squared(variant: Variant) -> float | None:
    """The mean over the folds of R^2 = 1 - MSE / variance of the held-out y around their own mean.

    None if y is constant in one of the folds.
    """
    fold, y = variant.predictions["fold"], variant.predictions["y_train"].astype(float)
    variances = np.array([y[fold == k].var() for k in range(1, len(variant.folds) + 1)])
    return float(np.mean(1 - variant.column("validation_loss") / variances)) if variances.all() else None


def reference_strip(x_train: np.ndarray) -> Strip:
    """The Strip of the course's points, in the order of their file."""
    rows = load_reference_report()["regression"]["validation_rows"]
    held_out, rest = x_train[:rows], x_train[rows:]
    start, end = float(held_out.min()), float(held_out.max())
    return Strip(rows, start, end, int(np.sum((rest >= start) & (rest <= end))))


def splits_figure(splits: Sequence[Split], name: str) -> Figure:
    """Where the folds of each split lie, and its scores."""
    columns = {
        "validation MSE": [in_tex(format_decimals(split.validation_loss)) for split in splits],
        "$R^2$": ["" if split.r_squared is None else format_decimals(split.r_squared, 2) for split in splits],
    }
    folds = [[(fold.points, fold.others) for fold in split.held_out] for split in splits]
    return plot_splits([named(split.name, "split") for split in splits], folds, columns, name)


Folds = Sequence[Sequence[tuple[np.ndarray, np.ndarray]]]  # of each split: x held out, and x trained on


@styled
def plot_splits(names: Sequence[str], folds: Folds, columns: Mapping[str, Sequence[str]], x: str = "x") -> Figure:
    """A row of ticks for each fold of each split, all points in grey and those that the fold holds out in colour.

    The splits stand from top to bottom; `columns` are texts on the right, one a split, by their heading.
    """
    rows = sum(len(split) for split in folds) + len(folds)
    figure = new_figure(FULL, 13 + 2.6 * rows)
    axes, text = figure.subplots(1, 2, sharey=True, width_ratios=(1, 0.13 * len(columns)))
    middles = draw_rows(axes, folds)
    axes.set_yticks(middles, names)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.set(xlabel=axis_label(x), ylim=(rows - 0.6, -0.9))
    figure.legend(*axes.get_legend_handles_labels(), loc="outside upper left", ncols=2)
    write_columns(text, middles, columns)
    return figure


def draw_rows(axes: Axes, folds: Folds) -> list[float]:
    """The ticks of all folds from top to bottom; returns the middle height of each split."""
    middles, height = [], 0
    for split in folds:
        middles.append(height + (len(split) - 1) / 2)
        for held_out, trained_on in split:
            for x, look, label in ((trained_on, TRAINED_ON, "trained on"), (held_out, HELD_OUT, "held out")):
                draw_ticks(axes, x, height, look, label if height == 0 else None)
            height += 1
        height += 1
    return middles


def draw_ticks(axes: Axes, x: np.ndarray, height: float, look: dict[str, Any], label: str | None = None) -> None:
    """A tick for each x, at this height."""
    # one line with breaks, which a PDF reader draws faster than many lines
    ends = np.tile([height - 0.42, height + 0.42, np.nan], len(x))
    axes.plot(np.repeat(x, 3), ends, label=label, rasterized=len(x) > MANY, solid_capstyle="butt", **look)


def write_columns(axes: Axes, heights: Sequence[float], columns: Mapping[str, Sequence[str]]) -> None:
    """Texts beside the rows, under their headings."""
    places = (np.arange(len(columns)) + 1) / len(columns)
    for place, (heading, texts) in zip(places, columns.items(), strict=True):
        axes.annotate(heading, (place, 1), xycoords="axes fraction", ha="right", va="bottom")
        for height, text in zip(heights, texts, strict=True):
            axes.text(place, height, text, ha="right", va="center_baseline")
    axes.set_axis_off()
    axes.set_xlim(0, 1)
