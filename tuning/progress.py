"""How far a search is: one line a combination for the log, and on a terminal a line or a table that renews itself."""

import contextlib
import shutil
import sys
import time
from collections.abc import Iterator, Mapping
from typing import Any, TextIO

from rich.console import Console
from rich.live import Live
from rich.table import Table

Values = Mapping[str, Any]  # hyperparameter -> value


class SearchProgress:
    """Counts what all workers finish. `combinations` is how many of the grid this search trains (a shard: not all)."""

    def __init__(self, label: str, objective: str, combinations: int, folds: int, stream: TextIO | None = None) -> None:
        self.label, self.objective, self.combinations, self.folds = label, objective, combinations, folds
        self.started, self.stream = time.monotonic(), stream or sys.stderr
        self.done = self.recorded = self.trained = 0  # combinations, folds, folds by this search
        self.best: float | None = None
        self.at_work: dict[str, str] = {}  # worker -> what it trains
        self.live: Live | None = None  # the table, if there is one

    @contextlib.contextmanager
    def table(self) -> Iterator[None]:
        """On a terminal, a live table of the search and its workers as long as this context lasts."""
        if not self.stream.isatty():
            yield
            return
        with Live(get_renderable=self._table, console=Console(file=self.stream), refresh_per_second=2) as self.live:
            yield
        self.live = None

    def _table(self) -> Table:
        table = Table("", "combinations", "folds", "best", "time left")
        folds = f"{self.recorded}/{self.combinations * self.folds}"
        table.add_row(
            self.label,
            f"{self.done}/{self.combinations}",
            folds,
            self.best_so_far().removeprefix("  best "),
            self.left(),
        )
        for worker, values in sorted(dict(self.at_work).items()):
            table.add_row(worker, values)
        return table

    def combination_begun(self, values: Values, worker: str) -> None:
        """A worker trains these values from now on."""
        self.at_work[worker] = text_of(values)

    def fold_ended(self) -> None:
        """A fold was recorded."""
        self.recorded += 1
        self.trained += 1
        self.renew()

    def combination_found(self, score: float, folds: int) -> None:
        """A combination that an earlier search has finished."""
        self.recorded += folds
        self._count(score)

    def combination_ended(self, values: Values, score: float, worker: str) -> None:
        """A worker has finished a combination."""
        self._count(score)
        self.at_work.pop(worker, None)
        place = f"{self.done}/{self.combinations}  {text_of(values)}"
        self.say(f"{place}  {self.objective} {score:.4f}{self.best_so_far()}  {worker}  {self.left()}")

    def _count(self, score: float) -> None:
        self.done += 1
        better = min if self.objective.endswith("loss") else max
        if score == score:  # not that of a combination with a failed fold
            self.best = score if self.best is None else better(self.best, score)

    def left(self) -> str:
        """The time that the remaining folds will take at the pace so far, over all workers."""
        seconds, folds = time.monotonic() - self.started, self.combinations * self.folds - self.recorded
        return (
            f"about {seconds / self.trained * folds:.0f} s left" if self.trained and folds > 0 else f"{seconds:.0f} s"
        )

    def status(self) -> str:
        """Where the search stands, in one line."""
        folds = f"{self.recorded}/{self.combinations * self.folds} folds"
        return f"{self.label}  {self.done}/{self.combinations} combinations  {folds}{self.best_so_far()}  {self.left()}"

    def best_so_far(self) -> str:
        """The best score in words; empty before the first one."""
        return "" if self.best is None else f"  best {self.best:.4f}"

    def say(self, text: str) -> None:
        """A line that stays."""
        if self.live:
            self.live.console.print(f"{self.label}  {text}", markup=False, highlight=False)
        else:
            self._write(f"{self.label}  {text}\n")

    def renew(self) -> None:
        """The line that renews itself, on a terminal."""
        if self.stream.isatty() and not self.live:
            self._write(self.status()[: shutil.get_terminal_size().columns - 1])  # a wrapped line cannot be renewed

    def _write(self, text: str) -> None:
        self.stream.write(("\r\033[K" if self.stream.isatty() else "") + text)
        self.stream.flush()


def text_of(values: Values) -> str:
    """A combination in one line."""
    return "  ".join(f"{name}={value}" for name, value in values.items())
