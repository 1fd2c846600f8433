"""At which epoch fits ended, and whether early stopping had a part in it."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Stopping:
    """At which epoch the fits of a network ended."""

    fits: int
    stopped_early: int  # fits that early stopping ended
    fewest_epochs: int
    most_epochs: int
    max_epochs: int
    patience: int

    @property
    def fired(self):
        return self.stopped_early > 0

    @property
    def can_fire(self):
        """Whether a fit can end early: the patience runs from the first epoch on, and what ends in the last one is not early."""
        return 1 + self.patience < self.max_epochs


def stopping_of(variant):
    """The Stopping of a results.Variant."""
    epochs, config = variant.column("epochs"), variant.run.config
    return Stopping(
        fits=len(epochs),
        stopped_early=int(variant.column("stopped_early").sum()),
        fewest_epochs=int(epochs.min()),
        most_epochs=int(epochs.max()),
        max_epochs=config["max_epochs"],
        patience=config["patience"],
    )
