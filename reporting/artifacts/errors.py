"""Mistakes that the reader can mend; each is reported in one line."""

import errno
import io
import os
import sys
from collections.abc import Callable
from pathlib import Path


class UserError(Exception):
    """A mistake that the reader can mend; its text is the line that is printed."""


class ArtifactError(UserError):
    """A recorded file is missing, damaged or from another version of the schema."""


def exit_status(main: Callable[[], int | None]) -> int:
    """Call `main` and return the exit status of its script: a mistake the reader can mend is one line on stderr."""
    open_streams()
    try:
        return main() or 0
    except UserError as error:
        print(f"error: {error}", file=sys.stderr)
    except OSError as error:
        print(f"error: {mendable(error)}", file=sys.stderr)
    return 1


def open_streams() -> None:
    """Make sure that there are the standard streams, and that any text can be printed.

    Where the caller has closed one, the next file to be opened would take its place, and messages would end up in it.
    """
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest number that is free, which is this one
            if name == "stderr":
                os.dup2(1, 2)
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(number, "r" if name == "stdin" else "w", encoding="utf-8"))
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # as for an ellipsis where the locale is Latin-1


MENDABLE = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM, errno.EIO}


def mendable(error: OSError) -> str:
    """One line on an OSError that the reader can mend, e.g. a full disk; any other is raised again."""
    if "temporary directory" in str(error.strerror):  # tempfile has found none that it can write in
        return f"cannot go on: {error.strerror}; free some space, or name a folder with TMPDIR="
    if error.errno not in MENDABLE:
        raise error
    where = f"{error.filename}: " if error.filename else ""
    return f"cannot go on: {where}{os.strerror(error.errno)}; check the folder's permissions and the free space"


def remedy(folder: Path | str, command: str = "make all") -> str:
    """How to have a folder written again: make runs every stage whose run.json is missing.

    The folder of a case lies in that of its extra, which has a run.json too. The folds that a search has recorded stay.
    """
    files = [Path(folder) / "run.json"] + [path for path in [Path(folder).parent / "run.json"] if path.exists()]
    return f"delete {' and '.join(map(str, files))} and run '{command}'"
