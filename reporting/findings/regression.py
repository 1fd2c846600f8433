"""What the regression's recorded results say."""

import dataclasses
import math

import numpy as np

from reporting.findings.baselines import BaselineFindings, baseline_findings
from reporting.findings.ensemble import EnsembleFindings, ensemble_findings
from reporting.findings.gaps import Gap, find_gaps, in_gaps
from reporting.findings.layers import InspectedNetwork, LayerUnits, LayerWeights, unit_findings, weight_findings
from reporting.findings.losses import Change, FitLosses, change_of, fit_losses
from reporting.findings.noise import NoiseFindings, noise_findings
from reporting.findings.search import SearchFindings, search_findings
from reporting.findings.splits import SplitFindings, split_findings
from reporting.findings.variations import Initialisation, SmallerNetwork, initialisation_findings, smaller_findings
from reporting.results import load_reference_report


@dataclasses.dataclass(frozen=True)
class RegressionFindings(InspectedNetwork):
    train_points: int
    test_points: int
    train_x: tuple[float, float]  # least and greatest
    train_y: tuple[float, float]
    test_x: tuple[float, float]
    gaps: tuple[Gap, ...]  # empty if the training points leave none
    test_points_in_gaps: int
    test_points_outside_range: int  # where the network must extrapolate
    same_data_as_reference: bool  # both files are the course's, by SHA-256
    folds: int
    reference: FitLosses
    tuned: FitLosses
    change: Change  # of the test loss, from reference to tuned
    tuned_below_report: bool  # tuned test loss (mean over folds) below the reference report's tuned one
    ensemble_below_report: bool  # the same of the tuned networks' mean
    search: SearchFindings
    same_winner_as_report: bool  # the search chose what the reference report says its search chose
    gap_error: float | None  # tuned: MSE (mean over networks) of the test points in gaps; None if there are none
    outside_error: float | None  # likewise of all other test points
    weights: tuple[LayerWeights, ...]  # of the tuned network of the first fold, as are the units
    units: tuple[LayerUnits, ...]
    noise: NoiseFindings
    ensemble: EnsembleFindings
    splits: SplitFindings | None  # None where the extra is switched off, here and below
    baselines: BaselineFindings | None
    initialisation: Initialisation | None
    smaller: SmallerNetwork | None
    switched_off: tuple[str, ...]  # the extras that are

    @property
    def ensemble_improved(self):
        """Whether the tuned networks' mean prediction has a lower test loss than the reference networks'."""
        return self.tuned.ensemble_test_loss < self.reference.ensemble_test_loss

    @property
    def change_within_seeds(self):
        """Whether the tuning changed the test loss by less than two sd of the difference of two runs' seeds; needs several seeds."""
        return not abs(self.change.difference) > 2 * math.sqrt(2) * self.ensemble.seed_spread

    @property
    def change_is_shown(self):
        """Whether the tuning changed the test loss by more than folds and, where there are several, seeds differ."""
        return not self.change.within_spread and not (self.ensemble.several_seeds and self.change_within_seeds)

    @property
    def variations(self):
        """Names and Variations of the tuned networks and of those with one thing changed, as far as they were trained."""
        start, small = self.initialisation, self.smaller
        changed = [("initialisation", start.other)] if start else []
        changed += [("smaller", small.smaller)] if small else []
        return [("tuned", (start or small).tuned), *changed] if changed else []

    @property
    def has_gaps(self):
        return bool(self.gaps)

    @property
    def gaps_are_harder(self):
        """Whether the error is larger in the gaps than elsewhere; False if either holds no test point."""
        return None not in (self.gap_error, self.outside_error) and self.gap_error > self.outside_error


def regression_findings(results):
    """The RegressionFindings of a results.RegressionResults."""
    report = load_reference_report()["regression"]
    stored = results.tuned.predictions
    x_train, x_test = stored["x_train"], stored["x_test"]
    gaps = find_gaps(x_train, x_test)
    inside = in_gaps(x_test, gaps)
    squared = (stored["test_predictions"].astype(float) - stored["y_test"]) ** 2  # (folds, m)
    tuned, extras = fit_losses(results.tuned), results.extras
    gaussian_process = extras["baselines"].cases.get("gaussian_process")
    noise = noise_findings(results.tuned, gaps, gaussian_process)
    same_data = set(report["data"].values()) <= set(results.tuned.run.data.digests.values())
    search = search_findings(
        results.search, results.reference.run.config, results.reference.folds[0]["validation_points"]
    )
    return RegressionFindings(
        train_points=len(x_train),
        test_points=len(x_test),
        train_x=limits(x_train),
        train_y=limits(stored["y_train"]),
        test_x=limits(x_test),
        gaps=gaps,
        test_points_in_gaps=int(inside.sum()),
        test_points_outside_range=int(np.sum((x_test < x_train.min()) | (x_test > x_train.max()))),
        same_data_as_reference=same_data,
        folds=len(results.tuned.folds),
        reference=fit_losses(results.reference),
        tuned=tuned,
        change=change_of(results.reference, results.tuned, "test_loss"),
        tuned_below_report=tuned.test_loss < report["tuned"]["test_loss"],
        ensemble_below_report=tuned.ensemble_test_loss < report["tuned"]["test_loss"],
        search=search,
        same_winner_as_report=search.winner == report["winner"],
        gap_error=float(squared[:, inside].mean()) if inside.any() else None,
        outside_error=float(squared[:, ~inside].mean()) if not inside.all() else None,
        weights=weight_findings(results.tuned),
        units=unit_findings(results.tuned),
        noise=noise,
        ensemble=ensemble_findings(
            results.tuned, extras["seeds"], gaps, noise.test.value if noise.test else 0.0, gaussian_process
        ),
        splits=split_findings(extras["splits"], same_data),
        baselines=baseline_findings(results.tuned, extras["baselines"], gaps),
        initialisation=initialisation_findings(results.tuned, extras["initialisation"]),
        smaller=smaller_findings(results.tuned, extras["smaller"]),
        switched_off=tuple(name for name, extra in extras.items() if not extra.cases),
    )


def limits(values):
    """The least and the greatest value."""
    return float(values.min()), float(values.max())
