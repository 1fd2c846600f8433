"""One process of make check-gpu: trains on one device, or looks at all of them, and writes what it saw as JSON.

    python -m tuning.device_probe --config tuning/check_gpu.toml --device gpu --precision auto --result seen.json

Without --train it only looks: GPUs, versions, precision, a program compiled by XLA. With it the reference networks are
trained, under a mixed precision that of the classification alone. `logical` stands in for GPUs: two halves of a
processor, of which the second one trains.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from reporting.artifacts import Data, save_json
from training.budget import visible_gpus
from training.cli import run_main
from training.datasets import Dataset, images_are_there
from training.device import configure
from training.known_images import DIGITS
from training.seeds import derive_seed
from training.settings import Homework, load_homework
from training.tasks import TASKS

if TYPE_CHECKING:
    import tensorflow as tf

DEVICES = {"gpu": "GPU:0", "processor": "CPU:0", "logical": "CPU:1"}  # as TensorFlow names what trains
QUERY = "name,driver_version,memory.total,memory.used"


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--config", type=Path, required=True, help="settings file")
    parser.add_argument("--result", type=Path, required=True, help="where the JSON goes")
    parser.add_argument("--device", choices=list(DEVICES), required=True)
    parser.add_argument("--precision", default="auto", help="default: %(default)s")
    parser.add_argument("--train", action="store_true")
    parser.add_argument("--tf32", action="store_true", help="let a GPU multiply float32 as TF32, as it does by default")
    parser.add_argument("--mirrored", action="store_true", help="share every batch among all devices")
    arguments = parser.parse_args(argv)
    homework, before = load_homework(arguments.config), driver_report()
    precision = set_up(arguments, homework.compute.threads)
    seen = fits(arguments, homework, precision) if arguments.train else look(precision)
    save_json(arguments.result, seen | {"memory": memory_taken(before, driver_report())})


def set_up(arguments: argparse.Namespace, threads: int) -> str:
    """Configure TensorFlow as stages do, and halve the processor if it stands in for GPUs; returns the precision."""
    precision = configure(threads, arguments.precision, "mirrored" if arguments.mirrored else "none")
    import tensorflow as tf

    tf.config.experimental.enable_tensor_float_32_execution(arguments.tf32)
    if arguments.device == "logical":
        (processor,) = tf.config.list_physical_devices("CPU")
        tf.config.set_logical_device_configuration(processor, [tf.config.LogicalDeviceConfiguration()] * 2)
        if arguments.mirrored:
            tf.distribute.experimental_set_strategy(tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"]))
    return precision


def look(precision: str) -> dict[str, Any]:
    """What TensorFlow says of the GPUs, the libraries that it was built for, the precision, and XLA."""
    import keras
    import tensorflow as tf

    gpus = tf.config.list_physical_devices("GPU")
    build = tf.sysconfig.get_build_info()
    return {
        "gpus": [dict(tf.config.experimental.get_device_details(gpu)) for gpu in gpus],
        "growth": [bool(tf.config.experimental.get_memory_growth(gpu)) for gpu in gpus],
        "visible": visible_gpus(),
        "driver": driver_report(),
        "tensorflow": tf.__version__,
        "built_for": {name: str(build.get(f"{name}_version", "none")) for name in ("cuda", "cudnn")},
        "precision": precision,
        "policy": keras.config.dtype_policy().name,
        "xla": compiled_by_xla("GPU:0" if gpus else "CPU:0"),
    }


def driver_report() -> list[dict[str, str]]:
    """What NVIDIA's driver says of each GPU, by the names of QUERY, memory in MiB; empty without driver or tool."""
    try:
        command = ["nvidia-smi", f"--query-gpu={QUERY}", "--format=csv,noheader,nounits"]
        told = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout
    except (OSError, subprocess.SubprocessError):
        return []
    return [dict(zip(QUERY.split(","), map(str.strip, line.split(",")), strict=True)) for line in told.splitlines()]


def memory_taken(before: Sequence[dict[str, str]], after: Sequence[dict[str, str]]) -> dict[str, float] | None:
    """The GPU whose memory in use grew most: its number, by how many MiB, and how many it has; None if unknown."""
    try:
        grown = [
            (float(now["memory.used"]) - float(then["memory.used"]), float(now["memory.total"]), number)
            for number, (then, now) in enumerate(zip(before, after, strict=True))
        ]
    except ValueError:  # "[N/A]", as of the parts of a divided GPU
        return None
    return dict(zip(("taken", "total", "number"), max(grown), strict=True)) if grown else None


def compiled_by_xla(device: str) -> str:
    """Where a small program ran that XLA must compile, e.g. "GPU:0", or what went wrong."""
    import tensorflow as tf

    @tf.function(jit_compile=True)
    def summed(x: tf.Tensor) -> tf.Tensor:
        return tf.reduce_sum(tf.square(x) + 1)

    try:
        with tf.device(device):
            found = summed(tf.constant([0.0, 1.0, 2.0, 3.0]))
    except Exception as error:  # whatever the libraries lack; it is a line of the table
        first_line = str(error).strip().partition("\n")[0]
        return f"{type(error).__name__}: {first_line}"
    return short_name(found.device) if float(found) == 18.0 else f"gave {float(found)} instead of 18"


def short_name(device: str) -> str:
    """ "GPU:0" of "/job:localhost/replica:0/task:0/device:GPU:0"."""
    return device.rpartition("device:")[2]


def fits(arguments: argparse.Namespace, homework: Homework, precision: str) -> dict[str, Any]:
    """The history of one fold of each task's reference network, and where it was trained."""
    import tensorflow as tf

    from training.trainer import Trainer

    seen: dict[str, Any] = {"fits": {}}
    for name in ("regression", "classification") if precision == "float32" else ("classification",):
        dataset, config = load(name, homework), homework.tasks[name].reference
        seen |= {"images": dataset.data.source} if name == "classification" else {}
        seed = homework.compute.seed
        train, validation = TASKS[name].module.fold_indices(len(dataset.x_train), config, seed)[0]
        own_seed = derive_seed(seed, config, 1)
        with tf.device(None if arguments.mirrored else DEVICES[arguments.device]):
            trainer = Trainer(config, dataset.data.shapes)
            fit = trainer.fit(config, dataset.x_train, dataset.y_train, train, validation, own_seed)
        where = {short_name(each.value.device) for each in fit.model.variables}
        seen["fits"][name] = {"history": fit.history, "devices": sorted(where), "replicas": trainer.replicas}
    return seen


def load(task: str, homework: Homework) -> Dataset:
    """The task's data, or images made up if the data set would have to be fetched."""
    if task == "classification" and not images_are_there(homework.data):
        return made_up_images(homework.data.train_images)
    return TASKS[task].module.load(homework.data)


def made_up_images(number: int) -> Dataset:
    """Training images with noise and a bright patch in one of ten places, equal on every machine; no others."""
    labels = np.arange(number) % 10
    images = np.random.default_rng(0).integers(0, 60, (number, 28, 28, 1), dtype=np.uint8)
    for label in range(10):
        top, left = 14 * (label // 5), 5 * (label % 5)
        images[labels == label, top : top + 12, left : left + 7] += 150
    data = Data("made up", {}, {"train": number, "test": 0}, images.shape[1:], DIGITS)
    return Dataset(images, labels, images[:0], labels[:0], data)


if __name__ == "__main__":
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    sys.exit(run_main(main))
