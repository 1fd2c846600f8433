"""What the classification's recorded results say."""

import dataclasses
import math

import numpy as np

from reporting.findings.layers import InspectedNetwork, LayerUnits, LayerWeights, unit_findings, weight_findings
from reporting.findings.search import SearchFindings, search_findings
from reporting.findings.stopping import Stopping, stopping_of
from reporting.metrics import confusion_matrix, correlation, double_softmax_bounds, mcnemar_counts, mcnemar_p_value, recall, wilson_interval
from reporting.results import CLASS_NAMES, load_reference_report

SIGNIFICANCE = 0.05
RISE = 1.05  # a validation loss that ends this many times above its minimum has risen


@dataclasses.dataclass(frozen=True)
class ClassifierScores:
    """One configuration's results."""

    train_loss: float
    train_loss_double_softmax: float  # on the scale of the reference report, see metrics.double_softmax_cross_entropy
    train_accuracy: float
    validation_loss: float
    validation_accuracy: float
    test_loss: float
    test_accuracy: float
    test_interval: tuple[float, float]  # Wilson's, 95 %
    parameters: int
    stopping: Stopping
    lowest_validation_loss_epoch: int
    validation_loss_rose: bool  # it ended more than 5 % above its minimum: the network had begun to overfit


@dataclasses.dataclass(frozen=True)
class ClassifierComparison:
    """Two configurations on the same test images, by McNemar's exact test."""

    first: str  # variant
    second: str
    difference: float  # test accuracy of the second less the first's
    only_first_right: int  # images
    only_second_right: int
    p_value: float

    @property
    def undecided(self):
        return self.p_value >= SIGNIFICANCE

    @property
    def better(self):
        return not self.undecided and self.difference > 0

    @property
    def worse(self):
        return not self.undecided and self.difference < 0


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


@dataclasses.dataclass(frozen=True)
class FieldFindings:
    """Whether the receptive fields of one method show their classes.

    A field is recognised if, of all classes, it correlates most with its own: with the class's mean training image less
    the mean of all classes' mean images. Chance recognises one of ten.
    """

    method: str  # "back_projection", "gradient" or "activation_maximisation"
    classes: int
    recognised: int
    untrained_recognised: int  # of the same method's fields of the untrained network, the control
    correlation: float  # mean over classes of the field's correlation with its own class
    untrained_correlation: float

    @property
    def shows_classes(self):
        """Whether at least half of the fields are recognised, and more than in the control."""
        return 2 * self.recognised >= self.classes and self.recognised > self.untrained_recognised


@dataclasses.dataclass(frozen=True)
class ClassificationFindings(InspectedNetwork):
    train_images: int
    validation_images: int
    test_images: int
    reference: ClassifierScores
    tuned: ClassifierScores
    improved: ClassifierScores
    double_softmax_bounds: tuple[float, float]  # all right and certain, all wrong and certain
    tuned_against_reference: ClassifierComparison
    improved_against_tuned: ClassifierComparison
    improved_against_reference: ClassifierComparison
    best_on_validation: str  # the variant with the highest validation accuracy
    report_difference: float  # reference variant's test accuracy less the reference report's
    report_standard_error: float  # binomial, of that difference, if the report tested on as many images
    search: SearchFindings
    matrix: np.ndarray  # (classes, classes) of the tuned network on the test images; rows are true classes
    classes: tuple[ClassErrors, ...]  # by label
    most_misclassified: tuple[ClassErrors, ...]  # more errors than the classes' mean, most first; empty if all are equal
    report_most_misclassified: tuple[int, ...]  # labels, as the reference report names them
    confusions: tuple[Confusion, ...]  # the three most frequent; fewer if there are fewer
    never_predicted: tuple[str, ...]  # classes that no test image was taken for
    weights: tuple[LayerWeights, ...]  # of the tuned network, as are all below
    units: tuple[LayerUnits, ...]
    fields: tuple[FieldFindings, ...]  # in the order of the three methods
    least_reached_probability: float  # of a class that activation maximisation brought its image to
    blank_maps: dict  # "conv_1", "conv_2" -> how many feature maps of the shown image are zero everywhere
    maps: dict  # "conv_1", "conv_2" -> how many feature maps there are

    @property
    def agrees_with_report(self):
        """Whether the reference settings reach the reference report's test accuracy to within 1.96 standard errors."""
        return abs(self.report_difference) <= 1.96 * self.report_standard_error

    @property
    def above_report(self):
        return not self.agrees_with_report and self.report_difference > 0

    @property
    def errors(self):
        """Test images that the tuned network gets wrong."""
        return sum(item.errors for item in self.classes)

    @property
    def same_classes_as_report(self):
        """Whether the most misclassified classes are those that the reference report names, in whatever order."""
        return {item.label for item in self.most_misclassified} == set(self.report_most_misclassified)

    @property
    def all_methods_show_classes(self):
        return all(field.shows_classes for field in self.fields)

    @property
    def no_method_shows_classes(self):
        return not any(field.shows_classes for field in self.fields)


def classification_findings(results):
    """The ClassificationFindings of a results.ClassificationResults."""
    report = load_reference_report()["classification"]
    variants = {"reference": results.reference, "tuned": results.tuned, "improved": results.improved}
    scores = {name: classifier_scores(variant) for name, variant in variants.items()}
    labels = results.tuned.predictions["test_labels"]
    matrix = confusion_matrix(labels, predicted_labels(results.tuned), len(CLASS_NAMES))
    classes, features = class_errors(matrix), results.tuned.features
    shares = (scores["reference"].test_accuracy, report["test_accuracy"])
    return ClassificationFindings(
        train_images=results.tuned.folds[0]["train_points"],
        validation_images=results.tuned.folds[0]["validation_points"],
        test_images=len(labels),
        **scores,
        double_softmax_bounds=double_softmax_bounds(len(CLASS_NAMES)),
        tuned_against_reference=compare(variants, "reference", "tuned"),
        improved_against_tuned=compare(variants, "tuned", "improved"),
        improved_against_reference=compare(variants, "reference", "improved"),
        best_on_validation=max(scores, key=lambda name: scores[name].validation_accuracy),
        report_difference=shares[0] - shares[1],
        report_standard_error=math.sqrt(sum(share * (1 - share) for share in shares) / len(labels)),
        search=search_findings(results.search, results.reference.run.config, results.reference.folds[0]["validation_points"]),
        matrix=matrix,
        classes=classes,
        most_misclassified=most_misclassified(classes),
        report_most_misclassified=tuple(report["most_misclassified"]),
        confusions=confusions(matrix, 3),
        never_predicted=tuple(name for name, column in zip(CLASS_NAMES, matrix.T, strict=True) if not column.any()),
        weights=weight_findings(results.tuned),
        units=unit_findings(results.tuned),
        fields=field_findings(results.tuned.receptive_fields),
        least_reached_probability=float(results.tuned.receptive_fields["reached_probability"].min()),
        blank_maps={layer: int(np.sum(~features[f"{layer}/maps"].any(axis=(1, 2)))) for layer in ("conv_1", "conv_2")},
        maps={layer: len(features[f"{layer}/maps"]) for layer in ("conv_1", "conv_2")},
    )


def predicted_labels(variant):
    """The most probable label of each test image: (n,)."""
    return variant.predictions["test_probabilities"].argmax(axis=1)


def classifier_scores(variant):
    """The ClassifierScores of a classification's results.Variant."""
    metrics, losses = variant.run.metrics, np.array(variant.curves("validation_loss")[0], dtype=float)
    names = [field.name for field in dataclasses.fields(ClassifierScores) if field.name in metrics]
    finite = np.where(np.isfinite(losses), losses, np.inf)
    n = len(variant.predictions["test_labels"])
    return ClassifierScores(
        **{name: metrics[name] for name in names},
        test_interval=wilson_interval(metrics["test_accuracy"] * n, n),
        stopping=stopping_of(variant),
        lowest_validation_loss_epoch=int(finite.argmin()) + 1,
        validation_loss_rose=bool(not losses[-1] <= RISE * finite.min()),
    )


def compare(variants, first, second):
    """The ClassifierComparison of two of the variants (a mapping of names to results.Variant)."""
    labels = variants[first].predictions["test_labels"]
    a, b = predicted_labels(variants[first]), predicted_labels(variants[second])
    only_first, only_second = mcnemar_counts(labels, a, b)
    difference = (only_second - only_first) / len(labels)
    return ClassifierComparison(first, second, difference, only_first, only_second, mcnemar_p_value(labels, a, b))


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


def field_findings(arrays):
    """A FieldFindings for each method, from the arrays of receptive_fields.npz."""
    contrast = arrays["class_mean"] - arrays["class_mean"].mean(axis=0)  # (classes, 28, 28)
    found = []
    for method in ("back_projection", "gradient", "activation_maximisation"):
        trained, untrained = (recognised_fields(arrays[name], contrast) for name in (method, f"untrained_{method}"))
        found.append(FieldFindings(method, len(contrast), trained[0], untrained[0], trained[1], untrained[1]))
    return tuple(found)


def recognised_fields(fields, contrast):
    """How many fields correlate most, and positively, with their own class, and the mean correlation with it."""
    table = np.array([[correlation(field, image) for image in contrast] for field in fields])  # (fields, classes)
    own = np.diag(table)
    return int(np.sum((table.argmax(axis=1) == np.arange(len(table))) & (own > 0))), float(own.mean())
