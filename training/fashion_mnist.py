"""Find or download the four files of Fashion-MNIST, check them and read them. Standard library and numpy only.

The data set: Xiao, Rasul and Vollgraf (2017), "Fashion-MNIST: a novel image dataset for benchmarking machine learning
algorithms", MIT licence. The files are in MNIST's IDX format (http://yann.lecun.com/exdb/mnist/), compressed with gzip.
"""

import contextlib
import gzip
import hashlib
import os
import shutil
import subprocess
import tempfile
import zlib
from pathlib import Path

import numpy as np

from reporting.artifacts import UserError
from training.lock import acquire_lock

# SHA-256 of the uncompressed files. Those of the .gz files differ: Debian compresses the same files again.
DIGESTS = {
    "train-images-idx3-ubyte": "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
    "train-labels-idx1-ubyte": "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
    "t10k-images-idx3-ubyte": "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
    "t10k-labels-idx1-ubyte": "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
}
SHAPES = {
    "train-images-idx3-ubyte": (60000, 28, 28),
    "train-labels-idx1-ubyte": (60000,),
    "t10k-images-idx3-ubyte": (10000, 28, 28),
    "t10k-labels-idx1-ubyte": (10000,),
}
LONGEST_HEADER = 16  # bytes
SYSTEM_FOLDER = Path("/usr/share/datasets/fashion-mnist")  # of Debian's package
OWN_FOLDER = Path(__file__).parent.parent / "data" / "fashion-mnist"
PACKAGE = "dataset-fashion-mnist"


def find_fashion_mnist(named: str = "") -> tuple[Path, dict[str, np.ndarray]]:
    """The folder of the data set, and its files' arrays (uint8) by name.

    A folder named by the user must hold it. Otherwise it is looked for on the system and in the project's data folder,
    and downloaded into the latter if it is missing or damaged in both. Raises UserError that says what is wrong.
    """
    if named:
        return Path(named).expanduser(), read_folder(Path(named).expanduser())
    for folder in (SYSTEM_FOLDER, OWN_FOLDER):
        try:
            return folder, read_folder(folder)
        except UserError:
            continue
    return OWN_FOLDER, fetch(OWN_FOLDER)


def is_there(named: str = "") -> bool:
    """Whether a folder that `find_fashion_mnist` looks into holds all four files; their content is not checked."""
    folders = [Path(named).expanduser()] if named else [SYSTEM_FOLDER, OWN_FOLDER]
    return any(all(archive(folder, name).exists() for name in DIGESTS) for folder in folders)


def read_folder(folder: Path) -> dict[str, np.ndarray]:
    """The four files' arrays by name; raises UserError if one is missing, damaged or of another data set."""
    return {name: parse_idx(unpack(folder, name), name, folder) for name in DIGESTS}


def archive(folder: Path, name: str) -> Path:
    """The path of one file of the data set."""
    return folder / f"{name}.gz"


def unpack(folder: Path, name: str) -> bytes:
    """The uncompressed content of one file; raises UserError if it is missing, unreadable or truncated."""
    path = archive(folder, name)
    try:
        with gzip.open(path) as file:
            return file.read(int(np.prod(SHAPES[name])) + LONGEST_HEADER + 1)  # enough to see that a file is too long
    except FileNotFoundError:
        raise UserError(
            f"{path} is missing; Fashion-MNIST's folder holds {', '.join(f'{name}.gz' for name in DIGESTS)}"
        ) from None
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise UserError(f"{path} is truncated or no gzip file; copy it anew") from None
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror}") from None


def parse_idx(content: bytes, name: str, folder: Path) -> np.ndarray:
    """The array (uint8) of an IDX file; raises UserError if it is not the data set's.

    The header is two zero bytes, 8 for uint8, the rank, and the sizes as big-endian 32-bit integers.
    """
    path, shape = archive(folder, name), SHAPES[name]
    if content[:4] != bytes([0, 0, 8, len(shape)]):
        kind = "images" if len(shape) == 3 else "labels"
        raise UserError(f"{path} does not begin like an IDX file of {kind}; are the files swapped?")
    start = 4 + 4 * len(shape)
    found = tuple(int.from_bytes(content[at : at + 4], "big") for at in range(4, start, 4))
    if found != shape or len(content) != start + np.prod(shape):
        expected, said = (" x ".join(map(str, sizes)) for sizes in (shape, found))
        raise UserError(
            f"{path} should hold {expected} values; its header says {said},"
            f" and {max(0, len(content) - start)} bytes follow"
        )
    if hashlib.sha256(content).hexdigest() != DIGESTS[name]:
        raise UserError(f"{path} is not Fashion-MNIST's: its digest differs")
    return np.frombuffer(content, np.uint8, offset=start).reshape(shape)


def fetch(folder: Path) -> dict[str, np.ndarray]:
    """Download and check the data set and put it in place of `folder`; returns its arrays."""
    with acquire_lock(folder.parent / ".lock", "Fashion-MNIST"):
        with contextlib.suppress(UserError):  # another process may have fetched it meanwhile
            return read_folder(folder)
        for leftover in folder.parent.glob(".fetching-*"):  # of a killed process
            shutil.rmtree(leftover, ignore_errors=True)
        print("fetching Fashion-MNIST (31 MB)", flush=True)
        return fetch_from_sources(folder)


def fetch_from_sources(folder: Path) -> dict[str, np.ndarray]:
    """Replace `folder` by the data set from the first source that has it; raises UserError if none does."""
    reasons = []
    for source, get in (("Debian's package", get_debian_package), ("Keras' loader", get_with_keras)):
        try:
            with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".fetching-") as scratch:
                fetched = get(Path(scratch))
                arrays = read_folder(fetched)
                shutil.rmtree(folder, ignore_errors=True)
                os.replace(fetched, folder)
                return arrays
        except (UserError, OSError, subprocess.SubprocessError) as error:
            reasons.append(f"{source}: {reason(error)}")
    raise UserError(
        f"Fashion-MNIST was found neither in {SYSTEM_FOLDER} nor in {folder}"
        f" and could not be fetched ({'; '.join(reasons)}); "
        "put its four .gz files there, or name their folder as fashion_mnist under [data] in the settings"
    )


def reason(error: Exception) -> str:
    """The last line that a failed command wrote, or else the last line of the error's message."""
    text = getattr(error, "stderr", None) or str(error)
    return text.strip().splitlines()[-1] if text.strip() else type(error).__name__


def get_debian_package(scratch: Path) -> Path:
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
    return scratch / "unpacked" / SYSTEM_FOLDER.relative_to("/")


def get_with_keras(scratch: Path) -> Path:
    """Let Keras download the files into its cache, and copy them to `scratch`; raises UserError if that fails."""
    try:
        from keras.datasets import fashion_mnist  # imports TensorFlow, so only as the last resort

        fashion_mnist.load_data()
    except Exception as error:  # Keras raises Exception itself when a download fails
        raise UserError(reason(error)) from None
    cache = Path(os.environ.get("KERAS_HOME", Path.home() / ".keras"), "datasets", "fashion-mnist")
    return Path(shutil.copytree(cache, scratch / "fashion-mnist"))
