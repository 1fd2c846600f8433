"""How far pictures are from training images: in the pixels, and in what layers of the network make of them.

The distance is that of directions, sqrt(2 - 2 cosine), to the fifth nearest training image (Sun et al. 2022,
"Out-of-distribution detection with deep nearest neighbors", ICML).
"""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np

NEAREST = 5
REFERENCES = 10000  # training images that distances are measured to
COMPARED = 2000  # validation images whose distances say what is usual
BATCH = 500
PIXELS, CONVOLVED, LAST = "pixels", "convolved", "last"  # the last hidden layer; nearest images are those there


def feature_layers(model: keras.Model) -> dict[str, Any]:
    """The layers whose outputs are vectors: the first, behind the convolutions, and the last before the output."""
    vectors = [layer for layer in model.layers if isinstance(layer, keras.Layer) and len(layer.output.shape) == 2]
    outputs = [number for number, layer in enumerate(vectors) if layer.weights]
    hidden = vectors[: outputs[-1]] if outputs else []
    return {CONVOLVED: hidden[0], LAST: hidden[-1]} if hidden else {}


def features_of(model: keras.Model) -> Callable[[np.ndarray], dict[str, np.ndarray]]:
    """A function of images (n, height, width, channels) that returns directions by space, (n, units) each.

    Where the network is given several views of an image, those are of the image as it is.
    """
    outputs = {name: keras.ops.cast(layer.output, "float32") for name, layer in feature_layers(model).items()}
    inner = keras.Model(model.input, outputs) if outputs else None

    def features(images: np.ndarray) -> dict[str, np.ndarray]:
        found: dict[str, list[np.ndarray]] = {name: [] for name in (PIXELS, *outputs)}
        for start in range(0, len(images), BATCH):
            part = images[start : start + BATCH].astype(np.float32)
            found[PIXELS].append(part.reshape(len(part), -1))
            for name, values in (inner(part, training=False) if inner else {}).items():
                found[name].append(np.asarray(values)[: len(part)])
        return {name: directions(np.concatenate(parts)) for name, parts in found.items()}

    return features


def directions(vectors: np.ndarray) -> np.ndarray:
    """Vectors (n, units) of length 1; that of zeros stays."""
    return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)


def nearest(those: np.ndarray, references: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Indices and distances (n, 5) of the references nearest to each of those, nearest first."""
    count = min(NEAREST, len(references))
    indices, distances = [], []
    for start in range(0, len(those), BATCH):
        part = those[start : start + BATCH]
        squares = (part**2).sum(axis=1)[:, None] + (references**2).sum(axis=1) - 2 * part @ references.T
        rows = np.arange(len(part))[:, None]
        found = np.argpartition(squares, count - 1, axis=1)[:, :count]
        found = found[rows, np.argsort(squares[rows, found], axis=1, kind="stable")]
        indices.append(found)
        distances.append(np.sqrt(np.maximum(squares[rows, found], 0)))
    return np.concatenate(indices), np.concatenate(distances)
