"""The combinations of a grid."""

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

Grid = dict[str, list[Any]]  # hyperparameter -> its values
Values = dict[str, Any]  # hyperparameter -> one of its values


class Combinations:
    """All combinations of a grid by number, from 0. The last hyperparameter varies fastest; none is stored."""

    def __init__(self, grid: Grid) -> None:
        self.grid = grid

    def __len__(self) -> int:
        return math.prod(len(values) for values in self.grid.values())

    def __getitem__(self, number: int) -> Values:
        positions = np.unravel_index(range(len(self))[number], [len(values) for values in self.grid.values()])
        return {name: values[position] for (name, values), position in zip(self.grid.items(), positions, strict=True)}

    def __iter__(self) -> Iterator[Values]:
        return (self[number] for number in range(len(self)))
