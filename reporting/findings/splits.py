"""What the way of cutting points into folds does to the validation loss."""

import dataclasses

import numpy as np

from reporting.results import load_reference_report

MISLEADING = (
    2.0  # times the shuffled folds' validation loss, from which on a split measures itself rather than the network
)


@dataclasses.dataclass(frozen=True)
class HeldOut:
    """One fold of a split, along the x axis."""

    fold: int
    points: np.ndarray  # x of the points held out
    others: np.ndarray  # x of those that its network is trained on

    @property
    def beyond(self):
        """How many of the points lie beyond the range trained on."""
        return int(np.sum((self.points < self.others.min()) | (self.points > self.others.max())))

    @property
    def extrapolates(self):
        """Whether most of the points do."""
        return 2 * self.beyond > len(self.points)


@dataclasses.dataclass(frozen=True)
class Split:
    """The reference network with the folds of one way to cut the points."""

    name: str  # "file_order", "shuffled" or "blocks"
    held_out: tuple[HeldOut, ...]
    alone: float  # share of the points that are held out together with both of their neighbours along x
    validation_loss: float  # mean over the folds
    r_squared: float | None  # mean over the folds, see `mean_r_squared`; None if y is constant in one of them
    ratio: float  # of the validation loss to that of the shuffled folds

    @property
    def in_strips(self):
        """Whether for most points no network is trained next to them and judged on them."""
        return self.alone > 0.5

    @property
    def extrapolating(self):
        """The folds most of whose points lie beyond the range that their network is trained on."""
        return tuple(fold for fold in self.held_out if fold.extrapolates)

    @property
    def beyond(self):
        """How many points lie beyond the range that the network judged on them is trained on."""
        return sum(fold.beyond for fold in self.held_out)


@dataclasses.dataclass(frozen=True)
class Strip:
    """The first rows of the course's file, on which the reference report validated."""

    rows: int
    start: float  # the range of their x
    end: float
    remaining: int  # training points of the reference report within that range


@dataclasses.dataclass(frozen=True)
class SplitFindings:
    splits: tuple[Split, ...]
    points: int
    folds: int
    reference_strip: Strip | None  # None if the data are not the reference report's

    @property
    def shuffled(self):
        return next(split for split in self.splits if split.name == "shuffled")

    @property
    def in_strips(self):
        """The splits whose folds are strips of x."""
        return tuple(split for split in self.splits if split.in_strips)

    @property
    def extrapolating(self):
        """The splits with folds most of whose points lie beyond the range that their network is trained on."""
        return tuple(split for split in self.splits if split.extrapolating)

    @property
    def one_extrapolates(self):
        """Whether that is a single fold."""
        return sum(len(split.extrapolating) for split in self.splits) == 1

    @property
    def file_order_in_strips(self):
        return any(split.name == "file_order" for split in self.in_strips)

    @property
    def misleading(self):
        """Whether a split into strips multiplies the validation loss."""
        return any(split.ratio >= MISLEADING for split in self.in_strips)


def split_findings(extra, same_data):
    """The SplitFindings of a results.Extra, None if it is switched off; `same_data`: whether the points are the reference report's."""
    if not extra.cases:
        return None
    shuffled = extra.cases["shuffled"].run.metrics["validation_loss"]
    splits = tuple(split_of(name, variant, shuffled) for name, variant in extra.cases.items())
    x = extra.cases["shuffled"].predictions["x_train"]
    return SplitFindings(splits, len(x), len(splits[0].held_out), reference_strip(x) if same_data else None)


def split_of(name, variant, shuffled):
    """The Split of a case; `shuffled` is the validation loss of the shuffled folds."""
    x, fold = variant.predictions["x_train"].astype(float), variant.predictions["fold"]
    folds = [HeldOut(k, x[fold == k], x[fold != k]) for k in range(1, len(variant.folds) + 1)]
    loss = variant.run.metrics["validation_loss"]
    return Split(
        name,
        tuple(folds),
        share_alone(x, fold),
        loss,
        mean_r_squared(variant),
        loss / shuffled if shuffled > 0 else 1.0,
    )


def share_alone(x, fold):
    """The share of points whose neighbours along x, one at either end, are held out in the same fold."""
    along = fold[np.argsort(x, kind="stable")]
    equal = along[1:] == along[:-1]
    return float(np.mean(np.r_[True, equal] & np.r_[equal, True]))


def mean_r_squared(variant):
    """The mean over the folds of R^2 = 1 - MSE / variance of the held-out y around their own mean; None where y is constant."""
    fold, y = variant.predictions["fold"], variant.predictions["y_train"].astype(float)
    variances = np.array([y[fold == k].var() for k in range(1, len(variant.folds) + 1)])
    return float(np.mean(1 - variant.column("validation_loss") / variances)) if variances.all() else None


def reference_strip(x_train):
    """The Strip of the course's points, in the order of their file."""
    rows = load_reference_report()["regression"]["validation_rows"]
    held_out, rest = x_train[:rows], x_train[rows:]
    start, end = float(held_out.min()), float(held_out.max())
    return Strip(rows, start, end, int(np.sum((rest >= start) & (rest <= end))))
