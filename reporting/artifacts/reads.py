"""Loaded files that note what is read of them: this is how the report knows which file each of its parts is made of.

Inside of `noting(reads)` every name that is asked of a loaded file is added to `reads`, with the file's path.
"""

import contextlib
import dataclasses
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Self

from reporting.artifacts.errors import ArtifactError, remedy
from reporting.artifacts.schema import Run

Reads = dict[tuple[str, str], None]  # (path, name) of all that was read, each once and in order
WHOLE = ("data.", "machine.", "versions.")  # parts of a run that count as read, whatever is asked of them
_NOTES: list[Reads] = []  # of the parts of the report that are at work, the innermost last


@contextlib.contextmanager
def noting(reads: Reads) -> Iterator[Reads]:
    """Add to `reads` whatever is read inside of this context, but for what an inner one notes."""
    _NOTES.append(reads)
    try:
        yield reads
    finally:
        _NOTES.pop()


def note(reads: Reads) -> None:
    """Add these reads to those of the innermost context, as if they were made there; without one they are forgotten."""
    if _NOTES:
        _NOTES[-1].update(reads)


class Stored(Mapping[str, Any]):
    """The named parts of a file. Asking for one notes it, or raises an ArtifactError where the file does not hold it.

    Mappings inside of it are such mappings too. The name of what they hold is noted as a.b, or as a for one of WHOLE.
    """

    def __init__(
        self,
        parts: Mapping[str, Any] | None = None,
        path: Path | str = "a recorded file",
        command: str = "make all",
        prefix: str = "",
    ) -> None:
        self.path, self.command, self.prefix = str(path), command, prefix
        self._whole = prefix.partition(".")[0] if prefix.startswith(WHOLE) else None
        self._parts = {
            name: Stored(value, path, command, f"{prefix}{name}.") if isinstance(value, dict) else value
            for name, value in (parts or {}).items()
        }

    def __getitem__(self, name: str) -> Any:
        if name not in self._parts:
            raise ArtifactError(
                f"{self.path} holds no {self.prefix + name!r}; {remedy(Path(self.path).parent, self.command)}"
            )
        value = self._parts[name]
        if _NOTES and not isinstance(value, Stored):
            _NOTES[-1][self.path, self._whole or self.prefix + name] = None
        return value

    def __iter__(self) -> Iterator[str]:
        return iter(self._parts)

    def __len__(self) -> int:
        return len(self._parts)

    def __contains__(self, name: object) -> bool:
        return name in self._parts

    def get(self, name: str, default: Any = None) -> Any:
        return self[name] if name in self._parts else default

    def __or__(self, other: Mapping[str, Any]) -> dict[str, Any]:
        return dict(self) | dict(other)

    def __ror__(self, other: Mapping[str, Any]) -> dict[str, Any]:
        return dict(other) | dict(self)

    def __repr__(self) -> str:
        return repr(self._parts)


RUN_FIELDS = {field.name for field in dataclasses.fields(Run)}


@dataclasses.dataclass(frozen=True)
class RecordedRun(Run):
    """A Run that was read from a file, and notes what is read of it."""

    def at(self, path: Path | str) -> Self:
        """This run, knowing its file."""
        object.__setattr__(self, "_path", str(path))
        return self

    def __getattribute__(self, name: str) -> Any:
        value = super().__getattribute__(name)
        if _NOTES and name in RUN_FIELDS and not isinstance(value, Stored):
            _NOTES[-1][self.__dict__.get("_path", "a recorded run"), name] = None
        return value


def plain(value: Any) -> Any:
    """Dataclasses and loaded mappings as dicts, and all that they hold likewise."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {name: plain(item) for name, item in value.items()}
    return [plain(item) for item in value] if isinstance(value, list | tuple) else value
