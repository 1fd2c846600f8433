"""Download the image data sets that are known by name, and put them into the project's data folder.

Fashion-MNIST: Xiao, Rasul and Vollgraf (2017), "Fashion-MNIST: a novel image dataset for benchmarking machine learning
algorithms", MIT licence. MNIST: LeCun, Cortes and Burges (1998). Kuzushiji-MNIST: Clanuwat and others (2018), "Deep
learning for classical Japanese literature", CC BY-SA 4.0.
"""

import contextlib
import gzip
import os
import shutil
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path

import numpy as np

from reporting.artifacts import UserError
from training.idx import FILES, to_idx
from training.known_images import KnownSet
from training.lock import acquire_lock

PACKAGE = "dataset-fashion-mnist"  # Debian's
LOADER = """
import sys, numpy
from keras import datasets
try:
    (x_train, y_train), (x_test, y_test) = getattr(datasets, sys.argv[1]).load_data()
except Exception as error:
    sys.exit(str(error))
numpy.savez(sys.argv[2], x_train, y_train, x_test, y_test)
"""
KMNIST = "http://codh.rois.ac.jp/kmnist/dataset/kmnist/"


def fetch(known: KnownSet, folder: Path) -> dict[str, np.ndarray]:
    """Download and check a data set and put it in place of `folder`; returns its arrays."""
    with acquire_lock(folder.parent / ".lock", known.title):
        with contextlib.suppress(UserError):  # another process may have fetched it meanwhile
            return known.read(folder)
        for leftover in folder.parent.glob(".fetching-*"):  # of a killed process
            shutil.rmtree(leftover, ignore_errors=True)
        print(f"fetching {known.title} ({known.megabytes} MB)", flush=True)
        return fetch_from_sources(known, folder)


def fetch_from_sources(known: KnownSet, folder: Path) -> dict[str, np.ndarray]:
    """Replace `folder` by the data set from the first source that has it; raises UserError if none does."""
    reasons = []
    for source, get in known.sources:
        try:
            with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".fetching-") as scratch:
                fetched = getattr(sys.modules[__name__], get)(known, Path(scratch))
                arrays = known.read(fetched)
                shutil.rmtree(folder, ignore_errors=True)
                os.replace(fetched, folder)
                return arrays
        except (UserError, OSError, subprocess.SubprocessError) as error:
            reasons.append(f"{source}: {reason(error)}")
    neither = f"neither in {known.system} nor in {folder}" if known.system else f"not in {folder}"
    raise UserError(
        f"{known.title} was found {neither} and could not be fetched ({'; '.join(reasons)}); "
        "put its four .gz files there, or name their folder as dataset under [data] in the settings"
    )


def reason(error: Exception) -> str:
    """The last line that a failed command wrote, or else the last line of the error's message."""
    text = getattr(error, "stderr", None) or str(error)
    return text.strip().splitlines()[-1] if text.strip() else type(error).__name__


def get_debian_package(known: KnownSet, scratch: Path) -> Path:
    """Download Debian's package and unpack it in `scratch`; with its own package lists there, apt needs no root."""
    own = {
        "Dir::State::Lists": scratch / "lists",
        "Dir::Cache": scratch,
        "APT::Sandbox::User": "root",
        "Debug::NoLocking": 1,
    }
    apt = ["apt-get", "-q", *(word for key, value in own.items() for word in ("-o", f"{key}={value}"))]
    (scratch / "lists" / "partial").mkdir(parents=True)
    (scratch / "archives" / "partial").mkdir(parents=True)
    for command in ([*apt, "update"], [*apt, "download", PACKAGE]):
        subprocess.run(command, cwd=scratch, check=True, capture_output=True, text=True, timeout=600)
    (package,) = scratch.glob("*.deb")
    subprocess.run(["dpkg", "-x", package, scratch / "unpacked"], check=True, capture_output=True, text=True)
    return scratch / "unpacked" / "usr" / "share" / "datasets" / "fashion-mnist"


def get_with_keras(known: KnownSet, scratch: Path) -> Path:
    """Let Keras download the data set, and write its arrays as IDX files.

    A process of its own does so, in which Keras finds what it has downloaded before, but no settings of the user.
    """
    home, arrays, folder = scratch / "keras", scratch / "arrays.npz", scratch / known.own.name
    home.mkdir()
    downloaded = Path(os.environ.get("KERAS_HOME", "~/.keras")).expanduser() / "datasets"
    if os.access(downloaded, os.W_OK):
        (home / "datasets").symlink_to(downloaded)
    others = {name: value for name, value in os.environ.items() if not name.startswith("KERAS_")}
    command = [sys.executable, "-c", LOADER, known.name, str(arrays)]
    environment = {**others, "KERAS_HOME": str(home)}
    subprocess.run(command, env=environment, check=True, capture_output=True, text=True, timeout=600)
    folder.mkdir()
    with np.load(arrays, allow_pickle=False) as loaded:
        for name, array in zip(FILES, loaded.values(), strict=True):
            with gzip.open(folder / f"{name}.gz", "wb", compresslevel=1) as file:
                file.write(to_idx(array.astype(np.uint8)))
    return folder


def get_kmnist(known: KnownSet, scratch: Path) -> Path:
    """Download the files from their authors' server."""
    folder = scratch / known.own.name
    folder.mkdir()
    for name in FILES:
        with urllib.request.urlopen(f"{KMNIST}{name}.gz", timeout=60) as answer:
            (folder / f"{name}.gz").write_bytes(answer.read(100 * 2**20))
    return folder
