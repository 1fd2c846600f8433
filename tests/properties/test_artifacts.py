"""Recorded files, for all contents: read back equal, or refused in one line."""

import string
import tempfile
from pathlib import Path

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from reporting.artifacts import ArtifactError, load_arrays, load_json, load_run, load_table
from reporting.artifacts.files import save_arrays, save_json, save_table

NAMES = st.text(string.ascii_lowercase, min_size=1, max_size=6)
CELLS = st.one_of(
    st.integers(-(2**53), 2**53),
    st.floats(allow_nan=False),
    st.booleans(),
    NAMES.filter(lambda text: text not in ("nan", "inf", "infinity")),
)


@st.composite
def tables(draw):
    """Rows with the same names."""
    names = draw(st.lists(NAMES, min_size=1, max_size=4, unique=True))
    rows = draw(st.lists(st.tuples(*[CELLS] * len(names)), min_size=1, max_size=5))
    return [dict(zip(names, row, strict=True)) for row in rows]


@given(tables())
def test_tables_keep_every_digit(rows):
    """Numbers, truths and words come back as they went, to the last bit of a float."""
    with tempfile.TemporaryDirectory() as folder:
        save_table(Path(folder) / "t.csv", rows)
        loaded = load_table(Path(folder) / "t.csv")
    assert loaded == rows
    for row, back in zip(rows, loaded, strict=True):
        assert [isinstance(value, bool) for value in row.values()] == [isinstance(back[name], bool) for name in row]


@given(
    st.dictionaries(
        NAMES,
        arrays(st.sampled_from([np.float32, np.int32, np.uint8]), array_shapes(max_dims=3, max_side=4)),
        max_size=3,
    )
)
def test_arrays_keep_every_bit(stored):
    """Names, order, types and shapes too."""
    with tempfile.TemporaryDirectory() as folder:
        save_arrays(Path(folder) / "a.npz", stored)
        loaded = load_arrays(Path(folder) / "a.npz")
    assert list(loaded) == list(stored)
    assert all(
        loaded[name].dtype == value.dtype and loaded[name].tobytes() == value.tobytes()
        for name, value in stored.items()
    )


PLAIN = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.text(max_size=5)
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=4), inner, max_size=3)),
    max_leaves=8,
)


@given(st.dictionaries(st.text(max_size=4), PLAIN, max_size=4))
def test_json_keeps_every_value(stored):
    """Whatever the language of its texts."""
    with tempfile.TemporaryDirectory() as folder:
        save_json(Path(folder) / "x.json", stored)
        assert load_json(Path(folder) / "x.json") == stored


@given(st.binary(max_size=80), st.sampled_from([b"", b"PK\x03\x04", b"\x93NUMPY", b'{"schema_version": 1, ', b"a,b\n"]))
def test_any_bytes_are_read_or_refused_in_one_line(content, start):
    """A damaged file raises nothing but an ArtifactError that names it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "run.json"
        path.write_bytes(start + content)
        for load, where in ((load_json, path), (load_table, path), (load_arrays, path), (load_run, Path(folder))):
            try:
                load(where)
            except ArtifactError as error:
                assert "\n" not in str(error) and str(path) in str(error)


@given(st.data())
def test_a_file_cut_anywhere_is_refused(data):
    """No prefix of an archive passes for the whole: nothing half-written is ever read."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.npz"
        save_arrays(path, {"x": np.arange(50, dtype=np.float32), "y": np.ones((3, 3))})
        whole = path.read_bytes()
        path.write_bytes(whole[: data.draw(st.integers(0, len(whole) - 1))])
        try:
            load_arrays(path)
            raise AssertionError
        except ArtifactError:
            pass


@given(st.text(max_size=6))
def test_a_name_that_a_file_does_not_hold_is_one_line_that_names_the_file(name):
    """Asking for it is no fault of the program."""
    with tempfile.TemporaryDirectory() as folder:
        save_json(Path(folder) / "x.json", {"known": {"inner": 1}})
        stored = load_json(Path(folder) / "x.json")
        for parts in (stored, stored["known"]):
            if name not in parts:
                try:
                    raise AssertionError(parts[name])
                except ArtifactError as error:
                    assert "x.json" in str(error)
