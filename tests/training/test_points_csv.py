"""CSV files of points: what is read, what is refused, and in which words."""

from pathlib import Path

import numpy as np
import pytest

from reporting.artifacts import UserError
from training.points_csv import read_points

GOOD = "x,y\n-1.5,2\n0,3.25\n4e0,-1\n"
BAD_CSV = {
    "empty": ("", "holds 0 points"),
    "header only": ("x,y\n", "holds 0 points"),
    "one row": ("x,y\n1,2\n", "holds 1 points"),
    "text": ("x,y\n1,2\n3,four\n", "line 3: 'four' is not a number"),
    "empty cell": ("1,2\n3,\n", "line 2: '' is not a number"),
    "digit separators": ("1,2\n1_000,3\n", "line 2: '1_000' is not a number"),
    "NaN": ("1,2\n3,nan\n5,6\n", "line 2: nan is not a finite number"),
    "infinity": ("1,2\n-inf,4\n", "line 2: -inf is not a finite number"),
    "huge": ("1,2\n3,1e300\n", "line 2: 1e300 is not a finite number of ordinary size"),
    "one column": ("1\n2\n3\n", "line 1: 1 column instead of the two"),
    "three columns": ("x,y,z\n1,2,3\n", "line 1: 3 columns instead of the two"),
    "a longer row": ("x,y\n1,2\n1,2,3\n", "line 3: 3 columns"),
    "tabs": ("1\t2\n3\t4\n", "line 1: 1 column instead of the two, x and y; separate x and y with a comma"),
    "semicolons": ("x;y\n1;2\n", "line 1: semicolons"),
    "decimal commas, semicolons": ("1,5;2,5\n2,5;3,5\n", "line 1: semicolons"),
    "decimal commas": ("x,y\n1,5,2,5\n", "line 2: 4 columns instead of the two, x and y; write decimals with a point"),
    "quoted decimal commas": ('x,y\n"1,5","2,5"\n', "line 2: '1,5' has a decimal comma; write 1.5"),
    "open quote": ('x,y\n1,"2\n3,4\n', "line 2: not CSV"),
    "constant y": ("1,2\n3,2\n5,2.0\n", "y is 2 in every row"),
    "constant x": ("1,2\n1,3\n", "x is 1 in every row"),
    "a number in the header": ("1,y\n2,3\n", "line 1: 'y' is not a number"),
}


def read(folder, content):
    """The points of a file with this content."""
    (folder / "train.csv").write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_points(folder / "train.csv")


@pytest.mark.parametrize(
    "content",
    [
        GOOD,
        GOOD.removeprefix("x,y\n"),
        GOOD.replace("\n", "\r\n"),
        b"\xef\xbb\xbf" + GOOD.encode(),
        b"\xef\xbb\xbf" + GOOD.removeprefix("x,y\n").encode(),
        GOOD.replace(",", " , ") + "\n\n",
        GOOD.replace("x,y", '"input","label"'),
    ],
    ids=["plain", "no header", "CRLF", "byte-order mark", "byte-order mark, no header", "blanks", "quoted header"],
)
def test_every_usual_way_of_writing_a_csv_gives_the_same_points(tmp_path, content):
    np.testing.assert_array_equal(read(tmp_path, content), [[-1.5, 2], [0, 3.25], [4, -1]])


@pytest.mark.parametrize(("content", "message"), BAD_CSV.values(), ids=BAD_CSV)
def test_a_bad_csv_is_refused_in_one_line_that_names_it(tmp_path, content, message):
    with pytest.raises(UserError) as error:
        read(tmp_path, content)
    assert str(error.value).startswith(str(tmp_path / "train.csv"))
    assert message in str(error.value)
    assert "\n" not in str(error.value)


def test_a_missing_file_is_named():
    with pytest.raises(UserError, match="nowhere.csv: no such file"):
        read_points(Path("nowhere.csv"))


@pytest.mark.parametrize("content", ["x,y\n1,é\n".encode("latin-1"), GOOD.encode("utf-16")], ids=["latin-1", "utf-16"])
def test_a_csv_in_another_encoding_is_refused(tmp_path, content):
    with pytest.raises(UserError, match="not a text file in UTF-8"):
        read(tmp_path, content)


def test_a_folder_in_place_of_a_csv_is_refused(tmp_path):
    with pytest.raises(UserError, match="cannot be read"):
        read_points(tmp_path)
