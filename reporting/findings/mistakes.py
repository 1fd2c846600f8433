"""Single test images that networks get wrong: typical ones of each confusion, and labels that may be wrong themselves."""

import dataclasses

import numpy as np

from reporting.results import CLASS_NAMES

CERTAIN = 0.9  # the probability from which on an answer counts as certain
PLAUSIBLE = 0.1  # share of wrong labels: the test sets examined by Northcutt, Athalye and Mueller (2021, NeurIPS Datasets) have 0.2 to 10 %


@dataclasses.dataclass(frozen=True)
class Mistake:
    """A test image that is taken for another class."""

    index: int  # in the test set, from 0
    image: np.ndarray  # (28, 28) uint8
    true: str  # class by its label
    predicted: str
    true_probability: float  # of one network; of several, the greatest
    predicted_probability: float  # of one network; of several, the least


@dataclasses.dataclass(frozen=True)
class Suspects:
    """Test images of which all networks say, each with certainty, that they belong to one and the same other class."""

    networks: int
    agreed: int  # images that all networks take for the same wrong class, certain or not
    certain: int
    shown: tuple[Mistake, ...]  # the most certain ones; empty if there are too many
    too_many: bool  # to be mistakes of the labels


def examples_of(variant, confusion):
    """The two images of a findings Confusion that a results.Variant takes most and least certainly for the other class."""
    stored = variant.predictions
    true, predicted = (CLASS_NAMES.index(name) for name in (confusion.true, confusion.predicted))
    probabilities = stored["test_probabilities"]
    confused = np.flatnonzero((stored["test_labels"] == true) & (probabilities.argmax(axis=1) == predicted))
    order = confused[np.argsort(-probabilities[confused, predicted], kind="stable")]
    return tuple(mistake(stored, index, probabilities[None]) for index in dict.fromkeys((order[0], order[-1])))


def suspects_of(variants, most=8):
    """The Suspects of several results.Variant, and at most `most` of them with their images."""
    stored, probabilities = (
        variants[0].predictions,
        np.array([variant.predictions["test_probabilities"] for variant in variants]),
    )
    answers = probabilities.argmax(axis=2)  # (networks, n)
    agreed = np.flatnonzero((answers == answers[0]).all(axis=0) & (answers[0] != stored["test_labels"]))
    least = probabilities[:, agreed, answers[0, agreed]].min(axis=0)
    order = agreed[np.argsort(-least, kind="stable")]
    certain = int(np.sum(least >= CERTAIN))
    too_many = certain > PLAUSIBLE * len(stored["test_labels"])
    shown = order[: 0 if too_many else min(certain, most)]
    return Suspects(
        len(variants), len(agreed), certain, tuple(mistake(stored, index, probabilities) for index in shown), too_many
    )


def mistake(stored, index, probabilities):
    """The Mistake at one index of the test set; probabilities (networks, n, classes), stored: the arrays of one of them."""
    of_image, true = probabilities[:, index], stored["test_labels"][index]  # (networks, classes)
    predicted = of_image[0].argmax()
    image = stored["error_image"][stored["error_index"] == index][0]
    shares = float(of_image[:, true].max()), float(of_image[:, predicted].min())
    return Mistake(int(index), image, CLASS_NAMES[true], CLASS_NAMES[predicted], *shares)
