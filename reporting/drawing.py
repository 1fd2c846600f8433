"""The panels of all figures as SVG, drawn when the first one is asked for."""

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
    """(name, panel) -> SVG, in order: what matplotlib keeps from one drawing to the next may show in the last digit of another."""
    return {(name, panel): draw_panel(figures, name, panel) for name, panels in figures.items() for panel in range(len(panels))}


def draw_panel(figures, name, panel):
    """The SVG of one panel. Ticks are made as a figure is saved, so that too happens in its style."""
    with style():
        return svg_of_figure(figures[name][panel](), f"{name}-{panel}")
