"""The parts that a document is made of, and what each of them finds, draws and reads.

A section is a module with a template of the same name. It may stand in several places, each time in another form with
a template of its own: a sentence in the body in place of an appendix, or its tables alone. The module may define

    find(results, found)     its findings, on which the sentences of the template hang; None: the section is left out
    figures(results, found)  figure name -> functions that draw its panels
    tables(results, found)   table name -> function that returns its rows
    EQUATIONS                equation name -> (formula in TeX's notation, the same in words)
    equations(results, found)  such equations that depend on the results

`results` are those of the section's task (of all tasks, for a section of none), and `found("name")` are the findings of
another section of the task, `found("task/name")` of any one.

What is read of recorded files is noted for the figure, the table or the section that is being made. For a figure or a
table that includes what the findings that it asks for were made of: so `found` is called where something is drawn, not
before. A section that asks for the findings of another one has not read what those were made of.
"""

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from types import ModuleType
from typing import Any, NamedTuple

from reporting.artifacts import Reads, note, noting
from reporting.engine.errors import RenderError

Found = Callable[[str], Any]
IN_SHORT = "in_short"  # the form of a section that stands for its full one in an appendix
APPENDICES = ("appendix", "listing")  # kinds of chapters behind the body


class Heading(NamedTuple):
    name: str  # by which links find it
    text: str
    level: int  # 2 for a chapter, 3 below it


class Section(NamedTuple):
    module: ModuleType
    task: str | None = None
    form: str = ""  # which of its templates

    @property
    def name(self) -> str:
        """The module's own name, behind that of the task."""
        own = self.module.__name__.rpartition(".")[2]
        return f"{self.task}/{own}" if self.task else own

    @property
    def template(self) -> str:
        """reporting.sections.shared.search has sections/shared/search.html.j2, in a form search_<form>.html.j2."""
        path = "/".join(self.module.__name__.split(".")[1:])
        return f"{path}_{self.form}.html.j2" if self.form else f"{path}.html.j2"

    def beside(self, name: str) -> str:
        """The full name of a section that has this short one among those of the task."""
        return name if "/" in name or not self.task else f"{self.task}/{name}"

    def part(self, what: str, *arguments: Any) -> dict[str, Any]:
        """The module's figures, tables or equations; empty if it has none."""
        value = getattr(self.module, what, {})
        return value(*arguments) if callable(value) else value


class Chapter(NamedTuple):
    kind: str  # of its HTML: "header", "section", "appendix", or "listing" for an appendix of long tables
    parts: tuple[Heading | Section, ...]

    @property
    def name(self) -> str:
        """That of its first heading; "title" where it has none."""
        return next((part.name for part in self.parts if isinstance(part, Heading)), "title")

    @property
    def sections(self) -> list[Section]:
        return [part for part in self.parts if isinstance(part, Section)]


class Findings:
    """What all sections find, each computed when it is first asked for."""

    def __init__(self, chapters: Iterable[Chapter], results: Mapping[str, Any]) -> None:
        self.sections = {section.name: section for chapter in chapters for section in chapter.sections}
        self.results = results
        self.known: dict[str, Any] = {}
        self.own_reads: dict[str, Reads] = {}  # what a section read for its findings
        self.taken: dict[str, set[str]] = {}  # the sections whose findings it took for them

    def __call__(self, name: str) -> Any:
        """The findings of a section; None if it has none."""
        if name not in self.sections:
            raise RenderError(f"there is no section {name!r} in the document")
        if name not in self.known:
            section, self.taken[name] = self.sections[name], set()
            find = getattr(section.module, "find", None)
            with noting({}) as self.own_reads[name]:
                found = self.near(section, then=self.taken[name].add)
                self.known[name] = find and find(self.results_of(section), found)
        return self.known[name]

    def all_reads(self, name: str) -> Reads:
        """What the findings of a section were made of, those that it took from others included."""
        reads = dict(self.own_reads[name])
        for other in sorted(self.taken[name]):
            reads |= self.all_reads(other)
        return reads

    def note_reads(self, name: str) -> None:
        """Note all reads of a section's findings, as if they were made here."""
        note(self.all_reads(name))

    def near(self, section: Section, then: Callable[[str], object]) -> Found:
        """These findings under the short names that sections of a task have for each other.

        `then` is called with the full name of those that were asked for.
        """

        def found(name: str) -> Any:
            full = section.beside(name)
            value = self(full)
            then(full)
            return value

        return found

    def results_of(self, section: Section) -> Any:
        return self.results[section.task] if section.task else self.results

    def shown(self, section: Section) -> bool:
        """Whether the section is part of the document: it has something to say, or nothing to find."""
        return self(section.name) is not None or not hasattr(section.module, "find")

    def parts(self, what: str, among: Container[str] | None = None) -> dict[str, Any]:
        """The figures, tables or equations of all sections that are shown (or of those named `among` them), by name."""
        collected: dict[str, Any] = {}
        for section in filter(self.shown, self.sections.values()):
            if among is not None and section.name not in among:
                continue
            found = self.near(section, then=self.note_reads)
            arguments = () if what == "EQUATIONS" else (self.results_of(section), found)
            collected |= section.part(what, *arguments)
        return collected


def present(chapters: Iterable[Chapter], shown: Callable[[Section], bool]) -> tuple[Chapter, ...]:
    """The chapters without the sections that are not shown, and without appendices that would be empty."""
    left = [
        chapter._replace(parts=tuple(part for part in chapter.parts if isinstance(part, Heading) or shown(part)))
        for chapter in chapters
    ]
    return tuple(chapter for chapter in left if chapter.sections or chapter.kind not in APPENDICES)


def numbered(chapters: Sequence[Chapter]) -> dict[str, tuple[str, Heading]]:
    """Heading name -> its number and itself: chapters 1, 2, ... with 1.1, 1.2, ... below, appendices A, B, ..."""
    listed: dict[str, tuple[str, Heading]] = {}
    counts = {False: 0, True: 0}  # chapters of the body, appendices
    number, below = "", 0
    for chapter in chapters:
        for heading in (part for part in chapter.parts if isinstance(part, Heading)):
            if heading.level == 2:
                lettered = chapter.kind in APPENDICES
                counts[lettered] += 1
                number, below = chr(ord("A") + counts[True] - 1) if lettered else str(counts[False]), 0
            else:
                below += 1
            listed[heading.name] = (number if heading.level == 2 else f"{number}.{below}"), heading
    return listed


def headings_above(chapters: Sequence[Chapter]) -> dict[Section, str]:
    """Section -> the name of the last heading before it; "title" where there is none."""
    above: dict[Section, str] = {}
    last = "title"
    for part in (part for chapter in chapters for part in chapter.parts):
        if isinstance(part, Heading):
            last = part.name
        else:
            above[part] = last
    return above
