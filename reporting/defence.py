"""The defence sheet: questions that an examiner may ask, answered from the findings of the report.

It points at figures, tables and appendices by the numbers that they have in the report, for which the report is written
too, without its drawings.
"""

import dataclasses
import re
from typing import Any

import numpy as np
from markupsafe import Markup

from reporting import names
from reporting.artifacts import TASKS
from reporting.document import Document
from reporting.engine import formatting
from reporting.engine.fonts import font_faces
from reporting.engine.html import TEMPLATES, build_environment, linked, rendered
from reporting.engine.sections import Findings
from reporting.engine.tracing import without_marks
from reporting.sections.classification.confusion import Confusion
from reporting.sections.shared.units import LayerUnits
from reporting.stats.distributions import correlations

TITLE = "Questions and Answers"
PARTS = (("title", "header"), ("regression", "section"), ("classification", "section"), ("both", "section"))
ALIKE = 0.8  # a pair of classes is alike if it is more so than this share of all pairs


@dataclasses.dataclass(frozen=True)
class Likeness:
    """How alike the mean training images of two classes are."""

    correlation: float
    share: float  # of the other pairs of classes, that are less alike

    @property
    def alike(self) -> bool:
        return self.share >= ALIKE


class Numbering(Document):
    """A report that is only written to number its figures and tables."""

    def draw(self, name: str, alternative: str, panel: int = 0) -> Markup:
        """Nothing, noting that it stands here."""
        self.numbers["drawings"].place((name, panel))
        return Markup("")

    def context(self) -> dict[str, Any]:
        return super().context() | {"draw_equation": lambda name: ""}


def defence_sheet(report: Document) -> str:
    """The sheet as an HTML document, from a report that has been written."""
    title = " – ".join(filter(None, [report.identity.title.strip(), TITLE]))
    environment = build_environment(TEMPLATES, formatting.FILTERS | names.FILTERS)
    context = report.context() | answers_context(report)
    context |= {
        "identity": dataclasses.replace(report.identity, title=title),
        "reference": lambda *words: pointer(report, *words),
    }
    bodies = [(kind, rendered(environment.get_template(f"defence/{name}.html.j2"), context)) for name, kind in PARTS]
    page = without_marks(rendered(environment.get_template("report.html.j2"), context | {"bodies": bodies}))
    return page.replace("/*fonts*/", font_faces(page), 1)


def with_questions(page: str, report: Document) -> str:
    """The page of a report with the sheet's questions and answers at its end, and a link to them; not for paper."""
    environment = build_environment(TEMPLATES, formatting.FILTERS | names.FILTERS)
    context = report.context() | answers_context(report)
    context |= {
        "reference": lambda kind, name, *words: linked(kind, name, report.number_of(kind, name), *words),
    }
    parts = [rendered(environment.get_template(f"defence/{name}.html.j2"), context) for name, _ in PARTS[1:]]
    text = without_marks(Markup("").join(parts)).replace("h3>", "h4>")
    text = re.sub(r"<h2[^>]*>(.*?)</h2>", r"<h3>\1</h3>", text)  # below a heading of their own
    leading = f'<p class="screen questions"><a href="#questions">{TITLE}: what an examiner may ask</a></p><!--screen-->'
    section = f'<section class="screen questions"><h2 id="questions">{TITLE}</h2>\n{text}</section><!--screen-->'
    return page.replace("</nav>", f"</nav>\n{leading}", 1).replace("</main>", f"{section}\n</main>", 1)


def answers_context(report: Document) -> dict[str, Any]:
    """What the templates of the questions know beside what those of the report do."""
    return {"tasks": list(TASKS), "likeness": likeness(report), "dead_layers": dead_layers(report.findings)}


def pointer(report: Document, kind: str, name: str, before: str = "", after: str = "") -> Markup:
    """Where something stands in the report, with words around it; nothing if it is not part of it."""
    number = report.number_of(kind, name)
    return Markup("") if number is None else Markup("{}{}\N{NO-BREAK SPACE}{}{}").format(before, kind, number, after)


def likeness(report: Document) -> Likeness | None:
    """That of the two classes of the most frequent confusion; None without a mistake."""
    confusions: tuple[Confusion, ...] = report.findings("classification/mistakes").confusions
    if not confusions:
        return None
    images = report.results["classification"].tuned.receptive_fields["class_mean"]
    return likeness_of(images, *confusions[0].labels)


def likeness_of(images: np.ndarray, first: int, second: int) -> Likeness:
    """The Likeness of two of the images (classes, ...)."""
    table = correlations(images, images)
    value, pairs = table[first, second], table[np.triu_indices(len(table), 1)]
    return Likeness(float(value), float(np.sum(pairs < value) / max(1, len(pairs) - 1)))


def dead_layers(findings: Findings) -> list[LayerUnits]:
    """The layers of both tasks' networks that have dead units."""
    return [layer for task in TASKS for layer in findings(f"{task}/units").layers if layer.dead]
