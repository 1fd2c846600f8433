"""How long fits take on this machine: a few timed epochs, and what follows from them for all others.

    python -m training.pace --config homework.toml --share 1/2

prints, as JSON, the seconds that each training point takes in an epoch, for every second one of the kinds of network of
these settings. `training.pipeline` starts one such process for each slot at once, so that they slow each other down as
the stages will.
"""

from __future__ import annotations

import argparse
import dataclasses
import itertools
import json
import math
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from reporting.artifacts import Shapes
from training.cli import homework_of, parse_arguments, run_main
from training.config import ClassificationConfig, FitConfig
from training.grids import Search
from training.layout import convolutions, sides_of
from training.prepare_data import data_of
from training.settings import Homework

NOMINAL = 1.6e-10  # seconds for each multiplication of a point's forward pass, with training: AVX2, float32, one thread
LOADING = 6.0  # seconds that a process takes to load TensorFlow and compile its first network
EARLY = 0.9  # of all epochs are trained, on average, where a fit may stop early
KINDS = 8  # of networks that are timed, at most
UNKNOWN = 10**7  # multiplications that a network of the user's own counts for until it is timed
TIMED_SECONDS = 1.5  # of each kind, after a first epoch
TIMED_POINTS = {"regression": 80, "classification": 2560}


@dataclasses.dataclass(frozen=True)
class Pace:
    """Seconds that a training point takes in an epoch with its validation, by kind of network."""

    seconds: Mapping[str, float] = dataclasses.field(default_factory=dict)

    def fit(self, config: FitConfig, shapes: Shapes, points: int) -> float:
        """The expected seconds of fits that train on so many points in all, without the start of their process."""
        return self.per_point(config, shapes) * points * expected_epochs(config)

    def per_point(self, config: FitConfig, shapes: Shapes) -> float:
        """The seconds of a point in an epoch: as timed, or in proportion to the timed kind that is most alike."""
        task, size, batch = config.task, multiplications(config, shapes), config.batch_size
        known = [(split_kind(name), seconds) for name, seconds in self.seconds.items()]
        alike = [
            (abs(math.log(batch / other_batch)) + abs(math.log(size / other)), seconds * size / other)
            for (other_task, other, other_batch), seconds in known
            if other_task == task
        ]
        return min(alike)[1] if alike else NOMINAL * size


def expected_epochs(config: FitConfig) -> float:
    """How many epochs a fit trains, on average."""
    return config.max_epochs * (EARLY if config.patience < config.max_epochs / 2 else 1)


def epoch_seconds(durations: Sequence[float]) -> dict[str, float]:
    """What an epoch of a fit costs without compiling, from the seconds of its epochs.

    "epoch_seconds" is the median, and "epoch_seconds_error" the standard error of an epoch's mean duration, 0 for fewer
    than three epochs. Each epoch is one call of a compiled program, which its first call may compile: the first is left
    out where there are more.
    """
    later = np.array(durations[1:] or durations)
    error = float(np.std(later, ddof=1) / math.sqrt(len(later))) if len(later) > 2 else 0.0
    return {"epoch_seconds": float(np.median(later)), "epoch_seconds_error": error}


def kind(config: FitConfig, shapes: Shapes) -> str:
    """What the time of a point depends on: the task, the multiplications and the batch."""
    return f"{config.task}/{multiplications(config, shapes)}/{config.batch_size}"


def split_kind(name: str) -> tuple[str, int, int]:
    """The parts of `kind`."""
    task, size, batch = name.split("/")
    return task, int(size), int(batch)


def multiplications(config: Any, shapes: Shapes) -> int:
    """The multiplications of a network's forward pass for one point; biases and activations are not counted."""
    if config.network:
        return UNKNOWN
    if not isinstance(config, ClassificationConfig):
        return products([*shapes.inputs, *config.hidden_units, shapes.outputs])
    total, channels, left = 0, shapes.inputs[-1], sides_of(config, shapes)
    for layer, (convolved, _) in zip(convolutions(config), left, strict=True):
        total += math.prod(convolved) * layer.kernel**2 * channels * layer.units
        channels = layer.units
    features = channels * (math.prod(left[-1][1]) if config.global_pooling == "none" else 1)
    return total + products([features, *config.dense_units, shapes.outputs])


def products(sizes: Sequence[int]) -> int:
    """The multiplications of dense layers of these sizes, the inputs first."""
    return sum(a * b for a, b in itertools.pairwise(sizes))


def kinds(homework: Homework, shapes: Mapping[str, Shapes]) -> dict[str, FitConfig]:
    """A configuration of each kind that the settings ask for, by kind: KINDS at most, networks before combinations.

    `shapes` are those of each task's data.
    """
    tasks = homework.tasks.values()
    configs: list[FitConfig] = [each for task in tasks for each in (task.reference, *task.variants.values())]
    configs += [each for task in tasks for each in combinations(task.search)]
    by_kind = {kind(config, shapes[config.task]): config for config in configs}
    return dict(itertools.islice(by_kind.items(), KINDS))


def combinations(search: Search, most: int = 1000) -> Iterator[FitConfig]:
    """The configurations of a search, `most` at most."""
    for values in itertools.islice(itertools.product(*search.grid.values()), most):
        yield dataclasses.replace(search.base, **dict(zip(search.grid, values, strict=True)))


def time_kind(config: FitConfig, shapes: Shapes) -> float:
    """The seconds of a training point in an epoch of a fit like this one, from random data."""
    import keras

    from training.trainer import Trainer

    class Clock(keras.callbacks.Callback):
        """Notes when each epoch ends, and stops after enough of them."""

        def __init__(self) -> None:
            super().__init__()
            self.ends: list[float] = []

        def on_epoch_end(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
            self.ends.append(time.perf_counter())
            self.model.stop_training = epoch >= 2 and self.ends[-1] - self.ends[0] > TIMED_SECONDS

    points = TIMED_POINTS[config.task]
    x, y = random_data(config, shapes, points * 5 // 4, np.random.default_rng(0))
    whole = dataclasses.replace(config, max_epochs=10_000, patience=10_000)
    clock, indices = Clock(), np.arange(len(x))
    Trainer(whole, shapes).fit(whole, x, y, indices[:points], indices[points:], 0, [clock])
    return float(np.median(np.diff(clock.ends))) / points


def random_data(
    config: FitConfig, shapes: Shapes, points: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Inputs (points, ...) and targets of a task's kind: labels (points,), or numbers (points, 1)."""
    size = (points, *shapes.inputs)
    if isinstance(config, ClassificationConfig):
        return rng.integers(0, 255, size).astype(np.uint8), rng.integers(0, shapes.outputs, points)
    return rng.normal(size=size).astype(np.float32), rng.normal(size=(points, shapes.outputs)).astype(np.float32)


def add_share(parser: argparse.ArgumentParser) -> None:
    """Add the flag --share to a parser."""
    parser.add_argument("--share", default="1/1", metavar="I/N", help="time every N-th kind from the I-th on")


def main(argv: Sequence[str] | None = None) -> None:
    arguments = parse_arguments(__doc__, argv, add_share)
    homework = homework_of(arguments)
    first, step = map(int, arguments.share.split("/"))
    shapes = {task: data.shapes for task, data in data_of(homework).items()}
    chosen = list(kinds(homework, shapes).items())
    from training.device import configure

    compute = homework.compute
    precision = configure(compute.threads, compute.precision, compute.distribution, compute.onednn)
    import keras

    timed = {}
    for number in range(first - 1, max(len(chosen), first), step):
        name, config = chosen[number % len(chosen)]
        keras.config.set_dtype_policy(precision if isinstance(config, ClassificationConfig) else "float32")
        timed[name] = time_kind(config, shapes[config.task])
    print(json.dumps(timed))


if __name__ == "__main__":
    sys.exit(run_main(main))
