"""The activations of hidden layers for a few inputs, and the health of all of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from reporting.engine.canvas import HALF, new_figure, styled
from reporting.engine.formatting import format_decimals
from reporting.engine.magnitudes import in_tex
from reporting.engine.sections import Found
from reporting.results import Results, Variant
from reporting.sections.shared.curves import HEIGHT
from reporting.sections.shared.units import dead_units

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def tables(results: Results, found: Found) -> dict[str, Callable[[], Any]]:
    return {f"{results.task}_units": lambda: found("units").layers}


def stems_figure(variant: Variant, layer: str) -> Figure:
    """Stem plots of a layer for the chosen inputs."""
    arrays = variant.activations
    return plot_activations(arrays[f"{layer}/probe"], input_names(variant), dead_units(layer, arrays))


def input_names(variant: Variant) -> list[str]:
    """The chosen inputs in words: values of x, of the first of several inputs, or images named by their class."""
    arrays = variant.activations
    if "x_probe" in arrays:
        probes = arrays["x_probe"].astype(float)
        if probes.ndim == 1:
            return [in_tex(f"$x$ = {format_decimals(x, 2)}") for x in probes.tolist()]
        return [f"{place} first input" for place in ("a low", "a middle", "a high")]
    classes = variant.run.data.printed_classes
    named = {int(label): classes[label] for label in arrays["probe_label"]}
    return [f"{name} (label {label})" if name != str(label) else f"label {label}" for label, name in named.items()]


@styled
def plot_activations(probe: np.ndarray, names: Sequence[str], dead: np.ndarray) -> Figure:
    """Stem plots of one layer, one above the other: probe (inputs, units), names one an input, dead (units,) bool."""
    figure = new_figure(HALF, HEIGHT)
    panels = figure.subplots(len(probe), 1, sharex=True, sharey=True, squeeze=False)[:, 0]
    units = np.arange(1, probe.shape[1] + 1)
    bound = float(f"{np.abs(probe).max():.1g}") or 1.0
    for axes, values, name in zip(panels, probe, names, strict=True):
        stems = np.column_stack([np.zeros(len(values)), values, np.full(len(values), np.nan)])
        look: dict[str, Any] = {"color": "C0", "linewidth": stem_width(len(units)), "solid_capstyle": "butt"}
        axes.plot(np.repeat(units, 3), stems.ravel(), **look)
        axes.axhline(0, color="C3", linewidth=0.4)
        axes.set_title(name, loc="right", fontsize="small", pad=1)
        axes.spines["bottom"].set_visible(axes is panels[-1])
        axes.tick_params(axis="x", length=2.5 if axes is panels[-1] else 0)
        axes.set_yticks([-bound, bound] if probe.min() < 0 else [0, bound])
        if np.any(dead):
            mark_dead(axes, units[dead], stem_width(len(units)))
    if np.any(dead):
        figure.legend(*panels[0].get_legend_handles_labels(), loc="lower right", fontsize="small", borderaxespad=0)
    panels[-1].set(xlim=(0, len(units) + 1), xlabel="unit")
    figure.supylabel("activation")
    return figure


def mark_dead(axes: Axes, places: np.ndarray, width: float) -> None:
    """A tick at the bottom for each of these units: one line with breaks, since markers take a PDF half a second."""
    ticks = np.tile([0, 0.12, np.nan], len(places))
    look: dict[str, Any] = {"color": "C2", "linewidth": width, "solid_capstyle": "butt", "clip_on": False}
    label = "constant over all inputs"
    axes.plot(np.repeat(places, 3), ticks, transform=axes.get_xaxis_transform(), label=label, **look)


def stem_width(units: int) -> float:
    """Line width in points that leaves a gap between stems on half of the page's width."""
    return min(1.2, 0.7 * (HALF - 14) / 25.4 * 72 / units)
