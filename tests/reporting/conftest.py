"""What several tests of the report share: a built one, and its text without the time that drawing takes."""

import re

import pytest

from reporting import build_report, document
from reporting.artifacts import Identity
from reporting.engine.magnitudes import set_losses
from tests.invented import write_runs
from tests.reporting.stand_ins import without_drawings

IDENTITY = Identity("University", "Homework", "Subject", "Professor", "Student <b>&", "0042")


@pytest.fixture(autouse=True)
def ordinary():
    """Losses of ordinary size, whatever reports were written before in this process."""
    set_losses(1.0)


@pytest.fixture(scope="session")
def built(tmp_path_factory):
    """A built report of invented runs: the folder of its runs."""
    runs = write_runs(tmp_path_factory.mktemp("built") / "runs")
    assert build_report.main(["--runs", str(runs)]) == 0
    return runs


@pytest.fixture
def text_of(tmp_path, monkeypatch):
    """A function that returns the report's text, without drawings: of invented runs with changes, after an edit."""
    without_drawings(monkeypatch)

    def text(edit=None, **changes):
        runs = write_runs(tmp_path / "runs", **changes)
        if edit:
            edit(runs)
        html = document.report_document(IDENTITY, runs)
        return " ".join(re.sub("<[^>]*>", "", html[html.index("<body") :]).split())

    return text
