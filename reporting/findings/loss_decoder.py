"""What a training loss on the reference report's scale says, and what training on that scale does."""

import dataclasses

from reporting.findings.calibration import Calibration, calibration_of
from reporting.findings.classifiers import ClassifierComparison, ClassifierScores, classifier_scores, compare
from reporting.metrics import double_softmax_bounds, double_softmax_probability


@dataclasses.dataclass(frozen=True)
class DoubleSoftmax:
    """The reference settings trained on the loss with the second softmax, beside the same without it."""

    scores: ClassifierScores
    calibration: Calibration
    against_reference: ClassifierComparison
    first_train_loss: float  # as trained, over the first epoch
    last_train_loss: float  # over the last epoch
    last_validation_loss: float


@dataclasses.dataclass(frozen=True)
class LossDecoder:
    """Losses with a second softmax, read back as probabilities."""

    bounds: tuple[float, float]  # all right and certain, all wrong and certain
    report_loss: float  # the reference report's
    report_share: float  # of right answers of a network that is certain of all, with the reference report's loss
    report_probability: tuple[float, float]  # between which the right class's mean probability lies, with that loss
    reference_share: float  # the same share for this run's reference settings
    reference_on_it: bool  # whether the reference settings are themselves trained on the loss with the second softmax
    trained: (
        DoubleSoftmax | None
    )  # None if that training is switched off, or tells nothing since it is the reference settings'


def loss_decoder(results, report_loss, classes):
    """The LossDecoder of a results.ClassificationResults; `report_loss` is the reference report's."""
    bounds = double_softmax_bounds(classes)
    on_it = results.reference.run.config.get("loss") == "double_softmax"
    case = None if on_it else results.extras["double_softmax"].cases.get("double_softmax")
    return LossDecoder(
        bounds=bounds,
        report_loss=report_loss,
        report_share=bounds[1] - report_loss,
        report_probability=double_softmax_probability(report_loss, classes),
        reference_share=bounds[1] - results.reference.run.metrics["train_loss_double_softmax"],
        reference_on_it=on_it,
        trained=case and double_softmax(case, results.reference),
    )


def double_softmax(case, reference):
    """The DoubleSoftmax of its results.Variant and that of the reference settings."""
    return DoubleSoftmax(
        scores=classifier_scores(case),
        calibration=calibration_of(case),
        against_reference=compare(reference, case),
        first_train_loss=case.curves("train_loss")[0][0],
        last_train_loss=case.curves("train_loss")[0][-1],
        last_validation_loss=case.curves("validation_loss")[0][-1],
    )
