"""The network against simpler models on the same folds, by region of x, and whether differences exceed chance."""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from reporting.engine.sections import Found
from reporting.results import Results, Variant
from reporting.sections.regression.data import Gap, Region, gaps_of, regions_of
from reporting.stats.differences import Difference, Estimate
from reporting.stats.intervals import bootstrap_t_intervals

DRAWS = 2000  # of the bootstrap
MOST_NUMBERS = 20_000_000  # that its draws may take together
NETWORKS = ("network", "extended")
SEED = 0  # of the bootstrap, so that equal runs give equal reports


@dataclasses.dataclass(frozen=True)
class Method:
    """The network or a baseline, trained on each fold; test errors by region are those of the mean of its predictions.

    Intervals are 95 % bootstrap intervals over the test points, see `bootstrap_t_intervals`.
    """

    name: str  # "network" (the tuned ones), "extended", "gaussian_process", "polynomial" or "constant"
    validation_loss: float  # mean and sd over the folds
    validation_loss_sd: float
    test_loss: float
    test_loss_sd: float
    ensemble: Estimate  # MSE of the mean prediction on all test points
    regions: tuple[Estimate, ...]  # the same in each region
    difference: Difference  # the network's MSE less this one's; of the network itself, zero
    region_differences: tuple[Difference, ...]

    @property
    def estimates(self) -> tuple[Estimate, ...]:
        """The MSE on all test points, then by region."""
        return (self.ensemble, *self.regions)

    @property
    def differences(self) -> tuple[Difference, ...]:
        """The network's MSE less this one's on all test points, then by region."""
        return (self.difference, *self.region_differences)


@dataclasses.dataclass(frozen=True)
class BaselineFindings:
    methods: tuple[Method, ...]  # the network first
    regions: tuple[Region, ...]
    degrees: tuple[int, int]  # least and greatest degree of the polynomials
    draws: int
    fitted_points: int | None  # that the Gaussian process is fitted to, where these are not all training points

    @property
    def by_name(self) -> dict[str, Method]:
        return {method.name: method for method in self.methods}

    @property
    def gaussian_process(self) -> Method:
        return self.by_name["gaussian_process"]

    @property
    def by_region(self) -> list[tuple[str, list[Region]]]:
        """The verdicts on the network against the Gaussian process, and the regions where each holds."""
        verdicts = [item.word for item in self.gaussian_process.region_differences]
        return [
            (word, [region for region, verdict in zip(self.regions, verdicts, strict=True) if verdict == word])
            for word in dict.fromkeys(verdicts)
        ]

    @property
    def best(self) -> Method:
        """The Method with the lowest test MSE of the mean prediction."""
        return min(self.methods, key=lambda method: method.ensemble.value)

    @property
    def beaten(self) -> list[str]:
        """The names of the baselines that the network is better than, by more than chance."""
        return self.names(lambda difference: difference.better)

    @property
    def unbeaten(self) -> list[str]:
        """The names of those that are better than the network."""
        return self.names(lambda difference: difference.worse)

    @property
    def undecided(self) -> list[str]:
        """The names of those that it cannot be told apart from."""
        return self.names(lambda difference: difference.undecided)

    def names(self, holds: Callable[[Difference], bool]) -> list[str]:
        """The names of the baselines whose difference this is true of."""
        baselines = [method for method in self.methods if method.name not in NETWORKS]
        return [method.name for method in baselines if holds(method.difference)]


def find(results: Results, found: Found) -> BaselineFindings | None:
    """The tuned networks beside the baselines; None if those are switched off."""
    cases = results.extras["baselines"].cases
    networks = {"network": results.tuned} | ({"extended": results.extended} if results.extended else {})
    return baseline_findings(networks, cases, gaps_of(results)) if cases else None


def tables(results: Results, found: Found) -> dict[str, Callable[[], Any]]:
    return {"regression_baselines": lambda: found("baselines").methods}


def baseline_findings(
    networks: Mapping[str, Variant], cases: Mapping[str, Variant], gaps: Sequence[Gap]
) -> BaselineFindings:
    """The BaselineFindings of the networks, the tuned ones first, and the baselines by name."""
    variants = {**networks, **cases}
    regions = regions_of(networks["network"].predictions["x_test"], gaps)
    errors = np.array([ensemble_errors(variant) for variant in variants.values()])  # (methods, m)
    draws = min(DRAWS, MOST_NUMBERS // errors.shape[1])
    rng = np.random.default_rng(SEED)
    parts = [intervals(part, draws, rng) for part in (errors, *(errors[:, region.inside] for region in regions))]
    methods = [method_of(name, variant, parts, number) for number, (name, variant) in enumerate(variants.items())]
    degrees = cases["polynomial"].column("degree")
    return BaselineFindings(
        tuple(methods),
        regions,
        (int(degrees.min()), int(degrees.max())),
        draws,
        fitted_points_of(cases["gaussian_process"]),
    )


def fitted_points_of(process: Variant) -> int | None:
    """The most points of a fold that its Gaussian process is fitted to; None if in each fold these are all."""
    parts = [(row.get("fitted_points", row["train_points"]), row["train_points"]) for row in process.folds]
    return max(fitted for fitted, _ in parts) if any(fitted < all_of_them for fitted, all_of_them in parts) else None


def ensemble_errors(variant: Variant) -> np.ndarray:
    """The squared errors of the mean of all members' predictions: (m,)."""
    stored = variant.predictions
    errors: np.ndarray = stored["test_predictions"].astype(float).mean(axis=0) - stored["y_test"]
    return errors**2


Intervals = tuple[list[Estimate], list[Difference]]  # for each method


def intervals(errors: np.ndarray, draws: int, rng: np.random.Generator) -> Intervals:
    """The mean of each method's squared errors (methods, m), and that of the first method less it."""
    ends = bootstrap_t_intervals(np.concatenate([errors, errors[0] - errors]), draws, rng).tolist()
    own = [Estimate(value, max(0.0, low), high) for value, low, high in ends[: len(errors)]]  # no MSE is below 0
    return own, [Difference(*item) for item in ends[len(errors) :]]


def method_of(name: str, variant: Variant, parts: Sequence[Intervals], number: int) -> Method:
    """The Method in row `number` of the intervals of all test points and of each region."""
    own, differences = [part[0][number] for part in parts], [part[1][number] for part in parts]
    metrics = variant.run.metrics
    names = [f"{kind}_loss{suffix}" for kind in ("validation", "test") for suffix in ("", "_sd")]
    return Method(
        name=name,
        **{key: metrics[key] for key in names},
        ensemble=own[0],
        regions=tuple(own[1:]),
        difference=differences[0],
        region_differences=tuple(differences[1:]),
    )
