"""The report: an ordered list of chapters, headings and sections, and how it becomes one HTML document."""

import functools
import importlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from markupsafe import Markup

from reporting import names
from reporting.artifacts import Identity, Reads, Stored, noting
from reporting.engine import formatting
from reporting.engine.drawing import Panels
from reporting.engine.fonts import font_faces
from reporting.engine.html import TEMPLATES, Numbered, build_environment, rendered, script_digest
from reporting.engine.provenance import Reader, braced, origins
from reporting.engine.sections import Chapter, Findings, Heading, Section, headings_above, numbered
from reporting.engine.svg import labelled, svg_of_equation
from reporting.results import Results, load_all_results, load_published_results, load_reference_report


def chapter(task: str | None, *parts: Heading | str, kind: str = "section") -> Chapter:
    """A Chapter of headings and sections of a task; a section is named by its module below reporting.sections."""
    return Chapter(kind, tuple(part if isinstance(part, Heading) else section(part, task) for part in parts))


def section(name: str, task: str | None) -> Section:
    return Section(importlib.import_module(f"reporting.sections.{name}"), task)


def task_chapter(task: str, introduction: Sequence[str], solutions: Sequence[str], analysis: Sequence[str]) -> Chapter:
    """The chapter of a task, parted as the reference report's."""
    parts: list[Heading | str] = [Heading(task, f"{task.capitalize()} Task", 2)]
    for name, sections in (("introduction", introduction), ("solutions", solutions), ("analysis", analysis)):
        parts += [Heading(f"{task}-{name}", name.capitalize(), 3), *sections]
    return chapter(task, *parts)


DOCUMENT = (
    chapter(None, "title", kind="header"),
    task_chapter(
        "regression",
        introduction=["regression.data"],
        solutions=[
            "regression.settings",
            "shared.architecture",
            "regression.splits",
            "shared.search",
            "regression.results",
            "regression.noise",
            "regression.ensemble",
            "regression.baselines",
            "regression.report",
        ],
        analysis=[
            "shared.weights",
            "shared.units",
            "regression.smaller",
            "shared.activations",
            "regression.initialisation",
            "regression.variations",
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
            "classification.loss",
            "classification.ladder",
            "classification.mistakes",
            "classification.calibration",
        ],
        analysis=[
            "shared.weights",
            "shared.units",
            "classification.smaller",
            "shared.activations",
            "classification.fields",
            "classification.filters",
            "shared.switched_off",
        ],
    ),
    chapter(None, Heading("conclusions", "Conclusions and Limits", 2), "conclusions"),
    chapter(
        None,
        Heading("provenance", "Provenance", 2),
        "provenance",
        Heading("combinations", "All Combinations", 2),
        "combinations",
        kind="appendix",
    ),
)

ABOUT_RUNS = (("table", "runs"), ("heading", "provenance"), ("heading", "conclusions"))  # what reads every run alike


def report_document(identity: Identity, runs: Path | str, judgement: Stored | None = None) -> str:
    """The whole report as one HTML document. Raises UserError (ArtifactError, RenderError) if it cannot be made.

    The default of `judgement` is that of the shipped settings.
    """
    return Document(identity, load_all_results(runs, judgement), runs).html()


class Document:
    """One report in the making: its findings, what is numbered in it, and what was read for each of its parts."""

    def __init__(self, identity: Identity, results: dict[str, Results], runs: Path | str) -> None:
        self.identity, self.results, self.runs = identity, results, runs
        self.findings = Findings(DOCUMENT, results)
        for name in self.findings.sections:
            self.findings(name)  # all of them, before figures are drawn in processes of their own
        self.figures, self.rows = self.findings.parts("figures"), self.findings.parts("tables")
        self.equations = self.findings.parts("EQUATIONS")
        self.panels, self.outline = Panels(self.figures), numbered(DOCUMENT)
        self.headings = headings_above(DOCUMENT)
        self.numbers = {
            "figures": Numbered("figure", self.figures),
            "tables": Numbered("table", self.rows),
            "equations": Numbered("equation", self.equations),
            "drawings": Numbered(
                "drawing", [(name, panel) for name, panels in self.figures.items() for panel in range(len(panels))]
            ),
        }
        self.rows["origins"] = self.origins
        self.reads: dict[Reader, Reads] = {}
        for name, reads in self.findings.own_reads.items():
            self.reads_below(name).update(reads)

    def reads_below(self, section: str) -> Reads:
        """What is read for the sentences below the heading that a section belongs to."""
        return self.reads.setdefault(("heading", self.headings[section]), {})

    def html(self) -> str:
        """The document; every figure, table and equation is placed once and in order, or RenderError is raised."""
        environment = build_environment(TEMPLATES, formatting.FILTERS | names.FILTERS | {"braced": braced})
        shared = self.context()
        bodies = [
            (chapter.kind, Markup("").join(self.part(part, environment, shared) for part in chapter.parts))
            for chapter in DOCUMENT
        ]
        text = rendered(environment.get_template("report.html.j2"), shared | {"bodies": bodies})
        for numbers in self.numbers.values():
            numbers.check()
        return str(text).replace("/*fonts*/", font_faces(text), 1)  # a str, since Markup would escape the quotes

    def context(self) -> dict[str, Any]:
        """What all templates know."""
        return self.numbers | {
            "identity": self.identity,
            "outline": self.outline,
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
        """A heading or a section as HTML; nothing of a section that is left out."""
        if isinstance(part, Heading):
            number = self.outline[part.name][0]
            opening = Markup('<h{} id="{}"><span class="number">{}</span> {}</h{}>\n')
            return opening.format(part.level, part.name, number, part.text, part.level)
        if not self.findings.shown(part):
            return Markup("")
        with noting(self.reads_below(part.name)):
            own = {
                "subject": part.module,
                "task": part.task,
                "results": self.findings.results_of(part),
                "findings": self.findings.near(part, then=lambda name: None),  # whose reads stand with their sections
                "found": self.findings(part.name),
            }
            return rendered(environment.get_template(part.template), shared | own)

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
        self.reads |= {("figure", name): reads for name, reads in self.panels.reads.items()}
        for name in self.rows:
            if ("table", name) not in self.reads:  # further behind in the document
                self.rows_of(name)
        return origins(self.reads, self.runs, apart=ABOUT_RUNS)


@functools.cache
def template_text(name: str) -> Markup:
    """A file of the templates as it is."""
    return Markup((TEMPLATES / name).read_text(encoding="utf-8"))
