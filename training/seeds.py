"""Seeds: each fit has its own, which does not depend on earlier fits or on where it runs."""

import dataclasses
import hashlib
import json
from typing import Any

from training.config import FitConfig


def search_seed(seed: int) -> int:
    """The seed of a search's folds and fits, so that the networks trained with its winner repeat none of its fits."""
    return number_of([seed, "search"])


def derive_seed(seed: int, config: FitConfig, fold: int) -> int:
    """The seed of a fit, derived from the seed of the settings, the task, the configuration and the fold.

    Settings that have a default count only where they differ from it: so a setting that is new changes no seed.
    """
    fields = {field.name: field.default for field in dataclasses.fields(config)}
    told = {name: value for name, value in dataclasses.asdict(config).items() if value != fields[name]}
    return number_of([seed, config.task, told, fold])


def number_of(parts: list[Any]) -> int:
    """A seed below 2**31 that differs wherever any of the parts does, but by a rare chance."""
    text = json.dumps(parts, sort_keys=True)
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big") % 2**31
