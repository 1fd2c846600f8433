"""Which classes a network takes for which."""

import dataclasses

import numpy as np

from reporting.metrics import recall
from reporting.results import CLASS_NAMES


@dataclasses.dataclass(frozen=True)
class ClassErrors:
    """One class of the test images."""

    label: int
    name: str
    images: int
    errors: int
    recall: float  # nan without images


@dataclasses.dataclass(frozen=True)
class Confusion:
    """How many images of one class were taken for another."""

    true: str
    predicted: str
    images: int


def class_errors(matrix):
    """A ClassErrors for each class of a confusion matrix."""
    totals, right, recalls = matrix.sum(axis=1), np.diag(matrix), recall(matrix)
    return tuple(ClassErrors(k, name, int(totals[k]), int(totals[k] - right[k]), float(recalls[k])) for k, name in enumerate(CLASS_NAMES))


def most_misclassified(classes):
    """The classes with more errors than the mean over the classes, most errors first."""
    mean = sum(item.errors for item in classes) / len(classes)
    return tuple(sorted((item for item in classes if item.errors > mean), key=lambda item: -item.errors))


def confusions(matrix, count):
    """The `count` largest cells off the diagonal, largest first; cells of 0 are left out."""
    wrong = matrix - np.diag(np.diag(matrix))
    cells = np.argsort(-wrong, axis=None, kind="stable")[:count]
    pairs = [divmod(int(cell), len(matrix)) for cell in cells]
    return tuple(
        Confusion(CLASS_NAMES[true], CLASS_NAMES[predicted], int(wrong[true, predicted]))
        for true, predicted in pairs
        if wrong[true, predicted]
    )
