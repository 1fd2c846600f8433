"""The machine's budget: how many processes train side by side, by processors, memory and GPUs; the slots they hold.

A slot is a file that the process which uses it keeps locked (`hold_slot`). All makes of a user share the files: two at
once start no more than one would, and a process that outlives its make keeps its slot until it ends.
"""

from __future__ import annotations

import contextlib
import dataclasses
import fcntl
import math
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

import psutil

SLOT = "TRAINING_SLOT"  # in the environment of a process: the file of its slot
SHARE = 0.9  # of the memory that processes get; the rest is for everything else on the machine
PROCESSES_PER_GPU = 2  # one small network does not fill a GPU
GIBIBYTE = 2**30
CGROUPS, OWN_GROUPS = Path("/sys/fs/cgroup"), Path("/proc/self/cgroup")
CFS_PERIOD = "cpu.cfs_period_us"
_held: list[TextIO] = []  # open, and so locked, until this process ends


@dataclasses.dataclass(frozen=True)
class Budget:
    """What the processes of a make share."""

    slots: int  # processes that train at once
    memory: float  # GiB of all of them
    gpus: tuple[str, ...] = ()  # as CUDA_VISIBLE_DEVICES names them; slots take them in turn

    def side_by_side(self, gib: float) -> int:
        """How many processes of so many GiB train at once."""
        return max(1, min(self.slots, int(self.memory / gib)))

    def environment(self, slot: int) -> dict[str, str]:
        """What a process with that slot (counted from 0) finds in its environment."""
        return {SLOT: str(slot_file(slot))} | self.device(slot)

    def device(self, slot: int) -> dict[str, str]:
        """The part of `environment` that names its GPU; empty without GPUs."""
        return {"CUDA_VISIBLE_DEVICES": self.gpus[slot % len(self.gpus)]} if self.gpus else {}


def make_budget(threads: int, distribution: str = "none", jobs: int | None = None, workers: int = 1) -> Budget:
    """The Budget of this machine for fits of so many threads; `jobs` overrules the number of slots.

    There are at least as many slots as `workers`, the processes that the user wants for one search. Fits that share
    each batch among all GPUs ("mirrored") run one at a time.
    """
    gpus = visible_gpus()
    slots = len(gpus) * PROCESSES_PER_GPU if gpus else processors() // threads
    if gpus and distribution == "mirrored":
        slots, gpus = 1, []
    return Budget(max(jobs or slots, workers), SHARE * memory() / GIBIBYTE, tuple(gpus))


def processors() -> int:
    """Physical processors that this process may use, by its affinity and the quotas of its control groups; at least 1.

    Two threads of a core share the units that multiply, so only one counts.
    """
    own = psutil.Process()
    allowed = len(own.cpu_affinity()) if hasattr(own, "cpu_affinity") else psutil.cpu_count()
    counts = [allowed, psutil.cpu_count(logical=False), *(math.ceil(quota) for quota in quotas())]
    return max(1, min(count for count in counts if count))


def quotas(root: Path = CGROUPS) -> list[float]:
    """The processors that the control group of this process, and each group around it, grants."""
    granted = []
    for folder in groups("cpu", root):
        texts = contents(folder, "cpu.max") or [*contents(folder, "cpu.cfs_quota_us"), *contents(folder, CFS_PERIOD)]
        if len(texts) == 2 and texts[0] not in ("max", "-1"):
            granted.append(int(texts[0]) / int(texts[1]))
    return granted


def memory(root: Path = CGROUPS) -> int:
    """Bytes of memory that this process and those it starts may use: the machine's, or a control group's limit."""
    files = [(folder, name) for folder in groups("memory", root) for name in ("memory.max", "memory.limit_in_bytes")]
    texts = [text for folder, name in files for text in contents(folder, name)]
    return min([psutil.virtual_memory().total, *(int(text) for text in texts if text != "max")])


def groups(controller: str, root: Path) -> Iterator[Path]:
    """The folders of the control group of this process and of those around it, of version 2 and of version 1."""
    for line in OWN_GROUPS.read_text().splitlines() if OWN_GROUPS.exists() else []:
        _, controllers, path = line.split(":", 2)
        if not controllers or controller in controllers.split(","):
            top = root / controller if controllers else root
            own = top / path.strip("/")
            yield from (folder for folder in (own, *own.parents) if folder.is_relative_to(top))


def contents(folder: Path, name: str) -> list[str]:
    """The words of a file of a control group; none if it is not there, as where the group is not visible from here."""
    return (folder / name).read_text().split() if (folder / name).is_file() else []


def visible_gpus() -> list[str]:
    """NVIDIA's GPUs that this process sees, as CUDA_VISIBLE_DEVICES names them; TensorFlow need not be loaded."""
    if "CUDA_VISIBLE_DEVICES" in os.environ:
        return [name for name in os.environ["CUDA_VISIBLE_DEVICES"].split(",") if name and name != "-1"]
    return [str(number) for number in range(len(list(Path("/dev").glob("nvidia[0-9]*"))))]


def slot_file(slot: int) -> Path:
    """The lock file of a slot, the same for all makes of this user."""
    folder = Path(tempfile.gettempdir()) / f"homework-slots-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder / str(slot)


def is_free(slot: int) -> bool:
    """Whether no process holds a slot."""
    with open(slot_file(slot), "a", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError:  # a file system without locks
            return True
    return True


def hold_slot() -> None:
    """Hold the slot that the environment names until this process ends; waits for another process to leave it."""
    if os.environ.get(SLOT) and not _held:
        _held.append(open(os.environ[SLOT], "a", encoding="utf-8"))  # noqa: SIM115 (it stays open)
        with contextlib.suppress(OSError):  # a file system without locks
            try:
                fcntl.flock(_held[0], fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                print("a process of another make has this slot; waiting until it ends", file=sys.stderr, flush=True)
                fcntl.flock(_held[0], fcntl.LOCK_EX)
