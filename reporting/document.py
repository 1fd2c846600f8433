"""How the report's chapters become one HTML document."""

import functools
import json
from collections.abc import Container
from pathlib import Path
from typing import Any

from markupsafe import Markup

from reporting import names
from reporting.artifacts import APPENDICES, Identity, Reads, Stored, noting
from reporting.contents import BODY, DOCUMENT
from reporting.engine import formatting
from reporting.engine.citations import Work, citation, cited, load_works, with_citations
from reporting.engine.drawing import Panels
from reporting.engine.fonts import font_faces
from reporting.engine.html import (
    TEMPLATES,
    Numbered,
    build_environment,
    joined,
    reference,
    rendered,
    script_digest,
    settled,
)
from reporting.engine.magnitudes import least_of, set_losses
from reporting.engine.provenance import Reader, Sources, braced, origins
from reporting.engine.sections import (
    IN_SHORT,
    Chapter,
    Findings,
    Heading,
    Section,
    headings_above,
    numbered,
    present,
)
from reporting.engine.svg import svg_of_equation
from reporting.engine.tracing import settled_numbers, standing_in, traced, tracing, untold
from reporting.results import Results, load_all_results, load_published_results, load_reference_report

WORKS = Path(__file__).with_name("references.json")
ABOUT_RUNS = (
    ("table", "runs"),
    ("table", "checklist"),
    *(("heading", name) for name in ("provenance", "checklist", "conclusions")),
)  # what reads every run alike
TABLE = "tables/"  # what the path of a number in a table begins with


def report_document(
    identity: Identity, runs: Path | str, judgement: Stored | None = None, appendices: Container[str] = APPENDICES
) -> str:
    """The report as one HTML document. Raises UserError (ArtifactError, RenderError) if it cannot be made.

    The default of `judgement` is that of the shipped settings; `appendices` names those that are part of the document.
    """
    return Document(identity, load_all_results(runs, judgement), runs, appendices).html()


class Document:
    """One report in the making: its findings, what is numbered in it, and what was read for each of its parts."""

    def __init__(
        self,
        identity: Identity,
        results: dict[str, Results],
        runs: Path | str,
        appendices: Container[str] = APPENDICES,
    ) -> None:
        self.identity, self.results, self.runs = identity, results, runs
        set_losses(least_of([variant.run.metrics["test_loss"] for variant in results["regression"].variants.values()]))
        self.findings = Findings(DOCUMENT, results)
        for name in self.findings.sections:
            self.findings(name)  # all of them, before figures are drawn in processes of their own
        chosen = [chapter for chapter in DOCUMENT if chapter in BODY or chapter.name in appendices]
        self.chapters = present(chosen, self.findings.shown)
        self.outline, self.headings = numbered(self.chapters), headings_above(self.chapters)
        in_full = {section.name: section for section in reversed(self.headings) if section.form != IN_SHORT}
        known = self.findings.parts("figures")
        self.figures = {name: known[name] for name in self.findings.parts("figures", in_full)}
        self.rows = self.findings.parts("tables")
        self.equations = self.findings.parts("EQUATIONS") | self.findings.parts("equations")
        self.panels = Panels(self.figures)
        panels = [(name, panel) for name, drawn in known.items() for panel in range(len(drawn))]
        self.numbers = {
            "figures": Numbered("figure", known),
            "tables": Numbered("table", self.rows),
            "equations": Numbered("equation", self.equations),
            "drawings": Numbered("drawing", panels),
        }
        self.works = load_works(WORKS)
        self.made: dict[Chapter, Markup] = {}  # those that are written so far
        self.complete = len(chosen) == len(DOCUMENT)
        self.rows["origins"] = self.origins
        self.reads: dict[Reader, Reads] = {}
        for section in self.headings:
            if in_full.get(section.name, section) == section:  # what was found stands where the section does in full
                self.reads_below(section).update(self.findings.own_reads[section.name])

    def reads_below(self, section: Section) -> Reads:
        """What is read for the sentences below the heading that a section belongs to."""
        return self.reads.setdefault(("heading", self.headings[section]), {})

    def html(self) -> str:
        """The document; every figure, table and equation of a complete one is placed once, or RenderError is raised."""
        environment = build_environment(TEMPLATES, untold(formatting.FILTERS) | names.FILTERS | {"braced": braced})
        shared = self.context()
        with tracing():
            for chapter in sorted(self.chapters, key=lambda chapter: chapter.name == "references"):  # what others cite
                self.made[chapter] = joined(self.part(part, environment, shared) for part in chapter.parts)
            bodies = [(chapter.kind, self.made[chapter]) for chapter in self.chapters]
        text = rendered(environment.get_template("report.html.j2"), shared | {"bodies": bodies})
        for numbers in self.numbers.values() if self.complete else ():
            numbers.check()
        plain = with_citations(settled(text, self.number_of), list(self.cited()))  # a str: Markup would escape quotes
        page = self.panels.inserted(self.with_sources(plain))
        return page.replace("/*fonts*/", font_faces(page), 1)

    def cited(self) -> dict[str, Work]:
        """The works that the chapters written so far cite, in the order of their first citation."""
        text = "".join(self.made[chapter] for chapter in self.chapters if chapter in self.made)
        return {key: self.works[key] for key in cited(text)}

    def context(self) -> dict[str, Any]:
        """What all templates know."""
        return self.numbers | {
            "identity": self.identity,
            "outline": self.outline,
            "reference": reference,
            "citation": functools.partial(citation, self.works),
            "cited": lambda: self.cited().items(),
            "findings": self.findings,
            "report": load_reference_report(),
            "published": load_published_results(),
            "draw": self.draw,
            "rows_of": self.rows_of,
            "draw_equation": lambda name: svg_of_equation(*self.equations[name]),
            "style": template_text,
            "script": template_text("report.js"),
            "script_digest": script_digest(template_text("report.js")),
        }

    def part(self, part: Heading | Section, environment: Any, shared: dict[str, Any]) -> Markup:
        """A heading or a section as HTML."""
        if isinstance(part, Heading):
            number = self.outline[part.name][0]
            opening = Markup('<h{} id="{}"><span class="number">{}</span> {}</h{}>\n')
            return opening.format(part.level, part.name, number, part.text, part.level)
        with noting(self.reads_below(part)):
            own = {
                "subject": traced(part.module, f"{part.module.__name__.replace('.', '/')}.py:"),
                "task": part.task,
                "results": self.findings.results_of(part),
                "findings": lambda name: self.traced(part.beside(name)),  # whose reads stand with their sections
                "found": self.traced(part.name),
            }
            return standing_in(rendered(environment.get_template(part.template), shared | own), part.name)

    def traced(self, name: str) -> Any:
        """The findings of a section, by whose name a number of them is found again."""
        return traced(self.findings(name), name)

    def number_of(self, kind: str, name: str) -> Any:
        """The number of a figure, table, equation or appendix; None if it is not part of the document."""
        if kind == "appendix":
            return self.outline[name][0] if name in self.outline else None
        return self.numbers[f"{kind.lower()}s"].number(name)

    def draw(self, name: str, alternative: str, panel: int = 0) -> Markup:
        """What stands for the drawing of one panel of a figure, noting that it stands here."""
        self.numbers["drawings"].place((name, panel))
        return self.panels.placed(name, panel, alternative)

    def rows_of(self, name: str) -> Any:
        """The rows of a table, noting what is read for them."""
        with noting(self.reads.setdefault(("table", name), {})):
            return traced(self.rows[name](), f"{TABLE}{name}")

    def with_sources(self, text: str) -> str:
        """The document with the sources of its numbers: elements around them, and what was read for them."""
        sources = Sources(self.reads_of, self.runs)
        text = settled_numbers(text, sources.of)
        return text.replace(
            "/*sources*/", json.dumps(list(sources.listed), ensure_ascii=False).replace("<", r"\u003c"), 1
        )

    def reads_of(self, name: str) -> Reads:
        """What was read for a table or for a section's findings, or for its sentences if it has none."""
        if name.startswith(TABLE):
            return self.reads[("table", name.removeprefix(TABLE))]
        found = self.findings.all_reads(name) if name in self.findings.own_reads else {}
        below = [self.reads_below(section) for section in self.headings if section.name == name]
        return found or {key: None for reads in below for key in reads}

    def origins(self) -> list[Any]:
        """The files that all parts of the document are made of, and what is read of them for which part."""
        placed = self.numbers["figures"].placed
        self.reads |= {("figure", name): reads for name, reads in self.panels.reads.items() if name in placed}
        return origins(self.reads, self.runs, apart=ABOUT_RUNS)


@functools.cache
def template_text(name: str) -> Markup:
    """A file of the templates as it is."""
    return Markup((TEMPLATES / name).read_text(encoding="utf-8"))
