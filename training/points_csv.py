"""Read a user's CSV file of points: what is plain is accepted and told, what is ambiguous is refused in one line."""

import dataclasses
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from reporting.artifacts import UserError
from training.points_roles import COUNTERS, names_of, target_of
from training.points_text import Row, is_missing, is_number, read_sheet

LARGEST = 1e15  # the sum of larger squares in a loss could overflow float32
MOST_INPUTS = 50
THOUSANDS = re.compile(r"[-+]?[1-9]\d{0,2}(,\d{3})+")


@dataclasses.dataclass(frozen=True)
class Table:
    """The points of a file."""

    names: tuple[str, ...]  # of the inputs, then of the target; empty without a header
    values: np.ndarray  # (n, columns) float64, the target last
    target: int  # where it stood among the columns, from 0
    notes: tuple[str, ...]  # what was left out, a line each


def read_points(path: Path, header: str = "auto") -> Table:
    """The points of a CSV file with one or more columns of inputs and one of the target.

    The columns are parted by commas, semicolons, tabs or blanks; `header` says whether the first row is one: "true",
    "false" or "auto". Raises UserError that names the file and, if one line is wrong, the line.
    """
    sheet = read_sheet(path)
    if not sheet.rows:
        raise UserError(f"{path}: holds 0 points; at least two rows of numbers are needed")
    named = has_header(sheet.rows, header, path)
    rows, names = sheet.rows[named:], list(sheet.rows[0].cells) if named else []
    if not named and len(sheet.comment) == content(rows[0].cells) and is_header(sheet.comment):
        names = sheet.comment  # numpy.savetxt writes names as a comment
    names, rows = of_one_width(names, rows, path)
    names, columns, notes = without_counter(names, rows, path)
    if len(columns) > MOST_INPUTS + 1:
        raise UserError(f"{path}: {len(columns)} columns; at most {MOST_INPUTS} inputs and a target are read")
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise UserError(f"{path}: two columns are called {twice[0]!r}")
    target = target_of(names, len(columns), path)
    order = [column for place, column in enumerate(columns) if place != target] + [columns[target]]
    whole = [row for row in rows if not any(is_missing(row.cells[column]) for column in order)]
    if len(whole) < len(rows):
        notes.append(f"{path.name}: {len(rows) - len(whole)} of {len(rows)} rows lack a value and are left out")
    if len(whole) < 2:
        raise UserError(f"{path}: holds {len(whole)} points; at least two rows of numbers are needed")
    commas = has_decimal_commas([row.cells[column] for row in whole for column in order], path)
    values = np.array([numbers_of(row, order, commas, path) for row in whole])
    ordered = [name for place, name in enumerate(names) if place != target] + names[target:][:1]
    return Table(tuple(ordered), values, target, tuple(notes))


def is_header(cells: Sequence[str]) -> bool:
    """Whether no cell is a number, and some cell is a name."""
    return not any(map(is_number, cells)) and not all(map(is_missing, cells))


def has_header(rows: Sequence[Row], header: str, path: Path) -> bool:
    """Whether the first row holds names; raises UserError if it may be names or a point."""
    if header != "auto":
        return header == "true"
    line, cells = rows[0]
    counting = [str(number) for number in range(len(cells))]
    if cells == counting and len(cells) > 1:
        raise UserError(
            f"{path}, line {line}: {','.join(cells)} may be a point or the names that pandas gives; set"
            " regression_header = true (names) or false (a point) in [data]"
        )
    return is_header(cells) or ["", *counting[:-1]] == cells != [""]


def content(cells: Sequence[str]) -> int:
    """The number of cells up to the last one that is not empty."""
    return max((place for place, cell in enumerate(cells, 1) if cell), default=0)


def of_one_width(names: list[str], rows: Sequence[Row], path: Path) -> tuple[list[str], list[Row]]:
    """Names (none without a header) and rows with as many cells as there are columns; raises UserError if any differs.

    Empty cells beyond them, as of a trailing comma, are cut off. R leaves the numbers of the rows without a name.
    """
    found = Counter(content(row.cells) for row in rows)
    usual = max(found, key=lambda width: (found[width], width), default=0)
    width = content(names) or usual
    if names and usual == width + 1 and counts([row.cells[0] for row in rows], 1):
        names, width = ["", *names], usual
    if width < 2:
        raise UserError(
            f"{path}, line {rows[0].line if rows else 1}: 1 column instead of at least two, x and y; {PART}"
        )
    for line, cells in rows:
        if not content(cells) <= width <= len(cells):
            here = max(content(cells), 1)
            columns = "1 column" if here == 1 else f"{here} columns"
            hint = f"; {PART}" if here == 1 else "; write decimals with a point, 1.5 and not 1,5" * (here == 2 * width)
            raise UserError(f"{path}, line {line}: {columns} instead of {width}{hint}")
    whole = width >= 4 and width % 2 == 0 and not names
    if whole and all(cell.lstrip("+-").isdigit() or is_missing(cell) for row in rows for cell in row.cells[:width]):
        raise UserError(
            f"{path}: {width} columns of whole numbers without names; if these are decimal commas, write 1.5 and not"
            " 1,5, and else give each column a name in the first row"
        )
    return names[:width], [Row(line, cells[:width]) for line, cells in rows]


PART = "separate the columns with commas, semicolons, tabs or blanks"


def counts(cells: Sequence[str], *starts: int) -> bool:
    """Whether whole numbers count the rows from one of these on."""
    return any(list(cells) == [str(start + place) for place in range(len(cells))] for start in starts)


def without_counter(names: list[str], rows: Sequence[Row], path: Path) -> tuple[list[str], list[int], list[str]]:
    """The names, the places of the columns with content, and a note if the first column numbers the rows.

    Raises UserError where a column has values but no name, or where an unnamed one may be an input or number the rows.
    """
    width = len(rows[0].cells) if rows else len(names)
    there = [place for place in range(width) if any(row.cells[place] for row in rows) or (names and names[place])]
    if len(there) == 2:
        names = [name or "xy"[place] for place, name in enumerate(names)]
    first = [row.cells[there[0]] for row in rows]
    if not names:
        if len(there) > 2 and counts(first, 0, 1):
            raise UserError(
                f"{path}: the first of {len(there)} columns without names counts the rows; delete it, or name all"
                " columns in the first row if it is an input"
            )
        return names, there, []
    counting, unnamed = names[there[0]].lower() in COUNTERS and counts(first, 0, 1), not names[there[0]]
    if len(there) > 2 and (counting or (unnamed and all(map(str.isdigit, first)) and len(set(first)) == len(first))):
        note = f"{path.name}: the first column only numbers the rows and is left out"
        return [names[place] for place in there[1:]], there[1:], [note]
    nameless = [place + 1 for place in there if not names[place]]
    if nameless:
        raise UserError(f"{path}: column {nameless[0]} has values but no name; name it in the first row")
    return [names[place] for place in there], there, []


def has_decimal_commas(cells: Sequence[str], path: Path) -> bool:
    """Whether decimals are written with commas; raises UserError if commas may part thousands instead."""
    commas = [cell for cell in cells if "," in cell and is_number(cell)]
    if commas and any("." in cell for cell in cells):
        raise UserError(f"{path}: {commas[0]!r} has a comma and other numbers a point; write all decimals with a point")
    if commas and all(map(THOUSANDS.fullmatch, commas)):
        raise UserError(
            f"{path}: the comma of {commas[0]!r} may part thousands or decimals; write decimals with a point"
        )
    return bool(commas)


def numbers_of(row: Row, order: Sequence[int], commas: bool, path: Path) -> list[float]:
    """The numbers of one row."""
    where, values = f"{path}, line {row.line}", []
    for cell in (row.cells[place] for place in order):
        if not is_number(cell):
            raise UserError(f"{where}: {cell!r} is not a number")
        values.append(float(cell.replace(",", ".") if commas else cell))
        if not abs(values[-1]) <= LARGEST:
            raise UserError(f"{where}: {cell} is not a finite number of ordinary size (at most {LARGEST:g})")
    return values


def refuse_constant(table: Table, path: Path, inputs: bool) -> None:
    """Raise UserError if the target, or with `inputs` any column, has one value in every row."""
    names = names_of(table.names, table.values.shape[1])
    for place in range(0 if inputs else len(names) - 1, len(names)):
        values = table.values[:, place]
        if np.all(values == values[0]):
            raise UserError(f"{path}: {names[place]} is {values[0]:g} in every row; there is nothing to learn from it")
