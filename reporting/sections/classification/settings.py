"""The configurations: where they differ, what they share, and when their training ends."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from reporting.engine.sections import Found
from reporting.results import Results
from reporting.sections.classification.structure import layers_in_words, structure_in_words, views_in_words
from reporting.sections.shared.settings import Stopping, optimiser, stopping_of, switched_off

Config = dict[str, Any]  # setting -> value


class Cell(NamedTuple):
    """A value in the table of configurations."""

    value: Any
    changed: bool  # from the reference settings


@dataclasses.dataclass(frozen=True)
class SettingsFindings:
    configurations: dict[str, Config]  # by variant
    shared_settings: Config  # those that are the same in all of them; empty if none differs
    parameters: int  # of the network with the reference settings
    stopping: dict[str, Stopping]  # by variant
    optimisers: tuple[str, ...]  # of all configurations, each once
    structure: str  # all layers of the reference settings, in words
    layers: dict[str, str]  # by variant: the numbers of layers in words
    views: dict[str, str]  # by variant: over which views predictions are averaged, in words; empty if over none

    @property
    def same_patience(self) -> bool:
        """Whether the tuned network keeps the patience of the reference settings."""
        return self.stopping["tuned"].patience == self.stopping["reference"].patience

    @property
    def extended(self) -> Config | None:
        """The extended configuration; None if it is switched off."""
        return self.configurations.get("extended")

    @property
    def extended_differs(self) -> bool:
        """Whether there is an extended configuration that changes any of the reference settings."""
        return self.extended not in (None, self.configurations["reference"])

    @property
    def extended_keeps_layers(self) -> bool:
        """Whether the extended configuration has as many layers of each kind as the reference settings."""
        return self.layers["extended"] == self.layers["reference"]


def find(results: Results, found: Found) -> SettingsFindings:
    """The settings that the networks were trained with."""
    configurations = configurations_of(results)
    return SettingsFindings(
        configurations=configurations,
        shared_settings=shared_settings(list(configurations.values())),
        parameters=results.reference.run.metrics["parameters"],
        optimisers=tuple(dict.fromkeys(optimiser(config) for config in configurations.values())),
        stopping={name: stopping_of(results.variants[name]) for name in ("reference", "tuned")},
        structure=structure_in_words(results.reference.run.config),
        layers={name: layers_in_words(variant.run.config) for name, variant in results.variants.items()},
        views={name: views_in_words(variant.run.config) for name, variant in results.variants.items()},
    )


def shared_settings(configs: Sequence[Mapping[str, Any]]) -> Config:
    """The settings that have one value in all of these; empty if none differs, so that a table can show them all."""
    shared = {name: value for name, value in configs[0].items() if all(config[name] == value for config in configs)}
    return shared if len(shared) < len(configs[0]) else {}


def tables(results: Results, found: Found) -> dict[str, Any]:
    return {"classification_configurations": lambda: rows(configurations_of(results))}


def configurations_of(results: Results) -> dict[str, Config]:
    """The settings of each main network, by variant; without those that do nothing in any of them."""
    configs = {name: dict(variant.run.config) for name, variant in results.variants.items()}
    off = switched_off(list(configs.values()))
    return {name: {key: value for key, value in own.items() if key not in off} for name, own in configs.items()}


def rows(configurations: Mapping[str, Config]) -> list[tuple[str, list[Cell]]]:
    """The settings that differ: the name, and a Cell for each configuration. All of them if none differs."""
    configs = list(configurations.values())
    shared = shared_settings(configs)
    return [
        (name, [Cell(config[name], config[name] != value) for config in configs])
        for name, value in configs[0].items()
        if name not in shared
    ]
