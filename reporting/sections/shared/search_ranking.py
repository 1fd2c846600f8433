"""The combinations of a grid search from best to worst, each compared with the best."""

import dataclasses
import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from reporting.results import SearchResults
from reporting.stats.differences import Difference
from reporting.stats.selection import differences_over_answers, differences_over_folds

CLEARLY = 2  # standard errors of a difference of costs, from which on it counts


@dataclasses.dataclass(frozen=True)
class Combination:
    """One combination of a grid."""

    trial: int
    rank: int  # 1 is best
    values: dict[str, Any]  # by hyperparameter
    scores: tuple[float, ...]  # of the objective, one a fold
    score: float  # their mean; nan if a fold failed
    error: float | None  # standard error of the score, see `standard_error`
    cost: float  # seconds of training without compiling, see `cost_of`; nan if not known
    cost_error: float  # standard error of the cost; nan if not known
    difference: Difference | None  # from the winner, see `differences_from_winner`
    margin: float  # up to which a difference does not matter, see artifacts.ReportSettings

    @property
    def sd(self) -> float | None:
        """Of the scores, over the folds; None if there is one."""
        return float(np.std(self.scores, ddof=1)) if len(self.scores) > 1 else None

    @property
    def failed(self) -> bool:
        return not math.isfinite(self.score)

    @property
    def tied(self) -> bool:
        """Whether it cannot be ruled out as the truly best one; the winner never is."""
        return self.difference is not None and not self.difference.worse

    @property
    def equivalent(self) -> bool:
        """Whether it is practically equal to the winner."""
        return self.difference is not None and self.difference.equivalent(self.margin)

    @property
    def behind(self) -> tuple[float, float] | None:
        """By how much it is worse than the winner, at least and at most; None where that is not known."""
        if self.difference is None or not math.isfinite(self.difference.margin):
            return None
        low, high = self.difference.low, self.difference.high
        return (-high, -low) if self.difference.larger_is_better else (low, high)

    @property
    def verdict(self) -> str:
        """A word for the tables; empty where the differences cannot be judged."""
        if self.failed or self.rank == 1:
            return "failed" if self.failed else "best"
        return "" if self.difference is None else "tied" if self.tied else "ruled out"

    @property
    def timed(self) -> bool:
        """Whether its cost is known, and how well."""
        return math.isfinite(self.cost + self.cost_error)

    def is_dearer_than(self, other: "Combination") -> bool:
        """Whether its training took more time, by more than chance explains; False where that is not known."""
        return self.cost - other.cost > CLEARLY * math.hypot(self.cost_error, other.cost_error)


def compared_combinations(search: SearchResults, margin: float) -> tuple[Combination, ...]:
    """All combinations, best first, each compared with the first."""
    differences = differences_from_winner(search)
    return tuple(
        Combination(
            trial=row["trial"],
            rank=row["rank"],
            values={name: row[name] for name in search.hyperparameters},
            scores=tuple(search.fold_scores(row["trial"]).tolist()),
            score=row["score"],
            error=standard_error(search, row["trial"]),
            **dict(zip(("cost", "cost_error"), cost_of(search, row["trial"]), strict=True)),
            difference=differences.get(row["trial"]),
            margin=margin,
        )
        for row in search.ranked
    )


def differences_from_winner(search: SearchResults) -> dict[int, Difference]:
    """Trial -> Difference of its score from the winner's; without the winner and trials that failed.

    Over several folds, paired by them; on one split, by the answers to its validation images. Empty where there is
    neither: one loss of each combination cannot be judged.
    """
    numbers = [row["trial"] for row in search.trials]
    finite = [row["trial"] for row in search.ranked if math.isfinite(row["score"])]
    if len(finite) < 2:
        return {}
    if search.space["folds"] > 1:
        scores = np.array([search.fold_scores(trial) for trial in finite])
        found = differences_over_folds(scores, 0, larger_is_better=search.space["direction"] == "max")
    elif search.judged_by_answers:
        found = differences_over_answers(search.right[list(map(numbers.index, finite))], 0)
    else:
        return {}
    return dict(zip(finite[1:], found[1:], strict=True))


def standard_error(search: SearchResults, trial: int) -> float | None:
    """Of a trial's score: over the folds, sd / sqrt(folds); with one fold, of its accuracy as a share of the images.

    None without a finite score, and for the loss of one fold.
    """
    scores = search.fold_scores(trial)
    if not np.isfinite(scores).all() or (len(scores) == 1 and not search.judged_by_answers):
        return None
    if len(scores) > 1:
        return float(scores.std(ddof=1) / math.sqrt(len(scores)))
    return math.sqrt(scores[0] * (1 - scores[0]) / len(search.answers["labels"]))


def cost_of(search: SearchResults, trial: int) -> tuple[float, float]:
    """The seconds that a trial's epochs took, all folds together and without compiling, and their standard error.

    Each is nan where a fold failed or had too few epochs to time one.
    """
    columns = ("epochs", "epoch_seconds", "epoch_seconds_error")
    rows = [[row[name] for name in columns] for row in search.folds if row["trial"] == trial]
    epochs, seconds, errors = np.array(rows, dtype=float).T
    return float(epochs @ seconds), float(np.linalg.norm(epochs * errors))


def cheapest_within(ranked: Sequence[Combination]) -> Combination | None:
    """The cheapest of those within one standard error of the winner that are clearly cheaper than it; None if none is.

    The rule of Breiman and others (1984, Classification and Regression Trees, 3.4.3), with time for complexity.
    """
    winner = ranked[0]
    close = [item for item in ranked if winner.error is not None and abs(item.score - winner.score) <= winner.error]
    return min(filter(winner.is_dearer_than, close), key=lambda item: item.cost, default=None)
