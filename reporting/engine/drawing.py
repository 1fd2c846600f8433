"""The panels of all figures as SVG, drawn in several processes: drawing takes a third of the report's time."""

import multiprocessing
import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from reporting.artifacts import Reads, noting
from reporting.engine.canvas import style
from reporting.engine.svg import svg_of_figure

GROUPS = 4
Figures = Mapping[str, Sequence[Callable[[], Any]]]  # a figure's name -> functions that draw its panels
Place = tuple[str, int]  # the figure's name and the panel's number
Group = Sequence[tuple[Callable[[], Any], Place, str]]  # functions that draw panels, and the panels' letters


class Panels:
    """The drawings of all figures, made when the first one is asked for; `reads` then says what each was made of."""

    def __init__(self, figures: Figures) -> None:
        self.figures = figures
        self.drawn: dict[Place, str] = {}
        self.reads: dict[str, Reads] = {}

    def svg(self, name: str, panel: int) -> str:
        """The SVG of one panel, without an alternative text; its `data-numbers` are those that it shows, packed."""
        if not self.drawn:
            for (figure, number), (svg, reads) in draw_all(self.figures).items():
                self.drawn[figure, number] = svg
                self.reads.setdefault(figure, {}).update(reads)
        return self.drawn[name, panel]


def draw_all(figures: Figures) -> dict[Place, tuple[str, Reads]]:
    """(name, panel) -> SVG, and what was read of the runs' files to draw it.

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
    with multiprocessing.get_context("fork").Pool(processors, receive, (groups,), maxtasksperchild=1) as pool:
        drawn = pool.map(draw_group, range(GROUPS), chunksize=1)
    return {place: drawn[k % GROUPS][k // GROUPS] for k, place in enumerate(places)}


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
