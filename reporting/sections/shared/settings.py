"""Settings as the report lists them, and when fits ended."""

import dataclasses
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from reporting.engine.formatting import format_setting
from reporting.names import named
from reporting.results import Variant

# Settings that do nothing at these values, at which no report lists them
OFF: dict[str, Any] = {
    "optimizer": "adam",
    "momentum": 0,
    "nesterov": False,
    "warmup_epochs": 0,
    "pooling": "max",
    "global_pooling": "none",
    "activation": "relu",
    "random_erasing": 0,
    "shifted_views": 0,
    "label_smoothing": 0,
    "weight_average": 0,
    "network": "",
}
UNSAID = ("network_sha256",)  # it says what the name of the network says


class Line(NamedTuple):
    """A line in a list of settings."""

    name: str  # in words, as is the value
    value: str
    setting: str | None = None  # that the line is about; None if no setting decides what it says


def line_of(config: Mapping[str, Any], setting: str, value: str | None = None, name: str | None = None) -> Line:
    """The Line of a setting, by default with the words that any setting gets."""
    return Line(name or named(setting), value or setting_value(config[setting]), setting)


def with_further_settings(
    lines: Iterable[Line], config: Mapping[str, Any], said_elsewhere: Collection[str] = ()
) -> list[Line]:
    """The lines, and behind them those of all other settings: a new setting is listed without being known here."""
    listed = list(lines)
    said = {line.setting for line in listed} | set(said_elsewhere) | set(switched_off([config]))
    return listed + [line_of(config, setting) for setting in config if setting not in said]


def switched_off(configs: Sequence[Mapping[str, Any]]) -> list[str]:
    """The settings that do nothing in all of these configurations."""
    names = [name for name, value in OFF.items() if all(config.get(name, value) == value for config in configs)]
    return [*names, *UNSAID]


def per_layer(value: Any, count: int) -> list[Any]:
    """One value for each of so many layers, from a setting that is single or has them."""
    return list(value) if isinstance(value, list | tuple) else [value] * count


def optimiser(config: Mapping[str, Any]) -> str:
    """The optimiser of a configuration in words."""
    name, momentum = config.get("optimizer", "adam"), config.get("momentum", 0)
    own = f" with {'Nesterov ' if config['nesterov'] else ''}momentum {format_setting(momentum)}" if momentum else ""
    return named(name, "optimiser") + (own if name in ("sgd", "rmsprop") else "")


def setting_value(value: Any) -> str:
    """The value of a setting in words."""
    return named(value, "value") if isinstance(value, str) else format_setting(value)


@dataclasses.dataclass(frozen=True)
class Stopping:
    """At which epoch the fits of a network ended, and whether early stopping had a part in it."""

    fits: int
    stopped_early: int  # fits that early stopping ended
    fewest_epochs: int
    most_epochs: int
    max_epochs: int
    patience: int

    @property
    def fired(self) -> bool:
        return self.stopped_early > 0

    @property
    def can_fire(self) -> bool:
        """Whether a fit can end early: patience counts from the first epoch, and to end with the last is not early."""
        return 1 + self.patience < self.max_epochs


def stopping_of(variant: Variant) -> Stopping:
    """When the fits of one network, or of its folds, ended."""
    epochs, config = variant.column("epochs"), variant.run.config
    return Stopping(
        fits=len(epochs),
        stopped_early=int(variant.column("stopped_early").sum()),
        fewest_epochs=int(epochs.min()),
        most_epochs=int(epochs.max()),
        max_epochs=config["max_epochs"],
        patience=config["patience"],
    )
