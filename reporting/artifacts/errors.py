"""Mistakes that the reader can mend: each is told in one line."""

import errno
import os
from pathlib import Path


class UserError(Exception):
    """A mistake the reader can mend; its text is the one line that is printed."""


class ArtifactError(UserError):
    """A recorded file is missing, damaged or from another version of the schema."""


MENDABLE = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM, errno.EIO}


def mendable(error: OSError) -> str:
    """One line for an OSError that is the machine's and not the program's fault; any other is raised again."""
    if error.errno not in MENDABLE:
        raise error
    where = f"{error.filename}: " if error.filename else ""
    return f"cannot go on: {where}{os.strerror(error.errno)}; check the folder's permissions and the free space"


def remedy(folder: Path | str, command: str = "make all") -> str:
    """How the stage that wrote a folder is brought to write it again: make runs it where its run.json is gone.

    A case of an extra has its own, beside that of the extra above it. What a search has recorded of its folds stays.
    """
    files = [Path(folder) / "run.json"] + [path for path in [Path(folder).parent / "run.json"] if path.exists()]
    return f"delete {' and '.join(map(str, files))} and run '{command}'"
