"""A network of one's own for examples/own_network.toml: two branches with kernels of different size."""

from typing import Any

import keras
from keras import layers


def build_network(config: Any) -> keras.Model:
    """Images of config.inputs (height, width, channels) with values 0 to 255 -> config.outputs probabilities.

    `config` also has every setting of its table, for example config.dropout.
    """
    image = keras.Input(config.inputs, name="image")
    scaled = layers.Rescaling(1 / 255, name="scale")(image)
    fine = layers.Conv2D(16, 3, padding="same", activation="relu", name="fine")(scaled)
    coarse = layers.Conv2D(16, 5, padding="same", activation="relu", name="coarse")(scaled)
    x = layers.Concatenate(name="both")([fine, coarse])
    x = layers.MaxPooling2D(2, name="pool")(x)
    x = layers.Conv2D(32, 3, padding="same", activation="relu", name="joint")(x)
    x = layers.GlobalAveragePooling2D(name="average")(x)
    x = layers.Dense(64, activation="relu", name="dense")(x)
    x = layers.Dropout(config.dropout, name="dropout")(x)
    probabilities = layers.Dense(config.outputs, activation="softmax", dtype="float32", name="probabilities")(x)
    return keras.Model(image, probabilities, name="two_branches")
