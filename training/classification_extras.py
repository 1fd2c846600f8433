"""The extras of the classification. Each network takes a minute or more on one core."""

import dataclasses

from reporting.artifacts import variants_of
from training.experiment import Experiment
from training.extras import Cases, Maker, further_seeds, network_case, smaller


def double_softmax(this: Experiment) -> Cases:
    """The reference settings with the loss of the reference report: cross-entropy after a second softmax."""
    config = dataclasses.replace(this.settings.reference, loss="double_softmax")
    return {"double_softmax": network_case(this, config, this.folds(config), this.seed)}


MAKERS: dict[str, Maker] = {"double_softmax": double_softmax, "smaller": smaller}
MAKERS |= {
    f"{variant}_seeds": further_seeds(variant, parts=("validation", "test"))
    for variant in variants_of("classification")
}
