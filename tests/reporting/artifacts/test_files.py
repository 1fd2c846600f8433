"""What is written is read back equal; what is damaged is refused with the file's name and a command."""

import dataclasses
import json

import numpy as np
import pytest

from reporting import artifacts
from tests.invented import Example, run_of


@pytest.fixture
def run():
    return run_of(
        Example(), "regression", "tuned", {"hidden_units": [2, 3], "learning_rate": 0.001}, {"test_loss": 0.1}
    )


def test_run_round_trip(tmp_path, run):
    artifacts.save_json(tmp_path / "run.json", run)
    assert artifacts.plain(artifacts.load_run(tmp_path)) == artifacts.plain(run)


def test_table_round_trip_keeps_every_digit(tmp_path):
    rows = [
        {"fold": 1, "loss": 1 / 3, "stopped_early": True, "name": "tanh"},
        {"fold": 2, "loss": 1e-300, "stopped_early": False, "name": "a, b"},
    ]
    artifacts.save_table(tmp_path / "folds.csv", rows)
    assert artifacts.load_table(tmp_path / "folds.csv") == rows


def test_empty_cells_stay_text(tmp_path):
    artifacts.save_table(tmp_path / "t.csv", [{"trial": 1, "score_sd": None}])
    assert artifacts.load_table(tmp_path / "t.csv") == [{"trial": 1, "score_sd": ""}]


def test_arrays_round_trip_keeps_names_types_and_order(tmp_path):
    arrays = {
        "trained/hidden_2/kernel": np.eye(2, dtype="float32"),
        "trained/hidden_1/kernel": np.arange(3),
        "image_label": np.array(5),
    }
    artifacts.save_arrays(tmp_path / "a.npz", arrays)
    loaded = artifacts.load_arrays(tmp_path / "a.npz")
    assert list(loaded) == list(arrays)
    assert all(
        loaded[name].dtype == array.dtype and np.array_equal(loaded[name], array) for name, array in arrays.items()
    )


def test_nan_is_no_json(tmp_path):
    with pytest.raises(ValueError):
        artifacts.save_json(tmp_path / "x.json", {"loss": float("nan")})
    assert not (tmp_path / "x.json").exists()


def test_nothing_is_left_beside_a_written_file(tmp_path):
    artifacts.save_json(tmp_path / "x.json", {"a": 1})
    assert [path.name for path in tmp_path.iterdir()] == ["x.json"]


@pytest.mark.parametrize(("load", "name"), [("load_json", "x.json"), ("load_table", "x.csv"), ("load_arrays", "x.npz")])
def test_missing_file_names_the_command(tmp_path, load, name):
    with pytest.raises(artifacts.ArtifactError, match=rf"{name} is missing; run 'make train'"):
        getattr(artifacts, load)(tmp_path / name, "make train")


@pytest.mark.parametrize("keep", [0, 1, 50, -1, -30])
def test_truncated_arrays_are_refused(tmp_path, keep):
    path = tmp_path / "a.npz"
    artifacts.save_arrays(path, {"x": np.arange(1000)})
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(artifacts.ArtifactError, match="a.npz is damaged"):
        artifacts.load_arrays(path)


def test_flipped_byte_in_arrays_is_refused(tmp_path):
    path = tmp_path / "a.npz"
    artifacts.save_arrays(path, {"x": np.random.default_rng(0).normal(size=1000)})
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 255
    path.write_bytes(content)
    with pytest.raises(artifacts.ArtifactError, match="a.npz is damaged"):
        artifacts.load_arrays(path)


def test_pickled_arrays_are_refused(tmp_path):
    np.savez(tmp_path / "a.npz", x=np.array([{}], dtype=object))
    with pytest.raises(artifacts.ArtifactError, match="damaged"):
        artifacts.load_arrays(tmp_path / "a.npz")


@pytest.mark.parametrize("text", ["", "a,b\n", "a,b\n1\n", "a,b\n1,2,3\n"])
def test_incomplete_table_is_refused(tmp_path, text):
    (tmp_path / "t.csv").write_text(text)
    with pytest.raises(artifacts.ArtifactError, match="t.csv is damaged"):
        artifacts.load_table(tmp_path / "t.csv")


@pytest.mark.parametrize("text", ["", "{", "[1,"])
def test_damaged_json_is_refused(tmp_path, text):
    (tmp_path / "x.json").write_text(text)
    with pytest.raises(artifacts.ArtifactError, match="x.json is damaged"):
        artifacts.load_json(tmp_path / "x.json")


@pytest.mark.parametrize("change", [{"schema_version": 0}, {"seed": "two"}, {"data": 3}, {"colour": "red"}])
def test_run_of_another_shape_is_refused(tmp_path, run, change):
    (tmp_path / "run.json").write_text(json.dumps(dataclasses.asdict(run) | change))
    with pytest.raises(artifacts.ArtifactError, match="run.json"):
        artifacts.load_run(tmp_path)


def test_runs_of_an_earlier_version_are_made_again(tmp_path, run):
    """The line says how, and until then no stage counts them as up to date."""
    (tmp_path / "run.json").write_text(json.dumps(dataclasses.asdict(run) | {"schema_version": 1}))
    with pytest.raises(
        artifacts.ArtifactError, match=r"has schema version 1, .* run 'make all', which makes it again$"
    ):
        artifacts.load_run(tmp_path)
    assert not artifacts.is_current(tmp_path, seed=run.seed)


def test_run_that_is_no_mapping_is_refused(tmp_path):
    (tmp_path / "run.json").write_text("[]")
    with pytest.raises(artifacts.ArtifactError, match="run.json is damaged: no names in it"):
        artifacts.load_run(tmp_path)


def test_a_run_is_current_only_while_nothing_changed(tmp_path, run):
    assert not artifacts.is_current(tmp_path, seed=run.seed)
    artifacts.save_json(tmp_path / "run.json", run)
    assert artifacts.is_current(
        tmp_path, seed=run.seed, config={"hidden_units": (2, 3), "learning_rate": 0.001}, data=run.data
    )
    assert not artifacts.is_current(tmp_path, seed=run.seed + 1)
    assert not artifacts.is_current(tmp_path, config={"hidden_units": [2, 4], "learning_rate": 0.001})


def test_unwritable_place_is_a_mistake_of_the_reader(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(artifacts.UserError, match="cannot write"):
        artifacts.save_json(tmp_path / "file" / "x.json", {})
