"""What an epoch costs, against Keras' own `fit` doing the same work in the same process, and against a matrix product.

    python -m tests.benchmarks            (make bench)

Prints a line a measurement: median and range of the milliseconds an epoch takes, and ratios within this run. Absolute
times differ between machines and hours; ratios hold. The results that are kept stand in tests/benchmarks/RESULTS.md.
"""

import statistics
import sys
import time

import numpy as np

from training import device
from training.config import load_homework
from training.datasets import load_fashion_mnist, load_regression

REPEATS = 5
IMAGES = 6400


def main():
    homework = load_homework()
    precision = device.configure(homework.compute.threads, homework.compute.precision)
    machine = device.describe_machine(precision, homework.compute.threads)
    print(f"{machine.processor}, {machine.cores} cores, {machine.threads} thread a fit; {precision} for images")
    regression = load_regression(homework.data)
    report("regression", homework.regression, regression.x_train[:80], regression.y_train[:80], epochs=20, policy="float32")
    images = load_fashion_mnist(homework.data)
    report("classification", homework.classification, images.x_train[:IMAGES], images.y_train[:IMAGES], epochs=1, policy=precision)
    print(f"largest product: {matrix_product('float32'):.0f} GFLOP/s float32, {matrix_product('bfloat16'):.0f} GFLOP/s bfloat16")


def report(name, config, x, y, epochs, policy):
    """Time both ways of taking `epochs` epochs over all of x, y, validating on its first fifth, turn by turn."""
    import keras

    keras.config.set_dtype_policy(policy)
    ways = {"keras fit": plain_fit(config, x, y, epochs), "one program": one_program(config, x, y, epochs)}
    for run in ways.values():
        run()  # compiles
    times = {way: [] for way in ways}
    for _ in range(REPEATS):
        for way, run in ways.items():
            started = time.perf_counter()
            run()
            times[way].append(1000 * (time.perf_counter() - started) / epochs)
    for way, values in times.items():
        print(f"{name:15s} {way:12s} {statistics.median(values):8.1f} ms an epoch  ({min(values):.1f} to {max(values):.1f})")
    ratio = statistics.median(times["keras fit"]) / statistics.median(times["one program"])
    print(f"{name:15s} Keras' fit takes {ratio:.1f} times as long")


def plain_fit(config, x, y, epochs):
    """What a reader of Keras' guide would write: compile once, `fit` with validation data."""
    import keras

    from training.models import build_network

    model = build_network(config)
    loss = "mean_squared_error" if y.ndim == 2 else "sparse_categorical_crossentropy"
    metrics = [] if y.ndim == 2 else ["accuracy"]
    model.compile(keras.optimizers.Adam(config.learning_rate), loss, metrics=metrics)
    held_out = x[: len(x) // 5], y[: len(x) // 5]
    return lambda: model.fit(x, y, batch_size=config.batch_size, epochs=epochs, validation_data=held_out, verbose=0)


def one_program(config, x, y, epochs):
    """The same epochs through the project's Trainer."""
    import dataclasses

    from training.fitting import Trainer

    config = dataclasses.replace(config, max_epochs=epochs)
    trainer = Trainer(config)
    everything, held_out = np.arange(len(x)), np.arange(len(x) // 5)
    return lambda: trainer.fit(config, x, y, everything, held_out, seed=1)


def matrix_product(dtype, size=2048):
    """The rate of a large matrix product in GFLOP/s: an upper bound for what training can reach."""
    import tensorflow as tf

    a = tf.cast(tf.random.normal((size, size)), dtype)
    tf.matmul(a, a)
    times = []
    for _ in range(REPEATS):
        started = time.perf_counter()
        tf.matmul(a, a).numpy()
        times.append(time.perf_counter() - started)
    return 2 * size**3 / min(times) / 1e9


if __name__ == "__main__":
    sys.exit(main())
