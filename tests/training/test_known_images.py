"""Fashion-MNIST: where it is looked for, when it is fetched, and what is refused."""

import gzip
import shutil
import subprocess

import numpy as np
import pytest

from reporting.artifacts import UserError
from tests.training.stand_in_images import copying, stand_in  # noqa: F401 (a fixture)
from training import fetching
from training.idx import to_idx
from training.known_images import KNOWN

# ruff: noqa: F811 (the fixture's name is a parameter)

get_with_keras = fetching.get_with_keras  # which the fixture replaces


def truncate(path):
    path.write_bytes(path.read_bytes()[:-20])


def replace(content):
    return lambda path: path.write_bytes(content)


BAD_FILES = {
    "missing": (lambda path: path.unlink(), "is missing"),
    "truncated archive": (truncate, "is truncated or no gzip file"),
    "not an archive": (replace(b"hello"), "is truncated or no gzip file"),
    "empty": (replace(b""), "begin like an IDX file"),
    "wrong magic number": (replace(gzip.compress(b"\0\0\x0d\x03" + bytes(100))), "begin like an IDX file of images"),
    "labels in place of images": (replace(gzip.compress(to_idx(np.zeros(60, np.uint8)))), "are the files swapped"),
    "fewer images": (
        replace(gzip.compress(to_idx(np.zeros((59, 28, 28), np.uint8)))),
        "is another file than the published one",
    ),
    "truncated content": (
        replace(gzip.compress(to_idx(np.zeros((60, 28, 28), np.uint8))[:-1])),
        "its header says 60 x 28 x 28 values, and 47039 bytes follow",
    ),
    "a header that ends early": (
        replace(gzip.compress(bytes([0, 0, 8, 3, 0, 0, 0]))),
        "is damaged",
    ),
    "far too much": (
        replace(gzip.compress(to_idx(np.zeros((60, 28, 28), np.uint8)) + bytes(10**7))),
        "and 47041 or more bytes follow",
    ),
    "wrong digest": (replace(gzip.compress(to_idx(np.zeros((60, 28, 28), np.uint8)))), "its digest differs"),
}


@pytest.mark.parametrize(("damage", "message"), BAD_FILES.values(), ids=BAD_FILES)
def test_a_damaged_file_in_a_named_folder_is_refused_and_left_alone(stand_in, damage, message):
    path = stand_in / "train-images-idx3-ubyte.gz"
    damage(path)
    before = path.read_bytes() if path.exists() else None
    with pytest.raises(UserError) as error:
        KNOWN["fashion_mnist"].find(str(stand_in))
    assert str(path) in str(error.value) and message in str(error.value) and "\n" not in str(error.value)
    assert before == (path.read_bytes() if path.exists() else None)


@pytest.mark.parametrize("damage", [damage for damage, _ in BAD_FILES.values()], ids=BAD_FILES)
def test_a_damaged_file_in_the_own_folder_is_fetched_again(stand_in, monkeypatch, damage):
    own, calls = KNOWN["fashion_mnist"].own, []
    shutil.copytree(stand_in, own)
    damage(own / "train-images-idx3-ubyte.gz")
    monkeypatch.setattr(fetching, "get_debian_package", copying(stand_in, calls))
    for _ in range(2):
        folder, _ = KNOWN["fashion_mnist"].find()
        assert folder == own
    assert len(calls) == 1
    assert sorted(path.name for path in own.parent.iterdir()) == [".lock", "fashion-mnist"]


def test_the_system_folder_comes_first_unless_it_is_damaged(stand_in):
    shutil.copytree(stand_in, KNOWN["fashion_mnist"].system)
    shutil.copytree(stand_in, KNOWN["fashion_mnist"].own)
    assert KNOWN["fashion_mnist"].find()[0] == KNOWN["fashion_mnist"].system
    truncate(KNOWN["fashion_mnist"].system / "t10k-labels-idx1-ubyte.gz")
    assert KNOWN["fashion_mnist"].find()[0] == KNOWN["fashion_mnist"].own


def test_keras_is_asked_when_debian_cannot_be_and_a_wrong_download_is_not_kept(stand_in, monkeypatch):
    calls = []
    monkeypatch.setattr(fetching, "get_with_keras", copying(stand_in, calls))
    KNOWN["fashion_mnist"].find()
    assert len(calls) == 1
    shutil.rmtree(KNOWN["fashion_mnist"].own)
    truncate(stand_in / "t10k-labels-idx1-ubyte.gz")
    with pytest.raises(UserError, match="Debian's package: no network; Keras' loader: .*truncated"):
        KNOWN["fashion_mnist"].find()
    assert not KNOWN["fashion_mnist"].own.exists()


def test_keras_loader_finds_what_it_downloaded_before_and_no_settings_of_the_user(stand_in, tmp_path, monkeypatch):
    keras = tmp_path / "home" / ".keras"
    shutil.copytree(stand_in, keras / "datasets" / "fashion-mnist")
    (keras / "keras.json").write_text('{"backend": "none", "floatx": "none", "epsilon": 1}')
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("KERAS_BACKEND", "none")
    (tmp_path / "scratch").mkdir()
    known = KNOWN["fashion_mnist"]
    fetched, own = (known.read(folder) for folder in (get_with_keras(known, tmp_path / "scratch"), stand_in))
    assert all(np.array_equal(fetched[name], own[name]) for name in own)


def test_a_failed_command_is_reported_by_its_last_line(tmp_path):
    error = subprocess.CalledProcessError(100, ["apt-get"], stderr="Reading\nE: Unable to locate package\n")
    assert fetching.reason(error) == "E: Unable to locate package"


def test_whether_it_is_there_is_asked_by_the_files_alone(stand_in):
    assert KNOWN["fashion_mnist"].is_there(str(stand_in)) and not KNOWN["fashion_mnist"].is_there()
    shutil.copytree(stand_in, KNOWN["fashion_mnist"].own)
    truncate(KNOWN["fashion_mnist"].own / "t10k-labels-idx1-ubyte.gz")
    assert KNOWN["fashion_mnist"].is_there()
    (KNOWN["fashion_mnist"].own / "t10k-labels-idx1-ubyte.gz").unlink()
    assert not KNOWN["fashion_mnist"].is_there()
