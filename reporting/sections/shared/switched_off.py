"""What a task's chapter leaves out, since it is switched off in the settings."""

from reporting.artifacts import TASKS
from reporting.engine.sections import Found
from reporting.results import Results


def find(results: Results, found: Found) -> list[str] | None:
    """What is switched off, in words; None if nothing is."""
    return [item.short_words for item in TASKS[results.task].switches if item.name in results.switched_off] or None
