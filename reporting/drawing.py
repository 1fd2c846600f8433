"""The panels of all figures as SVG, drawn in several processes: drawing takes a third of the report's time."""

import multiprocessing
import os

from reporting.figures import style
from reporting.render import svg_of_figure

GROUPS = 4


class Panels:
    """`figures` maps a figure's name to the functions that draw its panels; all are drawn when the first one is asked for."""

    def __init__(self, figures):
        self.figures, self.drawn = figures, {}

    def svg(self, name, panel):
        """The SVG of one panel, without an alternative text."""
        self.drawn = self.drawn or draw_all(self.figures)
        return self.drawn[name, panel]


def draw_all(figures):
    """(name, panel) -> SVG.

    What matplotlib keeps from one drawing to the next may show in the last digit of another. So the panels are dealt into a
    fixed number of groups, each of which is drawn in order by a process of its own, on however many processors: the report
    is the same byte for byte. The processes are forked, so they have what the functions draw.
    """
    places = [(name, panel) for name, panels in figures.items() for panel in range(len(panels))]
    groups = [
        [(figures[name][panel], f"{name}-{panel}") for name, panel in places[start::GROUPS]] for start in range(GROUPS)
    ]
    processors = len(os.sched_getaffinity(0))
    with multiprocessing.get_context("fork").Pool(processors, receive, (groups,), maxtasksperchild=1) as pool:
        drawn = pool.map(draw_group, range(GROUPS), chunksize=1)
    return {place: drawn[k % GROUPS][k // GROUPS] for k, place in enumerate(places)}


RECEIVED = []  # in a process of the pool: the groups


def receive(groups):
    RECEIVED[:] = groups


def draw_group(number):
    """The SVGs of one group. Ticks are made as a figure is saved, so that too happens in its style."""
    with style():
        return [svg_of_figure(draw(), name) for draw, name in RECEIVED[number]]
