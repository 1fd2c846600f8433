"""What the report takes from the settings file: the title block, and by what measure it judges."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

from reporting.artifacts import Identity, ReportSettings, Stored, UserError, load_toml, parse, plain

SHIPPED = Path(__file__).parent.parent / "homework.toml"


def load_identity(config: Path) -> Identity:
    """The Identity of a settings file; what it leaves out is that of the shipped file.

    Raises a UserError that names the file and the key.
    """
    return table(Identity, "identity", config)


@functools.cache
def load_judgement(config: Path = SHIPPED) -> Stored:
    """The fields of ReportSettings in a settings file, likewise; what is read of them is noted."""
    return Stored(plain(table(ReportSettings, "report", config)), config.name)


def table(kind: type, name: str, config: Path) -> Any:
    """A table of the settings file as a dataclass, over that of the shipped file."""
    given = load_toml(config).get(name, {})
    if not isinstance(given, dict):
        raise UserError(f"{config}: {name} is a table; write [{name}] and its keys below")
    return parse(kind, load_toml(SHIPPED)[name] | given, f"{config} [{name}]")
