"""The schema of `run.json`."""

import dataclasses
from typing import Any, NamedTuple

from reporting.artifacts.known_data import FASHION_MNIST, WORKS, WRITTEN

SCHEMA_VERSION = 4
LONGEST = 24  # letters of a class's name in print
APPENDICES = (  # of the report, in order
    "splits",
    "noise",
    "bands",
    "baselines",
    "reference",
    "initialisation",
    "smaller",
    "configurations",
    "double_softmax",
    "published",
    "classes",
    "calibration",
    "layers",
    "checklist",
    "combinations",
    "provenance",
)


@dataclasses.dataclass(frozen=True)
class Identity:
    """The title block of the report."""

    university: str
    title: str
    subject: str
    professor: str
    student: str
    number: str


@dataclasses.dataclass(frozen=True)
class ReportSettings:
    """By what measure the report judges, what it must confess, and what it contains."""

    # Regions of practical equivalence: differences up to these do not matter
    equivalent_loss: float = dataclasses.field(metadata={"above": 0, "at_most": 1})  # share of the reference's loss
    equivalent_accuracy: float = dataclasses.field(metadata={"above": 0, "at_most": 1})
    # Whether test results had been seen when the extended settings were chosen
    extended_chosen_after_test_seen: bool
    appendices: tuple[str, ...] = dataclasses.field(metadata={"choices": APPENDICES, "may_be_empty": True})


class Shapes(NamedTuple):
    """What a network must fit: the shape of one input, and the number of outputs."""

    inputs: tuple[int, ...]  # (height, width, channels) of an image, (columns,) of a point
    outputs: int  # classes, or 1


@dataclasses.dataclass(frozen=True)
class Data:
    """The data of a run."""

    source: str
    digests: dict[str, str]  # file name -> SHA-256 of its bytes
    counts: dict[str, int]  # "train", "test" -> number of points or images
    inputs: tuple[int, ...] = (1,)  # the shape of one input
    # Of a classification the names by label, and of a regression those of the inputs, then of the target
    classes: tuple[str, ...] = dataclasses.field(default=(), metadata={"may_be_empty": True})
    columns: tuple[str, ...] = dataclasses.field(default=(), metadata={"may_be_empty": True})
    # What the reader of the points took for what, and left out; the digests say which points these are
    notes: tuple[str, ...] = dataclasses.field(default=(), compare=False, metadata={"may_be_empty": True})
    # What equal bytes repeat, counted when images are loaded; it says nothing about which data these are
    duplicates_train: int | None = dataclasses.field(default=None, compare=False)  # training images that repeat others
    duplicates_train_test: int | None = dataclasses.field(default=None, compare=False)  # test images among these
    unreadable: int | None = dataclasses.field(default=None, compare=False)  # files of pictures that were left out

    @property
    def printed_classes(self) -> tuple[str, ...]:
        """The names of the classes, cut where they are too long to be printed."""
        return tuple(name if len(name) <= LONGEST else name[: LONGEST - 1].rstrip() + "…" for name in self.classes)

    @property
    def is_fashion_mnist(self) -> bool:
        """Whether the images are those of Fashion-MNIST, by their digests."""
        return self.digests == FASHION_MNIST

    @property
    def work(self) -> str:
        """The work to cite for images whose title is known, a key of references.json; empty for the user's own."""
        return WORKS.get(self.source, "")

    @property
    def is_written(self) -> bool:
        """Whether the images are of digits or characters, which are other things when they are mirrored."""
        return self.source in WRITTEN

    @property
    def shapes(self) -> Shapes:
        """The shape of one input and the number of outputs."""
        return Shapes(self.inputs, len(self.classes) or 1)


@dataclasses.dataclass(frozen=True)
class Machine:
    """The machine that computed a run."""

    system: str
    processor: str
    cores: int
    memory_gib: float
    devices: tuple[str, ...]  # what TensorFlow computes on: "CPU", or the names of the GPUs
    precision: str  # Keras' name of the dtype policy
    threads: int  # of one fit
    onednn: str = "not recorded"  # whether TensorFlow's kernels for processors come from oneDNN: "on" or "off"
    instruction_set: str = "not recorded"  # the best that those kernels use, by oneDNN's name
    blas: str = "not recorded"  # behind NumPy's and SciPy's linear algebra
    # Of the user's environment, each as NAME=value: what may change a digit
    variables: tuple[str, ...] = dataclasses.field(default=(), metadata={"may_be_empty": True})


@dataclasses.dataclass(frozen=True)
class Run:
    """Where a result came from, and everything that is needed to make it again."""

    schema_version: int
    task: str  # "regression" or "classification"
    variant: str  # one of the task's variants or extras, a case of an extra, or "search"
    scale: str  # "full" or "quick"
    seed: int
    config: dict[str, Any]  # every setting and hyperparameter, by its name in homework.toml
    data: Data
    machine: Machine
    versions: dict[str, str]  # package -> version
    commit: str  # of the code, with "-dirty" appended if files were changed; "unknown" outside a checkout
    seconds: float  # wall time
    finished_at: str  # ISO 8601, UTC
    metrics: dict[str, Any]  # name -> number: the headline numbers, see the training scripts
