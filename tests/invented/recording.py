"""What networks of either task leave behind: run.json, tables, weights, activity of units; and what extras do."""

import hashlib
from pathlib import Path

import numpy as np

from reporting.artifacts import SCHEMA_VERSION, Data, Machine, Run, save_json, save_table
from tests.invented.example import Example


def run_of(example: Example, task: str, variant: str, config: dict, metrics: dict) -> Run:
    """A Run with everything that the report prints."""
    return Run(
        schema_version=SCHEMA_VERSION,
        task=task,
        variant=variant,
        scale=example.scale,
        seed=2021,
        config=config,
        data=data_of(example, task),
        machine=Machine("Linux 6.1", "Example Processor 3000", 2, 24.0, ("CPU",), "float32", 1, "on", "AVX2"),
        versions={"python": "3.11.2", "tensorflow": "2.21.0", "keras": "3.15.1", "numpy": "2.4.0"},
        commit="0123456789abcdef0123456789abcdef01234567",
        seconds=83.4,
        finished_at="2025-11-23T12:00:00+00:00",
        metrics=metrics,
    )


def data_of(example: Example, task: str) -> Data:
    """The Data of a task: source, digests of its files, numbers of training and test points."""
    if task == "regression":
        source, files = example.regression_source, ("train.csv", "test.csv")
        counts = {"train": example.points, "test": example.points}
    else:
        counts = {"train": 5 * example.validation_images, "test": example.test_images}
        told = {"duplicates_train": 0, "duplicates_train_test": 0, "unreadable": example.unreadable}
        return Data(example.images, example.image_digests, counts, example.image_shape, example.classes, **told)
    return Data(source, dict.fromkeys(files, hashlib.sha256(task.encode()).hexdigest()), counts)


def save_run(folder: Path, example: Example, task: str, config: dict, metrics: dict) -> None:
    """Write the run.json of a network, search or extra, which is called by its folder."""
    save_json(folder / "run.json", run_of(example, task, folder.name, config, metrics))


def save_rows(path: Path, rows) -> None:
    """Write rows as CSV; numbers of numpy's become Python's own, as the csv module needs them."""
    save_table(path, [{name: python_number(value) for name, value in row.items()} for row in rows])


def python_number(value):
    """A number of numpy's as Python's own; anything else as it is."""
    return value.item() if isinstance(value, np.generic) else value


def write_extra(folder: Path, example: Example, task: str, cases: dict) -> None:
    """An extra: its cases, each a name and what writes it (of a folder and the example); and `run.json`, last."""
    if f"{task}/{folder.name}" in example.switched_off:
        cases = {}
    for name, write in cases.items():
        write(folder / name, example)
    save_run(folder, example, task, {"enabled": bool(cases), "cases": list(cases)}, {})


def weights_of(rng: np.random.Generator, shapes: dict) -> dict[str, np.ndarray]:
    """Initial weights uniform in ±1/sqrt(fan-in), trained ones closer to normal. `shapes`: layer -> shape of kernel."""
    arrays = {}
    for layer, shape in shapes.items():
        bound = int(np.prod(shape[:-1])) ** -0.5
        initial = rng.uniform(-bound, bound, shape)
        arrays[f"initial/{layer}/kernel"] = initial
        arrays[f"initial/{layer}/bias"] = rng.uniform(-bound, bound, shape[-1])
        arrays[f"trained/{layer}/kernel"] = 0.5 * initial + rng.normal(0, 0.6 * bound, shape)
        arrays[f"trained/{layer}/bias"] = rng.normal(0, bound, shape[-1])
    return {name: array.astype("float32") for name, array in arrays.items()}


def activity_along(rng: np.random.Generator, x: np.ndarray, activity: dict[str, np.ndarray]) -> np.ndarray:
    """Activations (inputs, units) along x between each unit's minimum and maximum, peaks spread over x."""
    low, high = activity["minimum"], activity["maximum"]
    peaks = rng.uniform(x.min(), x.max(), len(low))
    return (low + (high - low) * np.exp(-((x[:, None] - peaks) ** 2) / 4)).astype("float16")


def unit_activity(rng: np.random.Generator, units: int, dead: int, signed: bool = False) -> dict[str, np.ndarray]:
    """What activations.npz holds of a layer: activations for three probes (3, units), the rest over all inputs.

    The first `dead` units are always zero; those of a `signed` layer can be negative.
    """
    probe = rng.normal(0, 0.5, (3, units))
    arrays = {
        "probe": np.tanh(2 * probe) if signed else np.maximum(probe, 0),
        "minimum": np.full(units, -0.95 if signed else 0.0),
        "maximum": rng.uniform(0.95, 2, units),
        "active_share": rng.uniform(0.05, 0.95, units),
    }
    for array in arrays.values():
        array[..., :dead] = 0
    arrays["spectrum"] = np.var(arrays["probe"]) * units * 0.5 * 0.5 ** np.arange(units)
    return {name: array.astype("float32") for name, array in arrays.items()}
