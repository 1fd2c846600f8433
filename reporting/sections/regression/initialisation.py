"""The tuned networks under another initialiser: where their units bend, and what that does to the losses."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from reporting.engine.canvas import HALF, new_figure, styled
from reporting.engine.sections import Found
from reporting.names import named
from reporting.results import Results, Variant
from reporting.sections.regression.columns import XY, Columns, axis_label, columns_of, has_several_inputs, label_axes
from reporting.sections.regression.data import TRAINING, Gap, gaps_of, limits, points, shade
from reporting.sections.regression.ensemble import draw_members
from reporting.sections.regression.splits import draw_ticks
from reporting.sections.regression.variations import Changed, Variation, changed_from, variation_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure

HEIGHT = 44  # mm
TICKS = {"color": "C0", "linewidth": 0.7}


@dataclasses.dataclass(frozen=True)
class Bends:
    """Where along x the units of the first hidden layer have their bend: x = -bias / weight, where their input is 0."""

    before: np.ndarray  # (units,), of the untrained network of the first fold; units without weight left out
    after: np.ndarray
    inside_before: float  # share of all units that bend within the range of the training points
    inside_after: float
    distinct_before: int  # how many different places

    @property
    def all_at_one_place(self) -> bool:
        """Whether all units begin with their bend at the same x."""
        return self.distinct_before == 1


@dataclasses.dataclass(frozen=True)
class InitialisationFindings:
    tuned: Variation
    other: Changed
    bends: tuple[tuple[str, Bends], ...]  # each initialiser, the tuned networks' own first, and the bends under it


def find(results: Results, found: Found) -> InitialisationFindings | None:
    """Both initialisers beside each other; None if the other is switched off, or units have no place along one x."""
    tuned, other = results.tuned, results.extras["initialisation"].case
    if other is None or has_several_inputs(results):
        return None
    return InitialisationFindings(variation_of(tuned), changed_from(results, other), bends_by_initializer(results))


def figures(results: Results, found: Found) -> dict[str, list]:
    return {
        "regression_initialisation": [
            lambda: bends_figure(results),
            lambda: fits_figure(results),
        ]
    }


def under_initializers(results: Results) -> list[tuple[str, Variant]]:
    """Each initialiser and the networks under it, the tuned ones first."""
    variants = (results.tuned, *results.extras["initialisation"].cases.values())
    return [(variant.run.config["initializer"], variant) for variant in variants]


def bends_by_initializer(results: Results) -> tuple[tuple[str, Bends], ...]:
    """Each initialiser and the bends under it, the tuned networks' own first."""
    layer = results.tuned.layers[0]
    return tuple((initializer, bends_of(variant, layer)) for initializer, variant in under_initializers(results))


def bends_of(variant: Variant, layer: str) -> Bends:
    """The Bends of the first layer of a regression's network, whose kernel has the shape (1, units)."""
    x = variant.predictions["x_train"]
    places = [in_data_units(variant, zeros_of(variant.weights, f"{state}/{layer}")) for state in ("initial", "trained")]
    inside = [float(np.mean((bends >= x.min()) & (bends <= x.max()))) for bends in places]  # nan is not inside
    before, after = (bends[np.isfinite(bends)] for bends in places)
    return Bends(before, after, inside[0], inside[1], distinct_before=len(np.unique(before)))


def zeros_of(weights: Mapping[str, np.ndarray], layer: str) -> np.ndarray:
    """The inputs for which the units' weight * x + bias is zero: (units,), nan for a unit without weight."""
    kernel, bias = (weights[f"{layer}/{name}"].ravel().astype(float) for name in ("kernel", "bias"))
    zeros = np.divide(-bias, kernel, out=np.full(len(kernel), np.nan), where=kernel != 0)
    return zeros + 0.0  # no negative zero


def in_data_units(variant: Variant, x: np.ndarray) -> np.ndarray:
    """Inputs of the first fold's network as the data have them: it may see them standardised."""
    stored = variant.predictions
    return x * stored["x_sd"][0, 0] + stored["x_mean"][0, 0] if "x_mean" in stored else x


def bends_figure(results: Results) -> Figure:
    """Where the first layer's units bend under each initialiser, within the range of the training points."""
    rows: dict[str, np.ndarray] = {}
    for initializer, bends in bends_by_initializer(results):
        name = named(initializer, "initializer")
        rows |= {f"{name},\nbefore": bends.before, f"{name},\nafter": bends.after}
    train_x = limits(results.tuned.predictions["x_train"])
    return plot_bends(rows, train_x, columns_of(results).inputs[0])


def fits_figure(results: Results) -> Figure:
    """The tuned networks and those under the other initialiser."""
    data = results.tuned.predictions
    curves = {
        named(initializer, "initializer"): variant.predictions["curve_predictions"]
        for initializer, variant in under_initializers(results)
    }
    return plot_fits(data["x_curve"], curves, data["x_train"], data["y_train"], gaps_of(results), columns_of(results))


@styled
def plot_bends(rows: Mapping[str, np.ndarray], limits: tuple[float, float], column: str = "x") -> Figure:
    """A row of ticks for each label of `rows` (label -> x of the bends), within `limits`, the range of x shown."""
    figure = new_figure(HALF, HEIGHT)
    axes = figure.subplots()
    for height, places in enumerate(rows.values()):
        draw_ticks(axes, places[(places >= limits[0]) & (places <= limits[1])], height, TICKS)
    axes.set_yticks(range(len(rows)), rows, linespacing=0.95)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.set(xlabel=axis_label(column), xlim=limits, ylim=(len(rows) - 0.5, -0.5))
    return figure


@styled
def plot_fits(
    x_curve: np.ndarray,
    curves: Mapping[str, np.ndarray],
    x_train: np.ndarray,
    y_train: np.ndarray,
    gaps: Sequence[Gap],
    columns: Columns = XY,
) -> Figure:
    """The mean of the members (strong) and each of them (faint); `curves` maps labels to their (members, points).

    The training points lie behind, gaps in them are shaded.
    """
    figure = new_figure(HALF, HEIGHT)
    axes = figure.subplots()
    shade(axes, gaps)
    points(axes, x_train, y_train, TRAINING | {"color": "C3"})
    for number, (label, values) in enumerate(curves.items()):
        draw_members(axes, x_curve, values, f"C{1 + number}")
        look: dict[str, Any] = {"linestyle": ("-", (0, (4, 1.5)))[number % 2], "linewidth": 1.2, "zorder": 4}
        axes.plot(x_curve, np.mean(values, axis=0), color=f"C{1 + number}", label=label, **look)
    axes.set(xlim=(x_curve[0], x_curve[-1]))
    label_axes(axes, columns)
    figure.legend(loc="outside upper center", ncols=2)
    return figure
