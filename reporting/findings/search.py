"""What a grid search says: its winner, which combinations are tied with it, and how much each hyperparameter matters."""

import dataclasses
import itertools
import math

import numpy as np

from reporting.findings.effects import Effect, hyperparameter_effects, pair_means
from reporting.significance import SIGNIFICANCE, corrected_resampled_p_value, holm_adjusted, two_shares_p_value

SHOWN = 4  # hyperparameters of which each pair is drawn: those with the largest effects


@dataclasses.dataclass(frozen=True)
class Combination:
    """One combination of a grid."""

    trial: int
    rank: int  # 1 is best
    values: dict  # hyperparameter -> value
    scores: tuple[float, ...]  # of the objective, one a fold
    score: float  # their mean; nan if a fold failed
    error: float | None  # standard error of the score, see `standard_error`
    seconds: float  # of training, all folds together
    p_value: (
        float | None
    )  # of the difference from the winner, see `p_value`; None for the winner itself and without a score
    adjusted: float | None  # by Holm, over all comparisons with the winner

    @property
    def sd(self):
        """Of the scores, over the folds; None if there is one."""
        return float(np.std(self.scores, ddof=1)) if len(self.scores) > 1 else None

    @property
    def failed(self):
        return not math.isfinite(self.score)

    @property
    def tied(self):
        """Whether it cannot be told apart from the winner."""
        return self.adjusted is not None and self.adjusted >= SIGNIFICANCE

    @property
    def verdict(self):
        """A word for the tables."""
        return "failed" if self.failed else "best" if self.rank == 1 else "tied" if self.tied else "distinct"


@dataclasses.dataclass(frozen=True)
class SearchFindings:
    """A finished search. Scores are the mean over the folds of `objective`."""

    objective: str  # "validation_loss" or "validation_accuracy"
    larger_is_better: bool
    combinations: int
    folds: int
    fits: int
    stopped_early: int  # fits that early stopping ended
    diverged: int  # combinations without a finite score
    ranked: tuple[Combination, ...]  # best first
    cheapest: Combination | None  # the choice by the rule of one standard error, see `cheapest_within`
    worst_score: float  # of the combinations with a finite score
    reference_rank: int | None  # of the reference settings, 1 is best; None if the grid does not hold them
    at_edge: tuple[
        str, ...
    ]  # hyperparameters with 3 or more numeric values whose winning value is the least or the greatest; none without a difference
    effects: tuple[Effect, ...]  # of the hyperparameters with more than one value, largest first
    pair_scores: (
        dict  # (hyperparameter, hyperparameter) -> mean scores (values of the first, of the second) over all others
    )

    @property
    def winner(self):
        """Hyperparameter -> value."""
        return self.ranked[0].values

    @property
    def score(self):
        """The winner's."""
        return self.ranked[0].score

    @property
    def tied(self):
        """The combinations that cannot be told apart from the winner, best first."""
        return tuple(item for item in self.ranked if item.tied)

    @property
    def others(self):
        """How many combinations are compared with the winner."""
        return self.combinations - self.diverged - 1

    @property
    def winner_is_distinct(self):
        """Whether every other combination is worse by more than chance explains."""
        return not self.tied

    @property
    def all_tied(self):
        """Whether no combination can be told apart from the winner."""
        return 0 < self.others == len(self.tied)

    @property
    def winner_is_cheapest(self):
        return self.cheapest is not None and self.cheapest.rank == 1

    @property
    def winner_is_reference_setting(self):
        return self.reference_rank == 1

    @property
    def strongest(self):
        """The Effect of the hyperparameter that matters most; None if no score differs."""
        return self.effects[0] if self.effects and self.effects[0].spread > 0 else None

    @property
    def explained(self):
        """The share of the variance of scores that all main effects explain together; None where no share is known."""
        shares = [effect.share for effect in self.effects]
        return None if None in shares or not shares else min(1.0, sum(shares))

    @property
    def least_effect_p_value(self):
        """The least p value of an effect; None if none is tested."""
        return min((item.p_value for item in self.effects if item.p_value is not None), default=None)

    @property
    def effects_beyond_chance(self):
        return tuple(item for item in self.effects if item.beyond_chance)

    @property
    def every_pair_is_drawn(self):
        return len(self.effects) <= SHOWN


def search_findings(search, reference_config, validation_points):
    """The SearchFindings of a results.SearchResults.

    `reference_config` holds the settings to look for in the grid, `validation_points` is the size of one fold's validation set.
    """
    names, folds = search.hyperparameters, search.space["folds"]
    ranked = compared_combinations(search, validation_points)
    finite = [item.score for item in ranked if not item.failed]
    reference = next(
        (item for item in ranked if all(item.values[name] == reference_config.get(name) for name in names)), None
    )
    effects = hyperparameter_effects(search)
    shown = [name for name in names if name in [effect.name for effect in effects[:SHOWN]]]
    differ = any(effect.spread > 0 for effect in effects)  # or the place of the winner means nothing
    return SearchFindings(
        objective=search.space["objective"],
        larger_is_better=search.space["direction"] == "max",
        combinations=len(ranked),
        folds=folds,
        fits=len(search.folds),
        stopped_early=sum(row["stopped_early"] for row in search.folds),
        diverged=len(ranked) - len(finite),
        ranked=ranked,
        cheapest=cheapest_within(ranked),
        worst_score=finite[-1] if finite else math.nan,
        reference_rank=reference and reference.rank,
        at_edge=tuple(
            name for name, values in search.space["grid"].items() if is_edge(values, ranked[0].values[name]) and differ
        ),
        effects=effects,
        pair_scores={pair: pair_means(search, *pair) for pair in itertools.combinations(shown, 2)},
    )


def compared_combinations(search, validation_points):
    """A Combination for each trial, best first, each compared with the first."""
    rows = search.ranked
    p_values = [p_value(search, rows[0]["trial"], row["trial"], validation_points) for row in rows[1:]]
    known = [k for k, value in enumerate(p_values) if value is not None]
    adjusted = dict(zip(known, holm_adjusted([p_values[k] for k in known]), strict=True))
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
            adjusted=adjusted.get(k - 1),
        )
        for k, row in enumerate(rows)
    )


def p_value(search, winner, other, validation_points):
    """The two-sided p value of the difference between two trials' scores; None if one of them has no finite score.

    With several folds, the corrected resampled t test, paired over them. With one fold, the accuracies as two shares of the
    validation images (they are the same images for both, which makes this p value too large rather than too small); without
    accuracies nothing tells two trials apart, which is a p value of 1.
    """
    a, b = search.fold_scores(winner), search.fold_scores(other)
    if not np.isfinite([*a, *b]).all():
        return None
    if len(a) > 1:
        return corrected_resampled_p_value(b - a)
    if "validation_accuracy" not in search.folds[0]:
        return 1.0
    shares = [float(search.fold_scores(trial, "validation_accuracy")[0]) for trial in (winner, other)]
    return two_shares_p_value(*shares, validation_points)


def standard_error(search, trial, validation_points):
    """Of a trial's score: over the folds, sd / sqrt(folds); with one fold, of its accuracy as a share of the validation images.

    None without a finite score, and for the loss of one fold.
    """
    scores = search.fold_scores(trial)
    if not np.isfinite(scores).all() or (len(scores) == 1 and search.space["objective"] != "validation_accuracy"):
        return None
    if len(scores) > 1:
        return float(scores.std(ddof=1) / math.sqrt(len(scores)))
    return math.sqrt(scores[0] * (1 - scores[0]) / validation_points)


def cheapest_within(ranked):
    """The Combination with the least training time of those within one standard error of the winner; None without such an error.

    The rule of Breiman and others (1984, Classification and Regression Trees, 3.4.3), with time for complexity.
    """
    winner = ranked[0]
    if winner.error is None:
        return None
    return min(
        (item for item in ranked if abs(item.score - winner.score) <= winner.error), key=lambda item: item.seconds
    )


def is_edge(values, value):
    """Whether `value` is the least or the greatest of at least three numbers."""
    numeric = all(isinstance(item, (int, float)) and not isinstance(item, bool) for item in values)
    return numeric and len(values) > 2 and value in (min(values), max(values))
