"""Ten sets of points as people bring them: units and sizes of all kinds, with what noise leaves to be explained."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np


class Kind(NamedTuple):
    """A kind of points: a header, how inputs are drawn and how the target follows from them, and its noise."""

    header: str
    draw: Callable[[np.random.Generator, int], np.ndarray]  # inputs (n,) or (n, columns)
    target: Callable[[np.ndarray], np.ndarray]
    noise: float
    points: int = 80


def uniform(low, high, columns=None):
    return lambda rng, n: rng.uniform(low, high, n if columns is None else (n, columns))


def whole(low, high):
    return lambda rng, n: rng.integers(low, high, n).astype(float)


KINDS = {
    "years": Kind("year,temperature", uniform(1880, 2022), lambda x: 13.5 + 6e-5 * (x - 1880) ** 2, 0.15),
    "prices": Kind("square metres,price", uniform(25, 260), lambda x: 4200 * x**0.95 + 30000, 25000),
    "pressure": Kind("age,pressure", uniform(18, 90), lambda x: 105 + 0.55 * x, 6),
    "time stamps": Kind(
        "time,count", uniform(1.70e9, 1.7006e9), lambda x: 500 + 300 * np.sin((x - 1.70e9) / 86400), 60
    ),
    "integers": Kind("x,y", whole(0, 50), lambda x: np.round(x**2 / 5), 20),
    "offset": Kind("x,y", uniform(-3, 3), lambda x: 1e6 + np.sin(1.5 * x), 0.15),
    "billions": Kind("population,cases", uniform(1e6, 1e9), lambda x: 2e-4 * x + 3e4 * np.sin(x / 1.5e8), 1e4),
    "tiny": Kind("current,charge", uniform(0, 1e-6), lambda x: 1e-12 * np.exp(3e6 * x), 5e-13),
    "few": Kind("dose,response", uniform(0, 100), lambda x: 20 + x, 4, points=14),
    "many": Kind("rooms,area,age,price", uniform(0, 100, 3), lambda x: 900 * x[:, 0] + x[:, 1] ** 2, 4000, 10_000),
}


def write_points(folder: Path, name: str, points: int | None = None) -> dict[str, str]:
    """Write train.csv and test.csv of a kind; returns them as the settings of [data] name them."""
    kind, rng = KINDS[name], np.random.default_rng(sum(map(ord, name)))
    folder.mkdir(parents=True, exist_ok=True)
    for part in ("train", "test"):
        x = kind.draw(rng, points or kind.points)
        y = kind.target(x) + kind.noise * rng.normal(size=len(x))
        rows = [",".join(map(repr, map(float, row))) for row in np.column_stack([x, y])]
        (folder / f"{part}.csv").write_text("\n".join([kind.header, *rows]) + "\n")
    return {f"regression_{part}": str(folder / f"{part}.csv") for part in ("train", "test")}
