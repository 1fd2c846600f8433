"""What the terminal says at the end: the key numbers, where the report is, and what is still to be done."""

import shlex
import sys
from pathlib import Path

from reporting.artifacts import Identity
from reporting.engine.formatting import format_decimals, format_duration, format_percent
from reporting.engine.magnitudes import THIN, TIED, with_exponents
from reporting.engine.sections import Findings
from reporting.sections.shared.over_seeds import OverSeeds

PLACEHOLDER = "Name Surname"  # the name in the settings that ship


def key_numbers(findings: Findings) -> list[str]:
    """The numbers at the head of the report, a line a task."""
    losses, scores = (findings(f"{task}/results").over_seeds for task in ("regression", "classification"))
    tuned, before = losses.means["tuned"], losses.means["reference"]
    mse = [
        f"{what} {format_decimals(tuned[name])} (was {format_decimals(before[name])})"
        for what, name in (("test MSE", "test_loss"), ("of the mean prediction", "ensemble_test_loss"))
    ]
    accuracies = {name: format_percent(item["test_accuracy"]) for name, item in scores.means.items()}
    told = ", ".join(f"{name} {accuracy}" for name, accuracy in accuracies.items() if name != "reference")
    return [
        f"regression:      {', '.join(mse)}{over(losses)}",
        f"classification:  test accuracy {told} (was {accuracies['reference']}){over(scores)}",
    ]


def over(item: OverSeeds) -> str:
    """What the numbers are means over."""
    return f"; {item.seeds}-seed means" if item.several else ""


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
