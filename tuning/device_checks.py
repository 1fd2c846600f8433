"""The checks of make check-gpu as values: how much devices may differ, the comparisons, and the table of them all.

Two devices add the same products in another order. What that does to a loss was measured by rounding more coarsely on
a processor: under bfloat16 (relative errors of 2^-8) the losses of the reference regression depart from float32's by 1
to 3 % over 20 epochs, and by 0.4 % in one epoch of the classification; another seed changes the former by 11 %.

- `EXACT`, for float32: its rounding errors (2^-24) are 65,536 times smaller, so 0.1 % leaves room for the algorithms of
  cuDNN, which lose some digits more, and still finds another seed, another order of the points or other dropout.
- `ROUNDED`, for TF32, in which GPUs since compute capability 8.0 multiply float32 (2^-11), for both mixed precisions,
  whose dropout moreover draws other masks, and for a mirrored fit, where each replica draws its own.
"""

import dataclasses
import math
from collections.abc import Mapping, Sequence
from typing import Any

EXACT = 1e-3
ROUNDED = 2e-2
LOSSES = ("train_loss", "validation_loss")
History = Sequence[Mapping[str, Any]]  # a row an epoch, as training.trainer.Fit has it
Rows = Mapping[str, Mapping[str, Any]]  # the recorded folds of a search by the name of their file
INCIDENTAL = ("seconds", "epoch_seconds", "epoch_seconds_error", "worker")  # what equal searches may record differently


@dataclasses.dataclass(frozen=True)
class Check:
    """What was expected and what was seen; `ok` is None where it could not be checked."""

    name: str
    expected: str
    seen: str
    ok: bool | None

    @property
    def verdict(self) -> str:
        """The last cell of its row."""
        return {True: "yes", False: "**no**", None: "not checked"}[self.ok]


def compare_losses(name: str, trusted: History, seen: History, tolerance: float) -> Check:
    """Whether two fits have the same losses: their differences over all epochs, relative to the trusted losses.

    The sum over epochs is compared, since the loss of a single epoch on few points swings.
    """
    expected = f"losses as on the processor, within {tolerance:.1%}"
    if len(trusted) != len(seen):
        return Check(name, expected, f"{len(seen)} epochs, not {len(trusted)}", False)
    apart = max(difference([row[key] for row in trusted], [row[key] for row in seen]) for key in LOSSES)
    last = f"validation loss {seen[-1]['validation_loss']:.5g}, there {trusted[-1]['validation_loss']:.5g}"
    return Check(name, expected, f"{last}; {apart:.2g} apart", apart <= tolerance)


def difference(trusted: Sequence[float], seen: Sequence[float]) -> float:
    """The sum of absolute differences over that of the trusted values, all positive; infinite if any is not finite."""
    apart = math.fsum(abs(one - other) for one, other in zip(trusted, seen, strict=True)) / math.fsum(trusted)
    return apart if math.isfinite(apart) else math.inf


def compare_rows(name: str, alone: Rows, shared: Rows, tolerance: float) -> Check:
    """Whether two searches recorded the same folds; with a tolerance of 0, to the last digit."""
    expected = f"{len(alone)} folds as one worker has them, " + (
        f"losses within {tolerance:.1%}" if tolerance else "to the last digit"
    )
    if not alone or alone.keys() != shared.keys():
        return Check(name, expected, f"{len(alone.keys() & shared.keys())} of {len(alone)} folds in common", False)
    equal = sum(lasting(alone[file]) == lasting(shared[file]) for file in alone)
    apart = max(difference(losses_of(alone[file]), losses_of(shared[file])) for file in alone)
    ok = apart <= tolerance if tolerance else equal == len(alone)
    return Check(name, expected, f"{equal} equal to the last digit; at most {apart:.2g} apart", ok)


def lasting(row: Mapping[str, Any]) -> dict[str, Any]:
    """A recorded fold without what equal searches may record differently."""
    return {key: value for key, value in row.items() if key not in INCIDENTAL}


def losses_of(row: Mapping[str, Any]) -> list[float]:
    """The losses of a recorded fold; not finite where it failed."""
    return [float(row.get(key, math.nan)) for key in LOSSES]


def check_team(name: str, workers: int, rows: Rows, log: str) -> Check:
    """Whether so many workers shared a search and none died; not checked if one of them was never at work."""
    expected = f"{workers} workers at work, none dies"
    at_work = sorted({str(row["worker"]) for row in rows.values()})
    seen = f"{len(rows)} folds by {', '.join(at_work) or 'nobody'}"
    deaths = log.count(" died (")
    if deaths:
        return Check(name, expected, f"{seen}; {deaths} deaths", False)
    if f"workers here: {workers}\n" not in log:
        return Check(name, expected, f"{seen}; not {workers} workers were started", False)
    return Check(name, expected, seen, True if len(at_work) == workers else None)


def table(checks: Sequence[Check]) -> str:
    """The checks as a Markdown table."""
    rows = [("check", "expected", "seen", "ok"), ("---",) * 4]
    rows += [(check.name, check.expected, check.seen, check.verdict) for check in checks]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows)


def failures(checks: Sequence[Check]) -> str:
    """The names of the checks that failed, in one line; "" if none did."""
    return "; ".join(check.name for check in checks if check.ok is False)
