"""The weights of each layer of the tuned network: their distribution before and after training."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from reporting.engine.canvas import FULL, new_figure, styled
from reporting.engine.sections import Found
from reporting.names import layer_name
from reporting.results import Results
from reporting.stats.distributions import distance_from_normal, excess_kurtosis, skewness

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# of skewness (Bulmer, 1979, Principles of Statistics: approximately symmetric) and excess kurtosis, in absolute value
NORMAL_MOMENTS = 0.5
NORMAL_DISTANCE = 0.05  # Kolmogorov's; the uniform distribution has 0.058, the Laplace distribution 0.064
# over the root of n: which n normal values stay below in 95 of 100 draws (Lilliefors, 1967, JASA 62, 399-402)
CHANCE_DISTANCE = 0.895
ABREAST = 8  # panels of layers in a row, at most
DRAWN = 0.999  # of the weights of each layer, before and after training, lie within the drawn range


@dataclasses.dataclass(frozen=True)
class LayerWeights:
    """The distribution of one layer's kernel, without biases, before and after training."""

    layer: str
    weights: int  # how many
    initial_sd: float
    trained_sd: float
    change: float  # Frobenius norm of trained less initial kernel, over the initial one's; nan if all of those are 0
    skewness: float  # trained; nan if all weights are equal
    excess_kurtosis: float  # trained; nan if all weights are equal
    distance: float  # trained, from a normal distribution; nan if all weights are equal
    shape: str  # "normal", "skewed", "flat", "heavy-tailed", "uneven" or "constant", see `shape_of`

    @property
    def looks_normal(self) -> bool:
        return self.shape == "normal"


@dataclasses.dataclass(frozen=True)
class WeightFindings:
    layers: tuple[LayerWeights, ...]  # in the order of the network
    one_of_several: bool  # whether the network is that of the first of several folds

    @property
    def all_layers_normal(self) -> bool:
        return all(layer.looks_normal for layer in self.layers)

    @property
    def no_layer_normal(self) -> bool:
        return not any(layer.looks_normal for layer in self.layers)

    @property
    def widest_layer(self) -> LayerWeights:
        """The layer with the largest trained sd."""
        return max(self.layers, key=lambda layer: layer.trained_sd)

    @property
    def most_changed_layer(self) -> LayerWeights | None:
        """The layer that training moved farthest; None if every kernel began at zero."""
        moved = (layer for layer in self.layers if not math.isnan(layer.change))
        return max(moved, key=lambda layer: layer.change, default=None)


def find(results: Results, found: Found) -> WeightFindings:
    """What the weights of the tuned network, of the first fold if there are several, look like."""
    initial, trained = kernels(results)
    layers = tuple(layer_weights(layer, initial[layer], trained[layer]) for layer in trained)
    return WeightFindings(layers, one_of_several=len(results.tuned.folds) > 1)


def figures(results: Results, found: Found) -> dict[str, list]:
    return {f"{results.task}_weights": [lambda: plot_weights(*kernels(results))]}


def tables(results: Results, found: Found) -> dict[str, Callable[[], Any]]:
    return {f"{results.task}_layers": lambda: found("weights").layers}


def kernels(results: Results) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Two mappings from layer to kernel: before and after training."""
    tuned = results.tuned
    initial, trained = (
        {layer: tuned.weights[f"{state}/{layer}/kernel"] for layer in tuned.layers} for state in ("initial", "trained")
    )
    return initial, trained


def layer_weights(layer: str, initial: np.ndarray, trained: np.ndarray) -> LayerWeights:
    """The LayerWeights of one layer from its kernels, of any shape."""
    return LayerWeights(
        layer=layer,
        weights=trained.size,
        initial_sd=float(initial.std()),
        trained_sd=float(trained.std()),
        change=relative_change(initial, trained),
        skewness=skewness(trained),
        excess_kurtosis=excess_kurtosis(trained),
        distance=distance_from_normal(trained),
        shape=shape_of(trained),
    )


def relative_change(initial: np.ndarray, trained: np.ndarray) -> float:
    """The Frobenius norm of the difference of two kernels over that of the first; nan if that is 0."""
    norm = float(np.linalg.norm(np.ravel(initial).astype(float)))
    return float(np.linalg.norm(np.ravel(trained).astype(float) - np.ravel(initial))) / norm if norm else math.nan


def shape_of(values: np.ndarray) -> str:
    """A word for the shape of a distribution, by its moments.

    A layer has so many weights that any test of normality rejects it, so the size of the departure is judged instead:
    "skewed" if |skewness| >= 0.5; else "flat" if the excess kurtosis is -0.5 or less (as of a uniform distribution),
    "heavy-tailed" if it is 0.5 or more; else "normal", or "uneven" (with two peaks, say, or a spike) if the
    distribution function is farther from the normal one than 0.05, and than chance explains; "constant" if all values
    are equal.
    """
    skew, kurtosis = skewness(values), excess_kurtosis(values)
    if math.isnan(skew):
        return "constant"
    if abs(skew) >= NORMAL_MOMENTS:
        return "skewed"
    if abs(kurtosis) >= NORMAL_MOMENTS:
        return "flat" if kurtosis < 0 else "heavy-tailed"
    allowed = max(NORMAL_DISTANCE, CHANCE_DISTANCE / math.sqrt(values.size))
    return "normal" if distance_from_normal(values) < allowed else "uneven"


@styled
def plot_weights(initial: Mapping[str, np.ndarray], trained: Mapping[str, np.ndarray]) -> Figure:
    """A panel a layer: its weights before and after training and the normal distribution of the trained mean and sd.

    Two mappings from layer to kernel, of any shape. Densities: each histogram's area is the share of weights drawn.
    """
    rows = math.ceil(len(trained) / ABREAST)
    figure = new_figure(FULL, 10 + 24 * rows)
    panels = figure.subplots(rows, math.ceil(len(trained) / rows), squeeze=False).ravel()
    for axes in panels[len(trained) :]:
        axes.remove()
    for axes, layer in zip(panels, trained, strict=False):
        draw_layer(axes, np.ravel(initial[layer]), np.ravel(trained[layer]))
        axes.set_title(layer_name(layer))
        axes.set_yticks([])
        axes.spines["left"].set_visible(False)
        axes.locator_params(axis="x", nbins=3)
    engine: Any = figure.get_layout_engine()
    engine.set(wspace=0.06)
    figure.supxlabel("weight")
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside upper center", ncols=3)
    return figure


def draw_layer(axes: Axes, initial: np.ndarray, trained: np.ndarray) -> None:
    """The two histograms and the normal distribution of one layer's weights, each (n,)."""
    edges = bin_edges(initial, trained)
    axes.stairs(density(trained, edges), edges, fill=True, color="C0", alpha=0.75, label="after training")
    axes.stairs(density(initial, edges), edges, color="C1", linewidth=1, label="before training")
    mean, spread = trained.mean(dtype=float), max(trained.std(dtype=float), (edges[1] - edges[0]) / 10)
    x = np.linspace(edges[0], edges[-1], 121)
    curve = np.exp(-0.5 * ((x - mean) / spread) ** 2) / (spread * math.sqrt(2 * math.pi))
    axes.plot(x, curve, color="C2", linewidth=0.9, linestyle=(0, (4, 1.5)), label="normal, as after training")
    axes.set(xlim=(edges[0], edges[-1]), ylim=(0, None))


def density(values: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """Counts over number of all values (inside the edges or not) and width of the bins."""
    counts, _ = np.histogram(values, edges)
    return counts / (len(values) * (edges[1] - edges[0]))


def bin_edges(initial: np.ndarray, trained: np.ndarray) -> np.ndarray:
    """Edges of equal bins, symmetric about 0, that hold nearly all weights; more bins for more weights."""
    bound = max(np.quantile(np.abs(values), DRAWN) for values in (initial, trained)) or 1.0
    bins = int(np.clip(math.sqrt(len(trained)), 16, 60))
    return np.linspace(-1.05 * bound, 1.05 * bound, bins + 1)
