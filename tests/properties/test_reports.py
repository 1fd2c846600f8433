"""A report always comes: the regression from CSV files to the PDF, for points and networks of any size."""

import json
import tempfile
from pathlib import Path
from typing import NamedTuple

import keras
import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from reporting import build_report, verify
from reporting.artifacts import TASKS
from tests.invented.classification import write_classification
from tests.invented.classification_extras import write_classification_extras
from tests.invented.example import Example
from tests.reporting.layout import laid_out, overflows
from training import run_extra, train
from training.config import ACTIVATIONS, INITIALIZERS, OPTIMIZERS
from training.points_csv import LARGEST
from tuning import tune

EXTRAS = {extra.name: 1 if extra.name.endswith("seeds") else True for extra in TASKS["regression"].switches}


class Axis(NamedTuple):
    """Numbers of one size: their spread, and how many times that their middle lies from zero."""

    spread: float
    middle: float

    def of(self, values):
        """Values of order one in these units."""
        return np.clip(self.spread * (self.middle + values), -LARGEST, LARGEST)


CURVES = {
    "line": lambda x: x,
    "waves": lambda x: np.sin(7 * x),
    "steep": lambda x: np.exp(4 * x) / 20,
    "step": lambda x: np.sign(x),
    "steps": lambda x: np.round(2 * x),
}


class Points(NamedTuple):
    """How training and test points are made."""

    axes: tuple[Axis, ...]  # of the inputs, then of the target
    curve: str
    noise: float
    train: int
    test: int
    whole: bool  # whether inputs take few values, each often
    seed: int

    def write(self, folder):
        """Write train.csv and test.csv."""
        rng = np.random.default_rng(self.seed)
        for part, count in (("train", self.train), ("test", self.test)):
            x = rng.uniform(-1, 1, (count, len(self.axes) - 1))
            x = np.round(3 * x) / 3 if self.whole else x
            x[0], x[1] = -1, 1  # no column is constant
            y = CURVES[self.curve](x.sum(axis=1)) + self.noise * rng.normal(size=count)
            columns = [axis.of(values) for axis, values in zip(self.axes, [*x.T, y], strict=True)]
            names = ",".join([*(f"x{place}" for place in range(1, len(columns))), "y"])
            path = folder / f"{part}.csv"
            np.savetxt(path, np.column_stack(columns), fmt="%.17g", delimiter=",", header=names, comments="")


AXES = st.builds(
    lambda exponent, offset: Axis(10.0**exponent, offset),
    st.sampled_from(range(-12, 15)),  # of which each is as likely
    st.one_of(st.just(0.0), st.floats(-1e6, 1e6), st.sampled_from([1.0, -3.0, 1e6])),
).filter(lambda axis: axis.spread * (abs(axis.middle) + 20) < LARGEST)
POINTS = st.builds(
    Points,
    st.lists(AXES, min_size=2, max_size=2) | st.lists(AXES, min_size=2, max_size=5),
    st.sampled_from(sorted(CURVES)),
    st.sampled_from([0.0, 0.01, 0.3, 3.0]),
    st.integers(10, 40) | st.integers(10, 300),
    st.integers(2, 40) | st.integers(2, 300),
    st.booleans(),
    st.integers(0, 10**6),
)


RATE = st.floats(1e-5, 0.01)  # with larger ones some networks diverge, which ends a training with a line that says so


@st.composite
def networks(draw):
    """Settings of the reference networks."""
    layers = draw(st.sampled_from(range(1, 13)))

    def each(values):
        return draw(st.lists(values, min_size=layers, max_size=layers))

    return {
        "hidden_units": each(st.integers(1, 64)),
        "activations": each(st.sampled_from(ACTIVATIONS)),
        "batch_normalization": draw(st.booleans()),
        "dropout": draw(st.sampled_from([0.0, 0.0, 0.5])),
        "initializer": draw(st.sampled_from(INITIALIZERS)),
        "optimizer": draw(st.sampled_from(OPTIMIZERS)),
        "learning_rate": draw(RATE),
        "batch_size": draw(st.integers(1, 64)),
        "max_epochs": draw(st.integers(1, 3)),
        "patience": draw(st.integers(0, 3)),
        "folds": draw(st.sampled_from(range(2, 11))),
        "standardize": draw(st.sampled_from(["auto", "auto", "on"])),
    }


RATES = st.lists(RATE, min_size=1, max_size=2, unique=True)
GRIDS = st.builds(
    lambda rates, decays, batch: {"learning_rate": rates, "weight_decay": decays, "batch_size": [batch]},
    RATES,
    st.sampled_from([[1e-5], [0.0, 1e-2]]),
    st.integers(1, 64),
)


def settings_of(points, network, grid, extras):
    """The text of a settings file."""
    tables = {
        "data": {f"regression_{part}": str(points / f"{part}.csv") for part in ("train", "test")},
        "regression": network,
        "regression.search.settings": {"patience": network["patience"]},
        "regression.search.grid": grid,
        "regression.extended": {"max_epochs": network["max_epochs"]},
        "regression.extras": {name: value if name in extras else type(value)() for name, value in EXTRAS.items()},
    }
    lines = [[f"[{name}]", *(f"{key} = {json.dumps(value)}" for key, value in t.items())] for name, t in tables.items()]
    return "\n".join(line for table in lines for line in table) + "\n"


def make_report(folder, points, network, grid, extras):
    """The regression trained for real and reported, beside an invented classification."""
    points.write(folder)
    runs, config = folder / "runs", folder / "mine.toml"
    images = runs / "classification"
    write_classification_extras(images, Example(), write_classification(images, Example()))
    config.write_text(settings_of(folder, network, grid, extras))
    shared = ["--config", str(config), "--runs", str(runs)]
    assert not tune.main(["--task", "regression", "--workers", "1", *shared])
    for name in TASKS["regression"].variants:
        assert not train.main(["--task", "regression", "--variant", name, *shared])
    for extra in TASKS["regression"].extras:
        assert not run_extra.main(["--task", "regression", "--extra", extra.name, *shared])
    keras.backend.clear_session()  # which would grow from one example to the next
    with laid_out() as pages:
        assert not build_report.main(shared)
    assert overflows(pages) == []
    return runs


POPULATION = Points((Axis(30.0, 66.0), Axis(5e6, 10.0)), "line", 0.01, 30, 30, False, 1)
DEEP = {
    "hidden_units": [4] * 10,
    "activations": ["relu"] * 10,
    "max_epochs": 2,
    "patience": 2,
    "folds": 2,
    "batch_size": 16,
}


def test_populations_and_ten_layers_give_a_report(tmp_path):
    """Targets far from zero, and networks whose losses nearly agree."""
    make_report(
        tmp_path,
        POPULATION,
        DEEP,
        {"learning_rate": [0.001, 0.0015], "weight_decay": [1e-5], "batch_size": [16]},
        [],
    )


@pytest.mark.slow
@settings(max_examples=12, phases=[Phase.generate])
@given(POINTS, networks(), GRIDS, st.sets(st.sampled_from(sorted(EXTRAS))))
def test_any_points_and_networks_give_a_report(points, network, grid, extras):
    """Every number that is printed agrees with the recorded ones as well, and nothing stands out of its place."""
    with tempfile.TemporaryDirectory() as folder:
        runs = make_report(Path(folder), points, network, grid, extras)
        assert verify.main(["--config", f"{folder}/mine.toml", "--runs", str(runs)]) == 0
