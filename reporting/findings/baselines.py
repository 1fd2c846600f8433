"""The network against simpler models on the same folds: its errors by region of x, and whether differences exceed chance."""

import dataclasses

import numpy as np

from reporting.findings.gaps import Region, regions_of

DRAWS = 2000  # of the bootstrap
MOST_NUMBERS = 20_000_000  # that its draws may take together
SEED = 0  # of the bootstrap, so that equal runs give equal reports


@dataclasses.dataclass(frozen=True)
class Interval:
    """A mean over test points and its 95 % bootstrap interval."""

    value: float
    low: float
    high: float

    @property
    def undecided(self):
        """Whether the interval holds zero (also if it is not a number)."""
        return not (self.low > 0 or self.high < 0)

    @property
    def better(self):
        """Of a difference of errors: whether the first one's are smaller."""
        return self.high < 0


@dataclasses.dataclass(frozen=True)
class Method:
    """The network or a baseline, trained on each fold; test errors by region are those of the mean of its predictions."""

    name: str  # "network", "gaussian_process", "polynomial" or "constant"
    validation_loss: float  # mean and sd over the folds
    validation_loss_sd: float
    test_loss: float
    test_loss_sd: float
    ensemble: Interval  # MSE of the mean prediction on all test points
    regions: tuple[Interval, ...]  # the same in each region
    difference: Interval | None  # the network's MSE less this one's; None for the network
    region_differences: tuple[Interval, ...]

    @property
    def intervals(self):
        """On all test points, then by region."""
        return (self.ensemble, *self.regions)


@dataclasses.dataclass(frozen=True)
class BaselineFindings:
    methods: tuple[Method, ...]  # the network first
    regions: tuple[Region, ...]
    degrees: tuple[int, int]  # least and greatest degree of the polynomials
    draws: int

    @property
    def by_name(self):
        return {method.name: method for method in self.methods}

    @property
    def gaussian_process(self):
        return self.by_name["gaussian_process"]

    @property
    def best(self):
        """The Method with the lowest test MSE of the mean prediction."""
        return min(self.methods, key=lambda method: method.ensemble.value)

    @property
    def beaten(self):
        """The names of the baselines that the network is better than, by more than chance."""
        return self.names(lambda difference: difference.better)

    @property
    def unbeaten(self):
        """The names of those that are better than the network."""
        return self.names(lambda difference: not difference.better and not difference.undecided)

    @property
    def undecided(self):
        """The names of those that it cannot be told apart from."""
        return self.names(lambda difference: difference.undecided)

    def names(self, holds):
        return [method.name for method in self.methods[1:] if holds(method.difference)]


def baseline_findings(tuned, extra, gaps):
    """The BaselineFindings of the tuned results.Variant and the results.Extra of baselines; None if that is switched off."""
    if not extra.cases:
        return None
    variants = {"network": tuned} | extra.cases
    regions = regions_of(tuned.predictions["x_test"], gaps)
    errors = np.array([ensemble_errors(variant) for variant in variants.values()])  # (methods, m)
    draws = min(DRAWS, MOST_NUMBERS // errors.shape[1])
    rng = np.random.default_rng(SEED)
    parts = [bootstrapped(errors, draws, rng)] + [
        bootstrapped(errors[:, region.inside], draws, rng) for region in regions
    ]
    methods = tuple(method_of(name, variant, parts, number) for number, (name, variant) in enumerate(variants.items()))
    degrees = extra.cases["polynomial"].column("degree")
    return BaselineFindings(methods, regions, (int(degrees.min()), int(degrees.max())), draws)


def ensemble_errors(variant):
    """The squared errors of the mean of all members' predictions: (m,)."""
    stored = variant.predictions
    return (stored["test_predictions"].astype(float).mean(axis=0) - stored["y_test"]) ** 2


def bootstrapped(errors, draws, rng):
    """Means of the errors (methods, m) over the points, and the same of resampled points: (methods,) and (methods, draws).

    All methods see the same points in each draw, so that their differences are paired (Efron and Tibshirani, 1993, An
    Introduction to the Bootstrap, chapter 13, percentile intervals).
    """
    points = errors.shape[1]
    counts = rng.multinomial(points, np.full(points, 1 / points), size=draws)  # how often a draw takes each point
    return errors.mean(axis=1), errors @ counts.T / points


def method_of(name, variant, parts, number):
    """The Method in row `number` of what `bootstrapped` returned for all test points and for each region."""
    own = [interval(values[number], drawn[number]) for values, drawn in parts]
    differences = (
        [interval(values[0] - values[number], drawn[0] - drawn[number]) for values, drawn in parts]
        if number
        else [None]
    )
    losses = {
        key: variant.run.metrics[key] for kind in ("validation_loss", "test_loss") for key in (kind, f"{kind}_sd")
    }
    return Method(
        name,
        **losses,
        ensemble=own[0],
        regions=tuple(own[1:]),
        difference=differences[0],
        region_differences=tuple(differences[1:]),
    )


def interval(value, drawn):
    """The Interval of a mean: percentiles of the resampled ones."""
    low, high = np.quantile(drawn, [0.025, 0.975])
    return Interval(float(value), float(low), float(high))
