"""The smaller network that the activations recommend, trained: see `sufficient_units` of reporting.artifacts."""

import dataclasses

from reporting.engine.sections import Found
from reporting.results import Results, Variant
from reporting.sections.regression.variations import Changed, Variation, changed_from, variation_of


@dataclasses.dataclass(frozen=True)
class SmallerFindings:
    tuned: Variation
    smaller: Changed

    @property
    def is_smaller(self) -> bool:
        return self.smaller.parameters < self.tuned.parameters

    @property
    def worse(self) -> bool:
        """Whether the validation or the test loss is worse by more than the change scatters from fold to fold."""
        return self.smaller.validation.worse or self.smaller.test.worse

    @property
    def better(self) -> bool:
        """Whether one of them is lower by more than that, and the other not higher."""
        return not self.worse and (self.smaller.validation.better or self.smaller.test.better)


def find(results: Results, found: Found) -> SmallerFindings | None:
    """The smaller network beside the tuned one; None if it is switched off."""
    case = results.extras["smaller"].case
    return smaller_findings(results.tuned, case) if case else None


def smaller_findings(tuned: Variant, smaller: Variant) -> SmallerFindings:
    """The SmallerFindings of the networks of all folds."""
    return SmallerFindings(variation_of(tuned), changed_from(tuned, smaller))
