"""A fit that several devices share gives what one device gives; two logical processors stand in for GPUs."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
SHARED = """
import dataclasses, sys
import tensorflow as tf
processor = tf.config.list_physical_devices("CPU")[0]
tf.config.set_logical_device_configuration(processor, [tf.config.LogicalDeviceConfiguration()] * 2)
import numpy as np
from tests.training.test_trainer import CNN, MLP, images, points, shapes_of
from training.trainer import Trainer
strategy = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
small = dataclasses.replace(CNN, batch_size=12)
other = {"optimizer": "adamw", "weight_decay": 0.1, "label_smoothing": 0.1, "weight_average": 0.5}
for config, (x, y) in ((MLP, points()), (small, images()), (dataclasses.replace(small, **other), images())):
    parts = np.arange(0, len(x) - 9), np.arange(len(x) - 9, len(x))  # the last batch is a single point
    parts = parts[0][: config.batch_size + 1], parts[1]
    alone = Trainer(config, shapes_of(x, y))
    expected = alone.fit(config, x, y, *parts, seed=5).history, alone.evaluate(x, y)
    with strategy.scope():
        shared = Trainer(config, shapes_of(x, y))
        assert shared.replicas == 2 and alone.replicas == 1
        found = shared.fit(config, x, y, *parts, seed=5).history, shared.evaluate(x, y)
    for one, other in zip([*expected[0], expected[1]], [*found[0], found[1]], strict=True):
        np.testing.assert_allclose(list(other.values()), list(one.values()), rtol=2e-4)
print("equal")
"""


def test_two_devices_share_every_batch_and_agree_with_one():
    done = subprocess.run([sys.executable, "-c", SHARED], capture_output=True, text=True, cwd=ROOT)
    assert done.stdout == "equal\n", done.stderr[-3000:]
