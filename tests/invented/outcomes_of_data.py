"""Runs with other images than Fashion-MNIST's: other sizes, colours, numbers of classes and of convolutions."""

from typing import Any

from reporting.artifacts.known_data import DIGITS, KMNIST, MNIST
from tests.invented.edits.classification import always, every_network, perfect_of, probabilities
from tests.invented.example import WITHOUT_EXTENDED
from tests.invented.outcome import outcome

FILES = ("train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")


def data(
    images: str, shape: tuple[int, int, int], classes: tuple[str, ...], filters: tuple[int, ...]
) -> dict[str, Any]:
    """Images of this title, size and these classes, and convolutions of so many filters."""
    digests = {name: f"{number}" * 64 for number, name in enumerate(FILES)}
    return {"images": images, "image_shape": shape, "classes": classes, "filters": filters, "image_digests": digests}


NUMERALS = tuple("0123456789")
LONG_NAMES = tuple(f"{chr(ord('a') + k)} name of a class that is long {k}" for k in range(26))
OUTCOMES_OF_DATA = {
    "the digits": outcome(**data(DIGITS, (8, 8, 1), NUMERALS, (70,)), switched_off=WITHOUT_EXTENDED),
    "digits without mistakes": outcome(every_network(perfect_of(10)), **data(MNIST, (28, 28, 1), NUMERALS, (6, 8))),
    "characters": outcome(
        probabilities(always(0, 4), names=("tuned",)),
        **data(KMNIST, (28, 28, 1), ("o", "ki", "su", "tsu"), (6, 70)),
        dead_units=0,
    ),
    "two classes in colour": outcome(**data("shapes", (12, 16, 3), ("cat $1", "dog $2"), (6, 8)), unreadable=3),
    "thirty classes, three convolutions": outcome(
        **data("letters.npz", (28, 28, 1), (*LONG_NAMES, *"wxyz"), (8, 70, 9)), unreadable=1
    ),
    "a hundred classes in colour": outcome(
        probabilities(always(5, 100), names=("tuned",)),
        **data("things", (32, 32, 3), tuple(f"thing {k}" for k in range(100)), (5,)),
        test_images=2000,
    ),
}
