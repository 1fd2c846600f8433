"""Whether folds hold out points together with their neighbours: arrays in, numbers out."""

import numpy as np

NEAR = 3  # places along x, to either side
SHUFFLES = 999  # of the points over the folds
SEED = 0  # of the shuffles, so that equal runs give equal reports


def share_alone(x: np.ndarray, fold: np.ndarray) -> float:
    """The share of points whose neighbours along x, one at either end, are held out in the same fold."""
    along = fold[np.argsort(x, kind="stable")]
    equal = along[1:] == along[:-1]
    return float(np.mean(np.r_[True, equal] & np.r_[equal, True]))


def chance_of_order(x: np.ndarray, fold: np.ndarray) -> float:
    """The share of shuffles in which points are held out with those near them along x at least as often as here.

    A permutation test: its level holds for any number of points and folds.
    """
    along, rng = fold[np.argsort(x, kind="stable")], np.random.default_rng(SEED)
    shuffles = (together(rng.permutation(along)) for _ in range(SHUFFLES))
    return float((1 + sum(pairs >= together(along) for pairs in shuffles)) / (1 + SHUFFLES))


def together(along: np.ndarray) -> int:
    """How many pairs of points that lie near each other along x are held out in the same fold; `along` is in order."""
    return sum(int(np.sum(along[places:] == along[:-places])) for places in range(1, NEAR + 1))
