"""Which column of a user's points is the target, and what the columns are called."""

import re
from collections.abc import Sequence
from pathlib import Path

from reporting.artifacts import UserError

# The word that a name begins with, in lower case: "x_train" and "X (cm)" are inputs, "Label" is a target.
INPUTS = {"x", "input", "inputs", "feature", "features"}
TARGETS = {"y", "label", "labels", "target", "targets", "output", "outputs", "response"}
COUNTERS = {"index", "id", "row", "no", "nr", "number", "unnamed: 0"}
WORD = re.compile(r"[a-z]+")


def word(name: str) -> str:
    """The word that a name begins with, in lower case."""
    found = WORD.match(name.lower())
    return found[0] if found else ""


def target_of(names: Sequence[str], width: int, path: Path) -> int:
    """The place of the target among the columns, by their names: the last if these do not say.

    Raises UserError if several columns, or none, may be the target.
    """
    if not names:
        return width - 1
    targets = [place for place, name in enumerate(names) if word(name) in TARGETS]
    others = [place for place, name in enumerate(names) if word(name) not in INPUTS]
    if len(targets) > 1:
        called = " and ".join(repr(names[place]) for place in targets)
        raise UserError(f"{path}: {called} may all be the target; call one column y and the others x1, x2, ...")
    if targets or len(others) == 1:
        return (targets or others)[0]
    if width - 1 not in others:
        raise UserError(f"{path}: none of {', '.join(names)} says that it is the target; call that column y")
    return width - 1


def names_of(names: Sequence[str], width: int) -> tuple[str, ...]:
    """The names of the columns; without a header x and y, or x1, x2, ..., y."""
    if names:
        return tuple(names)
    return ("x", "y") if width == 2 else (*(f"x{number}" for number in range(1, width)), "y")
