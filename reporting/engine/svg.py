"""Figures and equations as SVG, the same at every call, with an alternative text."""

import io
import re

import matplotlib
from markupsafe import Markup
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import TextPath
from matplotlib.transforms import Affine2D

from reporting.engine.errors import RenderError

INK = "#111827"


def svg_of_figure(figure: Figure, name: str) -> str:
    """A matplotlib figure as an SVG at print size, its texts as text; `labelled` makes it complete."""
    content = io.StringIO()
    settle_layout(figure)
    with matplotlib.rc_context({"svg.fonttype": "none", "svg.hashsalt": name}):
        figure.savefig(content, format="svg", metadata={key: None for key in ("Date", "Creator", "Format", "Type")})
    text = content.getvalue()
    text = re.sub(r"<metadata>.*?</metadata>\s*", "", text[text.index("<svg") :], flags=re.DOTALL)
    text = re.sub(r'\bid="', f'id="{name}-', text)
    return re.sub(r'(url\(|href=")#', rf"\1#{name}-", text)


def settle_layout(figure: Figure) -> None:
    """Lay a figure out once, to the millionth: what is below that depends on the solver's luck, and names of parts depend on it."""
    engine = FigureCanvasSVG(figure).figure.get_layout_engine()
    if engine:
        engine.execute(figure)
        figure.set_layout_engine("none")
    for axes in figure.axes:
        axes.set_position([round(float(number), 6) for number in axes.get_position(original=True).bounds])


def labelled(svg: str, alternative: str) -> Markup:
    """An SVG with `alternative` as its title, which screen readers and the PDF's tags use; raises RenderError without plain text."""
    title = " ".join(Markup.escape(alternative).split())
    if not title or "<" in title:
        raise RenderError(f"a drawing needs an alternative text in plain words, not {title!r}")
    opening, content = svg.split(">", 1)
    return Markup(f'{opening} role="img"><title>{title}</title>{content}')


def svg_of_equation(tex: str, alternative: str, size: float = 10.8) -> Markup:
    """A formula in TeX's notation, set by matplotlib, as one SVG path; `size` in points."""
    with matplotlib.rc_context({"mathtext.fontset": "stix"}):
        upright = TextPath((0, 0), f"${tex}$", size=size, prop=FontProperties(family="STIXGeneral"))
    path = upright.transformed(Affine2D().scale(1, -1))  # SVG counts downwards
    box = path.get_extents()
    outline = "".join(
        "Z" if code == path.CLOSEPOLY else " MLQC"[code] + " ".join(f"{value:.2f}" for value in points)
        for points, code in path.iter_segments(simplify=False)
    )
    view = f"{box.x0 - 0.5:.2f} {box.y0 - 0.5:.2f} {box.width + 1:.2f} {box.height + 1:.2f}"
    sizes = f'width="{box.width + 1:.2f}pt" height="{box.height + 1:.2f}pt"'
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" {sizes} viewBox="{view}"><path fill="{INK}" d="{outline}"/></svg>'
    return labelled(svg, alternative)
