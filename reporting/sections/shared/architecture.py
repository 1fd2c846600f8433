"""The tuned network layer by layer, as its weights and settings record it: shapes, operations and parameters."""

from __future__ import annotations

import dataclasses
import math
import textwrap
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from reporting.engine.canvas import FULL, new_figure, styled
from reporting.engine.formatting import format_count, format_setting
from reporting.engine.sections import Found
from reporting.names import layer_name, named
from reporting.results import Results, Variant
from reporting.sections.shared.settings import per_layer

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

POOL = 2  # the side of what is pooled
PER_ROW = 6  # steps; of more the rest stands in further rows
SIDE, BAR, LINE, SHIFT = 9.5, 1.8, 2.9, 0.5  # mm: the largest box, a bar's width, a line, from sheet to sheet
MOST_SHEETS = 7  # by which a box shows its channels
LETTERS = 24  # of a line below a box

Shapes = Mapping[str, tuple[int, ...]]  # layer -> shape of its kernel: (height, width, inputs, outputs), or two numbers


@dataclasses.dataclass(frozen=True)
class Step:
    """A layer with weights and what follows it up to the next one; or the input, which has no parameters."""

    layer: str  # "input" or the recorded name
    shape: tuple[int, ...]  # of what it passes on: height, width and channels, or units alone
    operations: tuple[str, ...] = ()  # in words
    parameters: int = 0

    @property
    def shape_in_words(self) -> str:
        return " × ".join(format_count(length) for length in self.shape)


@dataclasses.dataclass(frozen=True)
class ArchitectureFindings:
    steps: tuple[Step, ...]  # the input first
    networks: int  # of these layers, one a fold

    @property
    def layers(self) -> tuple[Step, ...]:
        """The steps with weights."""
        return self.steps[1:]

    @property
    def parameters(self) -> int:
        return sum(step.parameters for step in self.steps)

    @property
    def largest(self) -> Step:
        """The layer with the most parameters."""
        return max(self.layers, key=lambda step: step.parameters)

    @property
    def largest_share(self) -> float:
        """Of all parameters."""
        return self.largest.parameters / self.parameters

    @property
    def one_holds_most(self) -> bool:
        """Whether one layer holds more than half of the parameters."""
        return self.largest_share > 0.5


def find(results: Results, found: Found) -> ArchitectureFindings:
    """The steps of the tuned network."""
    return ArchitectureFindings(steps_of(results.tuned, results.classifies), networks=len(results.tuned.folds))


def figures(results: Results, found: Found) -> dict[str, list]:
    return {f"{results.task}_architecture": [lambda: plot_architecture(found("architecture").steps)]}


def steps_of(variant: Variant, classifies: bool) -> tuple[Step, ...]:
    """The Steps of a network, from the shapes of its weights, its settings and the size of an image."""
    weights, config = variant.weights, variant.run.config
    shapes = {layer: weights[f"trained/{layer}/kernel"].shape for layer in variant.layers}
    functions = [*functions_of(config, len(shapes) - 1), "softmax" if classifies else "linear"]
    first, convolutions = next(iter(shapes.values())), sum(map(is_convolution, shapes.values()))
    known = is_convolution(first) and not config.get("network")  # of a network of the user's own only its weights are
    size = variant.features["image"].shape[:2] if known else ()
    pools, dropped = iter(pools_of(config, convolutions)), dropout_of(config, list(shapes))
    steps = [Step("input", (*size, first[-2]))]
    for (layer, shape), function in zip(shapes.items(), functions, strict=True):
        pool = next(pools) if is_convolution(shape) else 1
        size = pooled(size, shape, config["padding"], pool) if is_convolution(shape) and size else ()
        own = [name for name in weights if name.startswith((f"trained/{layer}/", f"trained/{layer}_"))]
        operations = operations_of(shape, function, pool, dropped.get(layer, 0.0))
        operations += ("normalised",) if any("_normalisation/" in name for name in own) else ()
        steps.append(Step(layer, (*size, shape[-1]), operations, sum(weights[name].size for name in own)))
    return tuple(steps)


def is_convolution(shape: Sequence[int]) -> bool:
    """Whether a kernel of this shape is that of a convolution."""
    return len(shape) == 4


def operations_of(shape: Sequence[int], function: str, pool: int, dropped: float) -> tuple[str, ...]:
    """What a layer does, in words; dropout stands with the layer whose inputs it drops."""
    words = []
    if is_convolution(shape):
        words += [f"{shape[0]} × {shape[1]}", *([f"pool {pool}"] if pool > 1 else [])]
    if dropped:
        words.append(f"dropout {format_setting(dropped)}")
    return (*words, *([named(function, "activation")] if function else []))


def functions_of(config: Mapping[str, Any], hidden: int) -> list[str]:
    """The activations of so many hidden layers; empty texts where a network of the user's own has others."""
    if config.get("network"):
        return [""] * hidden
    return per_layer(config.get("activations") or config.get("activation", "relu"), hidden)


def pools_of(config: Mapping[str, Any], convolutions: int) -> list[int]:
    """By how much the output of each convolution is pooled."""
    if config.get("network"):
        return [1] * convolutions
    return [1 if kind == "none" else POOL for kind in per_layer(config.get("pooling", "max"), convolutions)]


def dropout_of(config: Mapping[str, Any], layers: Sequence[str]) -> dict[str, float]:
    """The share of its inputs that each of these layers drops, by name; without those that drop none.

    A single value of a classifier is the output layer's; all others stand behind one hidden, or dense, layer each.
    """
    if config.get("network"):
        return {}
    behind = len(layers) - 1 if "hidden_units" in config else 1  # of a single value
    after = per_layer(config.get("dropout", 0.0), behind)
    return {layer: rate for layer, rate in zip(layers[-len(after) :], after, strict=True) if rate}


def pooled(size: Sequence[int], kernel: Sequence[int], padding: str, pool: int) -> tuple[int, ...]:
    """The height and width of what a convolution and the pooling behind it leave."""
    lost = [0 if padding == "same" else length - 1 for length in kernel[:2]]
    return tuple((length - less) // pool for length, less in zip(size, lost, strict=True))


@styled
def plot_architecture(steps: Sequence[Step]) -> Figure:
    """The steps from left to right, joined by arrows: boxes as large as what each passes on, and its numbers below.

    A stack of sheets has the height and width of its images and a sheet for each doubling of the channels; the length
    of a bar grows with the logarithm of its units.
    """
    texts = [textwrap.wrap(", ".join(step.operations), LETTERS, break_long_words=False) for step in steps]
    columns = min(PER_ROW, len(steps))
    depth = SHIFT * max(sheets_of(step.shape) for step in steps)
    width, above = FULL / columns, LINE + depth
    height = above + SIDE + LINE * (2 + max(map(len, texts))) + 1
    figure = new_figure(FULL, math.ceil(len(steps) / columns) * height)
    figure.set_layout_engine("none")
    axes = figure.add_axes((0, 0, 1, 1))  # in mm, downwards
    units = max((step.shape[0] for step in steps if len(step.shape) == 1), default=1)
    pixels = max((max(step.shape[:2]) for step in steps if len(step.shape) == 3), default=1)
    for number, (step, words) in enumerate(zip(steps, texts, strict=True)):
        row, column = divmod(number, columns)
        middle, centre = (column + 0.5) * width, row * height + above + SIDE / 2
        sides = sides_of(step.shape, units, pixels)
        draw_box(axes, middle, centre, sides, sheets=sheets_of(step.shape))
        write(axes, middle, centre - SIDE / 2 - depth - 0.5, layer_name(step.layer), "baseline")
        count = [f"{format_count(step.parameters)} parameters"] if step.parameters else []
        write(axes, middle, centre + SIDE / 2 + 0.8, "\n".join([step.shape_in_words, *words, *count]), "top")
        if number + 1 < len(steps):
            draw_arrow(axes, middle + SIDE / 2 + depth, middle + width - SIDE / 2 - 1.5, centre)
    axes.set(xlim=(0, FULL), ylim=(figure.get_figheight() * 25.4, 0))
    axes.axis("off")
    return figure


def sides_of(shape: Sequence[int], units: int, pixels: int) -> tuple[float, float]:
    """The width and height of a box in mm; `units` and `pixels` are the most of a bar and of an image's side."""
    if len(shape) == 3:
        return SIDE * shape[1] / pixels, SIDE * shape[0] / pixels
    return BAR, SIDE * math.log2(1 + shape[0]) / math.log2(1 + units)


def sheets_of(shape: Sequence[int]) -> int:
    """How many sheets stand for the channels; one for units."""
    return min(1 + round(math.log2(shape[2])), MOST_SHEETS) if len(shape) == 3 else 1


def draw_box(axes: Axes, middle: float, centre: float, sides: tuple[float, float], sheets: int) -> None:
    """A stack of sheets of these sides in mm, the foremost around this point, the others to its upper right."""
    from matplotlib.patches import Rectangle

    width, height = sides
    for number in reversed(range(sheets)):
        corner = middle - width / 2 + SHIFT * number, centre - height / 2 - SHIFT * number
        axes.add_patch(Rectangle(corner, width, height, facecolor="C4", edgecolor="C0", linewidth=0.6))


def write(axes: Axes, middle: float, height: float, text: str, align: Any) -> None:
    axes.text(middle, height, text, ha="center", va=align, fontsize="small", linespacing=1.1)


def draw_arrow(axes: Axes, start: float, end: float, height: float) -> None:
    look = {"arrowstyle": "-|>", "color": "C3", "linewidth": 0.7, "shrinkA": 0, "shrinkB": 0, "mutation_scale": 6}
    axes.annotate("", (end, height), (start, height), arrowprops=look)
