"""What figures are drawn on: matplotlib Figures at print size, without titles, file names or pyplot.

Colours and text sizes live in report_templates/figures.mplstyle. matplotlib makes the ticks when a figure is saved, so
figures are saved inside `style()` too. matplotlib is loaded when something is drawn, not before.
"""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, ParamSpec, TypeVar

if TYPE_CHECKING:
    from matplotlib.colors import Colormap
    from matplotlib.figure import Figure

HALF, FULL = 79, 164  # mm, the widths of one of two drawings side by side, and of the page's text
MANY = 1000  # points; from here on they are drawn as pixels, which keeps the file small
STYLE = Path(__file__).parents[2] / "report_templates" / "figures.mplstyle"
WHITE_TO_BLACK = "gray_r"  # ink on paper: 0 is white
# One colour for each data set, and colour and dashes for each configuration, in every figure that tells them apart
DATA_SETS = {"training": "C0", "validation": "C1", "test": "C5"}
CONFIGURATIONS = {"reference": ("C7", ":"), "tuned": ("C2", "-"), "extended": ("C6", "--")}

Arguments = ParamSpec("Arguments")
Drawn = TypeVar("Drawn")


def style() -> contextlib.AbstractContextManager[None]:
    """The context in which figures are drawn and saved."""
    import matplotlib.style

    return matplotlib.style.context(["default", STYLE])


def styled(plot: Callable[Arguments, Drawn]) -> Callable[Arguments, Drawn]:
    """Decorator of a plot function: it runs in `style()`."""

    @functools.wraps(plot)
    def wrapper(*arguments: Arguments.args, **keywords: Arguments.kwargs) -> Drawn:
        with style():
            return plot(*arguments, **keywords)

    return wrapper


def new_figure(width: float, height: float) -> Figure:
    """An empty Figure of this size in mm."""
    from matplotlib.figure import Figure

    return Figure(figsize=(width / 25.4, height / 25.4))


def tints(color: str) -> Colormap:
    """A colour map from white to a colour of the style."""
    from matplotlib.colors import LinearSegmentedColormap, to_rgb

    return LinearSegmentedColormap.from_list(color, [to_rgb("white"), to_rgb(color)])


def tick_label(value: float) -> str:
    """A tick of a logarithmic axis: 0.2, or as a power of ten where that is shorter."""
    if value == 0 or 1e-4 <= abs(value) < 1e5:
        return f"{value:g}"
    mantissa, exponent = f"{value:.1e}".split("e")
    factor = "" if float(mantissa) == 1 else rf"{float(mantissa):g}\times"
    return f"${factor}10^{{{int(exponent)}}}$"
