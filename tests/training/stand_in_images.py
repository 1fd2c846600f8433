"""A small data set of Fashion-MNIST's format, which stands in for it."""

import gzip
import hashlib
import shutil

import numpy as np
import pytest

from reporting.artifacts import UserError
from training import fashion_mnist


def idx(array):
    """The bytes of an IDX file of uint8 values."""
    return bytes([0, 0, 8, array.ndim]) + np.array(array.shape, ">u4").tobytes() + array.tobytes()


@pytest.fixture
def stand_in(tmp_path, monkeypatch):
    """A small data set in a folder of its own; no other folder holds one, and nothing can be fetched."""
    rng = np.random.default_rng(0)
    shapes = {
        name: tuple(size // 1000 if size >= 10000 else size for size in shape)
        for name, shape in fashion_mnist.SHAPES.items()
    }
    contents = {name: idx(rng.integers(0, 10, shape, dtype=np.uint8)) for name, shape in shapes.items()}
    folder = tmp_path / "named"
    folder.mkdir()
    for name, content in contents.items():
        (folder / f"{name}.gz").write_bytes(gzip.compress(content))
    monkeypatch.setattr(fashion_mnist, "SHAPES", shapes)
    for name, content in contents.items():
        monkeypatch.setitem(fashion_mnist.DIGESTS, name, hashlib.sha256(content).hexdigest())
    monkeypatch.setattr(fashion_mnist, "SYSTEM_FOLDER", tmp_path / "system")
    monkeypatch.setattr(fashion_mnist, "OWN_FOLDER", tmp_path / "data" / "fashion-mnist")
    monkeypatch.setattr(fashion_mnist, "get_debian_package", unavailable)
    monkeypatch.setattr(fashion_mnist, "get_with_keras", unavailable)
    return folder


def unavailable(scratch):
    raise UserError("no network")


def copying(folder, calls):
    """A way to fetch that copies `folder` and notes that it was called."""

    def get(scratch):
        calls.append(scratch)
        return shutil.copytree(folder, scratch / "copy")

    return get
