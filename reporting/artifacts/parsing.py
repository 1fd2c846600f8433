"""Checked dataclasses from mappings that a person or an older program wrote."""

import codecs
import dataclasses
import difflib
import math
import tomllib
import types
import typing
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from reporting.artifacts.errors import UserError

Parsed = TypeVar("Parsed")
KINDS = {int: "a whole number", float: "a number", str: "a text in quotes", bool: "true or false", dict: "a table"}


def parse(cls: type[Parsed], mapping: Any, where: str) -> Parsed:
    """Build the dataclass `cls` from a mapping that a person or an older program wrote.

    Fields may carry metadata: `choices`, `above`, `at_least`, `at_most`, `below` (of each item, for a tuple), `length`
    and `may_be_empty`. Raises a UserError that names `where`, the key, what was expected and the nearest valid name.
    """
    fields = {field.name: field for field in dataclasses.fields(cls)}  # type: ignore[arg-type]
    if not isinstance(mapping, Mapping):
        raise UserError(f"{where}: expected a table with {', '.join(fields)}, got {mapping!r}")
    for key in mapping:
        if key not in fields:
            near = difflib.get_close_matches(key, fields, n=1, cutoff=0.5)
            hint = f"did you mean {near[0]}?" if near else f"valid names are {', '.join(fields)}"
            raise UserError(f"{where}: unknown key {key!r}; {hint}")
    missing = [name for name, field in fields.items() if name not in mapping and field.default is dataclasses.MISSING]
    if missing:
        raise UserError(f"{where}: {missing[0]} is missing")
    kinds = typing.get_type_hints(cls)
    return cls(
        **{
            name: _checked(mapping[name], kinds[name], field.metadata, f"{where}: {name}")
            for name, field in fields.items()
            if name in mapping
        }
    )


def _checked(value: Any, kind: Any, limits: Mapping[str, Any], where: str) -> Any:
    """`value` as the type `kind`, within `limits`; raises a UserError that names `where`."""
    if types.NoneType in typing.get_args(kind):
        return None if value is None else _checked(value, typing.get_args(kind)[0], limits, where)
    if isinstance(kind, types.UnionType):  # a value, or a list of them
        single, several = typing.get_args(kind)
        return _checked(value, several if isinstance(value, list | tuple) else single, limits, where)
    if typing.get_origin(kind) is tuple:
        return _checked_items(value, typing.get_args(kind)[0], limits, where)
    if typing.get_origin(kind) is dict:
        kind = dict
    if dataclasses.is_dataclass(kind):
        return parse(kind, value, where)  # type: ignore[arg-type]
    if isinstance(value, bool) and str(value).lower() in limits.get("choices", ()):
        return str(value).lower()
    number = kind in (int, float)
    accepted: Any = (int, float) if kind is float else Mapping if kind is dict else kind
    if not isinstance(value, accepted) or (number and (isinstance(value, bool) or not math.isfinite(value))):
        raise UserError(f"{where} must be {KINDS[kind]}, got {value!r}")
    if kind is str and any(unicodedata.category(character) == "Cc" for character in value):
        raise UserError(f"{where} must be one line of text, got {value!r}")
    if "choices" in limits and value not in limits["choices"]:
        raise UserError(f"{where} must be one of {', '.join(limits['choices'])}, got {value!r}")
    if number:
        _check_range(value, limits, where)
    return value if kind is dict else kind(value)


def _checked_items(value: Any, kind: Any, limits: Mapping[str, Any], where: str) -> tuple[Any, ...]:
    """A list (of at least one value, unless it `may_be_empty`) as a tuple, each value checked."""
    if not isinstance(value, list | tuple) or not (value or limits.get("may_be_empty")):
        raise UserError(f"{where} must be a list of at least one value, got {value!r}")
    if limits.get("length", len(value)) != len(value):
        raise UserError(f"{where} must have {limits['length']} values, got {len(value)}: {value!r}")
    return tuple(_checked(item, kind, limits, where) for item in value)


def _check_range(value: float, limits: Mapping[str, Any], where: str) -> None:
    """Raise a UserError unless a number keeps the limits `above`, `at_least`, `at_most` and `below`."""
    tests = {"above": value.__gt__, "at_least": value.__ge__, "at_most": value.__le__, "below": value.__lt__}
    for name, holds in tests.items():
        if name in limits and not holds(limits[name]):
            raise UserError(f"{where} must be {name.replace('_', ' ')} {limits[name]}, got {value!r}")


def load_toml(path: Path | str) -> dict[str, Any]:
    """Read a TOML file; raises a UserError that names the file and the line."""
    try:
        content = Path(path).read_bytes()
        encoding = "utf-16" if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8-sig"
        return tomllib.loads(content.decode(encoding))
    except FileNotFoundError:
        raise UserError(
            f"{path}: no such settings file; give an existing one, as in make all CONFIG=homework.toml"
        ) from None
    except OSError as error:
        raise UserError(f"{path}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise UserError(f"{path}: not a text file in UTF-8, see line {line}; save it in that encoding") from None
    except tomllib.TOMLDecodeError as error:
        raise UserError(f"{path}: not valid TOML: {error}") from None
