"""How many principal components the activations of a layer have, and how many units would do.

`<layer>/spectrum` in activations.npz holds the variances of the layer's activations along their principal components.
Training sizes the smaller networks by this rule and the report recommends sizes by it, so both import it from here.
"""

import math

import numpy as np

EXPLAINED = 0.99  # of the variance of a layer's activations, by the components that count
SPARE = 2  # units for each component that counts
STEP = 8  # the recommended numbers of units are multiples of it


def components_holding(variances: np.ndarray, share: float = EXPLAINED) -> int:
    """How many of the largest of these variances (units,) make up this share of their sum; 0 if all are 0."""
    values = np.sort(np.maximum(np.asarray(variances, dtype=float), 0))[::-1]
    total = np.cumsum(values)
    return int(np.searchsorted(total, share * total[-1]) + 1) if total[-1] > 0 else 0


def sufficient_units(components: int, units: int) -> int:
    """Twice the components that count, rounded up to a multiple of eight; at least eight, at most `units`."""
    return min(units, STEP * max(1, math.ceil(SPARE * components / STEP)))
