"""The grid search: its winner, what may be the truly best one, what hyperparameters matter, what less would have found.

A combination is tied with the winner if it cannot be ruled out as the truly best one; the winner and those tied with it
contain that one with a confidence of 95 % (see stats/selection.py).
"""

from __future__ import annotations

import dataclasses
import itertools
import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from reporting.artifacts import readable
from reporting.engine.sections import Found
from reporting.results import Results, SearchResults
from reporting.sections.shared.search_effects import Effect, hyperparameter_effects
from reporting.sections.shared.search_figure import plot_grid
from reporting.sections.shared.search_ranking import Combination, cheapest_within, compared_combinations
from reporting.stats.effects import degrees_of_rest, pair_means
from reporting.stats.selection import expected_best

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SHOWN = 4  # hyperparameters of which each pair is drawn: those with the largest effects


@dataclasses.dataclass(frozen=True)
class SearchFindings:
    """A finished search. Scores are the mean over the folds of `objective`."""

    objective: str  # "validation_loss" or "validation_accuracy"
    larger_is_better: bool
    grid: dict[str, list]  # hyperparameter -> its values
    restores_best_weights: bool  # whether a fit counts with its epoch of lowest validation loss
    combinations: int
    folds: int
    validation_points: int  # of one fold
    fits: int
    stopped_early: int  # fits that early stopping ended
    diverged: int  # combinations without a finite score
    ranked: tuple[Combination, ...]  # best first
    cheapest: (
        Combination | None
    )  # the choice by the rule of one standard error if not the winner, see `cheapest_within`
    worst_score: float  # of the combinations with a finite score
    reference_rank: int | None  # of the reference settings, 1 is best; None if the grid does not hold them
    at_edge: tuple[
        str, ...
    ]  # hyperparameters whose winning value is at an edge, see `is_edge`; none if no score differs
    effects: tuple[Effect, ...]  # of the hyperparameters with more than one value, largest first
    degrees: int  # of freedom that the main effects leave for interactions and noise
    expected_best: tuple[float, ...]  # of 1, 2, ... combinations with a finite score that are drawn at random
    margin: float  # up to which differences do not matter, see artifacts.ReportSettings
    pair_scores: dict[tuple[str, str], np.ndarray]  # mean scores (values of the first, of the second) over all others

    @property
    def winner(self) -> dict[str, Any]:
        """Hyperparameter -> value."""
        return self.ranked[0].values

    @property
    def score(self) -> float:
        """The winner's."""
        return self.ranked[0].score

    @property
    def tied(self) -> tuple[Combination, ...]:
        """Those beside the winner that cannot be ruled out as the truly best one, best first."""
        return tuple(item for item in self.ranked if item.tied)

    @property
    def equivalent(self) -> tuple[Combination, ...]:
        """Those that are practically equal to the winner."""
        return tuple(item for item in self.ranked if item.equivalent)

    @property
    def judged(self) -> bool:
        """Whether there are several combinations with a score, and something to tell their scores apart by."""
        return any(item.difference is not None for item in self.ranked)

    @property
    def least_told_apart(self) -> float | None:
        """A typical difference that would have ruled a combination out: the median of the intervals' half widths."""
        widths = [item.difference.margin for item in self.ranked if item.difference is not None]
        median = float(np.median(widths)) if widths else 0.0
        return median if 0 < median < math.inf else None

    @property
    def others(self) -> int:
        """How many combinations are compared with the winner."""
        return self.combinations - self.diverged - 1

    @property
    def winner_is_distinct(self) -> bool:
        """Whether every other combination is ruled out as the truly best one."""
        return self.judged and not self.tied

    @property
    def all_tied(self) -> bool:
        """Whether no combination can be ruled out as the truly best one."""
        return 0 < self.others == len(self.tied)

    @property
    def costs_compared(self) -> bool:
        """Whether it is known which combinations are close to the winner, and what training cost."""
        return self.others > 0 and self.ranked[0].error is not None and self.ranked[0].timed

    @property
    def winner_is_reference_setting(self) -> bool:
        return self.reference_rank == 1

    @property
    def strongest(self) -> Effect | None:
        """The hyperparameter that matters most; None if no score differs."""
        return self.effects[0] if self.effects and self.effects[0].spread > 0 else None

    @property
    def explained(self) -> float | None:
        """The share of the variance of scores that all main effects explain together; None where no share is known."""
        shares = [effect.share for effect in self.effects if effect.share is not None]
        return min(1.0, sum(shares)) if shares else None

    @property
    def least_effect_p_value(self) -> float | None:
        """The least p value of an effect; None if none is tested."""
        return min((item.p_value for item in self.effects if item.p_value is not None), default=None)

    @property
    def effects_beyond_chance(self) -> tuple[Effect, ...]:
        return tuple(item for item in self.effects if item.beyond_chance)

    @property
    def edges(self) -> tuple[str, ...]:
        """Of those at an edge, the ones with more than two values: only their winner need not have been there."""
        return tuple(name for name in self.at_edge if len(self.grid[name]) > 2)

    @property
    def two_valued(self) -> tuple[str, ...]:
        """Those at an edge that have two values."""
        return tuple(name for name in self.at_edge if len(self.grid[name]) == 2)

    @property
    def half(self) -> int:
        """Half as many combinations as have a score, at least one."""
        return max(1, len(self.expected_best) // 2)

    @property
    def half_score(self) -> float:
        """The expected best score of so many that are drawn at random."""
        return self.expected_best[self.half - 1]

    @property
    def every_pair_is_drawn(self) -> bool:
        return len(self.effects) <= SHOWN


def find(results: Results, found: Found) -> SearchFindings:
    """What the search of a task says, also about the place of the reference settings in it."""
    reference = results.reference
    by_loss = results.search.space["objective"] == "validation_loss"
    share = results.judgement["equivalent_loss" if by_loss else "equivalent_accuracy"]
    margin = share * abs(reference.run.metrics["validation_loss"]) if by_loss else share
    return search_findings(results.search, reference.run.config, reference.folds[0]["validation_points"], margin)


def figures(results: Results, found: Found) -> dict[str, list]:
    return {
        f"{results.task}_grid": [
            lambda: grid_figure(found("search"), "validation accuracy" if results.classifies else "validation MSE")
        ]
    }


def search_findings(
    search: SearchResults, reference_config: Mapping[str, Any], validation_points: int, margin: float
) -> SearchFindings:
    """What one search says.

    `reference_config` holds the settings to look for in the grid, `validation_points` is the size of one fold's
    validation set, and differences up to `margin` do not matter.
    """
    grid, ranked = dict(search.space["grid"]), compared_combinations(search, margin)
    larger = search.space["direction"] == "max"
    finite = [item.score for item in ranked if not item.failed]
    own = {name: readable(reference_config.get(name)) for name in grid}
    reference = [item.rank for item in ranked if item.values == own]
    scores = np.array([row["score"] for row in search.trials], dtype=float).reshape(*map(len, grid.values()))
    effects = hyperparameter_effects(list(grid), scores)
    shown = [name for name in grid if name in [effect.name for effect in effects[:SHOWN]]]
    differ = any(effect.spread > 0 for effect in effects)  # or the place of the winner means nothing
    edges = [name for name, values in grid.items() if is_edge(values, ranked[0].values[name])]
    return SearchFindings(
        objective=search.space["objective"],
        larger_is_better=larger,
        grid=grid,
        restores_best_weights=search.space["settings"]["restore_best_weights"],
        combinations=len(ranked),
        folds=search.space["folds"],
        validation_points=validation_points,
        fits=len(search.folds),
        stopped_early=sum(row["stopped_early"] for row in search.folds),
        diverged=len(ranked) - len(finite),
        ranked=ranked,
        cheapest=cheapest_within(ranked),
        worst_score=finite[-1] if finite else math.nan,
        reference_rank=reference[0] if reference else None,
        at_edge=tuple(edges) if differ else (),
        effects=effects,
        degrees=degrees_of_rest(scores.shape),
        expected_best=tuple(expected_best(np.array(finite), larger).tolist()),
        margin=margin,
        pair_scores={
            pair: pair_means(scores, *map(list(grid).index, pair)) for pair in itertools.combinations(shown, 2)
        },
    )


def is_edge(values: Sequence[Any], value: Any) -> bool:
    """Whether `value` is the least or the greatest of several numbers; of two, each is one of these."""
    numeric = all(isinstance(item, int | float) and not isinstance(item, bool) for item in values)
    return numeric and len(values) > 1 and value in (min(values), max(values))


def grid_figure(found: SearchFindings, label: str) -> Figure:
    """All combinations, best first, and the mean score for each pair of hyperparameters."""
    ranked = found.ranked
    errors = None
    if found.folds == 1 and ranked[0].error is not None:
        errors = np.array([item.error or np.nan for item in ranked])
    return plot_grid(
        np.array([item.scores for item in ranked]),
        errors,
        found.grid,
        [item.values for item in ranked],
        label,
        [item.tied and not found.all_tied for item in ranked],
        found.pair_scores,
        reference=found.reference_rank and found.reference_rank - 1,
        cheapest=found.cheapest.rank - 1 if found.cheapest else None,
        expected=found.expected_best,
        larger_is_better=found.larger_is_better,
    )
