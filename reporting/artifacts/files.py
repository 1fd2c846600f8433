"""How everything on disk is written and read: scalars as JSON, tables as CSV, arrays as npz (never pickled).

Every file is written under a temporary name beside its target and then moved into place. `run.json` is written last, so
a folder that has one is complete. Loaded files note what is read of them, see reads.py.
"""

import contextlib
import csv
import dataclasses
import io
import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from reporting.artifacts.errors import ArtifactError, UserError, remedy
from reporting.artifacts.parsing import parse
from reporting.artifacts.reads import RecordedRun, Stored, plain
from reporting.artifacts.schema import SCHEMA_VERSION, Data


def write_bytes(path: Path | str, content: bytes) -> None:
    """Write `content` under a temporary name beside `path`, then move it into place."""
    path = Path(path)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(temporary, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except OSError as error:
        raise UserError(
            f"cannot write {path}: {error.strerror}; check the folder's permissions and the free space"
        ) from None
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink()


def save_json(path: Path | str, value: Any) -> None:
    """Write a dataclass or a mapping of plain values."""
    write_bytes(path, (json.dumps(plain(value), indent=2, allow_nan=False, ensure_ascii=False) + "\n").encode())


def save_table(path: Path | str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write rows (mappings with the same keys, in the same order) as CSV; floats keep every digit."""
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(dict(row) for row in rows)
    write_bytes(path, text.getvalue().encode())


def readable(value: Any) -> Any:
    """A hyperparameter's value as tables hold it: a list as JSON text, as in [32, 64]."""
    return json.dumps(value) if isinstance(value, list | tuple) else value


def save_arrays(path: Path | str, arrays: Mapping[str, Any]) -> None:
    """Write a mapping of names to arrays as a compressed npz file."""
    content = io.BytesIO()
    np.savez_compressed(content, **arrays)
    write_bytes(path, content.getvalue())


def _read(path: Path | str, command: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except FileNotFoundError:
        finished = Path(path).with_name("run.json").exists()
        advice = remedy(Path(path).parent, command) if finished else f"run '{command}' to make it"
        raise ArtifactError(f"{path} is missing; {advice}") from None
    except OSError as error:
        raise ArtifactError(f"cannot read {path}: {error.strerror}") from None


def load_json(path: Path | str, command: str = "make all") -> Stored:
    """Read a JSON file as a mapping; raises ArtifactError where it is missing or damaged."""
    try:
        stored = json.loads(_read(path, command))
    except ValueError:
        raise ArtifactError(f"{path} is damaged: not JSON; {remedy(Path(path).parent, command)}") from None
    if not isinstance(stored, dict):
        raise ArtifactError(f"{path} is damaged: no names in it; {remedy(Path(path).parent, command)}")
    return Stored(stored, path, command)


def load_table(path: Path | str, command: str = "make all") -> list[Stored]:
    """Read a CSV file as a list of rows, each a mapping; numbers and true/false are converted, other text is kept."""
    text = _read(path, command).decode(errors="replace")
    try:
        rows = list(csv.DictReader(io.StringIO(text)))
    except csv.Error:
        rows = []
    if not rows or any(None in row or None in row.values() for row in rows):
        raise ArtifactError(f"{path} is damaged: empty or incomplete rows; {remedy(Path(path).parent, command)}")
    return [Stored({key: _converted(value) for key, value in row.items()}, path, command) for row in rows]


def _converted(text: str) -> Any:
    if text in ("True", "False"):
        return text == "True"
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def load_arrays(path: Path | str, command: str = "make all") -> Stored:
    """Read an npz file as a mapping of names to arrays; raises ArtifactError where it is missing or damaged."""
    content = io.BytesIO(_read(path, command))
    try:
        with np.load(content, allow_pickle=False) as stored:
            return Stored({name: stored[name] for name in stored.files}, path, command)
    except Exception as error:  # a damaged archive raises whatever its first damaged part raises
        raise ArtifactError(
            f"{path} is damaged ({type(error).__name__}); {remedy(Path(path).parent, command)}"
        ) from None


def load_run(folder: Path | str, command: str = "make all") -> RecordedRun:
    """Read `run.json` of a finished run; raises ArtifactError where it is missing, damaged or of another schema."""
    path = Path(folder) / "run.json"
    stored = load_json(path, command)
    version = stored.get("schema_version")
    if version != SCHEMA_VERSION:
        raise ArtifactError(
            f"{path} has schema version {version}, this program reads {SCHEMA_VERSION};"
            f" run '{command}', which makes it again"
        )
    try:
        return parse(RecordedRun, stored, str(path)).at(path)
    except ArtifactError:
        raise
    except UserError as error:
        raise ArtifactError(f"{error}; {remedy(Path(path).parent, command)}") from None


def is_current(folder: Path | str, **expected: Any) -> bool:
    """Whether `folder` holds a finished run with the expected values of config, seed, data, scale and so on."""
    try:
        recorded = plain(load_run(folder))
    except ArtifactError:
        return False
    recorded, wanted = (json.loads(json.dumps(identifying(values))) for values in (recorded, plain(expected)))
    return all(recorded[name] == value for name, value in wanted.items())


def identifying(values: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a run without what is only told of its data: what comparing two Data leaves out."""
    told = {field.name for field in dataclasses.fields(Data) if not field.compare}
    data = {name: value for name, value in values.get("data", {}).items() if name not in told}
    return {name: data if name == "data" else value for name, value in values.items()}
