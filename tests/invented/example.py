"""What may differ between two invented `runs` folders."""

import dataclasses
from typing import Any

from reporting.artifacts.known_data import FASHION_MNIST
from training.known_images import KNOWN


@dataclasses.dataclass(frozen=True)
class Example:
    """The sizes, and how well the networks do. Errors are rms distances from the true function, inside the data."""

    seed: int = 0
    scale: str = "full"
    folds: int = 5
    points: int = 100  # training points, and as many test points
    regression_epochs: int = 40
    hidden_units: tuple[int, ...] = (16, 24, 32)
    regression_error: dict[str, float] = dataclasses.field(
        default_factory=lambda: {"reference": 0.40, "tuned": 0.28, "extended": 0.2}
    )
    extra_error: dict[str, float] = dataclasses.field(
        default_factory=lambda: {"splits": 0.40, "glorot_uniform": 0.60, "smaller": 0.30}
    )
    more_seeds: int = 2
    smaller_units: tuple[int, ...] = (8, 16, 16)
    classification_epochs: int = 15
    validation_images: int = 600
    test_images: int = 1000
    filters: tuple[int, ...] = (32, 48)
    dense_units: tuple[int, ...] = (32, 64)
    accuracy: dict[str, float] = dataclasses.field(
        default_factory=lambda: {"reference": 0.89, "tuned": 0.91, "extended": 0.93}
    )
    images: str = "Fashion-MNIST"  # a title, or the name of a folder
    image_digests: dict[str, str] = dataclasses.field(default_factory=lambda: dict(FASHION_MNIST))
    image_shape: tuple[int, int, int] = (28, 28, 1)
    classes: tuple[str, ...] = KNOWN["fashion_mnist"].classes
    unreadable: int | None = None
    dead_units: int = 2  # in the last hidden layer of each network
    regression_source: str = "the project’s own unknown function"
    function_known: bool = True  # whether that is recorded as a curve, too
    switched_off: tuple[str, ...] = ()  # networks and extras that are, such as "regression/splits"


WITHOUT_EXTENDED = tuple(
    f"{task}/{name}" for task in ("classification", "regression") for name in ("extended", "extended_seeds")
)
REAL_SIZES: dict[str, Any] = {
    "hidden_units": (256, 512, 768),
    "regression_epochs": 500,
    "dense_units": (128, 256),
    "test_images": 10000,
    "validation_images": 12000,
}
