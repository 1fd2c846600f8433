"""The tuned networks with one thing changed: the initialiser, or their size."""

import dataclasses

import numpy as np

from reporting.findings.losses import Change, FitLosses, change_of, fit_losses

VARIANCE_KEPT = 0.99  # by the principal components that are counted


@dataclasses.dataclass(frozen=True)
class Bends:
    """Where along x the units of the first hidden layer have their bend: x = -bias / weight, the zero of what goes into them."""

    before: np.ndarray  # (units,), of the untrained network of the first fold; units without weight left out
    after: np.ndarray
    inside_before: float  # share of all units that bend within the range of the training points
    inside_after: float
    distinct_before: int  # how many different places

    @property
    def all_at_one_place(self):
        """Whether all units begin with their bend at the same x."""
        return self.distinct_before == 1


@dataclasses.dataclass(frozen=True)
class Variation:
    """Networks on the same folds as the tuned ones."""

    losses: FitLosses
    parameters: int
    hidden_units: tuple[int, ...]
    initializer: str
    validation: Change | None  # from the tuned networks to these; None for the tuned ones themselves
    test: Change | None


@dataclasses.dataclass(frozen=True)
class Initialisation:
    tuned: Variation
    other: Variation
    tuned_bends: Bends
    other_bends: Bends


@dataclasses.dataclass(frozen=True)
class SmallerNetwork:
    """The network that the activations recommend: for each layer, twice the components that hold 99 % of their variance."""

    tuned: Variation
    smaller: Variation
    components: tuple[int, ...]  # one number a hidden layer
    variance_kept: float  # share that these components hold

    @property
    def is_smaller(self):
        return self.smaller.parameters < self.tuned.parameters

    @property
    def worse(self):
        """Whether the validation or the test loss is worse by more than the change scatters from fold to fold."""
        return self.smaller.validation.worse or self.smaller.test.worse

    @property
    def better(self):
        """Whether one of them is lower by more than that, and the other not higher."""
        return not self.worse and (self.smaller.validation.improved or self.smaller.test.improved)


def variation_of(variant, tuned=None):
    """The Variation of a results.Variant, against the tuned one if that is another."""
    changes = [change_of(tuned, variant, name) if tuned else None for name in ("validation_loss", "test_loss")]
    config = variant.run.config
    return Variation(
        fit_losses(variant),
        variant.run.metrics["parameters"],
        tuple(config["hidden_units"]),
        config["initializer"],
        *changes,
    )


def initialisation_findings(tuned, extra):
    """The Initialisation of the tuned results.Variant and the results.Extra; None if that is switched off."""
    for variant in extra.cases.values():
        return Initialisation(
            variation_of(tuned),
            variation_of(variant, tuned),
            bends_of(tuned, tuned.layers[0]),
            bends_of(variant, tuned.layers[0]),
        )
    return None


def bends_of(variant, layer):
    """The Bends of the first layer of a regression's network, whose kernel has the shape (1, units)."""
    x = variant.predictions["x_train"]
    before, after = (zeros_of(variant.weights, f"{state}/{layer}") for state in ("initial", "trained"))
    inside = [
        float(np.mean((places >= x.min()) & (places <= x.max()))) for places in (before, after)
    ]  # nan is not inside
    before, after = (places[np.isfinite(places)] for places in (before, after))
    return Bends(before, after, *inside, len(np.unique(before)))


def zeros_of(weights, layer):
    """The inputs for which the units' weight * x + bias is zero: (units,), nan for a unit without weight."""
    kernel, bias = (weights[f"{layer}/{name}"].ravel().astype(float) for name in ("kernel", "bias"))
    return np.divide(-bias, kernel, out=np.full(len(kernel), np.nan), where=kernel != 0) + 0.0  # no negative zero


def smaller_findings(tuned, extra):
    """The SmallerNetwork of the tuned results.Variant and the results.Extra; None if that is switched off."""
    for variant in extra.cases.values():
        components = tuple(components_of(tuned.activations[f"{layer}/spectrum"]) for layer in tuned.hidden_layers)
        return SmallerNetwork(variation_of(tuned), variation_of(variant, tuned), components, VARIANCE_KEPT)
    return None


def components_of(spectrum):
    """How many principal components hold 99 % of the variance; `spectrum` (units,) are their variances, largest first."""
    held = np.cumsum(np.maximum(spectrum.astype(float), 0))
    return int(np.searchsorted(held, VARIANCE_KEPT * held[-1])) + 1 if held[-1] > 0 else 0
