"""The panels of all figures as SVG, drawn in several processes: drawing takes a third of the report's time."""

import functools
import multiprocessing
import os
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from markupsafe import Markup

from reporting.artifacts import Reads, noting
from reporting.engine.canvas import style
from reporting.engine.svg import labelled, svg_of_figure

GROUPS = 4
Figures = Mapping[str, Sequence[Callable[[], Any]]]  # a figure's name -> functions that draw its panels
Place = tuple[str, int]  # the figure's name and the panel's number
Collect = Callable[[], dict[Place, tuple[str, Reads]]]
PLACED = re.compile(r"<!--drawing (\S+) (\d+)-->")
Group = Sequence[tuple[Callable[[], Any], Place, str]]  # functions that draw panels, and the panels' letters


class Panels:
    """The drawings of all figures, made by other processes from when the first one is placed on."""

    def __init__(self, figures: Figures) -> None:
        self.figures = figures
        self.collect: Collect | None = None
        self.alternatives: dict[Place, str] = {}

    def placed(self, name: str, panel: int, alternative: str) -> Markup:
        """What stands for a panel until `inserted` puts the drawing with this alternative text in its place."""
        if not self.collect:
            self.collect = functools.cache(begun(self.figures))
        self.alternatives[name, panel] = alternative
        return Markup("<!--drawing {} {}-->").format(name, panel)

    def inserted(self, text: str) -> str:
        """The text with the drawings; the `data-numbers` of each are those that it shows, packed."""

        def drawing(match: re.Match[str]) -> str:
            place = match[1], int(match[2])
            return labelled(self.drawn()[place][0], self.alternatives[place])

        return PLACED.sub(drawing, text)

    def drawn(self) -> dict[Place, tuple[str, Reads]]:
        """(name, panel) -> SVG, and what was read to draw it; empty if none was placed."""
        return self.collect() if self.collect else {}

    @property
    def reads(self) -> dict[str, Reads]:
        """What each figure was made of."""
        found: dict[str, Reads] = {}
        for (name, _), (_, reads) in self.drawn().items():
            found.setdefault(name, {}).update(reads)
        return found


def begun(figures: Figures) -> Collect:
    """Begin to draw all panels; returns a function that waits for them: (name, panel) -> SVG, and what was read for it.

    The result is the same byte for byte on any number of processors. matplotlib keeps state between drawings, which may
    change the last digits of the next one. So the panels are dealt into a fixed number of groups, and each group is
    drawn in order by a new process. The processes are forked, so the functions need not be pickled.
    """
    import matplotlib.backends.backend_svg  # noqa: F401

    import reporting.engine.figure_numbers  # noqa: F401 - both loaded once here rather than in every process

    places = [(name, panel) for name, panels in figures.items() for panel in range(len(panels))]
    letters = [chr(ord("a") + panel) if len(figures[name]) > 1 else "" for name, panel in places]
    drawers = [
        (figures[name][panel], (name, panel), letter) for (name, panel), letter in zip(places, letters, strict=True)
    ]
    groups = [drawers[start::GROUPS] for start in range(GROUPS)]
    processors = len(os.sched_getaffinity(0))
    pool = multiprocessing.get_context("fork").Pool(processors, receive, (groups,), maxtasksperchild=1)
    pending = pool.map_async(draw_group, range(GROUPS), chunksize=1)

    def collect() -> dict[Place, tuple[str, Reads]]:
        with pool:
            drawn = pending.get()
        return {place: drawn[k % GROUPS][k // GROUPS] for k, place in enumerate(places)}

    return collect


RECEIVED: list[Group] = []  # the groups, in a process of the pool


def receive(groups: Sequence[Group]) -> None:
    """Keep the groups in a process of the pool that has just started."""
    RECEIVED[:] = groups


def draw_group(number: int) -> list[tuple[str, Reads]]:
    """The SVGs of one group and what was read for each."""
    from reporting.engine.figure_numbers import numbers_of_figure, packed

    drawn = []
    with style():  # saving too, since ticks are made then
        for draw, (name, panel), letter in RECEIVED[number]:
            with noting({}) as reads:
                figure = draw()
            svg = svg_of_figure(figure, f"{name}-{panel}")
            numbers = packed(numbers_of_figure(figure, letter))
            drawn.append((svg.replace("<svg ", f'<svg data-numbers="{numbers}" ', 1), reads))
    return drawn
