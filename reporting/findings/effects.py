"""What each hyperparameter of a grid contributes to the scores."""

import dataclasses
import math

import numpy as np

from reporting.significance import SIGNIFICANCE, f_p_value, holm_adjusted

ROUNDING = 1e-9  # relative difference, up to which scores count as equal


@dataclasses.dataclass(frozen=True)
class Effect:
    """How much one hyperparameter changes the score."""

    name: str
    spread: float  # range of the mean scores of its values
    share: (
        float | None
    )  # of the variance of the combinations' scores, as a main effect; None without a complete grid of differing scores
    p_value: (
        float | None
    )  # of that share by an F test, Holm-adjusted over the hyperparameters; None if nothing is left to compare with

    @property
    def beyond_chance(self):
        return self.p_value is not None and self.p_value < SIGNIFICANCE


def hyperparameter_effects(search):
    """An Effect for each hyperparameter with several values, largest first."""
    grid = {name: values for name, values in search.space["grid"].items() if len(values) > 1}
    shares, p_values = main_effects(search)
    effects = [Effect(name, effect(search.trials, name), shares.get(name), p_values.get(name)) for name in grid]
    return tuple(sorted(effects, key=lambda item: -(item.spread if item.share is None else item.share)))


def main_effects(search):
    """Two mappings from hyperparameter: its share of the variance of the scores, and the adjusted p value of that share.

    The grid is a full factorial design, so its main effects are orthogonal: of the sum of squares about the mean, each takes
    that of its values' means, and the rest are interactions and noise (Montgomery, Design and Analysis of Experiments, 5.4),
    which the F test takes for noise alone. No share where a score is missing or all are equal, no p value without a rest.
    """
    levels = {name: len(values) for name, values in search.space["grid"].items()}
    scores = np.array([row["score"] for row in search.trials], dtype=float).reshape(*levels.values())
    total = float(np.sum((scores - scores.mean()) ** 2))
    if not np.ptp(scores) > ROUNDING * np.abs(scores).max():  # written so that nan has no share either
        return {}, {}
    squares = {}
    for axis, (name, count) in enumerate(levels.items()):
        means = scores.mean(axis=tuple(other for other in range(scores.ndim) if other != axis))
        squares[name] = scores.size / count * float(np.sum((means - scores.mean()) ** 2))
    shares = {name: value / total for name, value in squares.items()}
    degrees, rest = scores.size - 1 - sum(count - 1 for count in levels.values()), max(0.0, 1 - sum(shares.values()))
    tested = [name for name, count in levels.items() if count > 1 and degrees]
    ratios = {name: shares[name] / (levels[name] - 1) / (rest / degrees) if rest else math.inf for name in tested}
    return shares, dict(
        zip(tested, holm_adjusted([f_p_value(ratios[name], levels[name] - 1, degrees) for name in tested]), strict=True)
    )


def effect(trials, name):
    """The range of the mean finite score over the values of a hyperparameter; 0 if fewer than two values have one."""
    groups = {}
    for row in trials:
        if math.isfinite(row["score"]):
            groups.setdefault(row[name], []).append(row["score"])
    means = [np.mean(scores) for scores in groups.values()]
    spread = max(means) - min(means) if means else 0.0
    return float(spread) if means and spread > ROUNDING * max(map(abs, means)) else 0.0


def pair_means(search, first, second):
    """The mean finite score for each pair of values of two hyperparameters: (values of first, of second); nan without one."""
    levels = [search.space["grid"][name] for name in (first, second)]
    means = np.full([len(values) for values in levels], np.nan)
    for row, column in np.ndindex(*means.shape):
        wanted = (levels[0][row], levels[1][column])
        scores = [
            item["score"]
            for item in search.trials
            if (item[first], item[second]) == wanted and math.isfinite(item["score"])
        ]
        if scores:
            means[row, column] = np.mean(scores)
    return means
