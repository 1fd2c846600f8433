"""Panels drawn in several processes are those that one would draw, whatever the number of processors."""

import _multiprocessing
import errno
import multiprocessing.synchronize
import os

import pytest

from reporting.artifacts import Stored, noting
from reporting.engine import drawing
from reporting.engine.canvas import HALF, new_figure, style
from reporting.engine.drawing import Panels, begun
from reporting.engine.errors import RenderError
from reporting.engine.figure_numbers import numbers_of_figure, packed
from reporting.engine.formatting import FormattingError, finite
from reporting.engine.svg import svg_of_figure


def draw(name):
    def curve():
        figure = new_figure(HALF, 40)
        axes = figure.subplots()
        axes.plot([0.1, 0.2, -0.3, 0.0], marker="o")
        axes.set_xlabel(name)
        return figure

    return curve


FIGURES = {"first": [draw("a"), draw("b")], **{f"figure {k}": [draw(f"layer {k}")] for k in range(7)}}


def test_panels_are_the_same_to_the_byte_each_time():
    assert begun(FIGURES)() == begun(FIGURES)()


def test_panels_need_no_shared_memory(monkeypatch):
    """Where /dev/shm is missing or read-only, as in some containers, no lock between processes can be made."""

    def missing(*_, **__):
        raise FileNotFoundError(errno.ENOENT, "No such file or directory")

    monkeypatch.setattr(_multiprocessing, "SemLock", missing)
    with pytest.raises(FileNotFoundError):
        multiprocessing.get_context("fork").Lock()
    assert set(begun({"alone": [draw("a")]})()) == {("alone", 0)}


def test_a_process_that_is_ended_is_told_as_such():
    with pytest.raises(RenderError, match="was ended; is memory short"):
        begun({"killed": [lambda: os._exit(9)]})()


def test_each_panel_is_drawn_under_its_name():
    drawn = begun(FIGURES)()
    assert list(drawn) == [("first", 0), ("first", 1), *((f"figure {k}", 0) for k in range(7))]
    with style():
        figure = draw("b")()
        alone, numbers = svg_of_figure(figure, "first-1"), packed(numbers_of_figure(figure, "b"))
    assert drawn["first", 1][0] == alone.replace("<svg ", f'<svg data-numbers="{numbers}" ', 1)
    assert all(f"layer {k}" in drawn[f"figure {k}", 0][0] for k in range(7))


def test_a_mistake_in_a_process_is_told_as_such():
    with pytest.raises(FormattingError):
        begun({"wrong": [lambda: finite(None)]})()


def test_what_a_process_reads_for_a_figure_is_noted_here():
    stored = Stored({"first": "a", "second": "b", "other": "c"}, "runs/x.json")
    figures = {"pair": [lambda: draw(stored["first"])(), lambda: draw(stored["second"])()], "none": [draw("d")]}
    panels = Panels(figures)
    with noting({}) as reads:
        panels.placed("none", 0, "a line")
    assert panels.reads == {"pair": {("runs/x.json", "first"): None, ("runs/x.json", "second"): None}, "none": {}}
    assert not reads


def test_drawings_take_the_places_that_stand_for_them():
    panels = Panels({"a": [draw("x")], "b": [draw("y")]})
    page = f"<p>{panels.placed('b', 0, 'a line')}</p>"
    assert "svg" not in page
    opening, drawing = panels.inserted(page).split("<title>a line</title>")
    assert opening.startswith("<p><svg ") and "y" in drawing and drawing.endswith("</svg>\n</p>")


def test_nothing_is_drawn_until_a_panel_is_placed_and_then_once(monkeypatch):
    calls = []
    monkeypatch.setattr(drawing, "begun", lambda figures: lambda: calls.append(1) or {("a", 0): ("<svg>", {})})
    panels = Panels({"a": [None]})
    assert panels.drawn() == {} and not calls
    page = panels.placed("a", 0, "nothing")
    assert panels.inserted(page) == panels.inserted(page) and calls == [1]
