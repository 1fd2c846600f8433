"""Write a trained network for other programs, and check that it predicts the same there.

    python -m training.export --task classification --variant extended --format tflite

The formats are tflite (phones, microcontrollers), onnx (needs the packages tf2onnx, onnx and onnxruntime) and
saved_model (TensorFlow Serving, TensorFlow.js). Without --variant it is the network that is best on validation data.
Writes runs/export/<task>-<variant>.tflite, .onnx, or a folder for saved_model; an earlier one is replaced only by one
whose outputs agree. What is written computes in float32. Takes seconds.
"""

import argparse
import contextlib
import importlib
import importlib.util
import io
import os
import shutil
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from reporting.artifacts import UserError
from training.cli import homework_of, parse_arguments, run_main
from training.device import configure, quiet_start
from training.tasks import TASKS
from training.trained import trained

if TYPE_CHECKING:
    import keras

ENDINGS = {"tflite": ".tflite", "onnx": ".onnx", "saved_model": ""}
ONNX_PACKAGES = ("tf2onnx", "onnx", "onnxruntime")
CHECKED = 100  # test inputs whose outputs are compared
AGREED = 1e-3  # the largest difference of outputs, as a share of the largest output, that rounding explains


def main(argv: Sequence[str] | None = None) -> None:
    arguments = parse_arguments(__doc__, argv, add_flags, task=TASKS, format=ENDINGS)
    if arguments.format == "onnx":
        require_packages()
    homework = homework_of(arguments)
    network = trained(arguments.runs, arguments.task, arguments.variant, homework)
    configure(homework.compute.threads, network.run.machine.precision)
    model, inputs = network.load(), network.dataset.x_test[:CHECKED].astype(np.float32)
    single = in_float32(model)
    expected = single.predict(inputs, verbose=0)
    name = f"{arguments.task}-{network.folder.name}{ENDINGS[arguments.format]}"
    path = arguments.runs / "export" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=f".{name}.") as scratch, silent():
        written = Path(scratch) / name
        compute = EXPORTS[arguments.format](single, written)
        difference = largest_difference(compute(inputs), expected)
        if not difference <= AGREED:
            raise UserError(f"not written: the outputs of {name} differ by {difference:.2g} of the largest")
        put_in_place(written, path)
    print(
        f"{path}: outputs on {len(inputs)} test inputs agree, their largest difference is {difference:.1e} of the"
        f" largest output{of_precision(model, largest_difference(expected, model.predict(inputs, verbose=0)))}"
    )


def add_flags(parser: argparse.ArgumentParser) -> None:
    """The flag that names a variant."""
    parser.add_argument("--variant", help="the network (default: the best on validation data)")


def require_packages() -> None:
    """Raise UserError that names the packages that ONNX needs and are not there."""
    if missing := [name for name in ONNX_PACKAGES if importlib.util.find_spec(name) is None]:
        raise UserError(f"FORMAT=onnx needs more packages: {sys.executable} -m pip install {' '.join(missing)}")


def in_float32(model: "keras.Model") -> "keras.Model":
    """A copy of the model that computes in float32, since formats for other programs know no mixed precision."""
    import keras

    def copy(layer: Any) -> Any:
        single = {"dtype": "float32"} if isinstance(layer, keras.Layer) else {}  # operations have no precision
        return type(layer).from_config(layer.get_config() | single)

    copied = keras.models.clone_model(model, clone_function=copy)
    copied.set_weights(model.get_weights())
    return copied


def of_precision(model: "keras.Model", difference: float) -> str:
    """What computing in float32 changes, in words; empty if the network was trained in it."""
    precision = next((layer.dtype_policy.name for layer in model.layers if layer.weights), "float32")
    return "" if precision == "float32" else f"; float32 in place of {precision} changes them by {difference:.1e}"


def largest_difference(outputs: np.ndarray, others: np.ndarray) -> float:
    """The largest difference of outputs (n, outputs), as a share of the largest of the others; nan if one is."""
    return float(np.abs(outputs - others).max() / np.abs(others).max())


def export_saved_model(model: "keras.Model", path: Path) -> Callable[[np.ndarray], np.ndarray]:
    """Write TensorFlow's format, a folder; returns what computes its outputs."""
    import tensorflow as tf

    model.export(path, format="tf_saved_model", verbose=False)
    loaded = tf.saved_model.load(str(path))
    return lambda inputs: loaded.serve(inputs).numpy()


def export_tflite(model: "keras.Model", path: Path) -> Callable[[np.ndarray], np.ndarray]:
    """Write TensorFlow Lite's format; returns what computes its outputs."""
    import tensorflow as tf

    with tempfile.TemporaryDirectory() as scratch:
        export_saved_model(model, Path(scratch) / "model")
        path.write_bytes(tf.lite.TFLiteConverter.from_saved_model(str(Path(scratch) / "model")).convert())
    interpreter = tf.lite.Interpreter(model_path=str(path))
    (given,), (wanted,) = interpreter.get_input_details(), interpreter.get_output_details()

    def compute(inputs: np.ndarray) -> np.ndarray:
        interpreter.resize_tensor_input(given["index"], inputs.shape)
        interpreter.allocate_tensors()
        interpreter.set_tensor(given["index"], inputs)
        interpreter.invoke()
        return np.array(interpreter.get_tensor(wanted["index"]))

    return compute


def export_onnx(model: "keras.Model", path: Path) -> Callable[[np.ndarray], np.ndarray]:
    """Write ONNX; returns what computes its outputs."""
    onnxruntime = importlib.import_module("onnxruntime")  # which is none of this project's packages
    model.export(path, format="onnx", verbose=False)
    session = onnxruntime.InferenceSession(path)
    name = session.get_inputs()[0].name
    return lambda inputs: np.asarray(session.run(None, {name: inputs})[0])


EXPORTS = {"tflite": export_tflite, "onnx": export_onnx, "saved_model": export_saved_model}


def put_in_place(written: Path, path: Path) -> None:
    """Move a file or a folder to `path`; what was there goes only then."""
    if path.is_dir():
        os.replace(path, written.with_name("earlier"))
    os.replace(written, path)
    shutil.rmtree(written.with_name("earlier"), ignore_errors=True)


@contextlib.contextmanager
def silent() -> Iterator[None]:
    """Suppress what the converters say of themselves, but not errors."""
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()), quiet_start():
        warnings.simplefilter("ignore")
        yield


if __name__ == "__main__":
    sys.exit(run_main(main))
