"""Files in MNIST's IDX format, compressed with gzip or not, as arrays. Standard library and numpy only.

The header is two zero bytes, 8 for uint8, the rank, and the sizes as big-endian 32-bit integers
(http://yann.lecun.com/exdb/mnist/).
"""

import gzip
import hashlib
import re
import zlib
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from reporting.artifacts import UserError

FILES = ("train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")
NAME = re.compile(r"(train|t10k|test)[-_.](images|labels)([-_.]idx\d)?([-_.]ubyte)?(\.gz)?", re.IGNORECASE)
LARGEST = 2**31  # bytes of content


def idx_files(folder: Path) -> dict[str, Path]:
    """The files of a folder that are IDX files by their names, by those in FILES; unpacked ones before archives."""
    found: dict[str, Path] = {}
    for path in sorted(folder.iterdir(), reverse=True):  # "name.gz" before "name"
        if (match := NAME.fullmatch(path.name)) and path.is_file():
            part = "train" if match[1].lower() == "train" else "t10k"
            found[f"{part}-{match[2].lower()}-idx{3 if match[2].lower() == 'images' else 1}-ubyte"] = path
    return {name: found[name] for name in FILES if name in found}


def read_idx_folder(
    folder: Path, digests: Mapping[str, str] | None = None, packed: bool = False
) -> dict[str, np.ndarray]:
    """The arrays (uint8) of four IDX files by name; raises UserError if one is missing, damaged or not as `digests`.

    These are SHA-256 of the uncompressed content, or of the `packed` files.
    """
    files = idx_files(folder) if folder.is_dir() else {}
    for name in FILES:
        if name not in files:
            raise UserError(
                f"{folder / name}.gz is missing; the folder must hold {', '.join(f'{n}.gz' for n in FILES)}"
            )
    contents = {name: unpack(files[name]) for name in FILES}
    arrays = {name: parse_idx(content, name, files[name]) for name, content in contents.items()}
    for name, digest in (digests or {}).items():
        stored = files[name].read_bytes() if packed else contents[name]
        if hashlib.sha256(stored).hexdigest() != digest:
            raise UserError(
                f"{files[name]} is another file than the published one: its digest differs; copy it anew, or name its"
                " folder as dataset under [data] to use it as images of your own"
            )
    return arrays


def unpack(path: Path) -> bytes:
    """The uncompressed content of a file; raises UserError if it is unreadable, truncated or far too large."""
    try:
        with gzip.open(path) if path.suffix.lower() == ".gz" else open(path, "rb") as file:
            header = file.read(4)
            header += file.read(4 * header[3]) if len(header) == 4 and header[3] < 9 else b""
            return header + file.read(min(LARGEST, int(np.prod(sizes_of(header), dtype=float))) + 1)
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise UserError(f"{path} is truncated or no gzip file; copy it anew") from None
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror}") from None


def sizes_of(header: bytes) -> tuple[int, ...]:
    """The sizes that a header tells; of one that ends early, those that are left."""
    return tuple(int.from_bytes(header[at : at + 4], "big") for at in range(4, len(header), 4))


def parse_idx(content: bytes, name: str, path: Path) -> np.ndarray:
    """The array of an IDX file of images or labels, as its `name` says; raises UserError if it holds something else."""
    images = "images" in name
    ranks = (3, 4) if images else (1,)
    if len(content) < 4 or content[:3] != bytes([0, 0, 8]) or content[3] not in ranks:
        kind = "images" if images else "labels"
        raise UserError(f"{path} does not begin like an IDX file of {kind}; are the files swapped?")
    start = 4 + 4 * content[3]
    shape = sizes_of(content[:start])
    if len(shape) < content[3] or len(content) - start != np.prod(shape, dtype=float):
        said, follow = " x ".join(map(str, shape)), max(0, len(content) - start)
        more = " or more" if follow > np.prod(shape, dtype=float) else ""
        raise UserError(f"{path} is damaged: its header says {said} values, and {follow}{more} bytes follow")
    return np.frombuffer(content, np.uint8, offset=start).reshape(shape)


def to_idx(array: np.ndarray) -> bytes:
    """The content of an IDX file of an array (uint8)."""
    return bytes([0, 0, 8, array.ndim]) + np.array(array.shape, ">u4").tobytes() + array.tobytes()


def digests_of(arrays: Mapping[str, np.ndarray]) -> dict[str, str]:
    """The SHA-256 of each array (uint8) as an IDX file: the same however, and wherever, it is stored."""
    return {name: hashlib.sha256(to_idx(array)).hexdigest() for name, array in arrays.items()}
