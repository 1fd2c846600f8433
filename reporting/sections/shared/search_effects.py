"""How much each hyperparameter of a grid matters for the score."""

import dataclasses
from collections.abc import Sequence

import numpy as np

from reporting.stats.effects import (
    can_be_tested,
    effect_p_values,
    least_significant_share,
    range_of_means,
    variance_shares,
)
from reporting.stats.significance import SIGNIFICANCE


@dataclasses.dataclass(frozen=True)
class Effect:
    """How much one hyperparameter changes the score."""

    name: str
    spread: float  # range of the mean scores of its values
    share: float | None  # of the variance of the scores, as a main effect; None without a grid of differing scores
    p_value: float | None  # of that share, Holm-adjusted over the hyperparameters; None with nothing to test it against
    least_share: float | None  # from which on it would be significant while no other one is; None likewise

    @property
    def beyond_chance(self) -> bool:
        return self.p_value is not None and self.p_value < SIGNIFICANCE


def hyperparameter_effects(names: Sequence[str], scores: np.ndarray) -> tuple[Effect, ...]:
    """An Effect for each hyperparameter with several values, largest first; `scores` has an axis for each name."""
    shares, shape = variance_shares(scores), scores.shape
    p_values = effect_p_values(shares, shape) if shares else None
    tested = shares is not None and can_be_tested(shares, shape)
    effects = [
        Effect(
            name,
            spread=range_of_means(scores, axis),
            share=shares[axis] if shares else None,
            p_value=p_values[axis] if p_values else None,
            least_share=least_significant_share(shares, shape, axis) if shares and tested else None,
        )
        for axis, name in enumerate(names)
        if shape[axis] > 1
    ]
    return tuple(sorted(effects, key=lambda item: -(item.spread if item.share is None else item.share)))
