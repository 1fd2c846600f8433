"""Panels drawn in several processes are those that one would draw."""

import os

import pytest

from reporting import drawing
from reporting.drawing import Panels, draw_all
from reporting.figures.weights import plot_weights
from reporting.formatting import FormattingError, finite


def figures(values):
    return {
        "first": [lambda: plot_weights({"a": values}, {"a": values})] * 2,
        "second": [lambda: plot_weights({"b": values}, {"b": values})],
    }


def test_processes_draw_what_one_would(monkeypatch):
    values = [[0.1, 0.2, -0.3, 0.0]]
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: {0, 1, 2})
    together = draw_all(figures(values))
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: {0})
    assert together == draw_all(figures(values)) and list(together) == [("first", 0), ("first", 1), ("second", 0)]


def test_a_mistake_in_a_process_is_told_as_such(monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: {0, 1})
    with pytest.raises(FormattingError):
        draw_all({"wrong": [lambda: finite(None)] * 2})


def test_nothing_is_drawn_until_a_panel_is_asked_for_and_then_once(monkeypatch):
    calls = []
    monkeypatch.setattr(drawing, "draw_all", lambda figures: calls.append(1) or {("a", 0): "<svg>"})
    panels = Panels({"a": [None]})
    assert not calls and panels.svg("a", 0) == panels.svg("a", 0) == "<svg>" and calls == [1]
