"""What the terminal says at the end: numbers of the first page, where the report is, and a name that is missing."""

import contextlib
import re
import time

import pypdfium2
import pytest

from reporting import build_report, ending
from reporting.artifacts import Identity
from reporting.contents import DOCUMENT
from reporting.engine.sections import Findings
from reporting.results import load_all_results
from tests.invented import WITHOUT_EXTENDED, write_runs

NOBODY, ADA = (Identity(*"abcd", name, "0042") for name in ("Name Surname", "Ada"))


def findings(folder, **changes):
    return Findings(DOCUMENT, load_all_results(write_runs(folder / "runs", **changes)))


@pytest.fixture
def said(tmp_path):
    """A function that returns the lines at the end of invented runs with changes."""

    def lines(identity=ADA, **changes):
        pdf = tmp_path / "runs" / "report" / "report.pdf"
        return ending.ending(findings(tmp_path, **changes), identity, "mine.toml", pdf, 9).splitlines()

    return lines


def test_every_number_is_one_of_the_first_page(built):
    text = (built / "report" / "inputs").read_text(encoding="utf-8").partition("\n")[2]
    with contextlib.closing(pypdfium2.PdfDocument(built / "report" / "report.pdf")) as pdf:
        page = pdf[0].get_textpage().get_text_bounded()
    numbers = re.findall(r"\d+\.\d+", "\n".join(text.splitlines()[:2]))
    assert len(numbers) == 7 and set(numbers) <= set(re.findall(r"\d+\.\d+", page))
    pages = re.search(r"\((\d+) pages\)", text)[1]
    assert re.search(rf"Page\s+1\s+of\s+{pages}\b", page)


def test_lines_are_short_and_any_terminal_shows_them(tmp_path):
    short = ending.ending(findings(tmp_path), NOBODY, "homework.toml", ending.Path("runs/report/report.pdf"), 25)
    assert all(len(line) <= 100 and line.isascii() for line in short.splitlines())
    assert ending.time_taken(1834.2) == "time:            30 min 34 s"


def test_a_name_that_was_never_written_is_said(said):
    assert said(NOBODY)[-1] == "warning: the name is still 'Name Surname': edit [identity] in mine.toml"
    assert not any("warning" in line for line in said(ADA))
    assert build_report.load_identity(build_report.SHIPPED).student == ending.PLACEHOLDER


@pytest.mark.parametrize(("platform", "opener"), [("linux", "xdg-open"), ("darwin", "open")])
def test_the_command_that_opens_it_can_be_copied(tmp_path, monkeypatch, platform, opener):
    monkeypatch.setattr(ending.sys, "platform", platform)
    text = ending.ending(findings(tmp_path), ADA, "mine.toml", ending.Path("my runs/report.pdf"), 9)
    assert text.splitlines()[-1] == f"to open it:      {opener} 'my runs/report.pdf'"


def test_without_an_extended_network_it_is_not_named(said):
    assert "extended 9" in said()[1] and "extended" not in said(switched_off=WITHOUT_EXTENDED)[1]


def test_a_report_that_is_up_to_date_ends_the_same_way_and_is_not_made_again(tmp_path, capsys, monkeypatch):
    runs = write_runs(tmp_path / "runs")
    monkeypatch.setattr(build_report, "build_report", lambda config, runs: "numbers\nwhere")
    command = ["--runs", str(runs), "--if-changed", "--since", str(time.time() - 3700)]
    assert build_report.main(command) == 0
    assert capsys.readouterr().out == "numbers\nwhere\ntime:            1 h 02 min\n"
    monkeypatch.setattr(build_report, "build_report", None)
    assert build_report.main(command) == 0
    assert capsys.readouterr().out == "numbers\nwhere\ntime:            1 h 02 min\n"
