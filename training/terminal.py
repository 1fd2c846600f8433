"""What a long command says: lines that stay, and on a terminal one last line that is rewritten."""

import math
import shutil
import sys
import threading
from typing import TextIO

COLUMNS = 100  # of a line of progress, at most


def clock(seconds: float) -> str:
    """A duration as hours and minutes, rounded up: 0:01 for everything below a minute."""
    minutes = max(1, math.ceil(seconds / 60))
    return f"{minutes // 60}:{minutes % 60:02d}"


def shortened(text: str, columns: int = COLUMNS) -> str:
    """The text, cut to that many columns."""
    return text if len(text) <= columns else text[: max(columns, 1) - 1] + "…"


def scored(value: float) -> str:
    """A loss or an accuracy: four decimals, or three digits where the data's units make it very large or small."""
    return f"{value:.4f}" if value == 0 or 1e-3 <= abs(value) < 1e5 else f"{value:.3g}"


class Terminal:
    """Writes to `stream`, by default the standard error at the time of writing."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream, self.shown, self.lock = stream, "", threading.RLock()

    @property
    def stream(self) -> TextIO:
        """Where it writes."""
        return self._stream or sys.stderr

    def say(self, text: str) -> None:
        """Print a line that stays."""
        with self.lock:
            self._write(f"{text}\n")
            self.show(self.shown)

    def show(self, text: str) -> None:
        """On a terminal, make this the last line in place of the one before."""
        with self.lock:
            self.shown = text
            if self.stream.isatty():
                # A line that wraps cannot be rewritten
                self._write(shortened(text, min(COLUMNS, shutil.get_terminal_size().columns - 1)))

    def _write(self, text: str) -> None:
        self.stream.write(("\r\033[K" if self.stream.isatty() else "") + text)
        self.stream.flush()
