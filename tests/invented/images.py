"""Images of garments or other things, what convolutions make of one, and the receptive fields of the classes."""

import numpy as np


def garment(label: int) -> np.ndarray:
    """A grey silhouette, 28 x 28 in [0, 1], another one for each label."""
    row, column = np.mgrid[:28, :28] - 13.5
    body = (abs(row) < 11) & (abs(column) < 5 + label % 4)
    sleeves = (abs(column) < 12) & (abs(row + 7 - label % 5) < 3)
    opening = (abs(column) < 1 + label // 3) & (row > 2 * (label % 3) - 4)
    return np.clip((body | sleeves) & ~opening, 0, 1) * (0.55 + 0.4 * np.cos(row / (4 + label)) ** 2)


def picture(label: int, shape: tuple[int, ...]) -> np.ndarray:
    """The silhouette at another size, (h, w) in [0, 1]; in another colour for each label, (h, w, 3)."""
    rows, columns = (np.arange(length) * 28 // length for length in shape[:2])
    image = garment(label)[np.ix_(rows, columns)]
    colour = 0.5 + 0.5 * np.cos(label + np.array([0, 2, 4]))
    return image[..., None] * colour if shape[2] == 3 else image


def filtered(maps: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    """ReLU of the valid cross-correlation of maps (h, w, inputs) with a kernel (k, k, inputs, filters)."""
    windows = np.lib.stride_tricks.sliding_window_view(maps, kernel.shape[:2], axis=(0, 1))
    return np.maximum(np.einsum("hwikl,klif->hwf", windows, kernel), 0)


def features_of(weights: dict[str, np.ndarray], shape: tuple[int, ...], classes: int) -> dict[str, np.ndarray]:
    """features.npz: an image, and filters and maps of all convolutions for it."""
    label = min(6, classes - 1)
    image, arrays = picture(label, shape), {}
    maps = image.reshape(shape)
    for name in [name for name in weights if name.startswith("trained/conv_") and name.endswith("kernel")]:
        layer, kernel = name.split("/")[1], weights[name]
        maps = filtered(maps, kernel)
        filters = kernel.transpose(3, 2, 0, 1)
        arrays |= {f"{layer}/filters": filters[:, 0] if kernel.shape[2] == 1 else filters}
        arrays |= {f"{layer}/maps": maps.transpose(2, 0, 1)}
        height, width = (length // 2 for length in maps.shape[:2])
        maps = maps[: 2 * height, : 2 * width].reshape(height, 2, width, 2, -1).max(axis=(1, 3))
    shown = {"image": np.round(255 * image).astype("uint8"), "image_index": np.array(21)}
    return {name: value.astype("float32") for name, value in arrays.items()} | shown | {"image_label": np.array(label)}


def feature_map(rng: np.random.Generator, images: int, classes: int) -> dict[str, np.ndarray]:
    """A map (images, 2) on which each class has a place of its own, but the labels 4 and 6 nearly the same."""
    labels = np.arange(images) % classes
    angles = 2 * np.pi * np.where(labels == 4, 5.7, labels) / classes
    places = 5 * np.column_stack([np.cos(angles), np.sin(angles)]) + rng.normal(0, 0.8, (images, 2))
    return {"feature_map": places.astype("float32")}


def receptive_fields(rng: np.random.Generator, shape: tuple[int, ...], classes: int) -> dict[str, np.ndarray]:
    """receptive_fields.npz: fields that show the class in trained networks and nothing in untrained ones."""
    means = np.array([picture(label, shape) for label in range(classes)])
    grey = means.mean(axis=-1) if means.ndim == 4 else means
    contrast = grey - grey.mean(axis=0)
    arrays = {
        "class_mean": means,
        "reached_probability": np.full(classes, 0.99),
        "untrained_reached_probability": np.full(classes, 0.11),
    }
    for method, clarity in {"back_projection": 0.6, "gradient": 1.0, "activation_maximisation": 2.0}.items():
        noise, control = rng.normal(0, 0.3, (2, *grey.shape))
        arrays[method], arrays[f"untrained_{method}"] = clarity * contrast + noise, control
    for method in ("activation_maximisation", "untrained_activation_maximisation"):
        arrays[method] = np.clip(0.4 + 0.4 * arrays[method], 0, 1)
    return {name: value.astype("float32") for name, value in arrays.items()} | {"gradient_images": np.array(200)}
