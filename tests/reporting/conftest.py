"""What several tests of the report share: a built one, and its text without the time that drawing takes."""

import functools
import re

import pytest

from reporting import build_report, contents, render
from reporting.artifacts import Identity
from reporting.figures import layer_name
from reporting.formatting import FILTERS
from tests.example_runs import write_example_runs


@functools.cache
def compiled_templates(folder):
    """Templates that are compiled once for all tests, which takes far longer than to render them."""
    return render.build_environment(folder, FILTERS | {"layer_name": layer_name})


IDENTITY = Identity("University", "Homework", "Subject", "Professor", "Student <b>&", "0042")


@pytest.fixture(scope="session")
def built(tmp_path_factory):
    """A built report of example runs: the folder of its runs."""
    runs = write_example_runs(tmp_path_factory.mktemp("built") / "runs")
    assert build_report.main(["--runs", str(runs)]) == 0
    return runs


@pytest.fixture
def text_of(tmp_path, monkeypatch):
    """A function that returns the report's text, without drawings, for example runs with changes."""

    def draw(figures, drawings, name, alternative, panel=0):
        drawings.place((name, panel))
        return render.labelled("<svg></svg>", alternative)

    monkeypatch.setattr(contents, "draw", draw)
    monkeypatch.setattr(contents, "build_environment", lambda folder, filters: compiled_templates(folder))
    monkeypatch.setattr(contents, "svg_of_equation", lambda tex, words: render.labelled("<svg></svg>", words))
    monkeypatch.setattr(render, "font_faces", lambda text: "")

    def text(change=None, **changes):
        runs = write_example_runs(tmp_path / "runs", **changes)
        if change:
            change(runs)
        document = contents.report_document(IDENTITY, runs)
        return " ".join(re.sub("<[^>]*>", "", document[document.index("<body") :]).split())

    return text
