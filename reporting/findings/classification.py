"""What the classification's recorded results say."""

import dataclasses
import math

import numpy as np

from reporting.findings.ablation import Ablation, ablation_of
from reporting.findings.calibration import Calibration, calibration_of
from reporting.findings.classifiers import (
    ClassifierComparison,
    ClassifierScores,
    classifier_scores,
    compare,
    predicted_labels,
)
from reporting.findings.confusion import ClassErrors, Confusion, class_errors, confusions, most_misclassified
from reporting.findings.ladder import Rung, SeedComparison, compare_seeds, rungs_of
from reporting.findings.layers import InspectedNetwork, LayerUnits, LayerWeights, unit_findings, weight_findings
from reporting.findings.loss_decoder import LossDecoder, loss_decoder
from reporting.findings.mistakes import Mistake, Suspects, examples_of, suspects_of
from reporting.findings.receptive_fields import FieldFindings, field_findings
from reporting.findings.search import SearchFindings, search_findings
from reporting.metrics import NORMAL_QUANTILE, confusion_matrix
from reporting.results import CLASS_NAMES, load_reference_report


@dataclasses.dataclass(frozen=True)
class SmallerNetwork:
    """The tuned settings with the layer sizes that the principal components of the tuned network's activations suggest."""

    scores: ClassifierScores
    sizes: dict  # the settings of the layers' sizes
    against_tuned: ClassifierComparison
    parameter_share: float  # of the tuned network's parameters

    @property
    def is_smaller(self):
        """Whether the rule leaves out any unit at all."""
        return self.parameter_share < 1


@dataclasses.dataclass(frozen=True)
class ClassificationFindings(InspectedNetwork):
    train_images: int
    validation_images: int
    test_images: int
    reference: ClassifierScores
    tuned: ClassifierScores
    improved: ClassifierScores
    shared_settings: dict  # those that are the same in all configurations; empty if none differs
    decoder: LossDecoder
    tuned_against_reference: ClassifierComparison
    improved_against_tuned: ClassifierComparison
    improved_against_reference: ClassifierComparison
    rungs: dict[str, Rung]  # of the accuracy ladder, from the bottom up
    tuned_seeds_against_reference: (
        SeedComparison | None
    )  # None unless both were trained with several seeds, as are the next
    improved_seeds_against_tuned: SeedComparison | None
    ablation: Ablation | None  # None if it is switched off
    smaller: SmallerNetwork | None  # likewise
    calibrations: dict[str, Calibration]  # variant -> its own
    best_on_validation: str  # the variant with the highest validation accuracy
    report_difference: float  # reference variant's test accuracy less the reference report's
    report_margin: float  # half the binomial 95 % interval of that difference, if the report tested on as many images
    search: SearchFindings
    matrix: np.ndarray  # (classes, classes) of the tuned network on the test images; rows are true classes
    classes: tuple[ClassErrors, ...]  # by label
    most_misclassified: tuple[
        ClassErrors, ...
    ]  # more errors than the classes' mean, most first; empty if all are equal
    report_most_misclassified: tuple[int, ...]  # labels, as the reference report names them
    confusions: tuple[Confusion, ...]  # the six most frequent; fewer if there are fewer
    examples: tuple[tuple[Mistake, ...], ...]  # of each of these, the most and the least certain mistake
    suspects: Suspects  # among the answers of all configurations and all their seeds
    never_predicted: tuple[str, ...]  # classes that no test image was taken for
    weights: tuple[LayerWeights, ...]  # of the tuned network, as are all below
    units: tuple[LayerUnits, ...]
    fields: tuple[FieldFindings, ...]  # in the order of the three methods
    reached: tuple[float, float]  # the least and the greatest probability of its class that a maximised image has
    untrained_reached: tuple[float, float]  # the same of the untrained network
    blank_maps: dict  # "conv_1", "conv_2" -> how many feature maps of the shown image are zero everywhere
    maps: dict  # "conv_1", "conv_2" -> how many feature maps there are
    switched_off: tuple[str, ...]  # extras

    @property
    def several_seeds(self):
        """Whether any configuration was trained with further seeds."""
        return any(rung.seeds > 1 for rung in self.rungs.values() if not rung.published)

    @property
    def agrees_with_report(self):
        """Whether the reference settings reach the reference report's test accuracy to within the margin."""
        return abs(self.report_difference) <= self.report_margin

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
    classes, features = class_errors(matrix, report), results.tuned.features
    confused, rungs = confusions(matrix, 6), rungs_of(results)
    seeds = [case for name in variants for case in results.extras[f"{name}_seeds"].cases.values()]
    shares = (scores["reference"].test_accuracy, report["test_accuracy"])
    return ClassificationFindings(
        train_images=results.tuned.folds[0]["train_points"],
        validation_images=results.tuned.folds[0]["validation_points"],
        test_images=len(labels),
        **scores,
        shared_settings=shared_settings([variant.run.config for variant in variants.values()]),
        decoder=loss_decoder(results, report["train_loss_double_softmax"], len(CLASS_NAMES)),
        tuned_against_reference=compare(results.reference, results.tuned),
        improved_against_tuned=compare(results.tuned, results.improved),
        improved_against_reference=compare(results.reference, results.improved),
        rungs=rungs,
        tuned_seeds_against_reference=compare_seeds(rungs["reference"], rungs["tuned"]),
        improved_seeds_against_tuned=compare_seeds(rungs["tuned"], rungs["improved"]),
        ablation=ablation_of(results.extras["ablation"]),
        smaller=smaller_network(results),
        calibrations={name: calibration_of(variant) for name, variant in variants.items()},
        best_on_validation=max(scores, key=lambda name: scores[name].validation_accuracy),
        report_difference=shares[0] - shares[1],
        report_margin=NORMAL_QUANTILE * math.sqrt(sum(share * (1 - share) for share in shares) / len(labels)),
        search=search_findings(
            results.search, results.reference.run.config, results.reference.folds[0]["validation_points"]
        ),
        matrix=matrix,
        classes=classes,
        most_misclassified=most_misclassified(classes),
        report_most_misclassified=tuple(report["most_misclassified"]),
        confusions=confused,
        examples=tuple(examples_of(results.tuned, item) for item in confused),
        suspects=suspects_of([*variants.values(), *seeds]),
        never_predicted=tuple(name for name, column in zip(CLASS_NAMES, matrix.T, strict=True) if not column.any()),
        weights=weight_findings(results.tuned),
        units=unit_findings(results.tuned),
        fields=field_findings(results.tuned.receptive_fields),
        reached=limits(results.tuned.receptive_fields["reached_probability"]),
        untrained_reached=limits(results.tuned.receptive_fields["untrained_reached_probability"]),
        blank_maps={layer: int(np.sum(~features[f"{layer}/maps"].any(axis=(1, 2)))) for layer in ("conv_1", "conv_2")},
        maps={layer: len(features[f"{layer}/maps"]) for layer in ("conv_1", "conv_2")},
        switched_off=tuple(name for name, extra in results.extras.items() if not extra.cases),
    )


def shared_settings(configs):
    """The settings that have one value in all of these mappings; empty if no setting differs, so that a table can show them all."""
    shared = {name: value for name, value in configs[0].items() if all(config[name] == value for config in configs)}
    return shared if len(shared) < len(configs[0]) else {}


def smaller_network(results):
    """The SmallerNetwork of a results.ClassificationResults; None if it is switched off."""
    case = results.extras["smaller"].cases.get("smaller")
    if case is None:
        return None
    return SmallerNetwork(
        scores=classifier_scores(case),
        sizes={name: case.run.config[name] for name in ("filters", "dense_units")},
        against_tuned=compare(results.tuned, case),
        parameter_share=case.run.metrics["parameters"] / results.tuned.run.metrics["parameters"],
    )


def limits(values):
    """The least and the greatest value."""
    return float(values.min()), float(values.max())
