"""What the report is made of: the ordered list of its chapters, headings and sections."""

import importlib
from collections.abc import Sequence

from reporting.artifacts import TASKS
from reporting.engine.sections import Chapter, Heading, Section


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
            "regression.ensemble",
            "regression.several",
            "regression.noise:in_short",
            "regression.baselines:in_short",
            "regression.report:in_short",
        ],
        analysis=[
            "shared.weights",
            "shared.units",
            "regression.along",
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
            "classification.ladder:in_short",
            "classification.calibration:in_short",
            "classification.mistakes",
        ],
        analysis=[
            "shared.weights",
            "shared.units",
            "classification.features",
            "classification.smaller:in_short",
            "classification.fields",
            "classification.filters",
            "shared.switched_off",
        ],
    ),
    Chapter("section", (Heading("conclusions", "Conclusions and Limits", 2), section("conclusions"))),
    Chapter("section", (Heading("references", "References", 2), section("references"))),
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
    appendix("published", "Published Accuracies", "classification.ladder"),
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
    appendix("checklist", "Reproducibility Checklist", "checklist", kind="listing"),
    appendix("combinations", "All Combinations", "shared.search:details", "combinations", kind="listing"),
    appendix("provenance", "Provenance", "provenance", kind="listing"),  # last, as it lists what the others read
)
