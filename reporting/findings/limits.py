"""What a run leaves open, for the conclusions: how far its numbers can be trusted, whatever they are."""

import dataclasses
import math

import numpy as np

EXTRA_NAMES = {  # (task, extra) -> what is missing where it is switched off
    ("regression", "splits"): "other ways to split the points",
    ("regression", "baselines"): "other models",
    ("regression", "initialisation"): "the other initialiser",
    ("regression", "seeds"): "further seeds of the regression",
    ("regression", "smaller"): "the smaller regression network",
    ("classification", "double_softmax"): "the loss of the reference report",
    ("classification", "reference_seeds"): "further seeds of the reference settings",
    ("classification", "tuned_seeds"): "further seeds of the tuned network",
    ("classification", "improved_seeds"): "further seeds of the improved network",
    ("classification", "ablation"): "the ablation of the improved settings",
    ("classification", "smaller"): "the smaller classification network",
}


@dataclasses.dataclass(frozen=True)
class Limits:
    """What decides how the numbers may be read."""

    quick: bool  # any run on the small scale
    switched_off: tuple[str, ...]  # the extras that are, in words
    regression_seeds: int  # how many times the tuned networks were trained from other initial weights
    classification_seeds: tuple[int, int]  # the same of the three configurations: the fewest, the most
    ensemble_error: (
        float | None
    )  # standard error of the tuned ensemble's test loss, over the test points; None if there is one
    machines: int  # different ones that computed
    commits: int  # different versions of the code

    @property
    def single_seeds(self):
        """Whether nothing at all is known of what another seed would change."""
        return self.regression_seeds == 1 and self.classification_seeds[1] == 1

    @property
    def some_single_seed(self):
        return min(self.regression_seeds, self.classification_seeds[0]) == 1


def limits_findings(regression, classification):
    """The Limits of a results.RegressionResults and a results.ClassificationResults."""
    extras = {("regression", name): extra for name, extra in regression.extras.items()}
    extras |= {("classification", name): extra for name, extra in classification.extras.items()}
    runs = [regression.reference.run, regression.tuned.run, regression.search.run]
    runs += [getattr(classification, name).run for name in ("reference", "tuned", "improved", "search")]
    runs += [case.run for extra in extras.values() for case in extra.cases.values()]
    seeds = [1 + len(classification.extras[f"{name}_seeds"].cases) for name in ("reference", "tuned", "improved")]
    return Limits(
        quick=any(run.scale == "quick" for run in runs),
        switched_off=tuple(EXTRA_NAMES.get(key, key[1]) for key, extra in extras.items() if not extra.cases),
        regression_seeds=1 + len(regression.extras["seeds"].cases),
        classification_seeds=(min(seeds), max(seeds)),
        ensemble_error=ensemble_error(regression.tuned.predictions),
        machines=len({(run.machine.processor, run.machine.devices) for run in runs}),
        commits=len({run.commit for run in runs}),
    )


def ensemble_error(stored):
    """The standard error of the test loss of the members' mean prediction, as a mean over the test points; None for one point."""
    squared = (stored["test_predictions"].astype(float).mean(axis=0) - stored["y_test"]) ** 2
    return float(np.std(squared, ddof=1) / math.sqrt(len(squared))) if len(squared) > 1 else None
