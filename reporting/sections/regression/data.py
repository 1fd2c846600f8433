"""The points: what is given to learn from, where it leaves gaps, and how they look."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from reporting.engine.canvas import DATA_SETS, FULL, MANY, new_figure, styled
from reporting.engine.sections import Found
from reporting.results import Results, load_reference_report
from reporting.sections.regression.columns import XY, Columns, axis_label, columns_of, has_several_inputs, label_target

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

GAP_SHARE = 0.1  # of the range of x, from which on an interval may be a gap
CHANCE = 0.05
MANY_GAPS = 2  # from more on they are one region
FEW_POINTS = 5  # test points, below which a region is not judged
FAR = 5  # typical distances between neighbouring training points, from which on a point is far from all of them
TRAINING = {"color": DATA_SETS["training"], "marker": "o"}
TEST = {"color": DATA_SETS["test"], "marker": "D", "markersize": 2.4}
SPACES = {  # that the function is defined on, of one input and of several
    False: (r"\mathbb{R}", "real numbers"),
    True: (r"\mathbb{R}^d", "vectors of d real numbers"),
}
EQUATIONS = {
    "noise": (r"\hat{y}=f(x)+\mathrm{noise}", "y hat equals f(x) plus noise"),
    "mse": (
        r"\mathrm{MSE}=\dfrac{1}{N}\,\sum_{i=1}^{N}\,\left(\mathrm{network}(x_i)-\hat{y}_i\right)^2",
        "MSE is the mean over the N points of the squared difference between network(x_i) and y_i hat",
    ),
}


@dataclasses.dataclass(frozen=True)
class Gap:
    """An unusually wide interval of x without a training point."""

    start: float
    end: float
    test_points: int  # that lie inside


@dataclasses.dataclass(frozen=True)
class Region:
    """A part of the x axis that is looked at by itself, with its test points."""

    kind: str  # "all", "outside" of all gaps, "gap" or "gaps"
    gaps: tuple[Gap, ...]  # that it consists of; empty for what is no gap
    inside: np.ndarray  # (m,) bool: which test points it holds

    @property
    def points(self) -> int:
        return int(self.inside.sum())


@dataclasses.dataclass(frozen=True)
class DataFindings:
    source: str
    columns: Columns
    notes: tuple[str, ...]  # what the reader took for what, and left out
    train_points: int
    test_points: int
    train_x: tuple[float, float]  # least and greatest
    train_y: tuple[float, float]
    test_x: tuple[float, float]
    gaps: tuple[Gap, ...]  # empty if the training points leave none
    test_points_in_gaps: int
    test_points_outside_range: int  # where the network must extrapolate
    far: float  # the distance from which on a point is far from all training points
    far_test_points: int  # so many are
    same_as_reference: bool  # both files are the course's, by SHA-256

    @property
    def several_inputs(self) -> bool:
        """Whether there is more than one, and so no curve and no gap."""
        return len(self.columns.inputs) > 1

    @property
    def has_gaps(self) -> bool:
        return bool(self.gaps)


def find(results: Results, found: Found) -> DataFindings:
    """What the points are, by the files of the tuned networks."""
    stored, data = results.tuned.predictions, results.tuned.run.data
    first = (slice(None), 0) if has_several_inputs(results) else slice(None)  # what is said of x is then not printed
    x_train, x_test = stored["x_train"][first], stored["x_test"][first]
    gaps = gaps_of(results)
    return DataFindings(
        source=data.source,
        columns=columns_of(results),
        notes=tuple(data.notes),
        train_points=len(x_train),
        test_points=len(x_test),
        train_x=limits(x_train),
        train_y=limits(stored["y_train"]),
        test_x=limits(x_test),
        gaps=gaps,
        test_points_in_gaps=int(in_gaps(x_test, gaps).sum()),
        test_points_outside_range=int(np.sum((x_test < x_train.min()) | (x_test > x_train.max()))),
        far=far_distance(x_train),
        far_test_points=int(np.sum(nearest(x_test, x_train) > far_distance(x_train))),
        same_as_reference=set(load_reference_report()["regression"]["data"].values()) <= set(data.digests.values()),
    )


def figures(results: Results, found: Found) -> dict[str, list]:
    if has_several_inputs(results):
        return {"regression_data": [lambda: inputs_figure(results)]}
    return {"regression_data": [lambda: plot_scatter(*points_of(results), gaps_of(results), columns_of(results))]}


INPUTS_SHOWN = 4


@styled
def inputs_figure(results: Results) -> Figure:
    """The target against each of the first inputs: training points over test points."""
    columns, (x_train, y_train, x_test, y_test) = columns_of(results), points_of(results)
    figure = new_figure(FULL, 40)
    panels = figure.subplots(1, min(INPUTS_SHOWN, len(columns.inputs)), sharey=True, squeeze=False)[0]
    for column, (axes, name) in enumerate(zip(panels, columns.inputs, strict=False)):
        points(axes, x_test[:, column], y_test, TEST)
        points(axes, x_train[:, column], y_train, TRAINING)
        axes.set_xlabel(axis_label(name))
        axes.locator_params(axis="x", nbins=4)
    label_target(panels[0], columns.target)
    return figure


def equations(results: Results, found: Found) -> dict[str, tuple[str, str]]:
    """What is to be learned, by the number of inputs."""
    space, words = SPACES[has_several_inputs(results)]
    formula = rf"f:\ {space}\rightarrow\mathbb{{R}},\qquad x\mapsto y=f(x),\qquad \mathrm{{network}}(x)\approx f(x)"
    return {
        "goal": (formula, f"f maps the {words} to the real numbers, x to y = f(x); network(x) is approximately f(x)")
    }


def points_of(results: Results) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """x and y of the training points, x and y of the test points."""
    stored = results.tuned.predictions
    return stored["x_train"], stored["y_train"], stored["x_test"], stored["y_test"]


def gaps_of(results: Results) -> tuple[Gap, ...]:
    """The gaps in the training points, from left to right; empty if they leave none, or have several inputs."""
    stored = results.tuned.predictions
    return () if has_several_inputs(results) else find_gaps(stored["x_train"], stored["x_test"])


def find_gaps(x_train: np.ndarray, x_test: np.ndarray) -> tuple[Gap, ...]:
    """The gaps between neighbouring training points, from left to right.

    An interval is a gap if it is wider than a tenth of the range and if chance hardly explains it: between n points
    spread evenly at random, an interval wider than the share w of the range arises with probability at most
    (n - 1) (1 - w)^(n - 2) (David and Nagaraja, 2003, Order Statistics, 6.4, by the union bound), which must be below
    5 %.
    """
    x = np.sort(np.asarray(x_train, dtype=float))
    shares = np.diff(x) / max(x[-1] - x[0], np.finfo(float).tiny)
    chance = len(shares) * (1 - shares) ** (len(x) - 2)
    starts = np.flatnonzero((shares > GAP_SHARE) & (chance < CHANCE))
    return tuple(Gap(float(x[k]), float(x[k + 1]), int(np.sum((x_test > x[k]) & (x_test < x[k + 1])))) for k in starts)


def far_distance(x_train: np.ndarray) -> float:
    """So many times the median distance between neighbouring training points."""
    return FAR * float(np.median(np.diff(np.sort(x_train.astype(float)))))


def nearest(x: np.ndarray, x_train: np.ndarray) -> np.ndarray:
    """How far each of the points x (m,) lies from the nearest training point: (m,)."""
    places = np.r_[-np.inf, np.sort(x_train.astype(float)), np.inf]
    after = np.searchsorted(places, x)
    return np.minimum(x - places[after - 1], places[after] - x)


def in_gaps(x: np.ndarray, gaps: Sequence[Gap]) -> np.ndarray:
    """Which of the points lie inside one of the gaps: (n,) bool."""
    return np.any([(x > gap.start) & (x < gap.end) for gap in gaps], axis=0) if gaps else np.zeros(len(x), dtype=bool)


def regions_of(x_test: np.ndarray, gaps: Sequence[Gap]) -> tuple[Region, ...]:
    """Outside of the gaps, then each gap; empty without gaps.

    Many gaps are one region, so that tables stay narrow. A region with too few test points to say anything of it is
    left out.
    """
    parts: list[tuple[str, tuple[Gap, ...]]]
    parts = [("gap", (gap,)) for gap in gaps] if len(gaps) <= MANY_GAPS else [("gaps", tuple(gaps))]
    inside = [Region(kind, part, in_gaps(x_test, part)) for kind, part in parts]
    regions = [Region("outside", (), ~in_gaps(x_test, gaps)), *inside]
    return tuple(region for region in regions if region.points >= FEW_POINTS) if gaps else ()


def limits(values: np.ndarray) -> tuple[float, float]:
    """The least and the greatest value."""
    return float(values.min()), float(values.max())


@styled
def plot_scatter(
    x_train: np.ndarray,
    y_train: np.ndarray,
    x_test: np.ndarray,
    y_test: np.ndarray,
    gaps: Sequence[Gap],
    columns: Columns = XY,
) -> Figure:
    """Test points (left) and training points (right) on common axes; gaps are shaded."""
    figure = new_figure(FULL, 40)
    left, right = figure.subplots(1, 2, sharex=True, sharey=True)
    for axes, name, x, y, look in (
        (left, "test points", x_test, y_test, TEST),
        (right, "training points", x_train, y_train, TRAINING),
    ):
        shade(axes, gaps)
        points(axes, x, y, look)
        axes.set_xlabel(axis_label(columns.inputs[0]))
        axes.set_title(f"{len(x)} {name}")
    label_target(left, columns.target)
    right.tick_params(labelleft=True)
    return figure


def points(axes: Axes, x: np.ndarray, y: np.ndarray, look: dict[str, Any], **keywords: Any) -> None:
    """Draw points."""
    axes.plot(x, y, linestyle="none", rasterized=len(x) > MANY, **look, **keywords)


def shade(axes: Axes, gaps: Sequence[Gap]) -> None:
    """Shade the gaps in x."""
    for gap in gaps:
        axes.axvspan(gap.start, gap.end, color="C4", linewidth=0, zorder=0)
