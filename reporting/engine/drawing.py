"""The panels of all figures as SVG, drawn in several processes: drawing takes a third of the report's time."""

import functools
import multiprocessing
import re
from collections.abc import Callable, Mapping, Sequence
from multiprocessing.connection import Connection
from typing import Any

from markupsafe import Markup

from reporting.artifacts import Reads, noting
from reporting.engine.canvas import style
from reporting.engine.errors import RenderError
from reporting.engine.svg import labelled, svg_of_figure

GROUPS = 2  # more of them slow down what goes on meanwhile where processors are few
Figures = Mapping[str, Sequence[Callable[[], Any]]]  # a figure's name -> functions that draw its panels
Place = tuple[str, int]  # the figure's name and the panel's number
Collect = Callable[[], dict[Place, tuple[str, Reads]]]
PLACED = re.compile(r"<!--drawing (\S+) (\d+)-->")
Group = Sequence[tuple[Callable[[], Any], Place, str]]  # functions that draw panels, and the panels' letters


class Panels:
    """The drawings of all figures, made by other processes from when the first one is placed on."""

    def __init__(self, figures: Figures) -> None:
        self.figures = figures
        self.meanwhile: Callable[[], object] = lambda: None  # what is done before the drawings are waited for
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
        if not self.collect:
            return {}
        self.meanwhile()
        return self.collect()

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
    # All of them are forked here: later, while this process goes on, forking could copy a lock that is just held
    connections = [drawn_apart(drawers[start::GROUPS]) for start in range(GROUPS)]

    def collect() -> dict[Place, tuple[str, Reads]]:
        drawn = [received(connection) for connection in connections]
        return {place: drawn[k % GROUPS][k // GROUPS] for k, place in enumerate(places)}

    return collect


def drawn_apart(group: Group) -> Connection:
    """Begin to draw a group in a new process; returns the end of a pipe for its drawings, or its error."""
    context = multiprocessing.get_context("fork")
    here, there = context.Pipe(duplex=False)
    context.Process(target=send_drawings, args=(group, there), daemon=True).start()
    there.close()  # so that the end of the process is the end of the pipe
    return here


def send_drawings(group: Group, connection: Connection) -> None:
    """Draw a group and send it through a pipe; the error, if there is one."""
    try:
        connection.send(draw_group(group))
    except Exception as error:
        connection.send(error)


def received(connection: Connection) -> list[tuple[str, Reads]]:
    """What a process drew; raises its error, or RenderError if it was ended."""
    with connection:
        try:
            drawn = connection.recv()
        except EOFError:
            raise RenderError(
                "a process that drew figures was ended; is memory short? run 'make report' again"
            ) from None
    if isinstance(drawn, Exception):
        raise drawn
    return drawn


def draw_group(group: Group) -> list[tuple[str, Reads]]:
    """The SVGs of one group and what was read for each."""
    from reporting.engine.figure_numbers import numbers_of_figure, packed

    drawn = []
    with style():  # saving too, since ticks are made then
        for draw, (name, panel), letter in group:
            with noting({}) as reads:
                figure = draw()
            svg = svg_of_figure(figure, f"{name}-{panel}")
            numbers = packed(numbers_of_figure(figure, letter))
            drawn.append((svg.replace("<svg ", f'<svg data-numbers="{numbers}" ', 1), reads))
    return drawn
