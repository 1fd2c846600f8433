"""The order of the report: a body, and appendices of which any may be left out."""

import re

import pytest

from reporting import document
from reporting.artifacts import APPENDICES, Identity, UserError
from reporting.contents import BODY, DOCUMENT
from reporting.settings import load_judgement
from tests.invented import edits, write_runs
from tests.reporting.stand_ins import without_drawings

IDENTITY = Identity(*"abcdef")


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """Of the reference report's points, so that every appendix is there."""
    runs = write_runs(tmp_path_factory.mktemp("document") / "runs")
    edits.origins.course_data(runs)
    return runs


@pytest.fixture
def report(runs, monkeypatch):
    """A function that returns the report with some appendices, without drawings."""
    without_drawings(monkeypatch)
    return lambda appendices: document.report_document(IDENTITY, runs, None, appendices)


def links_of(html):
    return set(re.findall(r'<a href="#([^"]*)"', html)), set(re.findall(r'\bid="([^"]*)"', html))


def test_the_settings_name_every_appendix_of_the_document():
    assert [chapter.name for chapter in DOCUMENT[len(BODY) :]] == list(APPENDICES)
    assert load_judgement()["appendices"] == list(APPENDICES)


@pytest.mark.parametrize("left_out", [APPENDICES, ("baselines", "calibration"), ("noise", "layers"), ("provenance",)])
def test_nothing_refers_to_an_appendix_that_is_left_out(report, left_out):
    html = report([name for name in APPENDICES if name not in left_out])
    targets, ids = links_of(html)
    assert targets <= ids and not targets & set(left_out) and not re.search("[\ue000-\ue002]", html)
    assert len(re.findall('<section class="(?:appendix|listing)">', html)) == len(APPENDICES) - len(left_out)


def test_every_appendix_is_reached_from_the_body(report):
    html = report(APPENDICES)
    body = html[html.index("<main>") :].split('<section class="appendix">')[0]
    reached, _ = links_of(body)
    headings = {name for name in APPENDICES if f'<h2 id="{name}">' in html}
    tables = {"combinations": "table-regression_trials", "classes": "table-classification_classes"}
    assert headings == set(APPENDICES)
    alone = [name for name in APPENDICES if not {name, tables.get(name)} & reached]
    assert not alone


def test_figures_and_tables_are_numbered_as_they_stand(report):
    html = report(APPENDICES)
    for kind in ("Figure", "Table"):
        numbers = [int(number) for number in re.findall(rf"<b>{kind} (\d+)\.</b>", html)]
        assert numbers == list(range(1, len(numbers) + 1)) and len(numbers) > 10


def test_an_unknown_appendix_is_refused(tmp_path):
    (tmp_path / "own.toml").write_text('[report]\nappendices = ["noises"]\n')
    with pytest.raises(UserError, match="appendices must be one of splits, noise"):
        load_judgement(tmp_path / "own.toml")
    (tmp_path / "none.toml").write_text("[report]\nappendices = []\n")
    assert load_judgement(tmp_path / "none.toml")["appendices"] == []
