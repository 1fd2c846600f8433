"""What a grid search says: its winner, whether that is more than luck, and how much each hyperparameter matters."""

import dataclasses
import math

import numpy as np

TIE_ERRORS = 2.0  # standard errors; about a 95 % interval, and generous to ties when folds are few


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
    winner: dict  # hyperparameter -> value
    score: float  # the winner's
    score_sd: float | None  # over the folds; None if there is one
    worst_score: float  # of the combinations with a finite score
    tied: tuple[int, ...]  # trial numbers that do not differ from the winner, see `is_tied`; best first
    reference_rank: int | None  # of the reference settings, 1 is best; None if the grid does not hold them
    at_edge: tuple[str, ...]  # hyperparameters with 3 or more numeric values whose winning value is the least or the greatest
    effects: dict  # hyperparameter -> range of the mean scores of its values
    strongest: str | None  # the hyperparameter with the largest effect; None if no score differs

    @property
    def winner_is_distinct(self):
        """Whether every other combination is worse by more than chance explains."""
        return not self.tied

    @property
    def winner_is_reference_setting(self):
        return self.reference_rank == 1


def search_findings(search, reference_config, validation_points):
    """The SearchFindings of a results.SearchResults.

    `reference_config` holds the settings to look for in the grid, `validation_points` is the size of one fold's validation set.
    """
    ranked, names = search.ranked, search.hyperparameters
    winner = ranked[0]
    finite = [row["score"] for row in ranked if math.isfinite(row["score"])]
    reference = next((row for row in ranked if all(row[name] == reference_config.get(name) for name in names)), None)
    effects = {name: effect(search.trials, name) for name in names}
    return SearchFindings(
        objective=search.space["objective"],
        larger_is_better=search.space["direction"] == "max",
        combinations=len(ranked),
        folds=search.space["folds"],
        fits=len(search.folds),
        stopped_early=sum(row["stopped_early"] for row in search.folds),
        diverged=len(ranked) - len(finite),
        winner={name: winner[name] for name in names},
        score=winner["score"],
        score_sd=winner["score_sd"] if search.space["folds"] > 1 else None,
        worst_score=finite[-1] if finite else math.nan,
        tied=tuple(row["trial"] for row in ranked[1:] if is_tied(search, winner["trial"], row["trial"], validation_points)),
        reference_rank=reference and reference["rank"],
        at_edge=tuple(name for name, values in search.space["grid"].items() if is_edge(values, winner[name])),
        effects=effects,
        strongest=max(effects, key=effects.get) if any(effects.values()) else None,
    )


def is_tied(search, winner, other, validation_points):
    """Whether two trials differ by less than two standard errors of their difference.

    With several folds, the difference is paired over them and its standard error is sd / sqrt(folds). With one fold, the
    accuracies decide, by the binomial standard error of the difference of two shares of the validation images (they are the
    same images for both, which makes this estimate too large rather than too small); without accuracies nothing tells two
    trials apart and they count as tied. A trial without a finite score is never tied.
    """
    a, b = search.fold_scores(winner), search.fold_scores(other)
    if not np.isfinite([*a, *b]).all():
        return False
    if len(a) > 1:
        difference = b - a
        return bool(abs(difference.mean()) <= TIE_ERRORS * difference.std(ddof=1) / math.sqrt(len(a)))
    if "validation_accuracy" not in search.folds[0]:
        return True
    shares = [search.fold_scores(trial, "validation_accuracy")[0] for trial in (winner, other)]
    return bool(abs(shares[0] - shares[1]) <= TIE_ERRORS * math.sqrt(sum(p * (1 - p) for p in shares) / validation_points))


def effect(trials, name):
    """The range of the mean finite score over the values of a hyperparameter; 0 if fewer than two values have one."""
    groups = {}
    for row in trials:
        if math.isfinite(row["score"]):
            groups.setdefault(row[name], []).append(row["score"])
    means = [np.mean(scores) for scores in groups.values()]
    return float(max(means) - min(means)) if len(means) > 1 else 0.0


def is_edge(values, value):
    """Whether `value` is the least or the greatest of at least three numbers."""
    numeric = all(isinstance(item, (int, float)) and not isinstance(item, bool) for item in values)
    return numeric and len(values) > 2 and value in (min(values), max(values))
