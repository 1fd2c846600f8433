"""Where the training points leave gaps in x, and the regions that these make."""

import dataclasses

import numpy as np

GAP_SHARE = 0.1  # of the range of x
CHANCE = 0.05
MANY_GAPS = 2  # from more on they are one region
FEW_POINTS = 5  # test points, below which a region is not judged


@dataclasses.dataclass(frozen=True)
class Gap:
    """An unusually wide interval of x without a training point."""

    start: float
    end: float
    test_points: int  # that lie inside


def find_gaps(x_train, x_test):
    """The gaps between neighbouring training points: a tuple of Gap, from left to right.

    An interval is a gap if it is wider than a tenth of the range and if chance hardly explains it: between n points spread
    evenly at random, an interval wider than the share w of the range arises with probability at most (n - 1) (1 - w)^(n - 2)
    (David and Nagaraja, 2003, Order Statistics, 6.4, by the union bound), which must be below 5 %.
    """
    x = np.sort(np.asarray(x_train, dtype=float))
    shares = np.diff(x) / max(x[-1] - x[0], np.finfo(float).tiny)
    chance = len(shares) * (1 - shares) ** (len(x) - 2)
    starts = np.flatnonzero((shares > GAP_SHARE) & (chance < CHANCE))
    return tuple(Gap(float(x[k]), float(x[k + 1]), int(np.sum((x_test > x[k]) & (x_test < x[k + 1])))) for k in starts)


def in_gaps(x, gaps):
    """Which of the points lie inside one of the gaps: (n,) bool."""
    return np.any([(x > gap.start) & (x < gap.end) for gap in gaps], axis=0) if gaps else np.zeros(len(x), dtype=bool)


@dataclasses.dataclass(frozen=True)
class Region:
    """A part of the x axis that is looked at by itself, with its test points."""

    kind: str  # "all", "outside" of all gaps, "gap" or "gaps"
    gaps: tuple[Gap, ...]  # that it consists of; empty for what is no gap
    inside: np.ndarray  # (m,) bool: which test points it holds

    @property
    def points(self):
        return int(self.inside.sum())


def regions_of(x_test, gaps):
    """Outside of the gaps, then each gap: a tuple of Region, empty without gaps.

    Many gaps are one region, so that tables stay narrow. A region with too few test points to say anything of it is left out.
    """
    parts = [("gap", (gap,)) for gap in gaps] if len(gaps) <= MANY_GAPS else [("gaps", gaps)]
    regions = [
        Region("outside", (), ~in_gaps(x_test, gaps)),
        *(Region(kind, part, in_gaps(x_test, part)) for kind, part in parts),
    ]
    return tuple(region for region in regions if region.points >= FEW_POINTS) if gaps else ()
