"""The project's own ways of doing the work that tests/benchmarks compares, and Keras' `fit`: each call is one process.

python -m tests.benchmarks.ours search|keras_fit|image_epochs|bound|oracle [CONFIG] [NUMBER]
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
from training.datasets import load_fashion_mnist, load_regression
from training.settings import SHIPPED, load_homework
from training.tasks import TASKS

KERAS_FITS = 3  # one for each batch size of the shipped grid
IMAGES = 12000


def main(what, config=SHIPPED, number="0"):
    seconds = WORK[what](Path(config), int(number))
    if seconds is not None:
        print(json.dumps({"seconds": seconds}))


def search(config, epochs):
    """The whole regression search through the tuner with two workers, its start and its end included."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Path(folder) / "settings.toml"
        settings.write_text(f"[regression]\nmax_epochs = {epochs}\npatience = {epochs}\n")
        command = [
            sys.executable,
            "-m",
            "tuning.tune",
            "--task",
            "regression",
            "--config",
            str(settings),
            "--runs",
            folder,
            "--workers",
            "2",
        ]
        started = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        return time.perf_counter() - started


def keras_fit(config, epochs):
    """What a reader of Keras' guide would write, for one fold at each batch size of the grid, without compiling."""
    device.configure(os.cpu_count(), "float32")
    import keras

    homework = load_homework(config)
    data, settings = load_regression(homework.data), homework.tasks["regression"]
    base, total = settings.reference, 0
    for size in settings.search.grid["batch_size"]:
        model = TASKS["regression"].build(base)
        model.compile(keras.optimizers.Adam(base.learning_rate), "mean_squared_error")
        held_out = data.x_train[80:], data.y_train[80:]
        options = {"batch_size": size, "validation_data": held_out, "verbose": 0}
        model.fit(data.x_train[:80], data.y_train[:80], epochs=1, **options)
        started = time.perf_counter()
        model.fit(data.x_train[:80], data.y_train[:80], epochs=epochs, **options)
        total += time.perf_counter() - started
    return total


def image_epochs(config, size):
    """Seconds an epoch takes in each of two processes side by side; the slower one counts."""
    command = [
        sys.executable,
        "-c",
        f"from tests.benchmarks.ours import one_worker; one_worker({str(config)!r}, {size})",
    ]
    workers = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    return max(json.loads(worker.communicate()[0].splitlines()[-1])["seconds"] for worker in workers)


def one_worker(config, size, epochs=3):
    """One worker's epochs over five sixths of the images, validating on the rest, without the first, which compiles."""
    homework = load_homework(config)
    device.configure(homework.compute.threads, homework.compute.precision)
    import keras

    from training.trainer import Trainer

    class Clock(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            ends.append(time.perf_counter())

    ends, data = [], load_fashion_mnist(homework.data)
    settings = dataclasses.replace(homework.tasks["classification"].reference, batch_size=size, max_epochs=epochs)
    train, held_out = np.arange(IMAGES * 5 // 6), np.arange(IMAGES * 5 // 6, IMAGES)
    Trainer(settings).fit(settings, data.x_train, data.y_train, train, held_out, 1, [Clock()])
    print(json.dumps({"seconds": (ends[-1] - ends[0]) / (epochs - 1)}))


def bound(config, _number):
    """What a large matrix product allows on all threads, and the reference network's seconds an epoch at that rate."""
    homework = load_homework(config)
    device.configure(os.cpu_count(), "float32")
    work = 3 * 48000 * forward_operations(homework.tasks["classification"].reference)
    for kind in ("float32", "bfloat16"):
        rate = matrix_product(kind)
        epoch = f"{work / rate:.2f} s an epoch of 48,000 images at that rate"
        print(f"  matrix product {kind:9s} {rate / 1e9:8.0f} GFLOP/s: {epoch}")


def forward_operations(config):
    """Floating-point operations of the reference network for one image: two for each product that is added up."""
    first, second = config.filters
    products = 26 * 26 * 9 * first + 11 * 11 * 9 * first * second + 25 * second * config.dense_units[0]
    return 2 * (products + config.dense_units[0] * config.dense_units[1] + 10 * config.dense_units[1])


def matrix_product(kind, size=2048, repeats=5):
    """Operations a second of a large matrix product."""
    import tensorflow as tf

    a = tf.cast(tf.random.normal((size, size)), kind)
    tf.matmul(a, a)
    times = []
    for _ in range(repeats):
        started = time.perf_counter()
        tf.matmul(a, a).numpy()
        times.append(time.perf_counter() - started)
    return 2 * size**3 / min(times)


def oracle(_config, _number, combinations=10_000, steps=200):
    """What the oracle adds to a combination, at the start and the end of a large grid with a row file for each fold."""
    from tests.tuning.fakes import FOLDS, Recorder, rows_in, search_over
    from tests.tuning.fakes import make_oracle as oracle_of

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
    print(f"oracle, {search_over(grid).combinations} combinations of {FOLDS} folds")
    print(
        f"  a combination      {first:8.2f} ms at the start, {last:.2f} ms at the end;"
        f" {again:.1f} s to read all rows when resuming"
    )


WORK = {"search": search, "keras_fit": keras_fit, "image_epochs": image_epochs, "bound": bound, "oracle": oracle}

if __name__ == "__main__":
    main(*sys.argv[1:])
