"""What stands in for the slow parts of a report in tests that read its words."""

from reporting.engine.html import build_environment
from reporting.engine.svg import labelled

DOT = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><path d="M0 0h9v9z"/></svg>'
COMPILED = {}


def draw(document, name, alternative, panel=0):
    """A dot in place of a figure's panel, which is placed and described as ever."""
    document.numbers["drawings"].place((name, panel))
    return labelled(DOT, alternative)


def draw_equation(tex, words):
    """A dot in place of an equation."""
    return labelled(DOT, words)


def compiled_templates(folder, filters):
    """Templates that are compiled once for all tests, which takes far longer than to render them."""
    if folder not in COMPILED:
        COMPILED[folder] = build_environment(folder, filters)
    return COMPILED[folder]
