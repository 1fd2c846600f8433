"""Progress of a search: one line per combination in a log; on a terminal also a line or a table that is rewritten."""

import contextlib
import math
import shutil
import sys
import time
from collections.abc import Iterator
from typing import TextIO

from rich.console import Console
from rich.live import Live
from rich.table import Table

from reporting.artifacts import readable
from training.grids import Search
from training.terminal import COLUMNS, clock, scored, shortened
from tuning.combinations import Values


class SearchProgress:
    """Counts the results of all workers. `combinations` is the size of the grid, or of the shard that is searched."""

    def __init__(self, label: str, search: Search, combinations: int, folds: int, stream: TextIO | None = None) -> None:
        self.label, self.combinations, self.folds = label, combinations, folds
        self.objective, self.better = search.objective, min if search.direction == "min" else max
        self.started, self.stream = time.monotonic(), stream or sys.stderr
        self.done = 0  # combinations
        self.recorded = self.trained = 0  # folds: all, and those that this search has trained
        self.best: float | None = None
        self.told = False  # whether a line has said what is searched
        self.at_work: dict[str, str] = {}  # worker -> the combination that it trains
        self.live: Live | None = None  # the table, while there is one

    @contextlib.contextmanager
    def table(self) -> Iterator[None]:
        """Inside this context a terminal shows a live table of the search and its workers."""
        if not self.stream.isatty():
            yield
            return
        with Live(get_renderable=self._table, console=Console(file=self.stream), refresh_per_second=2) as self.live:
            yield
        self.live = None

    def _table(self) -> Table:
        table = Table("", "combinations", "folds", "best", "time left")
        table.add_row(
            self.label,
            f"{self.done}/{self.combinations}",
            f"{self.recorded}/{self.combinations * self.folds}",
            self.best_so_far().removeprefix("  best "),
            self.left(),
        )
        for worker, values in sorted(dict(self.at_work).items()):
            table.add_row(worker, values)
        return table

    def combination_begun(self, values: Values, worker: str) -> None:
        """Count a combination as at work; before the first one, say what the values in the lines are."""
        if not self.told:
            self.told = True
            self.say(f"{self.combinations} combinations of {', '.join(values)}; {self.objective.replace('_', ' ')}")
        self.at_work[worker] = format_values(values)

    def fold_ended(self) -> None:
        """Count a fold that this search has trained."""
        self.recorded += 1
        self.trained += 1
        self.rewrite()

    def combination_found(self, score: float, folds: int) -> None:
        """Count a combination that an earlier search has finished."""
        self.recorded += folds
        self._count(score)

    def combination_ended(self, values: Values, score: float, worker: str) -> None:
        """Count a combination that has ended, and print its line."""
        self._count(score)
        self.at_work.pop(worker, None)
        result = f"{scored(score)}{self.best_so_far()}"
        values_text = " ".join(str(readable(value)) for value in values.values())
        room = COLUMNS - len(f"{self.label}  {self.done}/{self.combinations}    {result}  {self.left()}")
        self.say(f"{self.done}/{self.combinations}  {shortened(values_text, room)}  {result}  {self.left()}")

    def _count(self, score: float) -> None:
        self.done += 1
        if not math.isnan(score):  # as that of a combination with a failed fold
            self.best = score if self.best is None else self.better(self.best, score)

    def left(self) -> str:
        """The time that the remaining folds will take at the rate so far, or the time so far if none is known."""
        seconds, folds = time.monotonic() - self.started, self.combinations * self.folds - self.recorded
        if self.trained and folds > 0:
            return f"{clock(seconds / self.trained * folds)} left"
        return f"took {clock(seconds)}"

    def status(self) -> str:
        """The progress of the search in one line."""
        folds = f"{self.recorded}/{self.combinations * self.folds} folds"
        return f"{self.label}  {self.done}/{self.combinations} combinations  {folds}{self.best_so_far()}  {self.left()}"

    def best_so_far(self) -> str:
        """The best score as the end of a line, empty before the first."""
        return "" if self.best is None else f"  best {scored(self.best)}"

    def say(self, text: str) -> None:
        """Print a line that stays."""
        if self.live:
            self.live.console.print(f"{self.label}  {text}", markup=False, highlight=False)
        else:
            self._write(f"{self.label}  {text}\n")

    def rewrite(self) -> None:
        """On a terminal without a table, rewrite the status line."""
        if self.stream.isatty() and not self.live:
            self._write(self.status()[: shutil.get_terminal_size().columns - 1])  # a wrapped line cannot be rewritten

    def _write(self, text: str) -> None:
        self.stream.write(("\r\033[K" if self.stream.isatty() else "") + text)
        self.stream.flush()


def format_values(values: Values) -> str:
    """A combination in one line."""
    return "  ".join(f"{name}={readable(value)}" for name, value in values.items())
