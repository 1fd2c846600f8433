"""The project's own ways of doing the work that tests/benchmarks compares, and Keras' `fit`: each call is one process.

python -m tests.benchmarks.ours search|keras_fit|image_epochs|product|oracle VALUES...
prints one JSON object with the seconds that the work took, or what else is measured.
"""

import dataclasses
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from training import device
from training.datasets import describe_images, load_images
from training.points import load_regression
from training.settings import load_homework
from training.tasks import TASKS


def main(what, *values):
    print(json.dumps(WORK[what](*values)))


def search(epochs):
    """The whole regression search through the tuner with two workers, its start and its end included."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Path(folder) / "settings.toml"
        settings.write_text(f"[regression]\nmax_epochs = {epochs}\npatience = {epochs}\n")
        flags = ["--config", str(settings), "--runs", folder, "--workers", "2"]
        command = [sys.executable, "-m", "tuning.tune", "--task", "regression", *flags]
        started = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        return {"seconds": time.perf_counter() - started}


def keras_fit(epochs, threads):
    """What a reader of Keras' guide would write, for one fold at each batch size of the grid, without compiling."""
    device.configure(int(threads), "float32")
    import keras

    homework = load_homework()
    data, settings = load_regression(homework.data), homework.tasks["regression"]
    base, total = settings.reference, 0
    for size in settings.search.grid["batch_size"]:
        model = TASKS["regression"].build(base, data.data.shapes)
        model.compile(keras.optimizers.Adam(base.learning_rate), "mean_squared_error")
        held_out = data.x_train[80:], data.y_train[80:]
        options = {"batch_size": size, "validation_data": held_out, "verbose": 0}
        model.fit(data.x_train[:80], data.y_train[:80], epochs=1, **options)
        started = time.perf_counter()
        model.fit(data.x_train[:80], data.y_train[:80], epochs=int(epochs), **options)
        total += time.perf_counter() - started
    return {"seconds": total}


def image_epochs(config, size, images, epochs):
    """A worker's epochs over five sixths of the images, validating on the rest, after a first one, which compiles."""
    homework = configured(config)
    import keras

    from training.trainer import Trainer

    class Clock(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            ends.append(time.perf_counter())

    ends, data = [], load_images(homework.data)
    reference = homework.tasks["classification"].reference
    settings = dataclasses.replace(reference, batch_size=int(size), max_epochs=1 + int(epochs))
    train, held_out = np.split(np.arange(int(images)), [int(images) * 5 // 6])
    Trainer(settings, data.data.shapes).fit(settings, data.x_train, data.y_train, train, held_out, 1, [Clock()])
    return {"seconds": ends[-1] - ends[0]}


def product(config, threads):
    """Operations a second of a large matrix product by number format, and what an epoch of 48,000 images takes."""
    homework = configured(config, int(threads))
    kinds = ["float32", *["bfloat16"] * (device.instruction_set() in device.BFLOAT16_SETS)]  # else it is emulated
    reference, shapes = homework.tasks["classification"].reference, describe_images(homework.data).shapes
    model = TASKS["classification"].build(reference, shapes)
    rates = {kind: matrix_product(kind) for kind in kinds}
    return {"rates": rates, "multiply_adds": multiply_adds(layer_products(model), 48000, 9600)}


def configured(config, threads=None):
    """The settings, after TensorFlow has been configured as they say."""
    homework = load_homework(Path(config))
    compute = homework.compute
    device.configure(threads or compute.threads, compute.precision, onednn=compute.onednn)
    return homework


def layer_products(model):
    """The multiply-adds of each layer with a kernel, in order, for one image forward: each output adds up a product for
    each weight that leads to its channel."""
    layers = [layer for layer in model.layers if hasattr(layer, "kernel")]
    return [int(np.prod(layer.kernel.shape) * np.prod(layer.output.shape[1:-1])) for layer in layers]


def multiply_adds(layers, trained, held_out):
    """Those of an epoch: forward for all images, backward for those trained on.

    Backward, each layer takes as many again for the gradient of its weights, and as many for that of its inputs, which
    the first layer does not need.
    """
    forward = sum(layers)
    return trained * (3 * forward - layers[0]) + held_out * forward


def matrix_product(kind, size=2048, repeats=10):
    """Operations a second of the fastest of several products of two large matrices: two for each that is added up."""
    import tensorflow as tf

    a = tf.cast(tf.random.normal((size, size)), kind)
    tf.matmul(a, a).numpy()
    times = []
    for _ in range(repeats):
        started = time.perf_counter()
        tf.matmul(a, a).numpy()
        times.append(time.perf_counter() - started)
    return 2 * size**3 / min(times)


def oracle(combinations, steps=200):
    """What the oracle adds to a combination, at the start and the end of a large grid with a row file for each fold."""
    from tests.tuning.fakes import FOLDS, Recorder, rows_in, search_over
    from tests.tuning.fakes import make_oracle as oracle_of

    combinations = int(combinations)
    grid = {
        "learning_rate": [0.0001 * k for k in range(1, 101)],
        "weight_decay": [0.0001 * k for k in range(1, combinations // 100 + 1)],
    }
    with tempfile.TemporaryDirectory() as folder:
        rows, train = rows_in(Path(folder)), Recorder()
        at = oracle_of(Path(folder), grid, rows)
        taken = []
        to_disk = os.fsync
        for number in range(combinations):
            os.fsync = (
                to_disk if number < steps or number >= combinations - steps else lambda _: None
            )  # what is not timed may be quick
            started = time.perf_counter()
            trial = at.create_trial("w1")
            for fold in range(1, FOLDS + 1):
                at.update_trial(trial.trial_id, train(at.config(number), fold), step=fold)
            trial.status = "COMPLETED"
            at.end_trial(trial)
            taken.append(time.perf_counter() - started)
        first, last = (1000 * sum(part) / steps for part in (taken[:steps], taken[-steps:]))
        started = time.perf_counter()
        resumed = oracle_of(Path(folder), grid, rows)
        resumed.skip_finished()
        again = time.perf_counter() - started
    return {
        "note": f"the oracle, {search_over(grid).combinations:,} combinations of {FOLDS} folds: {first:.2f} ms a"
        f" combination at the start, {last:.2f} ms at the end, {again:.1f} s to read all rows when resuming"
    }


WORK = {"search": search, "keras_fit": keras_fit, "image_epochs": image_epochs, "product": product, "oracle": oracle}

if __name__ == "__main__":
    main(*sys.argv[1:])
