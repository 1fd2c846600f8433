"""What several tests of the report share: a built one, and its text without the time that drawing takes."""

import re

import pytest

from reporting import build_report, document
from reporting.artifacts import Identity
from tests.example_runs import write_example_runs
from tests.reporting.stand_ins import compiled_templates, draw, draw_equation

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
    monkeypatch.setattr(document.Document, "draw", draw)
    monkeypatch.setattr(document, "build_environment", compiled_templates)
    monkeypatch.setattr(document, "svg_of_equation", draw_equation)
    monkeypatch.setattr(document, "font_faces", lambda text: "")

    def text(change=None, **changes):
        runs = write_example_runs(tmp_path / "runs", **changes)
        if change:
            change(runs)
        html = document.report_document(IDENTITY, runs)
        return " ".join(re.sub("<[^>]*>", "", html[html.index("<body") :]).split())

    return text
