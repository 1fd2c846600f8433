"""How runs can turn out: other sizes and successes, and edits of what is recorded."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

Edit = Callable[[Path], Any]  # changes recorded files below the runs folder so that they agree with each other again


class Outcome(NamedTuple):
    changes: dict[str, Any]  # fields of Example
    edits: tuple[Edit, ...]

    def edited(self, runs: Path) -> Path:
        """The runs after all edits, in order."""
        for edit in self.edits:
            edit(runs)
        return runs


def outcome(*edits: Edit, **changes: Any) -> Outcome:
    """An Outcome of these edits and fields of Example."""
    return Outcome(changes, edits)
