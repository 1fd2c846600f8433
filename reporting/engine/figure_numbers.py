"""The numbers that a figure shows, read back from what matplotlib has drawn; the page's script makes CSV of them.

A series is named by its label; a label that begins with an underscore is kept out of legends and names it all the same.
A line without a label is numbered, behind the label of the line that looks like it.
"""

from __future__ import annotations

import base64
import json
import re
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.collections import Collection, LineCollection, PathCollection, QuadMesh
from matplotlib.colors import to_hex, to_rgba_array
from matplotlib.container import BarContainer
from matplotlib.image import AxesImage
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.text import Text

from reporting.engine.artists import Points, points_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis
    from matplotlib.figure import Figure

LIMIT = 50_000  # points of one series; of more, each second, third ... is left
HAIRLINES = ("white", "C4")  # colours of lines that only part or frame something
KINDS = {
    Line2D: "line",
    AxesImage: "image",
    QuadMesh: "image",
    LineCollection: "lines",
    PathCollection: "points",
    BarContainer: "bars",
    Patch: "area",
    Collection: "area",
}
Notes = list[str]
Columns = tuple[str, str, str, str, str]  # panel, series, and its points' x, y and value, parted by spaces


def numbers_of_figure(figure: Figure, part: str = "") -> tuple[Notes, list[Columns]]:
    """What the panels of a drawn figure are, and their numbers with six significant digits; "" for what is none.

    A panel is an axes. They are numbered, behind the name of the `part` of a figure that this drawing is.
    """
    everything = list(all_axes(figure.axes))
    labels = {
        look: name for axes in everything for line in axes.lines if (name := label_of(line)) for look in looks(line)
    }
    panels = [(axes, found) for axes in everything if (found := list(series_of(axes, labels)))]
    notes, columns = [f"figure, x: {plain(words)}" for words in [figure.get_supxlabel()] if words], []
    for number, (axes, found) in enumerate(panels, 1):
        panel = f"{part}{number}" if len(panels) > 1 or not part else part
        notes += [f"panel {panel}, {words}" for words in descriptions(axes)]
        for name, points in found:
            step = -(-len(points.x) // LIMIT)
            notes += [f"panel {panel}, {name}: one of {step} points"] * (step > 1)
            x, y, value = (written(numbers, step) for numbers in points[:3])
            if x or y or value:
                columns.append((panel, name, x, y, value))
            else:  # a text that stands at no place of the data
                notes.append(f"panel {panel}: {name}")
    return notes, columns


def packed(numbers: tuple[Notes, list[Columns]]) -> str:
    """A figure's numbers as JSON, compressed (zlib) and in base 64, as browsers unpack it."""
    return base64.b64encode(zlib.compress(json.dumps(numbers).encode(), level=4)).decode()


def all_axes(axes: Iterable[Any]) -> Iterator[Any]:
    """These axes and those inside them, without the scales of colours."""
    for one in axes:
        if one.get_label() != "<colorbar>":
            yield one
            yield from all_axes(one.child_axes)


def series_of(axes: Axes, labels: Mapping[tuple[str, ...], str]) -> Iterator[tuple[str, Points]]:
    """Name and points of each series on the axes; `labels` are those of lines by their looks."""
    counts: Counter[str] = Counter()
    bars = [container for container in axes.containers if isinstance(container, BarContainer)]
    in_bars = {bar for container in bars for bar in container}
    for artist in (*axes.images, *axes.lines, *axes.collections, *bars, *axes.patches, *axes.texts):
        shown = [] if artist in in_bars or is_decoration(artist) else [p for p in points_of(artist) if len(p.x)]
        if not shown:
            continue
        name = plain(artist.get_text()) if isinstance(artist, Text) else label_of(artist)
        if not name:
            like = next((labels[look] for look in looks(artist) if look in labels), "")
            kind = next(word for kind, word in KINDS.items() if isinstance(artist, kind))
            counts[like + kind] += 1
            name = f"{like + ', ' if like else ''}{kind} {counts[like + kind]}"
        for points in shown:
            yield ("number" if points.value is not None and isinstance(artist, Text) else name) + points.suffix, points


def is_decoration(artist: Any) -> bool:
    """Whether an artist is not seen, or has no label and only parts or frames others."""
    if not isinstance(artist, Artist):
        return False  # bars, which are several
    color: Any = "none"
    if isinstance(artist, Line2D | LineCollection):
        color = artist.get_color()
    elif isinstance(artist, Patch) and not artist.get_fill():
        color = artist.get_edgecolor()
    drawn = {to_hex(one) for one in to_rgba_array(color)}
    return not artist.get_visible() or (not label_of(artist) and bool(drawn & set(map(to_hex, HAIRLINES))))


def label_of(artist: Any) -> str:
    """The label that somebody gave; empty for those that matplotlib gives."""
    label = str(artist.get_label() or "")
    return "" if re.fullmatch(r"_(child|container)\d+|_nolegend_", label) else plain(label.removeprefix("_"))


def looks(artist: Any) -> list[tuple[str, ...]]:
    """By what lines that belong together are told, the closer likeness first; nothing for what is no line."""
    if not isinstance(artist, Line2D):
        return []
    dashes = artist.get_linestyle()
    alike = (to_hex(artist.get_color()), str(dashes), str(artist.get_marker()) if dashes == "None" else "")
    return [(*alike, str(artist.get_linewidth()), str(artist.get_alpha())), alike]


def descriptions(axes: Axes) -> Iterator[str]:
    """What stands above and along the axes, and what places on them stand for where words say so."""
    for what, words in (("title", axes.get_title()), ("x", axes.get_xlabel()), ("y", axes.get_ylabel())):
        if words:
            yield f"{what}: {plain(words)}"
    for what, axis in (("x", axes.xaxis), ("y", axes.yaxis)):
        if meanings := words_at_ticks(axis):
            yield f"{what}: {'; '.join(meanings)}"


def words_at_ticks(axis: Axis) -> list[str]:
    """The ticks as "0 = T-shirt" if words stand at them."""
    labels = [plain(label.get_text()) for label in axis.get_ticklabels()]
    if all(re.fullmatch(r"[-+.\de]*|.*mathdefault.*", label) for label in labels):
        return []
    return [f"{place:.6g} = {label}" for place, label in zip(axis.get_ticklocs(), labels, strict=False) if label]


def plain(text: str) -> str:
    """A text of a figure in one line, without signs of matplotlib's mathematics."""
    return " ".join(text.replace("$", "").replace("\N{MINUS SIGN}", "-").split())


def written(numbers: np.ndarray | None, step: int) -> str:
    """Every `step`th number; an empty text if there are none, and a point for one that is not there."""
    if numbers is None or np.isnan(numbers).all():
        return ""
    kept = numbers[::step].tolist()
    return (" ".join(["%.6g"] * len(kept)) % tuple(kept)).replace("nan", ".")
