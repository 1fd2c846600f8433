"""What the name of a recorded result, and what a worker and its chief must agree on, depend on."""

import dataclasses
import hashlib
import json
from typing import Any

from reporting.artifacts import Data
from training.config import FitConfig
from training.settings import Search

Numerics = dict[str, Any]  # what numerical results depend on: versions of the packages, precision, threads


def fingerprint(task: str, config: FitConfig, fold: int, seed: int, data: Data, machine: Numerics) -> str:
    """A name for the result of one fold, equal only where everything that can change the result is equal.

    `config` is the complete configuration of the combination.
    """
    parts = [task, dataclasses.asdict(config), fold, seed, data.digests, data.counts, machine]
    return digest(json.dumps(parts, sort_keys=True))


def search_identity(search: Search, folds: int, seed: int, data: Data, machine: Numerics) -> dict[str, str]:
    """What a chief and its workers must agree on, part by part, as texts."""
    base = dataclasses.asdict(search.base)
    return {
        "settings": digest(json.dumps([base, search.objective, search.grid, folds, seed], sort_keys=True)),
        "data": digest(json.dumps([data.digests, data.counts], sort_keys=True)),
        "packages, precision, threads or distribution": json.dumps(machine, sort_keys=True),
    }


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:24]
