"""How the units of each hidden layer answer along x."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from reporting.engine.canvas import HALF, new_figure, styled, tints
from reporting.engine.sections import Found
from reporting.names import layer_name
from reporting.results import Results, Variant
from reporting.sections.regression.columns import axis_label, columns_of, has_several_inputs
from reporting.sections.shared.activations import stems_figure
from reporting.sections.shared.curves import HEIGHT
from reporting.sections.shared.units import dead_units

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FLAT = 1e-3  # a unit whose activation varies by no more along x has no peak; half precision holds three digits


@dataclasses.dataclass(frozen=True)
class LayerPeaks:
    """Where the units of a layer are largest."""

    layer: str
    varying: int  # units whose activation varies along x
    at_ends: int  # those of them that are largest at the first or the last x

    @property
    def mostly_at_ends(self) -> bool:
        return 2 * self.at_ends > self.varying


@dataclasses.dataclass(frozen=True)
class AlongFindings:
    layers: tuple[LayerPeaks, ...]  # empty with several inputs
    between: int = 0  # units that vary along x, but are the same for all training points

    @property
    def inner(self) -> tuple[LayerPeaks, ...]:
        """The layers of which at least half of the varying units peak inside the range."""
        return tuple(item for item in self.layers if not item.mostly_at_ends)


def find(results: Results, found: Found) -> AlongFindings:
    """Where the units of the tuned network peak."""
    tuned = results.tuned
    if has_several_inputs(results):
        return AlongFindings(())
    along = {name: tuned.activations[f"{name}/along"].astype(float) for name in tuned.hidden_layers}
    between = sum(np.sum(varying(values) & dead_units(name, tuned.activations)) for name, values in along.items())
    return AlongFindings(tuple(peaks_of(name, values) for name, values in along.items()), int(between))


def figures(results: Results, found: Found) -> dict[str, list]:
    """Stems of the first hidden layer, and all of them along x."""
    drawn, column = found("units").drawn[0].layer, columns_of(results).inputs[0]
    panels = [lambda: stems_figure(results.tuned, drawn), lambda: along_figure(results.tuned, column)]
    return {"regression_activations": panels[:1] if has_several_inputs(results) else panels}


def peaks_of(layer: str, along: np.ndarray) -> LayerPeaks:
    """The LayerPeaks of activations (inputs, units)."""
    peaks = along[:, varying(along)].argmax(axis=0)
    return LayerPeaks(layer, len(peaks), int(np.sum((peaks == 0) | (peaks == len(along) - 1))))


def varying(along: np.ndarray) -> np.ndarray:
    """Which units vary, of activations (inputs, units)."""
    return np.ptp(along, axis=0) > FLAT


def along_figure(variant: Variant, column: str) -> Figure:
    """The layers of a network."""
    arrays = variant.activations
    along = {layer_name(name): arrays[f"{name}/along"].astype(float) for name in variant.hidden_layers}
    return plot_along(arrays["x_along"].astype(float), along, column)


@styled
def plot_along(x: np.ndarray, along: Mapping[str, np.ndarray], column: str = "x") -> Figure:
    """A heat map a layer: x (inputs,) to the right, its units (inputs, units) upwards by where they are largest.

    Each unit is drawn from its own smallest activation (white) to its largest one (dark).
    """
    figure = new_figure(HALF, HEIGHT)
    panels = figure.subplots(1, len(along), squeeze=False)[0]
    for axes, (name, values) in zip(panels, along.items(), strict=True):
        low, spread = values.min(axis=0), np.ptp(values, axis=0)
        shades = (values - low) / np.where(spread > 0, spread, 1)
        ordered = shades[:, np.lexsort((shades.mean(axis=0), values.argmax(axis=0)))].T
        ends = (x[0], x[-1], 0, len(ordered))
        axes.imshow(ordered, cmap=tints("C0"), vmin=0, vmax=1, aspect="auto", origin="lower", extent=ends)
        axes.set_title(f"{name} ({len(ordered)})")
        axes.set(xlabel=axis_label(column), yticks=[])
        axes.spines[:].set_visible(False)
        axes.locator_params(axis="x", nbins=4)
    panels[0].set_ylabel("units, by their peak")
    return figure
