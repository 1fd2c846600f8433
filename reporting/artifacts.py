"""The schema of everything on disk: what a run and a search leave behind, and how it is written and read.

This is the one module of `reporting` that training and tuning import, so it needs the standard library and numpy only.
Scalars are JSON, tables CSV, arrays npz (never pickled). Every file is written under a temporary name beside its target
and then moved into place, and `run.json` is written last: where it stands, its folder is complete.
"""

import contextlib
import csv
import dataclasses
import difflib
import errno
import io
import json
import math
import os
import tomllib
import typing
import unicodedata
from pathlib import Path

import numpy as np

SCHEMA_VERSION = 1

REGRESSION_VARIANTS = ("reference", "tuned")
CLASSIFICATION_VARIANTS = ("reference", "tuned", "improved")

# Short further trainings; each is a folder of cases, and a case is a variant's folder. They can be switched off in the settings.
REGRESSION_EXTRAS = ("splits", "baselines", "initialisation", "seeds", "smaller")
CLASSIFICATION_EXTRAS = ("double_softmax", "reference_seeds", "tuned_seeds", "improved_seeds", "ablation", "smaller")


class UserError(Exception):
    """A mistake the reader can mend; its text is the one line that is printed."""


class ArtifactError(UserError):
    """A recorded file is missing, damaged or from another version of the schema."""


MENDABLE = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM, errno.EIO}


def mendable(error):
    """One line for an OSError that is the machine's and not the program's fault; any other is raised again."""
    if error.errno not in MENDABLE:
        raise error
    where = f"{error.filename}: " if error.filename else ""
    return f"cannot go on: {where}{os.strerror(error.errno)}; check the folder's permissions and the free space"


@dataclasses.dataclass(frozen=True)
class Identity:
    """The title block of the report."""

    university: str
    title: str
    subject: str
    professor: str
    student: str
    number: str


@dataclasses.dataclass(frozen=True)
class Data:
    """Which data a run used: where they came from, how many points, and a SHA-256 digest of each file."""

    source: str
    digests: dict  # file name -> SHA-256 of its bytes
    counts: dict  # "train", "test" -> number of points or images


@dataclasses.dataclass(frozen=True)
class Machine:
    """What computed a run."""

    system: str
    processor: str
    cores: int
    memory_gib: float
    devices: tuple[str, ...]  # what TensorFlow computes on: "CPU", or the names of the GPUs
    precision: str  # Keras' name of the dtype policy
    threads: int  # of one fit


@dataclasses.dataclass(frozen=True)
class Run:
    """`run.json`: everything that is needed to say where a result came from and to make it again."""

    schema_version: int
    task: str  # "regression" or "classification"
    variant: str  # one of the task's variants or extras, a case of an extra, or "search"
    scale: str  # "full" or "quick"
    seed: int
    config: dict  # every setting and hyperparameter, by its name in homework.toml
    data: Data
    machine: Machine
    versions: dict  # package -> version
    commit: str  # of the code, "-dirty" behind it if files were changed, "unknown" outside a checkout
    seconds: float  # wall time
    finished_at: str  # ISO 8601, UTC
    metrics: dict  # name -> number: the headline numbers, see the training scripts


def parse(cls, mapping, where):
    """Build the dataclass `cls` from a mapping that a person or an older program wrote.

    Fields may carry metadata: `choices`, `above`, `at_least`, `at_most`, `below` (for the items, if it is a tuple) and
    `length`. Raises UserError that names `where`, the key, what was expected and the nearest valid name.
    """
    fields = {field.name: field for field in dataclasses.fields(cls)}
    if not isinstance(mapping, dict):
        raise UserError(f"{where}: expected a table with {', '.join(fields)}, got {mapping!r}")
    for key in mapping:
        if key not in fields:
            near = difflib.get_close_matches(key, fields, n=1, cutoff=0.5)
            hint = f"did you mean {near[0]}?" if near else f"valid names are {', '.join(fields)}"
            raise UserError(f"{where}: unknown key {key!r}; {hint}")
    missing = [name for name in fields if name not in mapping]
    if missing:
        raise UserError(f"{where}: {missing[0]} is missing")
    types_ = typing.get_type_hints(cls)
    return cls(**{name: _checked(mapping[name], types_[name], field.metadata, f"{where}: {name}") for name, field in fields.items()})


def _checked(value, kind, limits, where):
    """`value` as the type `kind` says and within `limits`, or a UserError that names `where`."""
    if typing.get_origin(kind) is tuple:
        if not isinstance(value, (list, tuple)) or not value:
            raise UserError(f"{where} must be a list of at least one value, got {value!r}")
        if limits.get("length", len(value)) != len(value):
            raise UserError(f"{where} must have {limits['length']} values, got {len(value)}: {value!r}")
        return tuple(_checked(item, typing.get_args(kind)[0], limits, where) for item in value)
    if dataclasses.is_dataclass(kind):
        return parse(kind, value, where)
    words = {int: "a whole number", float: "a number", str: "a text in quotes", bool: "true or false", dict: "a table"}[kind]
    number = kind in (int, float)
    accepted = (int, float) if kind is float else kind
    if not isinstance(value, accepted) or (number and isinstance(value, bool)) or (number and not math.isfinite(value)):
        raise UserError(f"{where} must be {words}, got {value!r}")
    if kind is str and any(unicodedata.category(character) == "Cc" for character in value):
        raise UserError(f"{where} must be one line of text, got {value!r}")
    if "choices" in limits and value not in limits["choices"]:
        raise UserError(f"{where} must be one of {', '.join(limits['choices'])}, got {value!r}")
    for name, holds in (
        (("above", value.__gt__), ("at_least", value.__ge__), ("at_most", value.__le__), ("below", value.__lt__)) if number else ()
    ):
        if name in limits and not holds(limits[name]):
            raise UserError(f"{where} must be {name.replace('_', ' ')} {limits[name]}, got {value!r}")
    return value if kind is dict else kind(value)


def load_toml(path):
    """Read a TOML file; raises UserError that names the file and the line."""
    try:
        return tomllib.loads(Path(path).read_bytes().decode("utf-8-sig"))
    except FileNotFoundError:
        raise UserError(f"{path}: no such settings file; give an existing one, as in make all CONFIG=homework.toml") from None
    except OSError as error:
        raise UserError(f"{path}: cannot be read: {error.strerror}") from None
    except ValueError as error:  # TOMLDecodeError and UnicodeDecodeError
        raise UserError(f"{path}: not valid TOML: {error}") from None


def write_bytes(path, content):
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
        raise UserError(f"cannot write {path}: {error.strerror}; check the folder's permissions and the free space") from None
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink()


def save_json(path, value):
    """Write a dataclass or a mapping of plain values."""
    plain = dataclasses.asdict(value) if dataclasses.is_dataclass(value) else value
    write_bytes(path, (json.dumps(plain, indent=2, allow_nan=False, ensure_ascii=False) + "\n").encode())


def save_table(path, rows):
    """Write rows (mappings with the same keys, in the same order) as CSV; floats keep every digit."""
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    write_bytes(path, text.getvalue().encode())


def save_arrays(path, arrays):
    """Write a mapping of names to arrays as a compressed npz file."""
    content = io.BytesIO()
    np.savez_compressed(content, **arrays)
    write_bytes(path, content.getvalue())


class Stored(dict):
    """The named parts of a file; asking for one that it does not hold raises an ArtifactError that names the file."""

    def __init__(self, parts=(), path="a recorded file", command="make all"):
        super().__init__(parts)
        self.path, self.command = path, command

    def __missing__(self, name):
        raise ArtifactError(f"{self.path} holds no {name!r}; {remedy(Path(self.path).parent, self.command)}")


def remedy(folder, command="make all"):
    """How the stage that wrote a folder is brought to write it again: make runs it where its run.json is gone.

    A case of an extra has its own, beside that of the extra above it. What a search has recorded of its folds stays.
    """
    files = [Path(folder) / "run.json"] + [path for path in [Path(folder).parent / "run.json"] if path.exists()]
    return f"delete {' and '.join(map(str, files))} and run '{command}'"


def _read(path, command):
    try:
        return Path(path).read_bytes()
    except FileNotFoundError:
        finished = Path(path).with_name("run.json").exists()
        advice = remedy(Path(path).parent, command) if finished else f"run '{command}' to make it"
        raise ArtifactError(f"{path} is missing; {advice}") from None
    except OSError as error:
        raise ArtifactError(f"cannot read {path}: {error.strerror}") from None


def load_json(path, command="make all"):
    """Read a JSON file as a mapping; raises ArtifactError where it is missing or damaged."""
    try:
        stored = json.loads(_read(path, command), object_hook=lambda parts: Stored(parts, path, command))
    except ValueError:
        raise ArtifactError(f"{path} is damaged: not JSON; {remedy(Path(path).parent, command)}") from None
    if not isinstance(stored, Stored):
        raise ArtifactError(f"{path} is damaged: no names in it; {remedy(Path(path).parent, command)}")
    return stored


def load_table(path, command="make all"):
    """Read a CSV file as a list of rows, each a mapping; numbers and true/false are converted, other text is kept."""
    text = _read(path, command).decode(errors="replace")
    try:
        rows = list(csv.DictReader(io.StringIO(text)))
    except csv.Error:
        rows = []
    if not rows or any(None in row or None in row.values() for row in rows):
        raise ArtifactError(f"{path} is damaged: empty or incomplete rows; {remedy(Path(path).parent, command)}")
    return [Stored({key: _converted(value) for key, value in row.items()}, path, command) for row in rows]


def _converted(text):
    if text in ("True", "False"):
        return text == "True"
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def load_arrays(path, command="make all"):
    """Read an npz file as a mapping of names to arrays; raises ArtifactError where it is missing or damaged."""
    content = io.BytesIO(_read(path, command))
    try:
        with np.load(content, allow_pickle=False) as stored:
            return Stored({name: stored[name] for name in stored.files}, path, command)
    except Exception as error:  # a damaged archive raises whatever its first damaged part raises
        raise ArtifactError(f"{path} is damaged ({type(error).__name__}); {remedy(Path(path).parent, command)}") from None


def load_run(folder, command="make all"):
    """Read `run.json` of a finished run or search; raises ArtifactError where it is missing, damaged or of another schema."""
    path = Path(folder) / "run.json"
    stored = load_json(path, command)
    version = stored.get("schema_version")
    if version != SCHEMA_VERSION:
        raise ArtifactError(f"{path} has schema version {version}, this program reads {SCHEMA_VERSION}; run 'make clean' and '{command}'")
    try:
        return parse(Run, stored, str(path))
    except ArtifactError:
        raise
    except UserError as error:
        raise ArtifactError(f"{error}; {remedy(Path(path).parent, command)}") from None


def is_current(folder, **expected):
    """Whether `folder` holds a finished run whose recorded values (config, seed, data, scale ...) equal the expected ones."""
    try:
        recorded = dataclasses.asdict(load_run(folder))
    except ArtifactError:
        return False
    plain = json.loads(
        json.dumps({name: dataclasses.asdict(value) if dataclasses.is_dataclass(value) else value for name, value in expected.items()})
    )
    recorded = json.loads(json.dumps(recorded))
    return all(recorded[name] == value for name, value in plain.items())
