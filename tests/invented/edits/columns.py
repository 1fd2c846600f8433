"""Points in other units, of other names, and with several inputs."""

from pathlib import Path

import numpy as np

from reporting.artifacts import load_arrays, save_arrays
from tests.invented.edits.files import edit_json, settle, with_arguments

PARTIAL = 41  # values of each input at which partial dependences are stored


def regression_files(runs: Path, name: str) -> list[Path]:
    return sorted((runs / "regression").rglob(name))


def describe(runs: Path, **changes) -> None:
    """Other fields of the recorded Data."""
    for path in regression_files(runs, "run.json"):
        edit_json(path, lambda run: run["data"].update(changes))


@with_arguments
def called(runs: Path, *names: str, notes: tuple[str, ...] = ()) -> None:
    """Columns with these names, and what the reader said of the file."""
    describe(runs, columns=list(names), notes=list(notes))


@with_arguments
def in_units(runs: Path, x: tuple[float, float] = (1.0, 0.0), y: tuple[float, float] = (1.0, 0.0)) -> None:
    """The same points and predictions as multiples of a unit on an offset, learned by standardised networks."""
    for path in regression_files(runs, "predictions.npz"):
        arrays = {name: array.astype(float) for name, array in load_arrays(path).items() if name != "fold"}
        for name in arrays:
            if name.startswith("x_"):
                arrays[name] = x[1] + x[0] * arrays[name]
            elif name.startswith("y_") or name.endswith(("_predictions", "_truth")):
                arrays[name] = y[1] + y[0] * arrays[name]
            elif name.endswith("_sd"):
                arrays[name] = y[0] * arrays[name]
        folds = len(arrays["test_predictions"])
        scaling = {"x_mean": np.full((folds, 1), x[1]), "x_sd": np.full((folds, 1), x[0])}
        scaling |= {"y_mean": np.full(folds, y[1]), "y_sd": np.full(folds, y[0])}
        save_arrays(path, {"fold": load_arrays(path)["fold"], **arrays, **scaling})
    for path in regression_files(runs, "activations.npz"):
        arrays = dict(load_arrays(path))
        save_arrays(path, arrays | {name: x[1] + x[0] * arrays[name] for name in ("x_probe", "x_along")})
    settle(runs)


@with_arguments
def several_inputs(runs: Path, *names: str, partial: tuple[float, ...] = (2.0, -1.0)) -> None:
    """Further inputs; the mean prediction changes by so much over the range of each."""
    rng, columns = np.random.default_rng(3), len(names) - 1
    further = {part: rng.uniform(-1, 1, (200, columns - 1)) for part in ("train", "test")}
    for path in regression_files(runs, "predictions.npz"):
        arrays = {name: array for name, array in load_arrays(path).items() if "curve" not in name}
        for part, others in further.items():
            x = arrays[f"x_{part}"]
            arrays[f"x_{part}"] = np.column_stack([x, others[: len(x)]])
        arrays["x_partial"] = np.linspace(-1, 1, PARTIAL) * np.ones((columns, 1))
        curves = np.array(partial)[:, None] * np.linspace(0, 1, PARTIAL)
        arrays["partial_predictions"] = np.stack([curves] * len(arrays["test_predictions"]))
        save_arrays(path, arrays)
    for path in regression_files(runs, "activations.npz"):
        arrays = {name: array for name, array in load_arrays(path).items() if not name.endswith("along")}
        probes = np.column_stack([arrays["x_probe"], np.zeros((len(arrays["x_probe"]), columns - 1))])
        save_arrays(path, arrays | {"x_probe": probes})
    describe(runs, columns=list(names), inputs=[columns])
