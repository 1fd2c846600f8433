"""Every combination of a grid."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

Grid = dict[str, list[Any]]  # hyperparameter -> its values


class Combinations(Sequence[dict[str, Any]]):
    """Every combination of the grid, as a mapping of names to values; the last name varies fastest."""

    def __init__(self, grid: Grid) -> None:
        self.grid = grid

    def __len__(self) -> int:
        return math.prod(len(values) for values in self.grid.values())

    def __getitem__(self, number: int) -> dict[str, Any]:  # type: ignore[override]
        places = np.unravel_index(range(len(self))[number], [len(values) for values in self.grid.values()])
        return {name: values[place] for (name, values), place in zip(self.grid.items(), places, strict=True)}
