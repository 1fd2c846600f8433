"""One process at a time in a stage's folder."""

import contextlib
import fcntl
import os
import platform
import sys
from datetime import datetime
from pathlib import Path
from typing import TextIO

from reporting.artifacts import UserError


def acquire_lock(path: Path, name: str) -> TextIO:
    """Wait until no other process holds the lock file `path`, saying which one does; returns the open file.

    The system releases the lock when the file is closed or this process ends, however it ends. `name` says what waits.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = open(path, "a+", encoding="utf-8")  # noqa: SIM115 (its owner closes it)
    except OSError as error:
        raise UserError(
            f"cannot write {path}: {error.strerror}; check the folder's permissions and the free space"
        ) from None
    with contextlib.suppress(
        OSError
    ):  # a file system without locks, or no room for the holder's name: neither stops the work
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            holder = file.read().strip() or "another process"
            print(f"{name}: {holder} is at work in {path.parent}; waiting until it ends", file=sys.stderr, flush=True)
            fcntl.flock(file, fcntl.LOCK_EX)
        file.truncate(0)
        file.write(f"process {os.getpid()} on {platform.node()} since {datetime.now():%Y-%m-%d %H:%M:%S}\n")
        file.flush()
    return file
