"""The list of references: what is cited, all of it, and nothing else."""

import re

import pytest

from reporting import document
from reporting.artifacts import APPENDICES, Identity, known_data
from reporting.document import WORKS
from reporting.engine.citations import load_works
from reporting.engine.errors import RenderError
from reporting.engine.html import TEMPLATES
from tests.invented import write_runs
from tests.reporting.stand_ins import without_drawings

LISTED = re.compile(r'<li id="work-(\w+)">(.*?)</li>', re.DOTALL)
CITED = re.compile(r'<a href="#work-(\w+)">(\d+)</a>')


@pytest.fixture
def report(tmp_path, monkeypatch):
    """A function that returns the report with some appendices, without drawings."""
    without_drawings(monkeypatch)
    return lambda appendices=APPENDICES, **changes: document.report_document(
        Identity(*"abcdef"), write_runs(tmp_path / "runs", **changes), None, appendices
    )


def test_entries_are_complete_and_each_is_cited():
    works, templates = load_works(WORKS), [path.read_text() for path in TEMPLATES.rglob("*.j2")]
    assert list(works) == sorted(works)
    calls = [call for text in templates for call in re.findall(r"page\.cite\(\"(.*?)\"\)", text)]
    cited = {key for call in calls for key in call.split('", "')}
    assert set(works) == cited | set(known_data.WORKS.values())
    for key, work in works.items():
        assert key.endswith(str(work.year)) and work.url.startswith("https://") and all(work)
        assert not re.search(r"[.,] *$", work.authors + work.title + work.where) and work.title[0] != " "


@pytest.mark.parametrize("appendices", [APPENDICES, (), ("noise", "calibration")])
def test_what_is_cited_is_listed_in_the_order_of_the_text(report, appendices):
    html = report(appendices)
    listed, cited = [key for key, _ in LISTED.findall(html)], CITED.findall(html)
    in_order = list(dict.fromkeys(key for key, _ in cited))
    assert listed == in_order and listed[:2] == ["hsu1984", "nadeau2003"]
    assert all(int(number) == listed.index(key) + 1 for key, number in cited)
    assert not re.search("[\ue000-\ue004]", html) and html.index('id="references"') > html.index('id="conclusions"')


def test_a_method_that_a_run_does_not_use_is_not_listed(report):
    assert "rasmussen2006" in dict(LISTED.findall(report()))
    assert "rasmussen2006" not in dict(LISTED.findall(report(switched_off=["regression/baselines"])))


def test_an_unknown_work_stops_the_report(report, monkeypatch):
    works = {key: work for key, work in load_works(WORKS).items() if key != "guo2017"}
    monkeypatch.setattr(document, "load_works", lambda path: works)
    with pytest.raises(RenderError, match="cite guo2017, which the references do not list"):
        report()


def test_no_template_names_a_year_in_place_of_a_citation():
    texts = {path.name: path.read_text() for path in TEMPLATES.rglob("*.j2")}
    assert [name for name, text in texts.items() if re.search(r"\b(?:19|20)\d\d\)|, (?:19|20)\d\d\b", text)] == []
