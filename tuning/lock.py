"""One search at a time in a folder."""

import contextlib
import fcntl
import os
import platform
from datetime import datetime

from reporting.artifacts import UserError


@contextlib.contextmanager
def only_search(path):
    """Hold the lock file `path`, which the system releases when this process ends; raises UserError that says who holds it."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = open(path, "a+")  # noqa: SIM115 (closed below)
    except OSError as error:
        raise UserError(f"cannot write {path}: {error.strerror}; check the folder's permissions") from None
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.seek(0)
            raise UserError(f"{path.parent}: a search is running here already: {file.read().strip()}; wait for it, or end it") from None
        file.truncate(0)
        file.write(f"process {os.getpid()} on {platform.node()} since {datetime.now():%Y-%m-%d %H:%M:%S}\n")
        file.flush()
        yield
