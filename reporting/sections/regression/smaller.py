"""The smaller network that the activations recommend, trained: see `sufficient_units` of reporting.artifacts."""

import dataclasses

from reporting.engine.sections import Found
from reporting.results import Results
from reporting.sections.regression.variations import Changed, Variation, changed_from, variation_of


@dataclasses.dataclass(frozen=True)
class SmallerFindings:
    tuned: Variation
    smaller: Changed

    @property
    def is_smaller(self) -> bool:
        return self.smaller.parameters < self.tuned.parameters


def find(results: Results, found: Found) -> SmallerFindings | None:
    """The smaller network beside the tuned one; None if it is switched off."""
    case = results.extras["smaller"].case
    return SmallerFindings(variation_of(results.tuned), changed_from(results, case)) if case else None
