"""The panels of all figures as SVG, drawn in several processes: drawing takes a third of the report's time."""

import multiprocessing
import os

from reporting.figures import style
from reporting.render import svg_of_figure


class Panels:
    """`figures` maps a figure's name to the functions that draw its panels; all are drawn when the first one is asked for."""

    def __init__(self, figures):
        self.figures, self.drawn = figures, {}

    def svg(self, name, panel):
        """The SVG of one panel, without an alternative text."""
        self.drawn = self.drawn or draw_all(self.figures)
        return self.drawn[name, panel]


def draw_all(figures):
    """(name, panel) -> SVG. The processes are forked, so they have what the functions draw; a panel is the same in any of them."""
    places = [(name, panel) for name, panels in figures.items() for panel in range(len(panels))]
    processes = min(len(os.sched_getaffinity(0)), len(places))
    if processes < 2:
        return {place: draw_panel(figures, *place) for place in places}
    with multiprocessing.get_context("fork").Pool(processes, initializer=receive, initargs=(figures,)) as pool:
        return dict(zip(places, pool.starmap(draw_received, places, chunksize=1), strict=True))


def draw_panel(figures, name, panel):
    """The SVG of one panel. Ticks are made as a figure is saved, so that too happens in its style."""
    with style():
        return svg_of_figure(figures[name][panel](), f"{name}-{panel}")


RECEIVED = {}  # in a process of the pool: the figures


def receive(figures):
    RECEIVED.update(figures)


def draw_received(name, panel):
    return draw_panel(RECEIVED, name, panel)
