"""Which files a document is made of, from what was read while its parts were made."""

import dataclasses
import functools
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from reporting.artifacts import Reads, Run

PROJECT = Path(__file__).parents[2]
KINDS = ("figure", "table", "heading")
RUN_FIELDS = [field.name for field in dataclasses.fields(Run)]
Reader = tuple[str, str]  # one of KINDS, and the name of what is read for


class Origin(NamedTuple):
    """Files of one name from which the same is read for the same parts of the document."""

    files: list[str]  # relative to the folder of the runs, or to the project
    keys: list[str]  # names in a JSON object (a.b is b inside of a), columns of CSV files, names of arrays
    figures: list[str]
    tables: list[str]
    headings: list[str]  # below which sentences hang on them


def origins(reads_by: Mapping[Reader, Reads], runs: Path | str, apart: Collection[Reader] = ()) -> list[Origin]:
    """An Origin for each group of files: what is read of each, and for what. The project's own files come last.

    What is read of a file for no other readers than those `apart` has an Origin of its own: so what these readers read
    alike of many files stands once.
    """
    readers: dict[tuple[str, str], dict[Reader, None]] = {}  # of each key of each file
    for reader, reads in reads_by.items():
        for path, key in reads:
            readers.setdefault((relative(path, runs), key), {})[reader] = None
    keys: dict[tuple[str, bool], list[str]] = {}
    for (file, key), names in readers.items():
        keys.setdefault((file, set(names) <= set(apart)), []).append(key)
    groups: dict[tuple, Origin] = {}
    for file, is_apart in sorted(keys, key=lambda row: (row[0].startswith("reporting/"), row)):
        listed = in_order(keys[file, is_apart], Path(file).name)
        read_for = [reader for reader in reads_by if any(reader in readers[file, key] for key in listed)]
        by_kind = [[name for kind, name in read_for if kind == wanted] for wanted in KINDS]
        same = Path(file).name, tuple(listed), tuple(read_for)
        groups.setdefault(same, Origin([], listed, *by_kind)).files.append(file)
    return list(groups.values())


class Sources:
    """What was read for the numbers of a document, each group of files once; `listed` are these groups in words."""

    def __init__(self, reads_of: Callable[[str], Reads], runs: Path | str) -> None:
        self.reads_of, self.runs = reads_of, runs  # the name that a path begins with -> what was read for it
        self.listed: dict[str, int] = {}
        self.known: dict[str, tuple[str, int]] = {}

    def of(self, path: str) -> tuple[str, int]:
        """The path of a number as it is shown, and the place in `listed` of what was read for it."""
        if path not in self.known:
            file, _, key = path.rpartition(":")  # of what a template took from a file itself
            shown = f"{relative(file, self.runs)}:{key}" if file else path
            read = f"{relative(file, self.runs)}: {key}" if file else self.words_of(path)
            self.known[path] = shown, self.listed.setdefault(read, len(self.listed))
        return self.known[path]

    def words_of(self, path: str) -> str:
        """What was read for a number; of this only keys that are called as the number is, if there are any.

        Of these only those in folders that the path names; of what is a mean over_seeds, the further seeds' too.
        """
        root, *names = re.split(r"[.\[\]]+", path.rstrip("]"))
        reads = list(self.reads_of(root))
        reads = [read for read in reads if names and named_so(read[1], names[-1])] or reads
        folders = {*names, *(f"{name}_seeds" for name in names if "over_seeds" in names)}
        reads = [read for read in reads if set(read[0].split("/")) & folders] or reads
        return in_words(tuple(reads), self.runs)


def named_so(key: str, name: str) -> bool:
    """Whether a key holds a number of this name; the setting loss is no number, but what the loss is."""
    return key.rpartition(".")[2] == name and key != "config.loss"


@functools.cache
def in_words(reads: tuple[tuple[str, str], ...], runs: Path | str) -> str:
    """Files and what is read of them, in short."""
    found = origins({("", ""): dict.fromkeys(reads)}, runs)
    return "; ".join(f"{', '.join(braced(item.files))}: {', '.join(braced(item.keys))}" for item in found)


def in_order(keys: Iterable[str], file: str) -> list[str]:
    """The keys sorted by name; those of a run in the order in which run.json holds them."""
    if file != "run.json":
        return sorted(keys)
    return sorted(keys, key=lambda key: (RUN_FIELDS.index(key.partition(".")[0]), key))


def relative(path: str, runs: Path | str) -> str:
    """The path below the folder of the runs, or below the project."""
    for folder in (Path(runs), PROJECT):
        if Path(path).is_relative_to(folder):
            return Path(path).relative_to(folder).as_posix()
    return path


def braced(names: Iterable[str]) -> list[str]:
    """The same names in short: those that differ in one of several parts are one, with braces around what that may be.

    Parts are divided by slashes and dots: a/x.npz and b/x.npz are {a, b}/x.npz.
    """
    rows = [tuple(re.split(r"([/.])", name)) for name in names]
    for place in range(0, max(map(len, rows), default=0), 2):  # every second item is a slash or a dot
        merged: dict[tuple, list[str]] = {}
        for row in rows:
            alone = len(row) == 1 or place >= len(row)
            merged.setdefault(row if alone else (*row[:place], None, *row[place + 1 :]), []).append(
                "" if alone else row[place]
            )
        rows = [tuple(joined(values) if part is None else part for part in row) for row, values in merged.items()]
    return ["".join(row) for row in rows]


def joined(values: list[str]) -> str:
    different = list(dict.fromkeys(values))
    return different[0] if len(different) == 1 else "{" + ", ".join(different) + "}"
