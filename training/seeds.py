"""Seeds: each fit has its own, whatever ran before it and wherever it runs."""

import dataclasses
import hashlib
import json

from training.config import FitConfig


def derive_seed(seed: int, config: FitConfig, fold: int) -> int:
    """The seed of a fit, from the settings' seed, its task, its hyperparameters and its fold."""
    text = json.dumps([seed, config.task, dataclasses.asdict(config), fold], sort_keys=True)
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big") % 2**31
