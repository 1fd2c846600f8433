"""The hidden layers that settings say, one by one, and whether an image is large enough for them."""

import dataclasses
from collections.abc import Sequence
from typing import Any

from reporting.artifacts import Shapes, UserError
from training.config import ClassificationConfig, FitConfig, RegressionConfig

SIZING = ("filters", "kernel_size", "padding", "pooling", "random_shifts", "shifted_views")  # what images must fit
POOL = 2  # the side of what is pooled


@dataclasses.dataclass(frozen=True)
class Layer:
    """A hidden layer, with what belongs to it."""

    name: str
    units: int  # or filters
    activation: str
    normalised: bool
    dropout: float  # of what it passes on
    kernel: int = 0  # the side of a convolution's kernel; 0 for a dense layer
    pooling: str = "none"


def each(value: Any, count: int) -> Sequence[Any]:
    """The values for so many layers of a setting that is a list, or single and then the same for all."""
    return value if isinstance(value, tuple) else (value,) * count


def layers_of(config: FitConfig) -> list[Layer]:
    """The hidden layers of a configuration in order."""
    if isinstance(config, RegressionConfig):
        sizes = config.hidden_units
        columns = [sizes, *(each(getattr(config, name), len(sizes)) for name in config.lists)]
        return [Layer(f"hidden_{number}", *values) for number, values in enumerate(zip(*columns, strict=True), 1)]
    assert isinstance(config, ClassificationConfig)
    return convolutions(config) + dense_layers(config)


def convolutions(config: ClassificationConfig) -> list[Layer]:
    """The convolutions of a configuration."""
    count, all_layers = len(config.filters), len(config.filters) + len(config.dense_units)
    columns = [
        config.filters,
        each(config.activation, all_layers)[:count],
        each(config.batch_normalization, all_layers)[:count],
        each(config.convolution_dropout, count),
        each(config.kernel_size, count),
        each(config.pooling, count),
    ]
    return [Layer(f"conv_{number}", *values) for number, values in enumerate(zip(*columns, strict=True), 1)]


def dense_layers(config: ClassificationConfig) -> list[Layer]:
    """The dense layers of a configuration. A single dropout is none of theirs: it is that of the output layer."""
    first, count = len(config.filters), len(config.dense_units)
    columns = [
        config.dense_units,
        each(config.activation, first + count)[first:],
        each(config.batch_normalization, first + count)[first:],
        config.dropout if isinstance(config.dropout, tuple) else (0.0,) * count,
    ]
    return [Layer(f"dense_{number}", *values) for number, values in enumerate(zip(*columns, strict=True), 1)]


def sides_of(config: ClassificationConfig, shapes: Shapes) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """The height and width that each convolution leaves, and its pooling; raises UserError where nothing is left."""
    (height, width, _), left, before = shapes.inputs, [], ""
    sides = height, width
    for number, layer in enumerate(convolutions(config), 1):
        if config.padding == "valid":
            require(layer.name, layer.kernel, sides, before)
            sides = sides[0] - layer.kernel + 1, sides[1] - layer.kernel + 1
        convolved, before = sides, layer.name
        if layer.pooling != "none":
            require(f"pool_{number}", POOL, sides, before)
            sides, before = (sides[0] // POOL, sides[1] // POOL), f"pool_{number}"
        left.append((convolved, sides))
    return left


def require(layer: str, needed: int, sides: tuple[int, int], before: str) -> None:
    """Raise UserError unless there are so many pixels on each side for a layer; `before` is the layer before it."""
    if min(sides) < needed:
        found = (
            f"{sides[0]} x {sides[1]} is left after {before}" if before else f"the images are {sides[0]} x {sides[1]}"
        )
        raise UserError(f"{layer} needs {needed} x {needed}, but {found}")


def check_sides(config: FitConfig, shapes: Shapes) -> None:
    """Raise UserError if images of this size are too small for the convolutions, or for being shifted so far."""
    if not isinstance(config, ClassificationConfig):
        return
    sides_of(config, shapes)
    side = min(shapes.inputs[:2])
    for name in ("random_shifts", "shifted_views"):
        if getattr(config, name) >= side:
            raise UserError(f"{name} = {getattr(config, name)} shifts images of {side} pixels out of sight")
