"""Scores of configurations as means over their seeds: one shuffle or seed can flatter."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection

import numpy as np

from reporting.results import Results


@dataclasses.dataclass(frozen=True)
class OverSeeds:
    """Means of some metrics over the seeds of each configuration."""

    seeds: int  # 1: of the main networks alone, since not all configurations have as many seeds
    means: dict[str, dict[str, float]]  # by configuration, then by metric

    @property
    def several(self) -> bool:
        return self.seeds > 1


def means_over_seeds(results: Results, metrics: Collection[str]) -> OverSeeds:
    """The OverSeeds of recorded metrics of all configurations, which are of the same seeds and so compare."""
    networks = {name: results.seeds_of(name) for name in results.variants}
    fewest, *more = {len(variants) for variants in networks.values()}
    seeds = 1 if more else fewest
    means = {
        name: {
            metric: float(np.mean([variant.run.metrics[metric] for variant in variants[:seeds]])) for metric in metrics
        }
        for name, variants in networks.items()
    }
    return OverSeeds(seeds, means)
