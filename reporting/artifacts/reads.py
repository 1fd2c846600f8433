"""Loaded files that note what is read of them, so that the report can say which files each of its parts is made of.

Inside `noting(reads)`, every name that is looked up in a loaded file is added to `reads`, with the path of the file.
"""

import contextlib
import dataclasses
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Self

from reporting.artifacts.errors import ArtifactError, remedy
from reporting.artifacts.schema import Run

Reads = dict[tuple[str, str], None]  # (path, name) of everything that was read, once each and in order
WHOLE = ("data.", "machine.", "versions.")  # parts of a run that are noted as such, whatever is looked up in them
_NOTES: list[Reads] = []  # of the contexts that are entered, the innermost last


@contextlib.contextmanager
def noting(reads: Reads) -> Iterator[Reads]:
    """A context that adds to `reads` whatever is read inside it, except inside an inner such context."""
    _NOTES.append(reads)
    try:
        yield reads
    finally:
        _NOTES.pop()


def note(reads: Reads) -> None:
    """Add `reads` to those of the innermost context, as if they happened there. Outside of any this does nothing."""
    if _NOTES:
        _NOTES[-1].update(reads)


class Stored(Mapping[str, Any]):
    """The named parts of a file, read-only. Looking one up notes it; a missing one raises an ArtifactError.

    A part that is a mapping itself is Stored too and notes what is looked up in it, as a.b, or as a if that is WHOLE.
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
    """A Run that was loaded from a file and notes which of its fields are read."""

    def at(self, path: Path | str) -> Self:
        """This run, which notes reads under the path of its file from now on."""
        object.__setattr__(self, "_path", str(path))
        return self

    def __getattribute__(self, name: str) -> Any:
        value = super().__getattribute__(name)
        if _NOTES and name in RUN_FIELDS and not isinstance(value, Stored):
            _NOTES[-1][self.__dict__.get("_path", "a recorded run"), name] = None
        return value


def plain(value: Any) -> Any:
    """Dataclasses and loaded mappings as dicts, tuples as lists, and everything in them likewise."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {name: plain(item) for name, item in value.items()}
    return [plain(item) for item in value] if isinstance(value, list | tuple) else value
