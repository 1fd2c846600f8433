"""The process of a unit: how it is started, what it says, and how it is ended."""

from __future__ import annotations

import contextlib
import dataclasses
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from multiprocessing.connection import Connection

from training.budget import SLOT, Budget
from training.cli import CHILD
from training.terminal import Terminal
from training.units import CHIEF_MEMORY, Unit

COMMAND = (sys.executable, "-m")  # before the module and the flags of a unit


@dataclasses.dataclass
class Running:
    """A unit at work. A search that several workers share asks for slots over `connection`."""

    unit: Unit
    process: subprocess.Popen
    reader: threading.Thread  # relays what the process says
    connection: Connection | None
    slots: list[int] = dataclasses.field(default_factory=list)
    left: int = 0  # combinations of the search that are not finished, so many workers could it use
    started: float = dataclasses.field(default_factory=time.monotonic)

    @property
    def memory(self) -> float:
        """GiB that it takes at most, with its workers."""
        return len(self.slots) * self.unit.memory + (CHIEF_MEMORY if self.connection else 0)

    @property
    def wanted(self) -> int:
        """Further workers that the search could use now."""
        return self.left - len(self.slots) if self.connection else 0

    def parts(self) -> list[float]:
        """The expected seconds of what is left of each of its parts."""
        if self.connection:
            return [self.unit.seconds / len(self.unit.parts)] * self.left
        return [max(self.unit.seconds - (time.monotonic() - self.started), self.unit.seconds / 20)]

    def grant(self, slot: int, budget: Budget) -> None:
        """Give a search a slot for one more worker."""
        self.slots.append(slot)
        with contextlib.suppress(OSError):  # it has ended
            if self.connection:
                self.connection.send((slot, budget.environment(slot)))

    def hear(self) -> None:
        """Note what a search asks for, and the slots that it gives back."""
        with contextlib.suppress(OSError, EOFError):
            while self.connection and self.connection.poll():
                self.left, returned = self.connection.recv()
                self.slots = [slot for slot in self.slots if slot not in returned]

    def interrupt(self) -> None:
        """Let the process end as after Ctrl-C."""
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(signal.SIGINT)


def start(
    unit: Unit, flags: Sequence[str], environment: Mapping[str, str], shared: bool, terminal: Terminal
) -> Running:
    """Start the process of a unit; a shared one gets a connection over which it asks for slots, and holds none."""
    command = [*COMMAND, *unit.command, *flags]
    inherited = {name: value for name, value in os.environ.items() if name != SLOT}
    connection, theirs = multiprocessing.Pipe() if shared else (None, None)
    if theirs:
        command += ["--slots-from", str(theirs.fileno())]
    # In a group of its own: Ctrl-C then reaches this process alone, which ends the others
    process = subprocess.Popen(
        command,
        env={**inherited, **environment, CHILD: "1"},
        pass_fds=(theirs.fileno(),) if theirs else (),
        process_group=0,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
    )
    if theirs:
        theirs.close()
    reader = threading.Thread(target=relay, args=(process, terminal), daemon=True)
    reader.start()
    return Running(unit, process, reader, connection, left=len(unit.parts))


def relay(process: subprocess.Popen, terminal: Terminal) -> None:
    """Print the lines of a process until it and all that it started have ended."""
    for line in process.stderr or ():
        terminal.say(line.rstrip("\n"))
