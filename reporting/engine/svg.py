"""Figures and equations as SVG: the same bytes at every call, each with an alternative text."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from reporting.engine.errors import RenderError
from reporting.engine.magnitudes import with_raised_digits
from reporting.engine.tracing import without_marks

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from matplotlib.path import Path

INK = "#111827"
AXIS = 0.25  # of the type size above the baseline


def svg_of_figure(figure: Figure, name: str) -> str:
    """A matplotlib figure as an SVG at print size, its text kept as text; `labelled` adds the alternative text.

    Every id begins with `name`, so that several drawings can stand in one document.
    """
    import matplotlib
    from matplotlib.backends.backend_svg import FigureCanvasSVG

    from reporting.engine.ticks import settle_ticks

    content = io.StringIO()
    canvas: Any = FigureCanvasSVG(figure)  # whose print_svg has no types
    settle_ticks(figure)
    settle_layout(figure)
    if matplotlib.rcParams["savefig.dpi"] != "figure":
        figure.dpi = matplotlib.rcParams["savefig.dpi"]  # of what is drawn as pixels
    with matplotlib.rc_context({"svg.fonttype": "none", "svg.hashsalt": name}):
        # Figure.savefig would draw twice, the first time for the layout
        canvas.print_svg(content, metadata={key: None for key in ("Date", "Creator", "Format", "Type")})
    text = content.getvalue()
    text = re.sub(r"<metadata>.*?</metadata>\s*", "", text[text.index("<svg") :], flags=re.DOTALL)
    text = re.sub(r'\bid="', f'id="{name}-', text)
    return re.sub(r'(url\(|href=")#', rf"\1#{name}-", text)


def settle_layout(figure: Figure) -> None:
    """Lay a figure out once and round the positions of its axes to a millionth of its size.

    The last digits of matplotlib's layout solver differ between runs, and the ids in the SVG are hashes of positions.
    """
    engine = figure.get_layout_engine()
    if engine:
        engine.execute(figure)
        figure.set_layout_engine("none")
    for axes in figure.axes:
        left, bottom, width, height = (round(float(part), 6) for part in axes.get_position(original=True).bounds)
        axes.set_position((left, bottom, width, height))


def labelled(svg: str, alternative: str) -> Markup:
    """An SVG with `alternative` as its title, which screen readers read out and the PDF's tags hold.

    Raises RenderError if the alternative text is empty or contains markup.
    """
    title = " ".join(with_raised_digits(without_marks(Markup.escape(alternative))).split())
    if not title or "<" in title:
        raise RenderError(f"a drawing needs an alternative text in plain words, not {title!r}")
    opening, content = svg.split(">", 1)
    return Markup(f'{opening} role="img"><title>{title}</title>{content}')


def svg_of_equation(tex: str, alternative: str, size: float = 10.8) -> Markup:
    """A formula in TeX's notation, set by matplotlib, as one SVG path; `size` in points."""
    import matplotlib
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import TextPath
    from matplotlib.transforms import Affine2D

    with matplotlib.rc_context({"mathtext.fontset": "stix"}):
        upright = TextPath((0, 0), f"${tex}$", size=size, prop=FontProperties(family="STIXGeneral"))
    path = upright.transformed(Affine2D().scale(1, -1))  # the y axis of SVG points down
    box = path.get_extents()
    axis = -AXIS * size  # the line in the middle of fractions, on which the equation's number stands too
    half = max(axis - box.y0, box.y1 - axis) + 0.5
    view = f"{box.x0 - 0.5:.2f} {axis - half:.2f} {box.width + 1:.2f} {2 * half:.2f}"
    sizes = f'width="{box.width + 1:.2f}pt" height="{2 * half:.2f}pt"'
    drawing = f'<path fill="{INK}" d="{path_data(path)}"/>'
    return labelled(f'<svg xmlns="http://www.w3.org/2000/svg" {sizes} viewBox="{view}">{drawing}</svg>', alternative)


def path_data(path: Path) -> str:
    """A matplotlib path as the `d` attribute of an SVG path."""
    return "".join(
        "Z" if code == path.CLOSEPOLY else " MLQC"[code] + " ".join(f"{value:.2f}" for value in points)
        for points, code in path.iter_segments(simplify=False)
    )
