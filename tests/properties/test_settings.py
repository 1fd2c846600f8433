"""Settings, for everything a person may write into them: a Homework that is within its limits, or one line."""

import dataclasses
import itertools
import json
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reporting.artifacts import Data, UserError, load_toml
from training.grids import overlay
from training.settings import SHIPPED, build_homework, load_homework
from tuning.combinations import Combinations
from tuning.fingerprints import fingerprint

SETTINGS = load_toml(SHIPPED)
SCALARS = st.one_of(
    st.booleans(),
    st.integers(-(10**9), 10**9),
    st.integers(-2, 70),
    st.floats(allow_nan=True, allow_infinity=True),
    st.floats(0, 1),
    st.text(max_size=8),
    st.sampled_from(["relu", "tanh", "constant", "cosine", "same", "valid", "auto", "he_normal"]),
)
VALUES = st.one_of(SCALARS, st.lists(SCALARS, max_size=4), st.dictionaries(st.text(max_size=4), SCALARS, max_size=2))


def paths(table, place=()):
    """Every table and key of the settings as a path of names."""
    for name, value in table.items():
        yield (*place, name)
        if isinstance(value, dict):
            yield from paths(value, (*place, name))


PLACES = sorted({path for path in paths(SETTINGS) if path[0] != "quick"})


def at(place, value):
    """A mapping of tables with one value in it."""
    for name in reversed(place):
        value = {name: value}
    return value


def homework_of(changes):
    settings_ = {name: table for name, table in SETTINGS.items() if name != "quick"}
    return build_homework(overlay(settings_, changes, "mine.toml"), "mine.toml", "full")


def within_limits(config):
    """Whether each field of a configuration has the type and the limits that it declares."""
    for field in dataclasses.fields(config):
        value, limits = getattr(config, field.name), field.metadata
        for item in value if isinstance(value, tuple) else [value]:
            if isinstance(item, float):
                assert math.isfinite(item)
            if isinstance(item, (int, float)):
                assert limits.get("at_least", item) <= item <= limits.get("at_most", item)
                assert limits.get("above", -math.inf) < item < limits.get("below", math.inf)
            assert item in limits.get("choices", [item])


@settings(max_examples=300)
@given(st.sampled_from(PLACES), VALUES)
def test_any_value_anywhere_is_within_limits_or_one_line(place, value):
    """No value of any kind gets past its limits; what is raised is a UserError in one line that names its place."""
    try:
        homework = homework_of(at(place, value))
    except UserError as error:
        assert "\n" not in str(error) and str(error).startswith("mine.toml") and len(str(error)) < 700
        return
    for config in (homework.data, homework.compute):
        within_limits(config)
    for task in homework.tasks.values():
        search = task.search
        for config in (task.reference, task.extras, search.base, *task.variants.values()):
            within_limits(config)
        for name, values in search.grid.items():
            assert len(set(values)) == len(values) == len([values]) * len(values) > 0
            assert len({type(value) for value in values}) == 1
            for value in values:
                within_limits(dataclasses.replace(search.base, **{name: value}))


@given(st.text(min_size=1, max_size=12).filter(str.isprintable))
def test_an_unknown_name_is_refused_in_every_table(name):
    """A misspelt key is never ignored."""
    for place in (
        (),
        ("data",),
        ("compute",),
        ("regression",),
        ("classification", "extended"),
        ("regression", "search", "grid"),
    ):
        if (*place, name) not in PLACES and name not in SETTINGS["regression"]:  # every setting can stand in a grid
            try:
                homework_of(at((*place, name), [1]))
                raise AssertionError(place)
            except UserError as error:
                assert repr(name) in str(error)


TABLES = st.recursive(SCALARS, lambda inner: st.dictionaries(st.sampled_from("abc"), inner, max_size=3), max_leaves=8)


@given(st.dictionaries(st.sampled_from("abc"), TABLES), st.dictionaries(st.sampled_from("abc"), TABLES))
def test_laying_settings_over_others_twice_changes_nothing_more(base, changes):
    """Nothing over something leaves it; what was laid over stays; the base itself is not touched."""
    before = repr(base)
    assert repr(overlay(base, {}, "x")) == before
    try:
        once = overlay(base, changes, "x")
    except UserError as error:
        assert "is a table" in str(error)
        return
    assert repr(overlay(once, changes, "x")) == repr(once) and repr(base) == before


GRIDS = st.dictionaries(
    st.sampled_from(["learning_rate", "weight_decay", "batch_size"]),
    st.lists(st.integers(1, 99), min_size=1, max_size=4, unique=True),
    min_size=1,
)


@given(GRIDS)
def test_combinations_are_the_product_of_the_grid(grid):
    """Each once, in the order in which the last name varies fastest; none of them is built before it is asked for."""
    made = Combinations(grid)
    assert [tuple(values.values()) for values in made] == list(itertools.product(*grid.values()))
    assert len(made) == math.prod(map(len, grid.values())) and all(list(values) == list(grid) for values in made)


BASE = load_homework().tasks["regression"].reference
CHANGES = st.sampled_from(
    [
        {"learning_rate": 0.5},
        {"batch_size": 7},
        {"patience": 3},
        {"hidden_units": (1, 2, 3)},
        {"restore_best_weights": True},
        {},
    ]
)


@given(CHANGES, CHANGES, st.integers(1, 3), st.integers(1, 3), st.sampled_from(["a", "b"]), st.sampled_from(["a", "b"]))
def test_results_share_a_name_only_if_everything_is_equal(change, other, fold, other_fold, data, other_data):
    """Equal settings, fold and data give the equal fingerprint of a recorded row; any difference gives another."""

    def name(change, fold, data):
        recorded = Data("points", {"train.csv": data * 64}, {"train": 9, "test": 9})
        return fingerprint("regression", dataclasses.replace(BASE, **change), fold, 1, recorded, {"threads": 1})

    same = (change, fold, data) == (other, other_fold, other_data)
    assert (name(change, fold, data) == name(other, other_fold, other_data)) == same
    assert json.dumps(name(change, fold, data)).isascii()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_settings_are_read_in_what_editors_call_unicode(tmp_path, encoding):
    (tmp_path / "mine.toml").write_bytes('[identity]\r\nstudent = "Zoë 王"\r\n'.encode(encoding))
    assert load_homework(tmp_path / "mine.toml").identity.student == "Zoë 王"
