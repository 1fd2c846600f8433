"""The report: an ordered list of chapters, headings and sections, and how it becomes one HTML document."""

import functools
import importlib
from collections.abc import Container, Sequence
from pathlib import Path
from typing import Any

from markupsafe import Markup

from reporting import names
from reporting.artifacts import APPENDICES, TASKS, Identity, Reads, Stored, noting
from reporting.engine import formatting
from reporting.engine.drawing import Panels
from reporting.engine.fonts import font_faces
from reporting.engine.html import (
    TEMPLATES,
    Numbered,
    build_environment,
    reference,
    rendered,
    script_digest,
    settled,
)
from reporting.engine.provenance import Reader, braced, origins
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
from reporting.engine.svg import labelled, svg_of_equation
from reporting.results import Results, load_all_results, load_published_results, load_reference_report


def section(name: str, task: str | None = None) -> Section:
    """The Section of a module below reporting.sections, "module" or "module:form"; a task's folder names its task."""
    module, _, form = name.partition(":")
    folder = module.partition(".")[0]
    return Section(importlib.import_module(f"reporting.sections.{module}"), folder if folder in TASKS else task, form)


def task_chapter(task: str, introduction: Sequence[str], solutions: Sequence[str], analysis: Sequence[str]) -> Chapter:
    """The chapter of a task, parted as the reference report's."""
    parts: list[Heading | Section] = [Heading(task, f"{task.capitalize()} Task", 2)]
    for name, sections in (("introduction", introduction), ("solutions", solutions), ("analysis", analysis)):
        parts += [Heading(f"{task}-{name}", name.capitalize(), 3), *(section(part, task) for part in sections)]
    return Chapter("section", tuple(parts))


def appendix(name: str, text: str, *sections: str, kind: str = "appendix") -> Chapter:
    """An appendix; its sections shared by the tasks stand in it once for each."""
    listed = [section(part, task) for part in sections for task in (TASKS if part.startswith("shared.") else [None])]
    return Chapter(kind, (Heading(name, text, 2), *listed))


BODY = (
    Chapter("header", (section("title"),)),
    task_chapter(
        "regression",
        introduction=["regression.data"],
        solutions=[
            "regression.settings",
            "shared.architecture",
            "regression.splits:in_short",
            "shared.search",
            "regression.results",
            "regression.noise:in_short",
            "regression.ensemble",
            "regression.baselines:in_short",
            "regression.report:in_short",
        ],
        analysis=[
            "shared.weights",
            "shared.units",
            "shared.activations",
            "regression.smaller:in_short",
            "regression.initialisation:in_short",
            "shared.switched_off",
        ],
    ),
    task_chapter(
        "classification",
        introduction=["classification.data"],
        solutions=[
            "classification.settings",
            "shared.architecture",
            "shared.search",
            "classification.results",
            "classification.loss:in_short",
            "classification.ladder",
            "classification.mistakes",
            "classification.calibration:in_short",
        ],
        analysis=[
            "shared.weights",
            "shared.units",
            "shared.activations",
            "classification.smaller:in_short",
            "classification.fields",
            "classification.filters",
            "shared.switched_off",
        ],
    ),
    Chapter("section", (Heading("conclusions", "Conclusions and Limits", 2), section("conclusions"))),
)
DOCUMENT = (
    *BODY,
    appendix("splits", "How the Points Are Split", "regression.splits"),
    appendix("noise", "The Noise Floor", "regression.noise"),
    appendix("bands", "Bands and Their Coverage", "regression.ensemble:bands"),
    appendix("baselines", "Baselines", "regression.baselines"),
    appendix("reference", "The Reference Report’s Losses", "regression.report"),
    appendix("initialisation", "Initialisation", "regression.initialisation"),
    appendix("smaller", "Smaller Networks", "regression.smaller", "classification.smaller", "regression.variations"),
    appendix(
        "configurations",
        "Settings in Full",
        "regression.settings:table",
        "classification.settings:table",
        "classification.results:details",
    ),
    appendix("double_softmax", "The Loss of the Reference Report", "classification.loss"),
    appendix("published", "Published Accuracies", "classification.ladder:published"),
    appendix("classes", "Classes and Suspected Labels", "classification.mistakes:classes"),
    appendix("calibration", "Calibration", "classification.calibration"),
    appendix(
        "layers",
        "Layers in Numbers",
        "shared.weights:table",
        "shared.activations:table",
        "classification.fields:table",
        "classification.filters:deeper",
    ),
    appendix("combinations", "All Combinations", "shared.search:details", "combinations", kind="listing"),
    appendix("provenance", "Provenance", "provenance", kind="listing"),  # last, as it lists what the others read
)

ABOUT_RUNS = (("table", "runs"), ("heading", "provenance"), ("heading", "conclusions"))  # what reads every run alike


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
        self.findings = Findings(DOCUMENT, results)
        for name in self.findings.sections:
            self.findings(name)  # all of them, before figures are drawn in processes of their own
        chosen = [chapter for chapter in DOCUMENT if chapter in BODY or chapter.name in appendices]
        self.chapters = present(chosen, self.findings.shown)
        self.outline, self.headings = numbered(self.chapters), headings_above(self.chapters)
        in_full = {section.name: section for section in reversed(self.headings) if section.form != IN_SHORT}
        known = self.findings.parts("figures")
        self.figures = {name: known[name] for name in self.findings.parts("figures", in_full)}
        self.rows, self.equations = self.findings.parts("tables"), self.findings.parts("EQUATIONS")
        self.panels = Panels(self.figures)
        panels = [(name, panel) for name, drawn in known.items() for panel in range(len(drawn))]
        self.numbers = {
            "figures": Numbered("figure", known),
            "tables": Numbered("table", self.rows),
            "equations": Numbered("equation", self.equations),
            "drawings": Numbered("drawing", panels),
        }
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
        environment = build_environment(TEMPLATES, formatting.FILTERS | names.FILTERS | {"braced": braced})
        shared = self.context()
        bodies = [
            (chapter.kind, Markup("").join(self.part(part, environment, shared) for part in chapter.parts))
            for chapter in self.chapters
        ]
        text = rendered(environment.get_template("report.html.j2"), shared | {"bodies": bodies})
        for numbers in self.numbers.values() if self.complete else ():
            numbers.check()
        return settled(text, self.number_of).replace(
            "/*fonts*/", font_faces(text), 1
        )  # a str, since Markup would escape the quotes

    def context(self) -> dict[str, Any]:
        """What all templates know."""
        return self.numbers | {
            "identity": self.identity,
            "outline": self.outline,
            "reference": reference,
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
                "subject": part.module,
                "task": part.task,
                "results": self.findings.results_of(part),
                "findings": self.findings.near(part, then=lambda name: None),  # whose reads stand with their sections
                "found": self.findings(part.name),
            }
            return rendered(environment.get_template(part.template), shared | own)

    def number_of(self, kind: str, name: str) -> Any:
        """The number of a figure, table, equation or appendix; None if it is not part of the document."""
        if kind == "appendix":
            return self.outline[name][0] if name in self.outline else None
        return self.numbers[f"{kind.lower()}s"].number(name)

    def draw(self, name: str, alternative: str, panel: int = 0) -> Markup:
        """The SVG of one panel of a figure with its alternative text, noting that it stands here."""
        self.numbers["drawings"].place((name, panel))
        return labelled(self.panels.svg(name, panel), alternative)

    def rows_of(self, name: str) -> Any:
        """The rows of a table, noting what is read for them."""
        with noting(self.reads.setdefault(("table", name), {})):
            return self.rows[name]()

    def origins(self) -> list[Any]:
        """The files that all parts of the document are made of, and what is read of them for which part."""
        placed = self.numbers["figures"].placed
        self.reads |= {("figure", name): reads for name, reads in self.panels.reads.items() if name in placed}
        return origins(self.reads, self.runs, apart=ABOUT_RUNS)


@functools.cache
def template_text(name: str) -> Markup:
    """A file of the templates as it is."""
    return Markup((TEMPLATES / name).read_text(encoding="utf-8"))
