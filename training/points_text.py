"""The text of a user's CSV file, and its rows of cells, however they are parted and encoded."""

import codecs
import csv
import re
from pathlib import Path
from typing import NamedTuple

from reporting.artifacts import UserError

BYTE_ORDER_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
FOREIGN = {
    b"PK\x03\x04": "an Excel workbook or a zip file",
    b"\xd0\xcf\x11\xe0": "an Excel workbook",
    b"\x1f\x8b": "gzip",
}
# Excel's errors, such as #N/A, begin like a comment.
COMMENT = re.compile(r"\s*(#(?!N/A|DIV/0|VALUE|REF|NUM|NAME|NULL)|%)", re.IGNORECASE)
SEPARATOR_LINE = re.compile(r'\s*"?sep=(.)"?\s*', re.IGNORECASE)  # Excel's first line
NUMBER = re.compile(r"[-+]?(\d+([.,]\d*)?|[.,]\d+)(e[-+]?\d+)?|[-+]?inf(inity)?", re.IGNORECASE)
MISSING = {"", "na", "n/a", "nan", "null", "none", "-", "?", "."}
TRIED = 50  # lines on which the separator is tried
SEPARATORS = ",;\t "


class Row(NamedTuple):
    """A line that is neither blank nor a comment."""

    line: int  # counted from 1
    cells: list[str]


class Sheet(NamedTuple):
    """The rows of a file."""

    separator: str
    comment: list[str]  # the cells of the comment just before the first row; empty if there is none
    rows: list[Row]


def is_number(cell: str) -> bool:
    """Whether a cell is a number, with a decimal point or comma; infinity is, 1_000 and NaN are not."""
    return NUMBER.fullmatch(cell) is not None


def is_missing(cell: str) -> bool:
    """Whether a cell stands for a missing value, as one of Excel's errors does."""
    return cell.lower() in MISSING or cell.startswith("#")


def read_sheet(path: Path) -> Sheet:
    """The rows of a file; raises UserError where it is no text, or a line is not CSV."""
    lines = [(number, text) for number, text in enumerate(read_text(path).splitlines(), 1) if text.strip()]
    given = SEPARATOR_LINE.fullmatch(lines[0][1]) if lines else None
    if given:
        lines = lines[1:]
    first = next((place for place, (_, text) in enumerate(lines) if not COMMENT.match(text)), len(lines))
    kept = [(number, text) for number, text in lines[first:] if not COMMENT.match(text)]
    separator = given[1] if given else separator_of([text for _, text in kept])
    rows = [Row(number, split(text, separator, f"{path}, line {number}")) for number, text in kept]
    before = lines[first - 1][1].lstrip(" #%") if first else ""
    comment = before.split(separator if separator in before.strip() else None)
    return Sheet(separator, [cell.strip() for cell in comment], [row for row in rows if any(row.cells)])


def read_text(path: Path) -> str:
    """The file's text, without a byte-order mark; UTF-8, UTF-16 or Windows' Latin-1."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise UserError(f"{path}: no such file; check regression_train and regression_test in the settings") from None
    except OSError as error:
        raise UserError(f"{path}: cannot be read: {error.strerror}") from None
    for magic, kind in FOREIGN.items():
        if content.startswith(magic):
            raise UserError(f"{path}: not a text file but {kind}; save it as CSV")
    try:
        text = content.decode(encoding_of(content))
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        raise UserError(f"{path}: not a text file in UTF-8, UTF-16 or Latin-1; save it as CSV UTF-8")
    return text


def encoding_of(content: bytes) -> str:
    """The name of the encoding of a file. Numbers are ASCII in all of them but UTF-16, whose zeros give it away."""
    for mark, name in BYTE_ORDER_MARKS.items():
        if content.startswith(mark):
            return name
    for name, zeros, others in (("utf-16-le", content[1::2], content[::2]), ("utf-16-be", content[::2], content[1::2])):
        if zeros.count(0) > len(zeros) / 2 and not others.count(0):
            return name
    try:
        content.decode()
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def separator_of(lines: list[str]) -> str:
    """What parts the columns: the first separator that leaves only numbers in the lines after a possible header.

    If none does, the one that is there, so that the mistake is found in its cells.
    """
    tried = lines[1 : TRIED + 1] or lines
    for separator in SEPARATORS:
        try:
            rows = [split(line, separator, "") for line in tried]
        except UserError:
            continue
        cells = [cell for row in rows for cell in row]
        if min(map(len, rows), default=0) > 1 and all(is_number(cell) or is_missing(cell) for cell in cells):
            return separator
    return next((separator for separator in "\t;, " if all(separator in line for line in tried)), ",")


def split(text: str, separator: str, where: str) -> list[str]:
    """The cells of a line, with typographic minus signs as hyphens; raises UserError that names the place."""
    if separator == " ":
        text = " ".join(text.split())
    try:
        cells = next(csv.reader([text], delimiter=separator, strict=True, skipinitialspace=separator != "\t"), [])
    except csv.Error as error:
        raise UserError(f"{where}: not CSV: {error}") from None
    return [re.sub("^[\N{MINUS SIGN}\N{EN DASH}](?=[\\d.,])|\N{MINUS SIGN}", "-", cell.strip()) for cell in cells]
