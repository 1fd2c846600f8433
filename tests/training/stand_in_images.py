"""A small data set of Fashion-MNIST's format, which stands in for it."""

import dataclasses
import gzip
import shutil

import numpy as np
import pytest

from reporting.artifacts import UserError
from reporting.artifacts.known_data import FASHION_MNIST
from training import fetching, known_images
from training.idx import FILES, digests_of, to_idx
from training.known_images import KNOWN


@pytest.fixture
def stand_in(tmp_path, monkeypatch):
    """A small data set in a folder of its own; no other folder holds one, and nothing can be fetched."""
    rng = np.random.default_rng(0)
    shapes = [(60, 28, 28), (60,), (10, 28, 28), (10,)]
    arrays = {name: rng.integers(0, 10, shape, dtype=np.uint8) for name, shape in zip(FILES, shapes, strict=True)}
    for name in FILES:
        if "labels" in name:
            arrays[name] = np.arange(len(arrays[name]), dtype=np.uint8) % 10
    folder = tmp_path / "named"
    write_idx(folder, arrays)
    known = dataclasses.replace(
        KNOWN["fashion_mnist"], counts={"train": 60, "test": 10}, system=tmp_path / "system", digests=digests_of(arrays)
    )
    monkeypatch.setitem(KNOWN, "fashion_mnist", known)
    for name, digest in known.digests.items():
        monkeypatch.setitem(FASHION_MNIST, name, digest)
    monkeypatch.setattr(known_images, "DATA", tmp_path / "data")
    monkeypatch.setattr(fetching, "get_debian_package", unavailable)
    monkeypatch.setattr(fetching, "get_with_keras", unavailable)
    return folder


def write_idx(folder, arrays):
    """The arrays as compressed IDX files of a new folder, by their names."""
    folder.mkdir()
    for name, array in arrays.items():
        (folder / f"{name}.gz").write_bytes(gzip.compress(to_idx(array), mtime=0))


def unavailable(known, scratch):
    raise UserError("no network")


def copying(folder, calls):
    """A way to fetch that copies `folder` and notes that it was called."""

    def get(known, scratch):
        calls.append(scratch)
        return shutil.copytree(folder, scratch / "copy")

    return get
