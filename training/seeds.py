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
    """The seed of a fit, derived from the seed of the settings, the task, the configuration and the fold."""
    return number_of([seed, config.task, seeding(config), fold])


def seeding(config: FitConfig) -> dict[str, Any]:
    """The settings that a seed depends on: all but those that came later and are as they were before, `unseeded`."""
    later = {
        field.name: field.metadata["unseeded"] for field in dataclasses.fields(config) if "unseeded" in field.metadata
    }
    return {
        name: value for name, value in dataclasses.asdict(config).items() if name not in later or value != later[name]
    }


def number_of(parts: list[Any]) -> int:
    """A seed below 2**31 that differs wherever any of the parts does, but by a rare chance."""
    text = json.dumps(parts, sort_keys=True)
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big") % 2**31
