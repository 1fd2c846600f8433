"""What stands in for the slow parts of a report in tests that read its words."""

import functools

from reporting import render
from reporting.figures import layer_name
from reporting.formatting import FILTERS

DOT = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><path d="M0 0h9v9z"/></svg>'


def draw(figures, drawings, name, alternative, panel=0):
    """A dot in place of a figure's panel, which is placed and described as ever."""
    drawings.place((name, panel))
    return render.labelled(DOT, alternative)


def draw_equation(tex, words):
    """A dot in place of an equation."""
    return render.labelled(DOT, words)


@functools.cache
def compiled_templates(folder):
    """Templates that are compiled once for all tests, which takes far longer than to render them."""
    return render.build_environment(folder, FILTERS | {"layer_name": layer_name})
