"""What the recorded weights and activations say about each layer of a network."""

import dataclasses
import math

import numpy as np

from reporting.artifacts import ArtifactError
from reporting.metrics import distance_from_normal, excess_kurtosis, skewness

NORMAL_MOMENTS = 0.5  # of skewness (Bulmer, 1979, Principles of Statistics: approximately symmetric) and excess kurtosis, in absolute value
NORMAL_DISTANCE = 0.05  # Kolmogorov's; the uniform distribution has 0.058, the Laplace distribution 0.064
CHANCE_DISTANCE = 0.895  # over the root of n: which n normal values stay below in 95 of 100 draws (Lilliefors, 1967, JASA 62, 399-402)
DEAD_RANGE = 1e-6  # a unit whose activation varies by no more over the test inputs tells the next layer nothing
EXPLAINED = 0.99  # of the variance of a layer's activations, for the number of components that matter


@dataclasses.dataclass(frozen=True)
class LayerWeights:
    """The distribution of one layer's kernel, without biases, before and after training."""

    layer: str
    weights: int  # how many
    initial_sd: float
    trained_sd: float
    change: (
        float  # Frobenius norm of trained less initial kernel, over the initial one's; nan if all initial weights are 0
    )
    skewness: float  # trained; nan if all weights are equal
    excess_kurtosis: float  # trained; nan if all weights are equal
    distance: float  # trained, from a normal distribution; nan if all weights are equal
    shape: str  # "normal", "skewed", "flat", "heavy-tailed", "uneven" or "constant", see `shape_of`

    @property
    def looks_normal(self):
        return self.shape == "normal"


@dataclasses.dataclass(frozen=True)
class LayerUnits:
    """How many units (of a convolution: filters) of a hidden layer take part, over all test inputs."""

    layer: str
    units: int
    dead: int  # activation constant over all test inputs, see DEAD_RANGE
    always_on: (
        int | None
    )  # above zero for all test inputs, where ReLU passes its input on unchanged; None of other functions
    sparsity: (
        float | None
    )  # mean over units of the share of test inputs (and positions) with activation 0; None as above
    mean_active_share: float  # mean over units of the share of test inputs (and positions) with activation > 0
    effective_rank: float  # see `effective_rank`
    components: int  # principal components that hold 99 % of the variance of the activations
    probe_active: tuple[
        int, ...
    ]  # for each chosen input the number of units with activation > 0; empty for convolutions

    @property
    def all_used(self):
        return self.dead == 0

    @property
    def dead_share(self):
        return self.dead / self.units

    @property
    def suggested_units(self):
        """Twice the components that matter, rounded up to a multiple of 8, and never more than there are."""
        return min(self.units, 8 * max(1, math.ceil(2 * self.components / 8)))


class InspectedNetwork:
    """What findings with the fields `weights` and `units` say about all layers together."""

    @property
    def all_layers_normal(self):
        return all(layer.looks_normal for layer in self.weights)

    @property
    def no_layer_normal(self):
        return not any(layer.looks_normal for layer in self.weights)

    @property
    def widest_layer(self):
        """The LayerWeights with the largest trained sd."""
        return max(self.weights, key=lambda layer: layer.trained_sd)

    @property
    def all_units_used(self):
        return all(layer.all_used for layer in self.units)

    @property
    def dead_units(self):
        return sum(layer.dead for layer in self.units)

    @property
    def hidden_units(self):
        """How many units and filters the hidden layers have."""
        return sum(layer.units for layer in self.units)

    @property
    def suggested_units(self):
        """How many units and filters the recommended network has."""
        return sum(layer.suggested_units for layer in self.units)

    @property
    def suggested_share(self):
        return self.suggested_units / self.hidden_units

    @property
    def suggests_smaller(self):
        """Whether any layer has more units than its activations need, see LayerUnits.suggested_units."""
        return self.suggested_units < self.hidden_units

    @property
    def nothing_varies(self):
        """Whether every hidden layer says the same whatever the input."""
        return not any(layer.components for layer in self.units)

    @property
    def most_changed_layer(self):
        """The LayerWeights that training moved farthest; None if every kernel began at zero."""
        return max(
            (layer for layer in self.weights if not math.isnan(layer.change)),
            key=lambda layer: layer.change,
            default=None,
        )


def shape_of(values):
    """A word for the shape of a distribution, by its moments.

    A layer has so many weights that any test of normality rejects it, so the size of the departure is judged instead:
    "skewed" if |skewness| >= 0.5; else "flat" if the excess kurtosis is -0.5 or less (as of a uniform distribution), "heavy-tailed"
    if it is 0.5 or more; else "normal", or "uneven" (with two peaks, say, or a spike) if the distribution function is farther from
    the normal one than 0.05, and than chance explains; "constant" if all values are equal.
    """
    skew, kurtosis = skewness(values), excess_kurtosis(values)
    if math.isnan(skew):
        return "constant"
    if abs(skew) >= NORMAL_MOMENTS:
        return "skewed"
    if abs(kurtosis) >= NORMAL_MOMENTS:
        return "flat" if kurtosis < 0 else "heavy-tailed"
    return (
        "normal"
        if distance_from_normal(values) < max(NORMAL_DISTANCE, CHANCE_DISTANCE / math.sqrt(values.size))
        else "uneven"
    )


def weight_findings(variant):
    """A LayerWeights for each layer of a results.Variant, in the order of the network."""
    return tuple(
        layer_weights(layer, *(variant.weights[f"{state}/{layer}/kernel"] for state in ("initial", "trained")))
        for layer in variant.layers
    )


def layer_weights(layer, initial, trained):
    """The LayerWeights of one layer from its kernels, of any shape."""
    return LayerWeights(
        layer=layer,
        weights=trained.size,
        initial_sd=float(initial.std()),
        trained_sd=float(trained.std()),
        change=relative_change(initial, trained),
        skewness=skewness(trained),
        excess_kurtosis=excess_kurtosis(trained),
        distance=distance_from_normal(trained),
        shape=shape_of(trained),
    )


def relative_change(initial, trained):
    """The Frobenius norm of the difference of two kernels over that of the first; nan if that is 0."""
    norm = float(np.linalg.norm(np.ravel(initial).astype(float)))
    return float(np.linalg.norm(np.ravel(trained).astype(float) - np.ravel(initial))) / norm if norm else math.nan


def unit_findings(variant):
    """A LayerUnits for each hidden layer of a results.Variant, in the order of the network; ArtifactError if one is incomplete."""
    layers, names = (
        variant.hidden_layers,
        variant.run.config.get("activations"),
    )  # convolutional networks have no choice but ReLU
    missing = [layer for layer in layers if f"{layer}/spectrum" not in variant.activations]
    if missing:
        folder = f"{variant.run.task}/{variant.run.variant}"
        raise ArtifactError(f"{folder}/activations.npz lacks {missing[0]}/spectrum; delete {folder} and run 'make all'")
    functions = names if names else ["relu"] * len(layers)
    return tuple(
        layer_units(layer, variant.activations, function) for layer, function in zip(layers, functions, strict=True)
    )


def layer_units(layer, activations, function="relu"):
    """The LayerUnits of one layer from a run's activation arrays and the name of its activation function."""
    minimum, maximum, active_share = (
        activations[f"{layer}/{name}"].astype(float) for name in ("minimum", "maximum", "active_share")
    )
    alive = maximum - minimum > DEAD_RANGE  # nan counts as dead
    probe = activations.get(f"{layer}/probe", np.empty((0, len(alive))))
    spectrum = activations[f"{layer}/spectrum"]
    return LayerUnits(
        layer=layer,
        units=len(alive),
        dead=int(np.sum(~alive)),
        always_on=int(np.sum(alive & (minimum > 0))) if function == "relu" else None,
        sparsity=float(1 - active_share.mean()) if function == "relu" else None,
        mean_active_share=float(active_share.mean()),
        effective_rank=effective_rank(spectrum),
        components=components_holding(spectrum, EXPLAINED),
        probe_active=tuple(int(count) for count in np.sum(probe > 0, axis=1)),
    )


def effective_rank(variances):
    """The effective rank of a layer's centred activations, from the variances along their principal components; 0 if all are 0.

    The exponential of the entropy of the singular values divided by their sum: 1 if all units say the same, their number if
    all directions vary alike (Roy and Vetterli, 2007, European Signal Processing Conference, 606-610). The singular values
    of the centred activations are the square roots of the variances, up to a factor.
    """
    values = np.sqrt(np.maximum(np.asarray(variances, dtype=float), 0))
    if not values.sum() > 0:
        return 0.0
    shares = values[values > 0] / values.sum()
    return float(np.exp(-np.sum(shares * np.log(shares))))


def components_holding(variances, share):
    """How many of the largest variances make up this share of their sum; 0 if all are 0."""
    values = np.sort(np.maximum(np.asarray(variances, dtype=float), 0))[::-1]
    total = np.cumsum(values)
    return int(np.searchsorted(total, share * total[-1]) + 1) if total[-1] > 0 else 0
