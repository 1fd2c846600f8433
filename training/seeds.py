"""Seeds: each fit has its own, which does not depend on earlier fits or on where it runs."""

import dataclasses
import hashlib
import json

from training.config import FitConfig


def derive_seed(seed: int, config: FitConfig, fold: int) -> int:
    """The seed of a fit, derived from the seed of the settings, the task, the configuration and the fold."""
    text = json.dumps([seed, config.task, dataclasses.asdict(config), fold], sort_keys=True)
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big") % 2**31
