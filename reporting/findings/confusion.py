"""Which classes a network takes for which."""

import dataclasses
import math
from collections import namedtuple

import numpy as np

from reporting.metrics import NORMAL_QUANTILE, f1_intervals, f1_score, wilson_interval
from reporting.results import CLASS_NAMES

Share = namedtuple("Share", "value low high")  # with its 95 % interval


@dataclasses.dataclass(frozen=True)
class ClassErrors:
    """One class of the test images."""

    label: int
    name: str
    images: int
    answers: int  # images that are taken for this class
    errors: int
    precision: Share | None  # with Wilson's interval; None for a class that is never answered
    recall: Share | None  # with Wilson's interval; None without images
    f1: Share | None  # with a bootstrap interval; None without both
    report_recall: float  # the reference report's
    report_error: float | None  # half the 95 % interval of the difference to it, as of two shares of different images

    @property
    def report_difference(self):
        """The recall less the reference report's; None without images."""
        return self.recall and self.recall.value - self.report_recall

    @property
    def differs_from_report(self):
        """Whether the recall differs from the reference report's by more than chance explains."""
        return self.recall is not None and abs(self.report_difference) > self.report_error


@dataclasses.dataclass(frozen=True)
class Confusion:
    """How many images of one class were taken for another."""

    true: str
    predicted: str
    images: int


def class_errors(matrix, report):
    """A ClassErrors for each class of a confusion matrix; `report` is the reference report's classification as a mapping."""
    f1 = zip(f1_score(matrix), f1_intervals(matrix, np.random.default_rng(0)), strict=True)
    return tuple(errors_of(matrix, label, *values, report) for label, values in enumerate(f1))


def errors_of(matrix, label, f1, f1_interval, report):
    """The ClassErrors of one class."""
    images, answers, right = (
        int(count) for count in (matrix[label].sum(), matrix[:, label].sum(), matrix[label, label])
    )
    recall, report_recall = share_of(right, images), report["confusion_diagonal"][label] / report["images_per_class"]
    return ClassErrors(
        label=label,
        name=CLASS_NAMES[label],
        images=images,
        answers=answers,
        errors=images - right,
        precision=share_of(right, answers),
        recall=recall,
        f1=Share(float(f1), *f1_interval.tolist()) if images + answers else None,
        report_recall=report_recall,
        report_error=recall and difference_error((recall.value, images), (report_recall, report["images_per_class"])),
    )


def share_of(successes, n):
    """A Share with Wilson's interval; None of nothing."""
    return Share(successes / n, *wilson_interval(successes, n)) if n else None


def difference_error(*shares):
    """Half the 95 % interval of the difference of shares, each given with the number of its examples."""
    return NORMAL_QUANTILE * math.sqrt(sum(p * (1 - p) / n for p, n in shares))


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
