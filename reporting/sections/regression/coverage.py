"""How many of the test points each method's band holds, by region of x; the ensemble's section prints it."""

import dataclasses

import numpy as np

from reporting.results import Results, Variant
from reporting.sections.regression.data import Region, gaps_of, regions_of
from reporting.sections.regression.noise import held_out_errors, noise_of_test_points, training_noise
from reporting.stats.bands import (
    Band,
    Process,
    calibrated_shares,
    cv_plus_band,
    ensemble_band,
    evenly_chosen,
    joint_ranges,
    mixture_band,
    posterior_covariance,
)
from reporting.stats.metrics import mean_squared_error

SEED = 0  # of what is drawn, so that equal runs give equal reports
ROUNDING = 1e-9  # of shares


@dataclasses.dataclass(frozen=True)
class Held:
    """What one method's band holds of the test points of a region."""

    method: str  # "ensemble", "cv_plus", "laplace" or "gaussian_process"
    share: float
    half_width: float  # mean over the test points


@dataclasses.dataclass(frozen=True)
class Coverage:
    """The test points of a region, and what the bands hold of them."""

    region: Region
    loss: float  # MSE of the mean of all members
    bands: tuple[Held, ...]
    calibrated: tuple[float, float] | None  # the shares that a calibrated Gaussian process may hold; None if not known

    @property
    def too_low(self) -> tuple[str, ...]:
        """The methods whose bands hold fewer than a calibrated one may."""
        if self.calibrated is None:
            return ()
        return tuple(held.method for held in self.bands if held.share < self.calibrated[0] - ROUNDING)


def coverage_by_region(results: Results) -> tuple[Coverage, ...]:
    """A Coverage for each region of the test points; without gaps they are one region."""
    stored, noise = results.tuned.predictions, added_noise(results)
    x, y = stored["x_test"].astype(float), stored["y_test"].astype(float)
    regions = regions_of(x, gaps_of(results)) or (Region("all", (), np.full(len(x), True)),)
    mean, bands = members_of(results, "test_predictions").mean(axis=0), bands_of(results, noise or 0.0)
    ranges = calibrated_ranges(results, regions, noise)
    return tuple(
        Coverage(
            region,
            mean_squared_error(y[region.inside], mean[region.inside]),
            tuple(held_of(name, band, y, region.inside) for name, band in bands.items()),
            ranges[number] if ranges else None,
        )
        for number, region in enumerate(regions)
    )


def held_of(method: str, band: Band, y_test: np.ndarray, inside: np.ndarray) -> Held:
    """What a method's band holds of the test points (m,) of a region."""
    return Held(method, float(band.holds(y_test)[inside].mean()), float(band.half_width[inside].mean()))


def bands_of(results: Results, noise: float) -> dict[str, Band]:
    """The bands at the test points by method; `noise` is the variance of theirs. CV+ has that of the training points.

    CV+ and Laplace are of the first seed's networks.
    """
    stored = results.tuned.predictions
    bands = {
        "ensemble": ensemble_band(members_of(results, "test_predictions"), noise),
        "cv_plus": cv_plus_band(
            stored["test_predictions"].astype(float), np.sqrt(held_out_errors(results.tuned)), stored["fold"]
        ),
        "laplace": mixture_of(results.tuned, "laplace_test_sd", noise) if "laplace_test_sd" in stored else None,
    }
    process = results.extras["baselines"].cases.get("gaussian_process")
    if process:
        bands["gaussian_process"] = mixture_of(process, "test_sd", noise)
    return {name: band for name, band in bands.items() if band}


def mixture_of(variant: Variant, deviations: str, noise: float) -> Band:
    """The mixture of what the folds' models say at the test points."""
    means = variant.predictions["test_predictions"].astype(float)
    return mixture_band(means, variant.predictions[deviations].astype(float), noise)


def members_of(results: Results, name: str) -> np.ndarray:
    """The predictions `name` of all members, the tuned networks and those of the further seeds: (members, points)."""
    return np.concatenate([variant.predictions[name].astype(float) for variant in results.seeds_of("tuned")])


def added_noise(results: Results) -> float | None:
    """The variance of the test points' noise, which the bands hold as well; None if there is no estimate."""
    noise = noise_of_test_points(results)
    return noise.value if noise else None


def calibrated_ranges(
    results: Results, regions: tuple[Region, ...], noise: float | None
) -> list[tuple[float, float]] | None:
    """From where to where the share that an exactly calibrated band holds may lie in each region.

    Neighbouring test points lie in a band together or not at all. How much so, the Gaussian process tells, whose
    functions are drawn: 95 % of them lie within the ranges of all regions. None without that process, if neighbours
    contradict its noise, or if that of the test points is not known.
    """
    fitted, stored = results.extras["baselines"].cases.get("gaussian_process"), results.tuned.predictions
    if fitted is None or noise is None or training_noise(results).process_differs:
        return None
    process = Process(*(float(np.median(fitted.column(name))) for name in Process._fields))
    chosen = evenly_chosen(stored["x_test"])
    covariance = posterior_covariance(process, stored["x_train"].astype(float), stored["x_test"][chosen].astype(float))
    masks = [region.inside[chosen] for region in regions]
    if not all(mask.any() for mask in masks):
        return None
    shares = calibrated_shares(covariance, noise, masks, np.random.default_rng(SEED))
    return [(float(low), float(high)) for low, high in joint_ranges(shares)]
