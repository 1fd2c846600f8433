"""What is read of loaded files is noted, and nothing else."""

import dataclasses
import json

import numpy as np
import pytest

from reporting.artifacts import (
    ArtifactError,
    Run,
    Stored,
    load_arrays,
    load_json,
    load_run,
    load_table,
    note,
    noting,
    plain,
    save_arrays,
    save_json,
    save_table,
)
from tests.invented import Example, run_of

NESTED = {"folds": 5, "best": {"trial": 3, "values": {"batch_size": 32, "learning_rate": 0.1}}}


@pytest.fixture
def stored():
    return Stored(NESTED, "x.json")


def names(reads):
    """The names that were read, of whatever file."""
    return [name for _, name in reads]


def test_a_name_is_noted_with_the_path_of_its_file_once_and_in_order(tmp_path):
    save_json(tmp_path / "x.json", NESTED)
    loaded = load_json(tmp_path / "x.json")
    with noting({}) as reads:
        assert loaded["best"]["trial"] == 3 and loaded["folds"] == 5 and loaded["best"]["trial"] == 3
    assert list(reads) == [(str(tmp_path / "x.json"), "best.trial"), (str(tmp_path / "x.json"), "folds")]


def test_names_of_inner_mappings_are_written_with_dots(stored):
    with noting({}) as reads:
        assert stored["best"]["values"]["batch_size"] == 32
    assert names(reads) == ["best.values.batch_size"]


def test_an_inner_mapping_alone_is_no_read(stored):
    with noting({}) as reads:
        assert isinstance(stored["best"], Stored)
    assert not reads


def test_columns_of_a_table_are_noted_whatever_the_row(tmp_path):
    save_table(tmp_path / "t.csv", [{"fold": 1, "loss": 0.1, "epochs": 7}, {"fold": 2, "loss": 0.2, "epochs": 8}])
    rows = load_table(tmp_path / "t.csv")
    with noting({}) as reads:
        assert [row["loss"] for row in rows] == [0.1, 0.2]
        assert rows[1]["fold"] == 2
    assert list(reads) == [(str(tmp_path / "t.csv"), "loss"), (str(tmp_path / "t.csv"), "fold")]


def test_names_of_arrays_are_noted(tmp_path):
    save_arrays(tmp_path / "a.npz", {"d/spectrum": np.arange(3), "d/minimum": np.zeros(2)})
    arrays = load_arrays(tmp_path / "a.npz")
    with noting({}) as reads:
        assert arrays["d/spectrum"].tolist() == [0, 1, 2]
    assert list(reads) == [(str(tmp_path / "a.npz"), "d/spectrum")]


@pytest.mark.parametrize(
    "look",
    [
        list,
        len,
        lambda stored: stored.keys() & {"folds"},
        lambda stored: "folds" in stored and "absent" not in stored,
        lambda stored: stored.get("absent", 3) == 3 and stored.get("absent") is None,
        lambda stored: next(iter(stored)),
        repr,
    ],
    ids=["iteration", "len", "keys", "in", "get of an absent name", "first name", "repr"],
)
def test_looking_at_names_is_no_read(stored, look):
    with noting({}) as reads:
        assert look(stored)
    assert not reads


ALL = ["folds", "best.trial", "best.values.batch_size", "best.values.learning_rate"]


@pytest.mark.parametrize(
    ("take", "noted"),
    [
        (lambda stored: stored.get("folds"), ["folds"]),
        (lambda stored: list(stored.items()), ["folds"]),
        (lambda stored: list(stored.values()), ["folds"]),
        (dict, ["folds"]),
        (lambda stored: {**stored}, ["folds"]),
        (lambda stored: stored | {"more": 1}, ["folds"]),
        (lambda stored: {"more": 1} | stored, ["folds"]),
        (lambda stored: stored["best"] | {}, ["best.trial"]),
        (plain, ALL),
        (lambda stored: stored == NESTED, ALL),
        (lambda stored: (lambda **values: values)(**stored["best"]["values"]), ALL[2:]),
    ],
    ids=["get", "items", "values", "dict", "braces", "union", "union from the left", "inner", "plain", "equal", "call"],
)
def test_taking_values_notes_all_that_are_taken(stored, take, noted):
    with noting({}) as reads:
        assert take(stored)
    assert names(reads) == noted


def test_unions_are_plain_dicts_in_which_the_right_one_wins(stored):
    best = stored["best"]["values"]
    assert best | {"batch_size": 1} == {"batch_size": 1, "learning_rate": 0.1}
    assert {"batch_size": 1} | best == {"batch_size": 32, "learning_rate": 0.1}
    assert type(best | {}) is type({} | best) is dict


def test_nothing_is_noted_outside_of_a_context(stored):
    with noting({}) as reads:
        pass
    assert stored["folds"] == 5 and not reads


def test_a_name_that_is_not_there_is_an_error_and_no_read(stored):
    with noting({}) as reads:
        with pytest.raises(ArtifactError, match=r"^x.json holds no 'best.score'; delete run.json and run 'make all'$"):
            stored["best"]["score"]
        with pytest.raises(ArtifactError, match="x.json holds no 'fold'"):
            stored["fold"]
    assert not reads


def test_an_inner_context_keeps_its_reads_to_itself(stored):
    with noting({}) as outer:
        stored["folds"]
        with noting({}) as inner:
            stored["best"]["trial"]
        stored["best"]["values"]["batch_size"]
    assert names(outer) == ["folds", "best.values.batch_size"] and names(inner) == ["best.trial"]


def test_a_context_ends_with_an_error(stored):
    with noting({}) as outer:
        with pytest.raises(ZeroDivisionError), noting({}) as inner:
            stored["best"]["trial"] / 0
        stored["folds"]
    assert names(outer) == ["folds"] and names(inner) == ["best.trial"]


def test_a_context_adds_to_what_is_given(stored):
    reads = {("y.json", "a"): None}
    with noting(reads) as same:
        stored["folds"]
    assert same is reads and list(reads) == [("y.json", "a"), ("x.json", "folds")]


def test_noted_reads_count_for_the_innermost_context():
    further = {("x.json", "a"): None}
    note(further)  # outside of any, without effect
    with noting({}) as outer, noting({}) as inner:
        note(further)
    assert inner == further and not outer


@pytest.fixture
def run(tmp_path):
    save_json(tmp_path / "run.json", run_of(Example(), "regression", "tuned", {"batch_size": 32}, {"test_loss": 0.1}))
    return load_run(tmp_path)


def test_fields_of_a_run_are_noted(run, tmp_path):
    with noting({}) as reads:
        assert run.task == "regression" and run.config["batch_size"] == 32 and run.metrics["test_loss"] == 0.1
    assert list(reads) == [
        (str(tmp_path / "run.json"), name) for name in ("task", "config.batch_size", "metrics.test_loss")
    ]


def test_a_run_without_a_file_is_no_recorded_one_and_notes_nothing():
    run = run_of(Example(), "regression", "tuned", {}, {})
    with noting({}) as reads:
        assert type(run) is Run and run.task
    assert not reads


def test_methods_of_a_run_are_no_reads(run, tmp_path):
    with noting({}) as reads:
        assert run.at(tmp_path / "run.json") is run
    assert not reads


def test_plain_runs_hold_no_loaded_mapping(run):
    content = plain(run)
    assert json.loads(json.dumps(content)) == content
    assert list(content) == [field.name for field in dataclasses.fields(Run)]
    assert type(content["config"]) is type(content["data"]) is dict


def test_plain_values_are_copies():
    value = {"a": (1, {"b": [2]})}
    assert plain(value) == {"a": [1, {"b": [2]}]} and plain(3) == 3 and plain(None) is None
    plain(value)["a"][1]["b"].append(3)
    assert value == {"a": (1, {"b": [2]})}
