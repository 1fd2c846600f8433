"""What the terminal says at the end: the key numbers, where the report is, and what is still to be done."""

import shlex
import sys
from pathlib import Path
from typing import Any

from reporting.artifacts import Identity
from reporting.engine.formatting import format_decimals, format_duration, format_percent
from reporting.engine.magnitudes import THIN, TIED, with_exponents
from reporting.engine.sections import Findings

PLACEHOLDER = "Name Surname"  # the name in the settings that ship


def key_numbers(findings: Findings) -> list[str]:
    """The numbers at the head of the report, a line a task."""
    r, c = findings("regression/results"), findings("classification/results")
    losses = [
        f"{what} {format_decimals(getattr(r.tuned, name))} (was {format_decimals(getattr(r.reference, name))})"
        for what, name in (("test MSE", "test_loss"), ("of the mean prediction", "ensemble_test_loss"))
    ]
    scores: dict[str, Any] = {"tuned": c.tuned, "extended": c.extended}
    accuracies = [f"{name} {format_percent(item.test_accuracy)}" for name, item in scores.items() if item]
    return [
        f"regression:      {', '.join(losses)}",
        f"classification:  test accuracy {', '.join(accuracies)} (was {format_percent(c.reference.test_accuracy)})",
    ]


def ending(findings: Findings, identity: Identity, config: Path, pdf: Path, pages: int) -> str:
    """The lines at the end, in ASCII, which any terminal shows; the paths may be in any letters."""
    opener = "open" if sys.platform == "darwin" else "xdg-open"
    lines = [
        *key_numbers(findings),
        f"report:          {pdf} ({pages} pages) and {pdf.with_suffix('.html').name} beside it",
        f"to open it:      {opener} {shlex.quote(str(pdf))}",
    ]
    if identity.student.strip() == PLACEHOLDER:
        lines.append(f"warning: the name is still '{PLACEHOLDER}': edit [identity] in {config}")
    return with_exponents("\n".join(lines)).replace(TIED, " ").replace(THIN, "")


def time_taken(seconds: float) -> str:
    """How long it took, as a line."""
    return f"time:            {format_duration(seconds)}".replace(TIED, " ")
