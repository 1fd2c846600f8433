"""The Markdown table of a run of the benchmark, as tests/benchmarks/RESULTS.md keeps one for each kind of processor."""

import statistics
from collections.abc import Iterable

from tests.benchmarks.turns import Comparison

YARDSTICKS = ("two workers", "PyTorch", "bound")  # a column of ratios for each; ways are told by how their names begin


def markdown(title: str, facts: Iterable[str], comparisons: Iterable[Comparison], notes: Iterable[str]) -> str:
    """A section: what was measured with, a row a way (median and range of its rounds, ratios of medians), and notes."""
    lines = [f"## {title}", "", *(f"- {fact}" for fact in facts), ""]
    lines += ["| work | way | time | " + " | ".join(f"times {name}" for name in YARDSTICKS) + " |"]
    lines += ["|---|---|" + "---:|" * (1 + len(YARDSTICKS))]
    for comparison in comparisons:
        lines += rows(comparison)
    return "\n".join([*lines, "", *(f"- {note}" for note in notes)])


def rows(comparison: Comparison) -> list[str]:
    """The table's rows of one comparison; the first names the work. Where a yardstick is missing, cells are empty."""
    medians = {name: statistics.median(values) for name, values in comparison.times.items()}
    yardsticks = [next((medians[name] for name in medians if name.startswith(start)), None) for start in YARDSTICKS]
    lines, work = [], f"{comparison.work}, {comparison.unit}"
    for name, values in comparison.times.items():
        spread = f" ({min(values):.2f} to {max(values):.2f})" if len(values) > 1 else ""
        ratios = ["" if each is None else f"{medians[name] / each:.2f}" for each in yardsticks]
        lines.append(f"| {work} | {name} | {medians[name]:.2f}{spread} | " + " | ".join(ratios) + " |")
        work = ""
    return lines
