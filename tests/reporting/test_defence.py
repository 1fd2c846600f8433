"""The defence sheet: its questions and answers follow the runs, and it points where the report's figures stand."""

import contextlib
import re

import numpy as np
import pypdfium2
import pytest

from reporting import build_report, defence, document
from reporting.artifacts import APPENDICES, Identity
from reporting.defence import Numbering, defence_sheet, likeness_of
from reporting.results import load_all_results
from tests.invented import edits, write_runs
from tests.reporting.stand_ins import compiled_templates, without_drawings
from tests.reporting.test_branches import plain_text

IDENTITY = Identity("University", "Homework", "Subject", "Professor", "Ada", "0042")


@pytest.fixture
def sheet_of(tmp_path, monkeypatch):
    """A function that returns the sheet's text: of invented runs with changes, after an edit."""
    without_drawings(monkeypatch)
    monkeypatch.setattr(defence, "build_environment", compiled_templates)
    monkeypatch.setattr(defence, "font_faces", lambda text: "")

    def sheet(edit=None, appendices=APPENDICES, **changes):
        runs = write_runs(tmp_path / "runs", **changes)
        if edit:
            edit(runs)
        report = document.Document(IDENTITY, load_all_results(runs), runs, appendices)
        report.html()
        return plain_text(defence_sheet(report))

    return sheet


def questions(text):
    return re.findall(r"(?:Why|What|Which|How|Did|Does|Can) [^?.]*\?", text)


def test_about_a_dozen_questions_are_answered_in_a_few_sentences_each(sheet_of):
    text = sheet_of()
    asked = questions(text)
    assert 12 <= len(asked) <= 16 and len(set(asked)) == len(asked)
    answers = re.split("|".join(map(re.escape, asked)), text)[1:]
    assert all(1 < len(answer.split(". ")) < 8 for answer in answers)
    assert all(re.search("(Figure|Table|appendix) [0-9A-Z]", answer) for answer in answers)


@pytest.mark.parametrize(
    ("off", "question"),
    [
        ("regression/initialisation", "What does the initialisation decide?"),
        ("regression/baselines", "Does a network do better than a simpler model?"),
    ],
)
def test_a_question_whose_finding_is_missing_is_left_out(sheet_of, off, question):
    assert question in sheet_of() and question not in sheet_of(switched_off=[off])


def test_without_further_seeds_nothing_is_said_of_another_seed(sheet_of):
    seeds = [f"regression/{name}_seeds" for name in ("reference", "tuned")]
    seeds += [f"classification/{name}_seeds" for name in ("reference", "tuned", "extended")]
    assert "What would another seed change?" not in sheet_of(switched_off=seeds)
    assert "What would another seed change?" in sheet_of(switched_off=seeds[:4])


def test_without_gaps_nothing_is_asked_of_them(sheet_of):
    assert "bands in the gaps" in sheet_of() and "bands in the gaps" not in sheet_of(edits.regression.no_gaps)


def test_the_answers_follow_the_losses(sheet_of):
    better, worse = (sheet_of(regression_error={"reference": a, "tuned": b}) for a, b in ((0.9, 0.1), (0.1, 0.9)))
    words = "By test MSE the tuned configuration of the regression is {} than the reference configuration"
    assert words.format("better") in better and words.format("worse") in worse


def test_what_is_pointed_at_has_the_numbers_of_the_report(sheet_of, tmp_path):
    """Of the whole report, and of one whose appendices are left out."""
    for appendices in (APPENDICES, ()):
        text = sheet_of(appendices=appendices)
        page = document.report_document(IDENTITY, tmp_path / "runs", None, appendices)
        number = re.search(r'<figure id="figure-classification_confusion">.*?<b>Figure (\d+)', page, re.DOTALL)[1]
        assert f"(Figure {number})" in text
        assert ("appendix" in text.split("numbered as in the report.")[1]) == bool(appendices)


def test_a_report_without_drawings_has_the_same_numbers(tmp_path, monkeypatch):
    runs = write_runs(tmp_path / "runs")
    numbering = Numbering(IDENTITY, load_all_results(runs), runs)
    numbering.html()
    without_drawings(monkeypatch)
    report = document.Document(IDENTITY, load_all_results(runs), runs)
    report.html()
    for kind in ("figures", "tables", "equations", "drawings"):
        assert numbering.numbers[kind].placed == report.numbers[kind].placed != []


def test_likeness_is_the_share_of_pairs_that_are_less_alike():
    rng = np.random.default_rng(0)
    first, other, third = rng.normal(size=(3, 6, 6))
    images = np.stack([first, first + 0.01 * other, other, third])
    close, far = likeness_of(images, 0, 1), likeness_of(images, 2, 3)
    assert close.correlation > 0.99 and close.share == 1 and close.alike
    assert far.share < 1 and not far.alike


def test_the_pdf_has_two_pages_and_the_same_bytes_again(tmp_path, capsys):
    runs = write_runs(tmp_path / "runs")
    command = ["--runs", str(runs), "--defence"]
    assert build_report.main(command) == 0
    path = runs / "report" / "defence.pdf"
    assert capsys.readouterr() == (f"{path} (2 pages)\n", "")
    content = path.read_bytes()
    assert build_report.main(command) == 0 and path.read_bytes() == content
    with contextlib.closing(pypdfium2.PdfDocument(path)) as pdf:
        assert len(pdf) == 2 and "Why tanh in the first layer?" in pdf[0].get_textpage().get_text_bounded()
    assert [path.name for path in (runs / "report").iterdir()] == ["defence.pdf"]


def test_the_page_holds_the_questions_too_and_leads_to_them(tmp_path, monkeypatch):
    without_drawings(monkeypatch)
    runs = write_runs(tmp_path / "runs")
    report = document.Document(IDENTITY, load_all_results(runs), runs)
    page = report.html()
    extended = defence.with_questions(page, report)
    section = extended.split('<h2 id="questions">')[1].split("</section>")[0]
    assert '<a href="#questions">' in extended.split("<main>")[0]
    assert "<h2" not in section and section.count("<h4>") > 8 and not re.search("[\ue000-\uf8ff]", section)
    targets = re.findall(r'href="#([^"]*)"', section)
    assert len(targets) > 10 and all(f'id="{target}"' in page for target in targets)
    assert section.count("<h3>") == 3
