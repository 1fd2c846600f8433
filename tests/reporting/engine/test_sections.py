"""Sections of a document: findings that are looked up, what they were made of, and numbers of headings."""

from types import ModuleType, SimpleNamespace

import pytest

from reporting.artifacts import Stored, noting
from reporting.engine.errors import RenderError
from reporting.engine.sections import Chapter, Findings, Heading, Section, headings_above, numbered, present

FILE = Stored({name: name.upper() for name in "abcd"}, "x.json")


def section(name, task="task", **parts):
    module = ModuleType(f"reporting.sections.{task}.{name}" if task else f"reporting.sections.{name}")
    vars(module).update(parts)
    return Section(module, task)


FIRST = section("first", find=lambda results, found: FILE["a"])
SECOND = section(
    "second",
    find=lambda results, found: found("first") + FILE["b"],
    figures=lambda results, found: {"figure": [lambda: found("second")]},
    tables=lambda results, found: {"table": lambda: FILE["c"]},
)
LEFT_OUT = section("left_out", find=lambda results, found: None, figures=lambda results, found: {"nothing": []})
WORDS = section("words", None, EQUATIONS={"sum": ("a + b", "a plus b")})
CHAPTERS = (
    Chapter("header", (WORDS,)),
    Chapter("section", (Heading("task", "Task", 2), FIRST, Heading("more", "More", 3), SECOND, LEFT_OUT)),
    Chapter("section", (Heading("end", "End", 2),)),
    Chapter("appendix", (Heading("files", "Files", 2), Heading("inner", "Inner", 3))),
)


@pytest.fixture
def findings():
    return Findings(CHAPTERS, {"task": SimpleNamespace()})


def names(reads):
    return [name for _, name in reads]


def test_findings_are_found_once_under_the_full_name(findings):
    assert findings("task/second") == "AB" and findings("words") is None
    with noting({}) as reads:
        assert findings("task/second") == "AB"
    assert not reads
    with pytest.raises(RenderError, match="there is no section 'task/third'"):
        findings("task/third")


def test_sections_of_a_task_have_short_names_for_each_other(findings):
    heard = []
    found = findings.near(SECOND, then=heard.append)
    assert found("first") == found("task/first") == "A" and heard == ["task/first", "task/first"]
    assert findings.near(WORDS, then=heard.append)("task/first") == "A"


def test_a_section_has_read_what_it_read_itself_and_its_findings_were_made_of_more(findings):
    findings("task/second")
    assert names(findings.own_reads["task/second"]) == ["b"]
    assert names(findings.all_reads("task/second")) == ["b", "a"]


def test_a_figure_has_read_all_that_its_findings_were_made_of(findings):
    (draw,) = findings.parts("figures")["figure"]
    with noting({}) as reads:
        assert draw() == "AB"
    assert names(reads) == ["b", "a"]


def test_a_section_without_anything_to_say_is_left_out(findings):
    assert not findings.shown(LEFT_OUT) and findings.shown(WORDS)
    assert list(findings.parts("figures")) == ["figure"] and list(findings.parts("tables")) == ["table"]
    assert findings.parts("EQUATIONS") == {"sum": ("a + b", "a plus b")}


def test_templates_stand_where_the_modules_do():
    assert (FIRST.name, FIRST.template) == ("task/first", "sections/task/first.html.j2")
    assert (WORDS.name, WORDS.template) == ("words", "sections/words.html.j2")


def test_headings_are_numbered_by_chapter_and_letters_count_the_appendix():
    numbers = {name: number for name, (number, _) in numbered(CHAPTERS).items()}
    assert numbers == {"task": "1", "more": "1.1", "end": "2", "files": "A", "inner": "A.1"}


def test_each_section_stands_below_a_heading():
    above = headings_above(CHAPTERS)
    assert above == {WORDS: "title", FIRST: "task", SECOND: "more", LEFT_OUT: "more"}


def test_a_section_has_a_template_for_each_form():
    in_short = SECOND._replace(form="in_short")
    assert (in_short.name, in_short.template) == ("task/second", "sections/task/second_in_short.html.j2")


def test_what_is_not_shown_is_not_present_nor_is_an_appendix_without_sections(findings):
    full, empty = (
        Chapter("appendix", (Heading(name, name, 2), item)) for name, item in (("a", FIRST), ("b", LEFT_OUT))
    )
    chapters = present((CHAPTERS[1], CHAPTERS[2], empty, full), findings.shown)
    assert [chapter.name for chapter in chapters] == ["task", "end", "a"] and chapters[0].sections == [FIRST, SECOND]
    assert numbered(chapters)["a"][0] == "A"


def test_figures_of_some_sections_alone(findings):
    assert not findings.parts("figures", {"task/first"}) and findings.parts("figures", {"task/second"})
