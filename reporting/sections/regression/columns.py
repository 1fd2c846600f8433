"""What the columns of the points are called, in words and along axes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from reporting.results import Results

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LONGEST = 28  # letters of a name along an axis
SYMBOL = re.compile(r"([a-zA-Z])_?(\d*)")


class Columns(NamedTuple):
    """The names of the inputs and of the target."""

    inputs: tuple[str, ...]
    target: str

    @property
    def named(self) -> bool:
        """Whether the data's own names say more than x and y do."""
        return any(SYMBOL.fullmatch(name) is None for name in (*self.inputs, self.target))


XY = Columns(("x",), "y")


def columns_of(results: Results) -> Columns:
    """The names in the header of the user's files; x and y where there is none."""
    x_train = results.tuned.predictions["x_train"]
    numbered = [f"x{number}" for number in range(1, x_train.shape[-1] + 1)] if x_train.ndim > 1 else ["x"]
    *inputs, target = results.tuned.run.data.columns or (*numbered, "y")
    return Columns(tuple(inputs), target)


def has_several_inputs(results: Results) -> bool:
    """Whether the points have more than one input, so that there is no curve to draw."""
    return results.tuned.predictions["x_train"].ndim > 1


def axis_label(name: str) -> str:
    """A name along an axis: a single letter in italics, with its number as an index."""
    symbol = SYMBOL.fullmatch(name)
    if symbol:
        return f"${symbol[1]}_{{{symbol[2]}}}$" if symbol[2] else f"${symbol[1]}$"
    return (name if len(name) <= LONGEST else name[: LONGEST - 1] + "…").replace("$", r"\$")


def label_axes(axes: Axes, columns: Columns) -> None:
    """The names of the one input and of the target along the axes; that of the target upright if it is short."""
    axes.set_xlabel(axis_label(columns.inputs[0]))
    label_target(axes, columns.target)


def label_target(axes: Axes, name: str) -> None:
    """The name of the target along the vertical axis."""
    axes.set_ylabel(axis_label(name), rotation=0 if SYMBOL.fullmatch(name) else 90)
