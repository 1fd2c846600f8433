"""The units of the tuned network's hidden layers: how many take part, and how many would do."""

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np

from reporting.artifacts import components_holding, sufficient_units
from reporting.engine.sections import Found
from reporting.results import Results
from reporting.sections.shared.architecture import functions_of

DEAD_RANGE = 1e-6  # a unit whose activation varies by no more over the inputs tells the next layer nothing
POSITIVE = ("softplus", "sigmoid")  # activation functions that are above zero everywhere
DRAWN = 1  # of a classifier's layers with recorded activations are drawn; of other networks all are


@dataclasses.dataclass(frozen=True)
class LayerUnits:
    """How many units (of a convolution: filters) of a hidden layer take part, over all inputs."""

    layer: str
    units: int
    dead: int  # activation constant over all inputs, see `dead_units`
    always_on: int | None  # above zero for all inputs, where ReLU passes its input on unchanged; of ReLU only
    sparsity: float | None  # mean over units of the share of inputs (and positions) with 0; of ReLU only
    mean_active_share: float | None  # the same of those above 0; None where all are, whatever the network
    effective_rank: float  # see `effective_rank`
    components: int  # principal components that hold 99 % of the variance of the activations
    probe_active: tuple[int, ...]  # for each chosen input the number of units above zero; empty for convolutions and
    # where all are, whatever the network

    @property
    def all_used(self) -> bool:
        return self.dead == 0

    @property
    def suggested_units(self) -> int:
        """How many units the components recommend."""
        return sufficient_units(self.components, self.units)


@dataclasses.dataclass(frozen=True)
class UnitFindings:
    layers: tuple[LayerUnits, ...]  # the hidden ones, in the order of the network
    drawn: tuple[LayerUnits, ...]  # those of which figures show the activations
    counted: int  # inputs that were counted over
    inputs: str  # what these are, in words
    probes: int  # inputs whose activations figures show, each of another class

    @property
    def all_used(self) -> bool:
        return all(layer.all_used for layer in self.layers)

    @property
    def other_functions(self) -> bool:
        """Whether some layers have another activation function than ReLU."""
        return any(layer.sparsity is None for layer in self.layers)

    @property
    def dead_units(self) -> int:
        return sum(layer.dead for layer in self.layers)

    @property
    def hidden_units(self) -> int:
        """How many units and filters the hidden layers have."""
        return sum(layer.units for layer in self.layers)

    @property
    def suggested_units(self) -> int:
        """How many units and filters the recommended network has."""
        return sum(layer.suggested_units for layer in self.layers)

    @property
    def suggested_share(self) -> float:
        return self.suggested_units / self.hidden_units

    @property
    def suggests_smaller(self) -> bool:
        """Whether any layer has more units than its activations need."""
        return self.suggested_units < self.hidden_units

    @property
    def nothing_varies(self) -> bool:
        """Whether every hidden layer says the same whatever the input."""
        return not any(layer.components for layer in self.layers)


def find(results: Results, found: Found) -> UnitFindings:
    """What the recorded activations of the tuned network say; ArtifactError if those of a layer are incomplete."""
    tuned = results.tuned
    names = tuned.hidden_layers
    functions = functions_of(tuned.run.config, len(names))
    layers = tuple(layer_units(layer, tuned.activations, name) for layer, name in zip(names, functions, strict=True))
    stored = [name for name in names if f"{name}/probe" in tuned.activations]
    drawn = tuple(item for item in layers if item.layer in (stored[:DRAWN] if results.classifies else names))
    words, array = ("validation images", "validation_labels") if results.classifies else ("training points", "y_train")
    probes = len(tuned.activations["probe_label" if results.classifies else "x_probe"])
    return UnitFindings(layers, drawn, counted=len(tuned.predictions[array]), inputs=words, probes=probes)


def layer_units(layer: str, activations: Mapping[str, Any], function: str = "relu") -> LayerUnits:
    """The LayerUnits of one layer from a run's activation arrays and the name of its activation function."""
    minimum, active_share = (activations[f"{layer}/{name}"].astype(float) for name in ("minimum", "active_share"))
    dead, spectrum = dead_units(layer, activations), activations[f"{layer}/spectrum"]
    varied = function not in POSITIVE
    probe = activations.get(f"{layer}/probe", np.empty((0, len(dead)))) if varied else ()
    return LayerUnits(
        layer=layer,
        units=len(dead),
        dead=int(np.sum(dead)),
        always_on=int(np.sum(~dead & (minimum > 0))) if function == "relu" else None,
        sparsity=float(1 - active_share.mean()) if function == "relu" else None,
        mean_active_share=float(active_share.mean()) if varied else None,
        effective_rank=effective_rank(spectrum),
        components=components_holding(spectrum),
        probe_active=tuple(int(np.sum(values > 0)) for values in probe),
    )


def dead_units(layer: str, activations: Mapping[str, Any]) -> np.ndarray:
    """Which units of a layer are constant over all inputs, to within DEAD_RANGE: (units,) bool."""
    minimum, maximum = (activations[f"{layer}/{name}"].astype(float) for name in ("minimum", "maximum"))
    return ~(maximum - minimum > DEAD_RANGE)  # written so that a unit of nan is dead


def effective_rank(variances: np.ndarray) -> float:
    """The effective rank of a layer's centred activations, from the variances along their principal components.

    The exponential of the entropy of the singular values divided by their sum: 1 if all units say the same, their
    number if all directions vary alike (Roy and Vetterli, 2007, European Signal Processing Conference, 606-610); 0 if
    all are 0. The singular values of the centred activations are the square roots of the variances, up to a factor.
    """
    values = np.sqrt(np.maximum(np.asarray(variances, dtype=float), 0))
    if not values.sum() > 0:
        return 0.0
    shares = values[values > 0] / values.sum()
    return float(np.exp(-np.sum(shares * np.log(shares))))
