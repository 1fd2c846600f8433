"""The smaller network that the spectra of the activations recommend, trained."""

import dataclasses
from typing import Any

from reporting.engine.sections import Found
from reporting.results import Results
from reporting.sections.classification.results import ClassifierScores, Comparison, classifier_scores, compare


@dataclasses.dataclass(frozen=True)
class SmallerNetwork:
    """The tuned settings with the layer sizes that the spectra of the tuned network's activations recommend."""

    scores: ClassifierScores
    sizes: dict[str, Any]  # the settings of the layers' sizes
    against_tuned: Comparison
    parameter_share: float  # of the tuned network's parameters

    @property
    def is_smaller(self) -> bool:
        """Whether the rule leaves out any unit at all."""
        return self.parameter_share < 1


def find(results: Results, found: Found) -> SmallerNetwork | None:
    """The smaller network beside the tuned one; None if it is switched off."""
    case = results.extras["smaller"].case
    if case is None:
        return None
    return SmallerNetwork(
        scores=classifier_scores(case),
        sizes={name: case.run.config[name] for name in ("filters", "dense_units")},
        against_tuned=compare(results.tuned, case),
        parameter_share=case.run.metrics["parameters"] / results.tuned.run.metrics["parameters"],
    )
