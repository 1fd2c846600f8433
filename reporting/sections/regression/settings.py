"""The settings of the first network, and what its training minimises."""

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np

from reporting.engine.sections import Found
from reporting.names import named
from reporting.results import Results, Variant
from reporting.sections.shared.settings import Line, Stopping, line_of, optimiser, stopping_of, with_further_settings

# Settings that the sentences around the list tell, or the line of the optimiser; all others are lines of their own
SAID_ELSEWHERE = (
    *("optimizer", "momentum", "nesterov"),
    *("standardize", "folds", "restore_best_weights", "learning_rate_schedule"),
)
DECAYS = {  # how weights decay -> the equation that says it, and that in words
    "coupled": (
        r"g=\nabla_{\!w}\,\mathrm{loss}+\lambda\,w,\qquad"
        r" \mathrm{the\ gradient\ of}\quad \mathrm{loss}+\dfrac{\lambda}{2}\,\Vert w\Vert^2",
        "g is the gradient of the loss plus lambda times w,"
        " which is the gradient of the loss plus lambda halves times w squared",
    ),
    "decoupled": (
        r"w\;\leftarrow\;(1-\eta\lambda)\,w,\qquad \eta\ \mathrm{the\ learning\ rate}",
        "w becomes 1 less eta times lambda, times w; eta is the learning rate",
    ),
}


@dataclasses.dataclass(frozen=True)
class SettingsFindings:
    config: dict[str, Any]  # of the first network
    lines: list[Line]  # the config in words
    parameters: int
    folds: int
    stopping: Stopping
    extended: dict[str, Any] | None  # what the extended settings change in these; None if they are switched off

    @property
    def optimizer(self) -> str:
        """By its name in the settings."""
        return str(self.config.get("optimizer", "adam"))

    @property
    def decay(self) -> str:
        """How the weights decay: none, decoupled or coupled."""
        if not self.config["weight_decay"]:
            return "none"
        return "decoupled" if self.optimizer == "adamw" else "coupled"

    @property
    def scaled(self) -> bool:
        """Whether the optimizer divides gradients by their size."""
        return self.optimizer != "sgd"

    @property
    def hidden_layers(self) -> int:
        return len(self.config["hidden_units"])


def find(results: Results, found: Found) -> SettingsFindings:
    """The reference settings, by the run that was trained with them."""
    config = dict(results.reference.run.config)
    return SettingsFindings(
        config=config,
        lines=lines_of(config) + standardised_line(results.reference),
        parameters=results.reference.run.metrics["parameters"],
        folds=len(results.tuned.folds),
        stopping=stopping_of(results.reference),
        extended=changes_of(config, results.extended.run.config) if results.extended else None,
    )


def changes_of(config: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    """The settings of the other configuration that differ."""
    return {name: value for name, value in other.items() if value != config.get(name)}


def equations(results: Results, found: Found) -> dict[str, tuple[str, str]]:
    """How the weights decay, if they do."""
    decay = found("settings").decay
    return {"decay": DECAYS[decay]} if decay != "none" else {}


def standardised_line(variant: Variant) -> list[Line]:
    """A line for networks that are trained on standardised points."""
    name = "inputs and target"
    return [Line(name, "standardised by each fold’s training points")] if "x_mean" in variant.predictions else []


def lines_of(config: Mapping[str, Any]) -> list[Line]:
    """The list of settings; those that nothing is known of here come last, under their own names."""
    given = config["activations"]
    activations = " / ".join(named(name, "activation") for name in ([given] if isinstance(given, str) else given))
    schedule = ", cosine schedule" if config["learning_rate_schedule"] == "cosine" else ""
    known = (
        line_of(config, "hidden_units"),
        line_of(config, "activations", f"{activations}; output linear"),
        line_of(config, "initializer", named(config["initializer"], "initializer in full")),
        Line("criterion", "mean squared error"),
        Line("optimiser", f"{optimiser(config)}{schedule}"),
        line_of(config, "learning_rate"),
        line_of(config, "weight_decay", name=f"weight decay{'' if config.get('optimizer') == 'adamw' else ' (L2)'}"),
        line_of(config, "batch_size"),
        line_of(config, "max_epochs"),
        line_of(config, "patience", f"{config['patience']} epoch{'s' if config['patience'] != 1 else ''}"),
    )
    off = [name for name in ("batch_normalization", "dropout") if not np.any(config.get(name))]
    return with_further_settings(known, config, [*SAID_ELSEWHERE, *off])
