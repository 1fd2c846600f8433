"""Read a user's CSV file of points x, y, and say in one line what is wrong with it."""

import csv
from pathlib import Path

import numpy as np

from reporting.artifacts import UserError

LARGEST = 1e15  # the sum of larger squares in a loss could overflow float32


def read_points(path: Path) -> np.ndarray:
    """The points (n, 2) of a CSV file: two columns, comma-separated, header optional, blank lines skipped.

    Raises UserError that names the file and, if one line is wrong, the line.
    """
    rows = split_rows(read_text(path), path)
    if rows and is_header(rows[0][1]):
        check_width(rows[0][1], f"{path}, line {rows[0][0]}")
        rows = rows[1:]
    points = [parse_row(cells, f"{path}, line {line}") for line, cells in rows]
    if len(points) < 2:
        raise UserError(f"{path}: holds {len(points)} points; at least two rows of numbers are needed")
    for column, name in enumerate(("x", "y")):
        if len({point[column] for point in points}) == 1:
            raise UserError(f"{path}: {name} is {points[0][column]:g} in every row; there is nothing to learn from it")
    return np.array(points)


def read_text(path: Path) -> str:
    """The file's text, without a byte-order mark."""
    try:
        return path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise UserError(f"{path}: no such file; check regression_train and regression_test in the settings") from None
    except UnicodeDecodeError:
        raise UserError(f"{path}: not a text file in UTF-8; save it as CSV UTF-8") from None
    except OSError as error:
        raise UserError(f"{path}: cannot be read: {error.strerror}") from None


def split_rows(text: str, path: Path) -> list[tuple[int, list[str]]]:
    """Line numbers (from 1) and cells of the lines that are not blank."""
    rows = []
    for line, content in enumerate(text.splitlines(), 1):
        where = f"{path}, line {line}"
        if ";" in content:
            raise UserError(
                f"{where}: semicolons between the columns; write them with a comma and numbers with a point,"
                " as in 1.5,2.3"
            )
        try:
            cells = [cell.strip() for cell in next(csv.reader([content], strict=True), [])]
        except csv.Error as error:
            raise UserError(f"{where}: not CSV: {error}") from None
        if any(cells):
            rows.append((line, cells))
    return rows


def is_header(cells: list[str]) -> bool:
    """Whether no cell is a number, even one with a decimal comma."""
    return not any(is_number(cell.replace(",", ".")) for cell in cells)


def is_number(cell: str) -> bool:
    """Whether `cell` is a number: NaN and infinity are, 1_000 is not."""
    try:
        float(cell)
    except ValueError:
        return False
    return "_" not in cell


def check_width(cells: list[str], where: str) -> None:
    """Raise UserError unless there are two columns."""
    if len(cells) != 2:
        hints = {1: "; separate x and y with a comma", 4: "; write decimals with a point, 1.5 and not 1,5"}
        columns = "1 column" if len(cells) == 1 else f"{len(cells)} columns"
        raise UserError(f"{where}: {columns} instead of the two, x and y{hints.get(len(cells), '')}")


def parse_row(cells: list[str], where: str) -> tuple[float, float]:
    """The x and y of one row."""
    check_width(cells, where)
    for cell in cells:
        if is_number(cell.replace(",", ".")) and "," in cell:
            raise UserError(f"{where}: {cell!r} has a decimal comma; write {cell.replace(',', '.')}")
        if not is_number(cell):
            raise UserError(f"{where}: {cell!r} is not a number")
        if not abs(float(cell)) <= LARGEST:  # NaN compares as false
            raise UserError(f"{where}: {cell} is not a finite number of ordinary size (at most {LARGEST:g})")
    return float(cells[0]), float(cells[1])
