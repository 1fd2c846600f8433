"""Settings as the report lists them, and when fits ended."""

import dataclasses

from reporting.results import Variant


@dataclasses.dataclass(frozen=True)
class Stopping:
    """At which epoch the fits of a network ended, and whether early stopping had a part in it."""

    fits: int
    stopped_early: int  # fits that early stopping ended
    fewest_epochs: int
    most_epochs: int
    max_epochs: int
    patience: int

    @property
    def fired(self) -> bool:
        return self.stopped_early > 0

    @property
    def can_fire(self) -> bool:
        """Whether a fit can end early: patience runs from the first epoch on, and the last one does not count as early."""
        return 1 + self.patience < self.max_epochs


def stopping_of(variant: Variant) -> Stopping:
    """When the fits of one network, or of its folds, ended."""
    epochs, config = variant.column("epochs"), variant.run.config
    return Stopping(
        fits=len(epochs),
        stopped_early=int(variant.column("stopped_early").sum()),
        fewest_epochs=int(epochs.min()),
        most_epochs=int(epochs.max()),
        max_epochs=config["max_epochs"],
        patience=config["patience"],
    )
