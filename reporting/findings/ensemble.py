"""All networks with the tuned settings together, of all folds and seeds: their mean, their spread, and how far to trust it."""

import dataclasses

import numpy as np

from reporting.findings.gaps import Region, regions_of
from reporting.metrics import NORMAL_QUANTILE, mean_squared_error, wilson_interval

NOMINAL = 0.95


@dataclasses.dataclass(frozen=True)
class Coverage:
    """How the ensemble does on the test points of a region."""

    region: Region
    loss: float  # MSE of the mean of all members
    half_width: float  # of the band, mean over the test points
    band: float  # share of test points in the 95 % band of the members
    with_noise: float  # the same with the variance of the test points' noise added to the members'
    gaussian_process: float | None  # the same for the Gaussian process; None if the baselines are switched off

    @property
    def interval(self):
        """The 95 % interval of the share with noise, as if the points were independent."""
        return wilson_interval(round(self.with_noise * self.region.points), self.region.points)

    @property
    def too_low(self):
        """Whether fewer points are covered than the band promises, by more than chance."""
        return self.interval[1] < NOMINAL

    @property
    def too_high(self):
        return self.interval[0] > NOMINAL


@dataclasses.dataclass(frozen=True)
class EnsembleFindings:
    members: int
    seeds: int  # 1 if the further seeds are switched off
    folds: int
    loss: float  # test MSE of the mean of all members
    member_loss: float  # mean of the members' own test MSE
    nominal: float  # the share that the band promises to hold
    noise: float  # the variance that is added for `with_noise`
    coverage: tuple[Coverage, ...]  # all test points as one if there are no regions
    seed_losses: tuple[float, ...]  # of each seed, the mean of its members' test MSE
    seed_ensemble_losses: tuple[float, ...]  # of each seed, the test MSE of its members' mean

    @property
    def several_seeds(self):
        return self.seeds > 1

    @property
    def mean_seed_loss(self):
        return float(np.mean(self.seed_losses))

    @property
    def seed_spread(self):
        """The sd of the members' mean test MSE over the seeds; needs several."""
        return float(np.std(self.seed_losses, ddof=1))

    @property
    def seed_ensemble_spread(self):
        return float(np.std(self.seed_ensemble_losses, ddof=1))

    @property
    def mean_seed_ensemble_loss(self):
        return float(np.mean(self.seed_ensemble_losses))

    @property
    def too_low(self):
        """The regions in which the band with noise covers less than it promises."""
        return tuple(item for item in self.coverage if item.too_low)

    @property
    def all_too_high(self):
        return all(item.too_high for item in self.coverage)


def stacked(tuned, seeds, name):
    """The predictions `name` of all members of the tuned results.Variant and of the results.Extra of seeds: (members, points)."""
    return np.concatenate([variant.predictions[name].astype(float) for variant in (tuned, *seeds.cases.values())])


def ensemble_findings(tuned, seeds, gaps, noise, gaussian_process=None):
    """The EnsembleFindings; `noise` is the variance of the test points' noise, `gaussian_process` the Variant of that baseline."""
    x_test, y_test = tuned.predictions["x_test"], tuned.predictions["y_test"].astype(float)
    members = stacked(tuned, seeds, "test_predictions")
    regions = regions_of(x_test, gaps) or (Region("all", (), np.full(len(x_test), True)),)
    runs = [variant.run.metrics for variant in (tuned, *seeds.cases.values())]
    return EnsembleFindings(
        members=len(members),
        seeds=len(runs),
        folds=len(tuned.folds),
        loss=mean_squared_error(y_test, members.mean(axis=0)),
        member_loss=float(np.mean((members - y_test) ** 2)),
        nominal=NOMINAL,
        noise=noise,
        coverage=tuple(coverage_of(region, members, y_test, noise, gaussian_process) for region in regions),
        seed_losses=tuple(metrics["test_loss"] for metrics in runs),
        seed_ensemble_losses=tuple(metrics["ensemble_test_loss"] for metrics in runs),
    )


def coverage_of(region, members, y_test, noise, gaussian_process=None):
    """The Coverage of a region from the predictions of the members (members, m)."""
    inside = region.inside
    mean, variance = members.mean(axis=0), members.var(axis=0, ddof=1)
    return Coverage(
        region=region,
        loss=mean_squared_error(y_test[inside], mean[inside]),
        half_width=float(NORMAL_QUANTILE * np.sqrt(variance[inside]).mean()),
        band=share_covered(mean, variance, y_test, inside),
        with_noise=share_covered(mean, variance, y_test, inside, noise),
        gaussian_process=gaussian_process and share_covered(*moments(gaussian_process), y_test, inside, noise),
    )


def share_covered(mean, variance, y_test, inside, noise=0.0):
    """The share of the points `inside` in the 95 % band; each argument (m,)."""
    covered = np.abs(mean - y_test) <= NORMAL_QUANTILE * np.sqrt(variance + noise)
    return float(np.mean(covered[inside]))


def moments(gaussian_process):
    """Mean and variance (m,) of the mixture of the folds' posteriors on the test points: what they say apart, and where they differ."""
    stored = gaussian_process.predictions
    means, deviations = stored["test_predictions"].astype(float), stored["test_sd"].astype(float)
    return means.mean(axis=0), np.mean(deviations**2, axis=0) + means.var(axis=0)
