"""What a task's chapter leaves out, since it is switched off in the settings."""

from reporting.artifacts import TASKS
from reporting.engine.sections import Found
from reporting.results import Results


def find(results: Results, found: Found) -> list[str] | None:
    """The extras that are switched off, in words; None if there are none."""
    return [extra.short_words for extra in TASKS[results.task].extras if extra.name in results.switched_off] or None
