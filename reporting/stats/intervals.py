"""Intervals of means of few and skewed numbers, and of the difference between two groups of them."""

import math

import numpy as np

from reporting.stats.differences import Difference
from reporting.stats.significance import SIGNIFICANCE, corrected_variance, t_quantile


def bootstrap_t_intervals(values: np.ndarray, draws: int, rng: np.random.Generator) -> np.ndarray:
    """Means of the values (rows, n) and their 95 % intervals, value, low, high: (rows, 3); infinite for one point.

    All rows see the same points in each draw. The drawn means are divided by their own standard errors (Efron and
    Tibshirani, 1993, An Introduction to the Bootstrap, 12.5), and neither side is narrower than Student's interval.
    That nearly holds what it promises for few squared errors and their differences, where percentiles are too narrow.
    """
    rows, n = values.shape
    means = values.mean(axis=1)
    if n == 1:
        return np.column_stack([means, np.full(rows, -math.inf), np.full(rows, math.inf)])
    centred = values - means[:, None]
    counts = rng.multinomial(n, np.full(n, 1 / n), size=draws).T / n  # (n, draws): the share that a point has of a draw
    drawn = centred @ counts  # (rows, draws)
    spread = np.sqrt(np.maximum(centred**2 @ counts - drawn**2, 0))
    scale = np.sqrt(np.mean(centred**2, axis=1))
    # a draw of equal points has no spread; its ratio counts as beyond all others
    ratios = np.divide(drawn, spread, out=np.copysign(np.full(drawn.shape, math.inf), drawn), where=spread > 0)
    tails = np.quantile(ratios, [1 - SIGNIFICANCE / 2, SIGNIFICANCE / 2], axis=1, method="nearest")  # (2, rows)
    student = t_quantile(n - 1) / math.sqrt(n - 1)  # in standard deviations, as the ratios are
    low, high = np.maximum(tails[0], student), np.minimum(tails[1], -student)
    # without any scatter the mean is known
    scale = np.sqrt(np.mean(centred**2, axis=1))
    ends = [means - np.multiply(end, scale, out=np.zeros(rows), where=scale > 0) for end in (low, high)]
    return np.column_stack([means, *ends])


def group_difference(values: np.ndarray, inside: np.ndarray) -> Difference | None:
    """The mean of the points `inside` less that of the others, in values (repetitions, k, m) of k models each.

    None unless there are two points of each kind. The models differ by chance, and the points are a sample: the
    variance is that of the models' own differences, corrected for their overlapping training sets, and that of the
    points, with Satterthwaite's degrees of freedom.
    """
    counts = int(inside.sum()), int((~inside).sum())
    if min(counts) < 2:
        return None
    differences = values[..., inside].mean(axis=-1) - values[..., ~inside].mean(axis=-1)  # (repetitions, k)
    points = values.mean(axis=(0, 1))  # (m,)
    parts = [(corrected_variance(differences), differences.size - 1)]
    parts += [(float(points[mask].var(ddof=1)) / mask.sum(), mask.sum() - 1) for mask in (inside, ~inside)]
    variance = sum(part for part, _ in parts)
    spread = sum(part**2 / degrees for part, degrees in parts)
    value = float(differences.mean())
    margin = t_quantile(variance**2 / spread) * math.sqrt(variance) if spread else 0.0
    return Difference(value, value - margin, value + margin)
