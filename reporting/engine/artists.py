"""What numbers the parts of a matplotlib figure show, in the units of their axes."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from matplotlib.collections import FillBetweenPolyCollection, LineCollection, PathCollection, QuadMesh
from matplotlib.container import BarContainer
from matplotlib.image import AxesImage
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle, StepPatch
from matplotlib.text import Annotation, Text


class Points(NamedTuple):
    """Points (n,); a coordinate that is none of the data's, such as half the height of the axes, is nan."""

    x: np.ndarray
    y: np.ndarray
    value: np.ndarray | None = None  # of an image there, or what is printed there
    suffix: str = ""  # of the series' name, where one artist shows several


@functools.singledispatch
def points_of(artist: Any) -> Iterator[Points]:
    """The points that an artist shows; none of what is decoration."""
    yield from ()


@points_of.register
def _(artist: Line2D) -> Iterator[Points]:
    yield in_data(artist, artist.get_xydata())


@points_of.register
def _(artist: LineCollection) -> Iterator[Points]:
    yield in_data(artist, np.concatenate([np.empty((0, 2)), *(part.reshape(-1, 2) for part in artist.get_segments())]))


@points_of.register
def _(artist: PathCollection) -> Iterator[Points]:  # of scatter
    yield Points(*numbers(artist.get_offsets()).T)


@points_of.register
def _(artist: FillBetweenPolyCollection) -> Iterator[Points]:
    for path in artist.get_paths():  # a start, one edge, an end, the other edge backwards, the start again
        corners = np.asarray(path.vertices)
        one, other = corners[1:-1][: len(corners) // 2 - 1], corners[-2 : len(corners) // 2 : -1]
        for name, end in (("lower", np.minimum), ("upper", np.maximum)):
            yield Points(one[:, 0], end(one[:, 1], other[:, 1]), suffix=f", {name} end")


@points_of.register
def _(artist: BarContainer) -> Iterator[Points]:
    middles = np.array([(bar.get_x() + bar.get_width() / 2, bar.get_y() + bar.get_height() / 2) for bar in artist])
    lengths = np.asarray(artist.datavalues, dtype=float)
    yield Points(middles[:, 0], lengths) if artist.orientation == "vertical" else Points(lengths, middles[:, 1])


@points_of.register
def _(artist: StepPatch) -> Iterator[Points]:
    heights, edges, _ = artist.get_data()
    yield Points((edges[:-1] + edges[1:]) / 2, heights)


@points_of.register
def _(artist: Rectangle) -> Iterator[Points]:
    yield in_data(artist, artist.get_bbox().get_points())


@points_of.register
def _(artist: AxesImage) -> Iterator[Points]:
    left, right, bottom, top = artist.get_extent()
    values = numbers(artist.get_array())
    first, last = (top, bottom) if artist.origin == "upper" else (bottom, top)
    if values.ndim == 2:  # not of colours
        x, y = np.meshgrid(middles(left, right, values.shape[1]), middles(first, last, len(values)))
        yield pixels(x, y, values)


@points_of.register
def _(artist: QuadMesh) -> Iterator[Points]:
    corners, values = np.asarray(artist.get_coordinates()), numbers(artist.get_array())
    x, y = np.moveaxis((corners[:-1, :-1] + corners[1:, 1:]) / 2, -1, 0)
    if values.size == x.size:  # neither of colours nor shaded between the corners
        yield pixels(x, y, values)


@points_of.register
def _(artist: Text) -> Iterator[Points]:
    if artist.get_text().strip():
        place = in_data(artist, [artist.get_position()])
        yield place._replace(value=number_in(artist.get_text()))


@points_of.register
def _(artist: Annotation) -> Iterator[Points]:
    systems = artist.xycoords if isinstance(artist.xycoords, tuple) else (artist.xycoords,) * 2
    x, y = (np.array([place if system == "data" else np.nan]) for place, system in zip(artist.xy, systems, strict=True))
    if artist.get_text().strip():
        yield Points(x, y, number_in(artist.get_text()))


def number_in(text: str) -> np.ndarray | None:
    """The number (1,) that a text is; None for words."""
    try:
        return np.array([float("".join(text.replace("\N{MINUS SIGN}", "-").split()))])
    except ValueError:
        return None


def numbers(values: Any) -> np.ndarray:
    """An array of matplotlib's with nan in place of what is masked."""
    return np.asarray(np.ma.filled(np.ma.asarray(values, dtype=float), np.nan))


def middles(start: float, end: float, count: int) -> np.ndarray:
    """The middles (count,) of equal parts of an interval."""
    return start + (np.arange(count) + 0.5) * (end - start) / count


def pixels(x: np.ndarray, y: np.ndarray, values: np.ndarray) -> Points:
    """The points of an image, row by row, without those that it leaves empty; all of the same number of values."""
    kept = np.isfinite(values.ravel())
    return Points(x.ravel()[kept], y.ravel()[kept], values.ravel()[kept])


def in_data(artist: Any, places: Any) -> Points:
    """Places (n, 2) of an artist without breaks and repetitions; nan for a coordinate that is none of the data's."""
    places = numbers(places)
    places = places[np.isfinite(places).all(axis=1)]
    of_data = artist.get_transform().contains_branch_seperately(artist.axes.transData)
    places = np.where(of_data, places, np.nan)
    repeated = ((places[1:] == places[:-1]) | np.isnan(places[1:])).all(axis=1)
    return Points(*places[np.r_[True, ~repeated][: len(places)]].T)
