"""The image data sets that are known by name: what they hold, and where they are. Standard library and numpy only."""

import dataclasses
import importlib
from pathlib import Path

import numpy as np

from reporting.artifacts import UserError, known_data
from reporting.artifacts.known_data import FASHION_MNIST
from training.idx import FILES, digests_of, idx_files, read_idx_folder

DATA = Path(__file__).parent.parent / "data"


@dataclasses.dataclass(frozen=True)
class KnownSet:
    """A data set of grey images in four IDX files."""

    name: str  # in the settings
    title: str
    classes: tuple[str, ...]
    digests: dict[str, str]  # SHA-256 of the uncompressed files, see `packed`
    megabytes: int  # to download
    sources: tuple[tuple[str, str], ...]  # in words, and the function of training.fetching
    system: Path | None = None  # where a package of the system has it
    counts: dict[str, int] = dataclasses.field(default_factory=lambda: {"train": 60000, "test": 10000})
    inputs: tuple[int, int, int] = (28, 28, 1)
    packed: bool = False  # whether digests are those of the .gz files, which differ where others compress them again

    @property
    def own(self) -> Path:
        """Its folder in the project."""
        return DATA / self.name.replace("_", "-")

    def find(self, named: str = "") -> tuple[Path, dict[str, np.ndarray]]:
        """The folder of the data set, and its files' arrays (uint8) by name.

        A folder named by the user must hold it. Otherwise it is looked for on the system and in the project's data
        folder, and downloaded into the latter if it is missing or damaged in both. Raises UserError that says what is
        wrong.
        """
        if named:
            return Path(named).expanduser(), self.read(Path(named).expanduser())
        for folder in self.folders:
            try:
                return folder, self.read(folder)
            except UserError:
                continue
        fetching = importlib.import_module("training.fetching")
        return self.own, fetching.fetch(self, self.own)

    def read(self, folder: Path) -> dict[str, np.ndarray]:
        """The four files' arrays by name; raises UserError if one is missing, damaged or of another data set."""
        return read_idx_folder(folder, self.digests, self.packed)

    @property
    def folders(self) -> list[Path]:
        """Where it is looked for."""
        return [*([self.system] if self.system else []), self.own]

    def is_there(self, named: str = "") -> bool:
        """Whether a folder that `find` looks into holds all four files; their content is not checked."""
        folders = [Path(named).expanduser()] if named else self.folders
        return any(folder.is_dir() and len(idx_files(folder)) == len(FILES) for folder in folders)


class BundledDigits(KnownSet):
    """scikit-learn's digits: 8 x 8 pixels, values scaled to 0 to 255. The last fifth of each class is for the test.

    E. Alpaydin and C. Kaynak (1998), Optical Recognition of Handwritten Digits, UCI Machine Learning Repository.
    """

    def find(self, named: str = "") -> tuple[Path, dict[str, np.ndarray]]:
        """The name of the package, and the arrays; raises UserError if it has other ones than it had."""
        from sklearn.datasets import load_digits

        bunch = load_digits()
        x, y = np.round(bunch.images * 255 / 16).astype(np.uint8), bunch.target.astype(np.uint8)
        test = np.zeros(len(y), bool)
        for label in range(len(self.classes)):
            places = np.flatnonzero(y == label)
            test[places[-(len(places) // 5) :]] = True
        arrays = dict(zip(FILES, (x[~test], y[~test], x[test], y[test]), strict=True))
        if digests_of(arrays) != self.digests:
            raise UserError("scikit-learn's digits are not those that are known; install the pinned scikit-learn")
        return Path("scikit-learn"), arrays

    def is_there(self, named: str = "") -> bool:
        return True


DIGITS = tuple(str(digit) for digit in range(10))
KNOWN = {
    known.name: known
    for known in (
        KnownSet(
            "fashion_mnist",
            "Fashion-MNIST",
            ("T-shirt", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Boot"),
            FASHION_MNIST,
            31,
            (("Debian's package", "get_debian_package"), ("Keras' loader", "get_with_keras")),
            Path("/usr/share/datasets/fashion-mnist"),  # of Debian's package
        ),
        KnownSet(
            "mnist",
            known_data.MNIST,
            DIGITS,
            {
                "train-images-idx3-ubyte": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
                "train-labels-idx1-ubyte": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
                "t10k-images-idx3-ubyte": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
                "t10k-labels-idx1-ubyte": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
            },
            11,
            (("Keras' loader", "get_with_keras"),),
        ),
        KnownSet(
            "kmnist",
            known_data.KMNIST,
            ("o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"),
            {
                "train-images-idx3-ubyte": "51467d22d8cc72929e2a028a0428f2086b092bb31cfb79c69cc0a90ce135fde4",
                "train-labels-idx1-ubyte": "e38f9ebcd0f3ebcdec7fc8eabdcdaef93bb0df8ea12bee65224341c8183d8e17",
                "t10k-images-idx3-ubyte": "edd7a857845ad6bb1d0ba43fe7e794d164fe2dce499a1694695a792adfac43c5",
                "t10k-labels-idx1-ubyte": "20bb9a0ef54c7db3efc55a92eef5582c109615df22683c380526788f98e42a1c",
            },
            21,
            (("its authors' server", "get_kmnist"),),
            packed=True,
        ),
        BundledDigits(
            "digits",
            known_data.DIGITS,
            DIGITS,
            {
                "train-images-idx3-ubyte": "a1d2691a5a9f8552a1014c15b29a65cf048e2e69fa444e235b89b8cb1dacf881",
                "train-labels-idx1-ubyte": "fff1fe7091b992bad8104f7d6fe3d195169a236c05658827a9b531e554c58985",
                "t10k-images-idx3-ubyte": "cce1817abc037918ca3598405601ad76dd98e7e38e85c68aec770a4f555c2943",
                "t10k-labels-idx1-ubyte": "4520d0bbd0b00ae05ab3431d6ed450fd284a53ac4fc653ceb9e35bd25b6f4975",
            },
            0,
            (),
            counts={"train": 1442, "test": 355},
            inputs=(8, 8, 1),
        ),
    )
}
