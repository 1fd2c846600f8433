"""What stands in for the slow parts of a report in tests that read its words."""

from reporting import document
from reporting.engine.html import build_environment
from reporting.engine.svg import labelled

DOT = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><path d="M0 0h9v9z"/></svg>'


def draw(document, name, alternative, panel=0):
    """A dot in place of a figure's panel, which is placed and described as ever."""
    document.numbers["drawings"].place((name, panel))
    return labelled(DOT, alternative)


def draw_equation(tex, words):
    """A dot in place of an equation."""
    return labelled(DOT, words)


def made_once(build):
    """`build(folder, filters)`, called once for each folder: compiling templates takes far longer than rendering."""
    made = {}

    def environment(folder, filters):
        if folder not in made:
            made[folder] = build(folder, filters)
        return made[folder]

    return environment


compiled_templates = made_once(build_environment)


def without_drawings(patch, build=compiled_templates):
    """Have reports made without figures, equations and fonts, from the templates of `build(folder, filters)`."""
    patch.setattr(document.Document, "draw", draw)
    patch.setattr(document, "build_environment", build)
    patch.setattr(document, "svg_of_equation", draw_equation)
    patch.setattr(document, "font_faces", lambda text: "")
