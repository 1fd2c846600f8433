"""Settings as the report lists them, and when fits ended."""

import dataclasses
from collections.abc import Collection, Iterable, Mapping
from typing import Any, NamedTuple

from reporting.engine.formatting import format_setting
from reporting.names import named
from reporting.results import Variant


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
    said = {line.setting for line in listed} | set(said_elsewhere)
    return listed + [line_of(config, setting) for setting in config if setting not in said]


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
