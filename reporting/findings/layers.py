"""What the recorded weights and activations say about each layer of a network."""

import dataclasses
import math

import numpy as np

from reporting.metrics import excess_kurtosis, skewness

NORMAL_SKEWNESS = (
    0.5  # in absolute value, below which a distribution is called approximately symmetric (Bulmer, 1979, Principles of Statistics)
)
NORMAL_KURTOSIS = 0.5  # excess, in absolute value; the uniform distribution has -1.2, the Laplace distribution 3
DEAD_RANGE = 1e-6  # a unit whose activation varies by no more over the test inputs tells the next layer nothing


@dataclasses.dataclass(frozen=True)
class LayerWeights:
    """The distribution of one layer's kernel, without biases, before and after training."""

    layer: str
    weights: int  # how many
    initial_sd: float
    trained_sd: float
    skewness: float  # trained; nan if all weights are equal
    excess_kurtosis: float  # trained; nan if all weights are equal
    shape: str  # "normal", "skewed", "flat", "heavy-tailed" or "constant", see `shape_of`

    @property
    def looks_normal(self):
        return self.shape == "normal"


@dataclasses.dataclass(frozen=True)
class LayerUnits:
    """How many units (of a convolution: filters) of a hidden layer take part, over all test inputs."""

    layer: str
    units: int
    dead: int  # activation constant over all test inputs, see DEAD_RANGE
    mean_active_share: float  # mean over units of the share of test inputs (and positions) with activation > 0
    probe_active: tuple[int, ...]  # for each chosen input the number of units with activation > 0; empty for convolutions

    @property
    def all_used(self):
        return self.dead == 0

    @property
    def dead_share(self):
        return self.dead / self.units


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


def shape_of(values):
    """A word for the shape of a distribution, by its moments.

    A layer has so many weights that any test of normality rejects it, so the size of the departure is judged instead:
    "normal" if |skewness| < 0.5 and |excess kurtosis| < 0.5; else "skewed" if the skewness is too large, "flat" if the tails are
    too light (as of a uniform distribution), "heavy-tailed" if they are too heavy; "constant" if all values are equal.
    """
    skew, kurtosis = skewness(values), excess_kurtosis(values)
    if math.isnan(skew):
        return "constant"
    if abs(skew) >= NORMAL_SKEWNESS:
        return "skewed"
    if abs(kurtosis) < NORMAL_KURTOSIS:
        return "normal"
    return "flat" if kurtosis < 0 else "heavy-tailed"


def weight_findings(variant):
    """A LayerWeights for each layer of a results.Variant, in the order of the network."""
    return tuple(
        layer_weights(layer, *(variant.weights[f"{state}/{layer}/kernel"] for state in ("initial", "trained"))) for layer in variant.layers
    )


def layer_weights(layer, initial, trained):
    """The LayerWeights of one layer from its kernels, of any shape."""
    return LayerWeights(
        layer=layer,
        weights=trained.size,
        initial_sd=float(initial.std()),
        trained_sd=float(trained.std()),
        skewness=skewness(trained),
        excess_kurtosis=excess_kurtosis(trained),
        shape=shape_of(trained),
    )


def unit_findings(variant):
    """A LayerUnits for each hidden layer of a results.Variant, in the order of the network."""
    return tuple(layer_units(layer, variant.activations) for layer in variant.hidden_layers)


def layer_units(layer, activations):
    """The LayerUnits of one layer from a run's activation arrays."""
    span = activations[f"{layer}/maximum"].astype(float) - activations[f"{layer}/minimum"]  # (units,)
    probe = activations.get(f"{layer}/probe", np.empty((0, len(span))))
    return LayerUnits(
        layer=layer,
        units=len(span),
        dead=int(np.sum(~(span > DEAD_RANGE))),  # written so that nan counts as dead
        mean_active_share=float(activations[f"{layer}/active_share"].mean()),
        probe_active=tuple(int(count) for count in np.sum(probe > 0, axis=1)),
    )
