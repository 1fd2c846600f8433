"""The "unknown function" that ships with the project: noisy points with two gaps, equal on every machine.

They resemble the homework's: a hundred noisy training points in (-5, 5) with gaps around x = -2 and x = 2, and a
hundred test points with far less noise, also inside the gaps.
"""

import numpy as np

SEED = 2122  # of the points; the seed of the settings does not change them
RANGE = (-5.0, 5.0)
GAPS = ((-3.0, -1.0), (1.7, 3.1))
TRAIN_NOISE = 0.48  # standard deviation
TEST_NOISE = 0.1
POINTS = 100  # training points, and as many test points


def unknown_function(x: np.ndarray) -> np.ndarray:
    """f(x) = 2.8 - 0.85 x + 0.07 x^3 + 0.8 sin(1.5 x - 1.1)."""
    return 2.8 - 0.85 * x + 0.07 * x**3 + 0.8 * np.sin(1.5 * x - 1.1)


def make_points() -> tuple[np.ndarray, np.ndarray]:
    """Training and test points, each (100, 2): columns x and y."""
    rng = np.random.default_rng(SEED)
    x_train = inputs_outside_gaps(rng)
    x_test = rng.uniform(*RANGE, POINTS)
    return measure(x_train, TRAIN_NOISE, rng), measure(x_test, TEST_NOISE, rng)


def inputs_outside_gaps(rng: np.random.Generator) -> np.ndarray:
    """Uniform inputs (100,) outside the gaps."""
    x = rng.uniform(*RANGE, 10 * POINTS)
    outside = np.all([(x <= low) | (x >= high) for low, high in GAPS], axis=0)
    return x[outside][:POINTS]


def measure(x: np.ndarray, noise: float, rng: np.random.Generator) -> np.ndarray:
    """Noisy measurements (n, 2) of the function at `x`."""
    return np.column_stack([x, unknown_function(x) + rng.normal(0, noise, len(x))])
