"""How many of the test points the band of the ensemble holds, by region of x; the ensemble's section prints it."""

import dataclasses

import numpy as np

from reporting.results import Results, Variant
from reporting.sections.regression.data import Region, gaps_of, regions_of
from reporting.sections.regression.noise import noise_of_test_points
from reporting.stats.differences import Difference, Estimate
from reporting.stats.metrics import NORMAL_QUANTILE, mean_squared_error, wilson_interval

NOMINAL = 0.95  # the share of the test points that the band with noise should hold


@dataclasses.dataclass(frozen=True)
class Coverage:
    """How the ensemble does on the test points of a region."""

    region: Region
    loss: float  # MSE of the mean of all members
    half_width: float  # of the band, mean over the test points
    band: float  # share of test points in the 95 % band of the members
    with_noise: Estimate  # the same with the variance of the test points' noise added to the members'
    gaussian_process: float | None  # the same for the Gaussian process; None if the baselines are switched off

    @property
    def excess(self) -> Difference:
        """The share with noise less what the band promises."""
        return self.with_noise.against(NOMINAL)


def coverage_by_region(results: Results) -> tuple[Coverage, ...]:
    """A Coverage for each region of the test points; without gaps they are one region."""
    stored = results.tuned.predictions
    x, y = stored["x_test"], stored["y_test"].astype(float)
    regions = regions_of(x, gaps_of(results)) or (Region("all", (), np.full(len(x), True)),)
    members, noise = members_of(results, "test_predictions"), added_noise(results)
    gaussian_process = results.extras["baselines"].cases.get("gaussian_process")
    process = moments(gaussian_process) if gaussian_process else None
    return tuple(coverage_of(region, members, y, noise, process) for region in regions)


def members_of(results: Results, name: str) -> np.ndarray:
    """The predictions `name` of all members, the tuned networks and those of the further seeds: (members, points)."""
    variants = (results.tuned, *results.extras["tuned_seeds"].cases.values())
    return np.concatenate([variant.predictions[name].astype(float) for variant in variants])


def added_noise(results: Results) -> float:
    """The variance of the test points' noise, which is added to the members'; 0 for too few points to tell."""
    noise = noise_of_test_points(results)
    return noise.value if noise else 0.0


def coverage_of(
    region: Region,
    members: np.ndarray,
    y_test: np.ndarray,
    noise: float,
    process: tuple[np.ndarray, np.ndarray] | None = None,
) -> Coverage:
    """The Coverage of a region from the predictions of the members (members, m); `process` as `moments` returns it."""
    inside = region.inside
    mean, variance = members.mean(axis=0), members.var(axis=0, ddof=1)
    return Coverage(
        region=region,
        loss=mean_squared_error(y_test[inside], mean[inside]),
        half_width=float(NORMAL_QUANTILE * np.sqrt(variance[inside]).mean()),
        band=share_covered(mean, variance, y_test, inside),
        with_noise=share_estimate(share_covered(mean, variance, y_test, inside, noise), region.points),
        gaussian_process=share_covered(*process, y_test, inside, noise) if process else None,
    )


def share_covered(
    mean: np.ndarray, variance: np.ndarray, y_test: np.ndarray, inside: np.ndarray, noise: float = 0.0
) -> float:
    """The share of the points `inside` in the 95 % band; each array (m,)."""
    covered = np.abs(mean - y_test) <= NORMAL_QUANTILE * np.sqrt(variance + noise)
    return float(np.mean(covered[inside]))


def share_estimate(share: float, n: int) -> Estimate:
    """A share of n points with Wilson's 95 % interval, as if the points were independent."""
    return Estimate(share, *wilson_interval(round(share * n), n))


def moments(gaussian_process: Variant) -> tuple[np.ndarray, np.ndarray]:
    """Mean and variance (m,) of the mixture of the folds' posteriors on the test points.

    The variance is the mean of theirs, and that of their means.
    """
    stored = gaussian_process.predictions
    means, deviations = stored["test_predictions"].astype(float), stored["test_sd"].astype(float)
    return means.mean(axis=0), np.mean(deviations**2, axis=0) + means.var(axis=0)
