"""Images of garments, what convolutions make of one, and the receptive fields of the classes."""

import numpy as np


def garment(label: int) -> np.ndarray:
    """A grey silhouette, 28 x 28 in [0, 1], another one for each label."""
    row, column = np.mgrid[:28, :28] - 13.5
    body = (abs(row) < 11) & (abs(column) < 5 + label % 4)
    sleeves = (abs(column) < 12) & (abs(row + 7 - label % 5) < 3)
    opening = (abs(column) < 1 + label // 3) & (row > 2 * (label % 3) - 4)
    return np.clip((body | sleeves) & ~opening, 0, 1) * (0.55 + 0.4 * np.cos(row / (4 + label)) ** 2)


def filtered(maps: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    """ReLU of the valid cross-correlation of maps (h, w, inputs) with a kernel (k, k, inputs, filters)."""
    windows = np.lib.stride_tricks.sliding_window_view(maps, kernel.shape[:2], axis=(0, 1))
    return np.maximum(np.einsum("hwikl,klif->hwf", windows, kernel), 0)


def features_of(weights: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """features.npz: an image, and filters and maps of both convolutions for it."""
    image = garment(6)
    kernels = [weights[f"trained/conv_{k}/kernel"] for k in (1, 2)]
    first = filtered(image[..., None], kernels[0])
    second = filtered(first.reshape(13, 2, 13, 2, -1).max(axis=(1, 3)), kernels[1])
    arrays = {
        "conv_1/filters": kernels[0][:, :, 0].transpose(2, 0, 1),
        "conv_1/maps": first.transpose(2, 0, 1),
        "conv_2/filters": kernels[1].transpose(3, 2, 0, 1),
        "conv_2/maps": second.transpose(2, 0, 1),
    }
    shown = {"image": np.round(255 * image).astype("uint8"), "image_index": np.array(21), "image_label": np.array(6)}
    return {name: value.astype("float32") for name, value in arrays.items()} | shown


def feature_map(rng: np.random.Generator, images: int) -> dict[str, np.ndarray]:
    """A map (images, 2) on which each class has a place of its own, but the labels 4 and 6 nearly the same."""
    labels = np.arange(images) % 10
    angles = 2 * np.pi * np.where(labels == 4, 5.7, labels) / 10
    places = 5 * np.column_stack([np.cos(angles), np.sin(angles)]) + rng.normal(0, 0.8, (images, 2))
    return {"feature_map": places.astype("float32")}


def receptive_fields(rng: np.random.Generator) -> dict[str, np.ndarray]:
    """receptive_fields.npz: fields that show the class in trained networks and nothing in untrained ones."""
    means = np.array([garment(label) for label in range(10)])
    contrast = means - means.mean(axis=0)
    arrays = {
        "class_mean": means,
        "reached_probability": np.full(10, 0.99),
        "untrained_reached_probability": np.full(10, 0.11),
    }
    for method, clarity in {"back_projection": 0.6, "gradient": 1.0, "activation_maximisation": 2.0}.items():
        noise, control = rng.normal(0, 0.3, (2, 10, 28, 28))
        arrays[method], arrays[f"untrained_{method}"] = clarity * contrast + noise, control
    for method in ("activation_maximisation", "untrained_activation_maximisation"):
        arrays[method] = np.clip(0.4 + 0.4 * arrays[method], 0, 1)
    return {name: value.astype("float32") for name, value in arrays.items()} | {"gradient_images": np.array(200)}
