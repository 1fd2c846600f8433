"""Lock files: one process at a time in a stage's folder."""

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
    """Lock the file `path`, waiting for another process that holds it; returns the open file.

    Closing the file releases the lock, and so does the end of this process, however it ends. While it waits, a message
    says what waits (`name`) and for which process.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = open(path, "a+", encoding="utf-8")  # noqa: SIM115 (the caller closes it)
    except OSError as error:
        raise UserError(
            f"cannot write {path}: {error.strerror}; check the folder's permissions and the free space"
        ) from None
    # Work goes on where the file system has no locks, or no space left for the holder's name.
    with contextlib.suppress(OSError):
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
