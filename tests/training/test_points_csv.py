"""CSV files of points as people and programs write them: what each is taken for, or refused with."""

import io
from pathlib import Path

import numpy as np
import pytest

from reporting.artifacts import UserError
from training.points_csv import read_points

GOOD = "x,y\n-1.5,2\n0,3.25\n4e0,-1\n"
POINTS = [[-1.5, 2], [0, 3.25], [4, -1]]
BARE = GOOD.removeprefix("x,y\n")


def saved_by_numpy(**options):
    file = io.StringIO()
    np.savetxt(file, POINTS, **options)
    return file.getvalue()


ACCEPTED = {
    "plain": GOOD,
    "no header": BARE,
    "no newline at the end": GOOD.rstrip(),
    "CRLF": GOOD.replace("\n", "\r\n"),
    "CR": GOOD.replace("\n", "\r"),
    "byte-order mark": b"\xef\xbb\xbf" + GOOD.encode(),
    "byte-order mark, no header": b"\xef\xbb\xbf" + BARE.encode(),
    "UTF-16 as Excel's Unicode text": GOOD.replace(",", "\t").encode("utf-16"),
    "UTF-16 without a mark": GOOD.encode("utf-16-le"),
    "UTF-16 of the other order": GOOD.encode("utf-16-be"),
    "Latin-1 in a name": GOOD.replace("x,y", "größe,y").encode("latin-1"),
    "blanks": GOOD.replace(",", " , ") + "\n\n",
    "tabs around commas": GOOD.replace(",", "\t,\t"),
    "quoted header": GOOD.replace("x,y", '"input","label"'),
    "all quoted": '"x","y"\n"-1.5","2"\n"0","3.25"\n"4","-1"\n',
    "an empty line at the end": GOOD + "\n\n",
    "empty rows of a spreadsheet": GOOD + ",\n,\n",
    "trailing commas": GOOD.replace("\n", ",\n"),
    "trailing commas, no header": BARE.replace("\n", ",\n"),
    "trailing commas below the header": "x,y\n-1.5,2,\n0,3.25,\n4,-1,\n",
    "empty columns of a spreadsheet": GOOD.replace("\n", ",,,\n"),
    "an empty first column": "".join(f",{line}\n" for line in GOOD.splitlines()),
    "tabs": GOOD.replace(",", "\t"),
    "tabs, no header": BARE.replace(",", "\t"),
    "blanks between columns": GOOD.replace(",", "   "),
    "blanks before and between": "   -1.5   2.0\n    0.0   3.25\n    4.0  -1.0\n",
    "numpy.savetxt": saved_by_numpy(),
    "numpy.savetxt with commas": saved_by_numpy(delimiter=","),
    "numpy.savetxt with names": saved_by_numpy(header="x y"),
    "numpy.savetxt with names the other way": "# y,x\n2,-1.5\n3.25,0\n-1,4\n",
    "semicolons": GOOD.replace(",", ";"),
    "semicolons, decimal commas": "x;y\n-1,5;2\n0;3,25\n4,0;-1\n",
    "semicolons, decimal commas, no header": "-1,5;2\n0;3,25\n4,0;-1\n",
    "tabs, decimal commas": "x\ty\n-1,5\t2\n0\t3,25\n4\t-1\n",
    "blanks, decimal commas": "-1,5 2\n0,0 3,25\n4,0 -1\n",
    "quoted decimal commas": 'x,y\n"-1,5",2\n"0","3,25"\n4,-1\n',
    "Excel's sep line": "sep=;\nx;y\n-1,5;2\n0;3,25\n4;-1\n",
    "Excel's sep line with a comma": "sep=,\n" + GOOD,
    "comments": "# measured in May\n" + GOOD + "# the end\n",
    "comments of MATLAB": "% from MATLAB\n" + BARE,
    "typographic minus": GOOD.replace("-", "\N{MINUS SIGN}"),
    "en dash": GOOD.replace("-", "\N{EN DASH}"),
    "typographic minus in Windows' Latin-1": GOOD.replace("-", "\N{EN DASH}").encode("cp1252"),
    "pandas' index": ",input,label\n0,-1.5,2\n1,0,3.25\n2,4,-1\n",
    "pandas' index after a shuffle": ",input,label\n17,-1.5,2\n3,0,3.25\n9,4,-1\n",
    "pandas' index, saved again": "Unnamed: 0,x,y\n0,-1.5,2\n1,0,3.25\n2,4,-1\n",
    "pandas without names, with an index": ",0,1\n0,-1.5,2\n1,0,3.25\n2,4,-1\n",
    "R's write.table": '"x" "y"\n"1" -1.5 2\n"2" 0 3.25\n"3" 4 -1\n',
    "R's write.csv": '"","x","y"\n"1",-1.5,2\n"2",0,3.25\n"3",4,-1\n',
    "an id": "id;x;y\n1;-1.5;2\n2;0;3.25\n3;4;-1\n",
    "target first": "y,x\n2,-1.5\n3.25,0\n-1,4\n",
    "label first": "label,input\n2,-1.5\n3.25,0\n-1,4\n",
    "target first in capitals, with units": "Y (K),X [m]\n2,-1.5\n3.25,0\n-1,4\n",
    "a foreign name and x": "price,x\n2,-1.5\n3.25,0\n-1,4\n",
    "foreign names": "year,temperature\n-1.5,2\n0,3.25\n4,-1\n",
    "names ending in the part": "x_train,y_train\n-1.5,2\n0,3.25\n4,-1\n",
    "a missing value": GOOD + "5,\n",
    "a missing value called NaN": GOOD + "nan,5\n",
    "Excel's missing value": GOOD + "#N/A,5\n#DIV/0!,3\n",
    "R's missing value": GOOD + "NA,5\n",
}
REFUSED = {
    "empty": ("", "holds 0 points"),
    "header only": ("x,y\n", "holds 0 points"),
    "one row": ("x,y\n1,2\n", "holds 1 points"),
    "names that may be a point": ("0,1\n3,4\n5,6\n", "line 1: 0,1 may be a point or the names that pandas gives; set"),
    "text": ("x,y\n1,2\n3,four\n", "line 3: 'four' is not a number"),
    "a date": ("x,y\n2020-01-01,2\n2020-01-02,3\n", "line 2: '2020-01-01' is not a number"),
    "digit separators": ("1,2\n1_000,3\n", "line 2: '1_000' is not a number"),
    "infinity": ("1,2\n-inf,4\n", "line 2: -inf is not a finite number"),
    "huge": ("1,2\n3,1e300\n", "line 2: 1e300 is not a finite number of ordinary size"),
    "one column": ("1\n2\n3\n", "line 1: 1 column instead of at least two, x and y"),
    "a longer row": ("x,y\n1,2\n1,2,3\n", "line 3: 3 columns instead of 2"),
    "a shorter row": ("x,y\n1,2\n1\n", "line 3: 1 column instead of 2"),
    "decimal commas": ("x,y\n1,5,2,5\n", "line 2: 4 columns instead of 2; write decimals with a point"),
    "decimal commas, no header": ("1,5,2,5\n3,7,-1,2\n", "4 columns of whole numbers without names"),
    "thousands": ("x;y\n1,000;2\n3,000;4\n", "the comma of '1,000' may part thousands or decimals"),
    "thousands with a comma between": ("1,000\n2,000\n", "y is 0 in every row"),
    "commas and points": ("x;y\n1,5;2.5\n3;4\n", "'1,5' has a comma and other numbers a point"),
    "thousands and decimals": ("x;y\n1.234,5;2\n3;4\n", "line 2: '1.234,5' is not a number"),
    "open quote": ('x,y\n1,"2\n3,4\n', "line 2: not CSV"),
    "a number in the header": ("1,y\n2,3\n", "line 1: 'y' is not a number"),
    "two targets": ("y,label\n1,2\n2,3\n", "'y' and 'label' may all be the target"),
    "no target": ("x1,x2\n1,2\n2,3\n", "none of x1, x2 says that it is the target"),
    "a name twice": ("x,x,y\n1,2,3\n2,3,5\n", "two columns are called 'x'"),
    "a column without a name": ("x,,y\n1,2,3\n2,3,5\n", "column 2 has values but no name"),
    "a counter without a name": ("0,1.5,2\n1,0.3,4\n2,0.1,3\n", "the first of 3 columns without names counts the rows"),
    "an Excel workbook": (b"PK\x03\x04rest", "not a text file but an Excel workbook"),
    "bytes": (b"\x00\x01\x02\x81\x9d", "not a text file in UTF-8, UTF-16 or Latin-1"),
}


def read(folder, content, header="auto"):
    """What is read of a file with this content."""
    (folder / "train.csv").write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_points(folder / "train.csv", header)


@pytest.mark.parametrize("content", ACCEPTED.values(), ids=ACCEPTED)
def test_what_is_plain_is_read(tmp_path, content):
    np.testing.assert_array_equal(read(tmp_path, content).values, POINTS)


@pytest.mark.parametrize(("content", "message"), REFUSED.values(), ids=REFUSED)
def test_what_is_not_is_refused_in_one_line_that_names_the_file(tmp_path, content, message):
    from training.points_csv import refuse_constant

    with pytest.raises(UserError) as error:
        refuse_constant(read(tmp_path, content), tmp_path / "train.csv", inputs=True)
    assert str(error.value).startswith(str(tmp_path / "train.csv"))
    assert message in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(("header", "points"), [("true", 2), ("false", 3)])
def test_the_setting_decides_whether_a_first_row_of_numbers_is_a_header(tmp_path, header, points):
    table = read(tmp_path, "0,1\n3,4\n5,6\n", header)
    assert len(table.values) == points and table.names == (("0", "1") if header == "true" else ())


@pytest.mark.parametrize(
    ("content", "names"),
    [
        ("x1,x2,y\n1,2,3\n4,5,6\n", ("x1", "x2", "y")),
        ("y,x1,x2\n3,1,2\n6,4,5\n", ("x1", "x2", "y")),
        ("rooms;price;area\n1;2;3\n4;5;6\n", ("rooms", "price", "area")),
        ("1.0,2,3\n4,5,6\n", ()),
        ("Temp (°C),label,x3\n1,3,2\n4,6,5\n", ("Temp (°C)", "x3", "label")),
    ],
)
def test_tables_may_have_several_inputs(tmp_path, content, names):
    table = read(tmp_path, content)
    np.testing.assert_array_equal(table.values, [[1, 2, 3], [4, 5, 6]])
    assert table.names == names


def test_wide_tables_are_read_up_to_fifty_inputs(tmp_path):
    rows = "\n".join(",".join(f"{row}.5" for _ in range(51)) for row in range(4))
    assert read(tmp_path, rows).values.shape == (4, 51)
    with pytest.raises(UserError, match="at most 50 inputs"):
        read(tmp_path, "\n".join(",".join("1.5" for _ in range(52)) for _ in range(4)))


def test_what_is_left_out_is_told_in_one_line_each(tmp_path):
    notes = read(tmp_path, ",input,label\n0,-1.5,2\n1,,3\n2,4,-1\n3,5,1\n").notes
    assert notes == (
        "train.csv: the first column only numbers the rows and is left out",
        "train.csv: 1 of 4 rows lack a value and are left out",
    )


def test_a_missing_file_is_named():
    with pytest.raises(UserError, match=r"nowhere\.csv: no such file"):
        read_points(Path("nowhere.csv"))


def test_a_folder_in_place_of_a_csv_is_refused(tmp_path):
    with pytest.raises(UserError, match="cannot be read"):
        read_points(tmp_path)
