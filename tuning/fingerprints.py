"""Fingerprints: of everything that a recorded result depends on, and of what a worker and its chief must agree on."""

import dataclasses
import hashlib
import json
from typing import Any

from reporting.artifacts import Data
from training.config import FitConfig
from training.grids import Search

Numerics = dict[str, Any]  # versions of the packages, precision, threads, kernels: numerical results depend on them


def fingerprint(task: str, config: FitConfig, fold: int, seed: int, data: Data, machine: Numerics) -> str:
    """The name of the row of one fold; it differs if anything differs that can change the result.

    `config` is the complete configuration of the combination.
    """
    parts = [task, dataclasses.asdict(config), fold, seed, data.digests, data.counts, machine]
    return digest(json.dumps(parts, sort_keys=True))


def search_identity(search: Search, folds: int, seed: int, data: Data, machine: Numerics) -> dict[str, str]:
    """What a chief and its workers must agree on: part -> digest or text."""
    base = dataclasses.asdict(search.base)
    return {
        "settings": digest(json.dumps([base, search.objective, search.grid, folds, seed], sort_keys=True)),
        "data": digest(json.dumps([data.digests, data.counts], sort_keys=True)),
        "packages, precision, threads, kernels or distribution": json.dumps(machine, sort_keys=True),
    }


def digest(text: str) -> str:
    """The first 24 hexadecimal digits of the SHA-256 digest."""
    return hashlib.sha256(text.encode()).hexdigest()[:24]
