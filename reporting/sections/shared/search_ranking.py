"""The combinations of a grid search from best to worst, each compared with the best."""

import dataclasses
import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from reporting.results import SearchResults
from reporting.stats.significance import (
    SIGNIFICANCE,
    corrected_resampled_p_value,
    holm_adjusted,
    two_shares_p_value,
)


@dataclasses.dataclass(frozen=True)
class Combination:
    """One combination of a grid."""

    trial: int
    rank: int  # 1 is best
    values: dict[str, Any]  # by hyperparameter
    scores: tuple[float, ...]  # of the objective, one a fold
    score: float  # their mean; nan if a fold failed
    error: float | None  # standard error of the score, see `standard_error`
    seconds: float  # of training, all folds together
    p_value: float | None  # of the difference from the winner, see `p_value`; None for the winner and without a score
    adjusted: float | None  # by Holm, over all comparisons with the winner

    @property
    def sd(self) -> float | None:
        """Of the scores, over the folds; None if there is one."""
        return float(np.std(self.scores, ddof=1)) if len(self.scores) > 1 else None

    @property
    def failed(self) -> bool:
        return not math.isfinite(self.score)

    @property
    def tied(self) -> bool:
        """Whether it cannot be told apart from the winner."""
        return self.adjusted is not None and self.adjusted >= SIGNIFICANCE

    @property
    def verdict(self) -> str:
        """A word for the tables."""
        return "failed" if self.failed else "best" if self.rank == 1 else "tied" if self.tied else "distinct"


def compared_combinations(search: SearchResults, validation_points: int) -> tuple[Combination, ...]:
    """All combinations, best first, each compared with the first."""
    rows = search.ranked
    p_values = [p_value(search, rows[0]["trial"], row["trial"], validation_points) for row in rows[1:]]
    known = [(k, value) for k, value in enumerate(p_values, 1) if value is not None]
    adjusted = dict(zip([k for k, _ in known], holm_adjusted([value for _, value in known]), strict=True))
    return tuple(
        Combination(
            trial=row["trial"],
            rank=row["rank"],
            values={name: row[name] for name in search.hyperparameters},
            scores=tuple(search.fold_scores(row["trial"]).tolist()),
            score=row["score"],
            error=standard_error(search, row["trial"], validation_points),
            seconds=row["seconds"],
            p_value=p_values[k - 1] if k else None,
            adjusted=adjusted.get(k),
        )
        for k, row in enumerate(rows)
    )


def p_value(search: SearchResults, winner: int, other: int, validation_points: int) -> float | None:
    """The two-sided p value of the difference between two trials' scores; None if one of them has no finite score.

    With several folds, the corrected resampled t test, paired over them. With one fold, the accuracies as two shares of
    the validation images (they are the same images for both, which makes this p value too large rather than too small);
    without accuracies nothing tells two trials apart, which is a p value of 1.
    """
    a, b = search.fold_scores(winner), search.fold_scores(other)
    if not np.isfinite([*a, *b]).all():
        return None
    if len(a) > 1:
        return corrected_resampled_p_value(b - a)
    if "validation_accuracy" not in search.folds[0]:
        return 1.0
    first, second = (float(search.fold_scores(trial, "validation_accuracy")[0]) for trial in (winner, other))
    return two_shares_p_value(first, second, validation_points)


def standard_error(search: SearchResults, trial: int, validation_points: int) -> float | None:
    """Of a trial's score: over the folds, sd / sqrt(folds); with one fold, of its accuracy as a share of the images.

    None without a finite score, and for the loss of one fold.
    """
    scores = search.fold_scores(trial)
    if not np.isfinite(scores).all() or (len(scores) == 1 and search.space["objective"] != "validation_accuracy"):
        return None
    if len(scores) > 1:
        return float(scores.std(ddof=1) / math.sqrt(len(scores)))
    return math.sqrt(scores[0] * (1 - scores[0]) / validation_points)


def cheapest_within(ranked: Sequence[Combination]) -> Combination | None:
    """Of the combinations within one standard error of the winner, the one trained in the least time.

    None where the winner has no standard error. The rule of Breiman and others (1984, Classification and Regression
    Trees, 3.4.3), with time for complexity.
    """
    winner = ranked[0]
    if winner.error is None:
        return None
    close = [item for item in ranked if abs(item.score - winner.score) <= winner.error]
    return min(close, key=lambda item: item.seconds)
