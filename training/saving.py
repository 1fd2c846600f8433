"""Networks as `.keras` files that predict what is reported, and that Keras opens without this project.

The file of a classifier holds what is around the network when it predicts: the views that are averaged, and a guard
against images that were divided by 255. What alters training images at random is left out, so that nobody's plain call
`model(images)` alters them.
"""

import io
import json
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import keras
import numpy as np
from keras import ops

from reporting.artifacts import write_bytes
from training.views import Views

# Arguments that some layers have since one of Keras 3.11 to 3.15, with the default that says what earlier versions do
NEW_ARGUMENTS = {
    "quantization_config": None,
    "ragged": None,
    "input_axes": None,
    "output_axes": None,
    "renorm": False,
    "renorm_clipping": None,
    "renorm_momentum": 0.99,
}


def save_network(path: Path, model: keras.Model) -> None:
    """Write the model as it is, so that Keras 3.10 and later read it."""
    with tempfile.TemporaryDirectory() as scratch:
        whole = Path(scratch) / "model.keras"
        model.save(whole)
        write_bytes(path, portable(whole.read_bytes()))


def portable(archive: bytes) -> bytes:
    """A `.keras` file without what versions before 3.15 do not know and do not need; all the rest of it is the same."""
    content = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as old, zipfile.ZipFile(content, "w") as new:
        for member in old.infolist():
            data = old.read(member)
            if member.filename == "config.json":
                data = json.dumps(json.loads(data, object_hook=without_news)).encode()
            new.writestr(member, data)
    return content.getvalue()


def without_news(config: dict[str, Any]) -> dict[str, Any]:
    """The mapping without the NEW_ARGUMENTS that have their default, and an operation's without its second name."""
    if str(config.get("module")).startswith("keras.src.ops."):
        config["config"].pop("name", None)
    return {key: value for key, value in config.items() if key not in NEW_ARGUMENTS or value != NEW_ARGUMENTS[key]}


def save_classifier(path: Path, model: keras.Model, views: Views, images: np.ndarray) -> None:
    """Write what predicts the recorded probabilities from grey values: the mean of the model's outputs over all views.

    `images` are the training images (n, height, width, channels), which tell if the guard can stand.
    """
    save_network(path, predictor(model, views, guarded=visible(images)))


def predictor(model: keras.Model, views: Views, guarded: bool) -> keras.Model:
    """The model averaged over the views, in the precision that it was trained in; with copies of its weights."""
    inputs = keras.Input(model.input_shape[1:], name=model.inputs[0].name)
    seen = views(in_grey_values(inputs) if guarded else inputs)
    # All views go through the network as one batch: so its layers stand in the file once, by their names
    batch = ops.concatenate(seen, axis=0) if len(seen) > 1 else seen[0]
    network = keras.models.clone_model(model, call_function=unaltered)
    network.set_weights(model.get_weights())
    outputs = network.call(batch)  # layer by layer: a plain call would make one layer of the network
    if len(seen) > 1:
        outputs = ops.mean(ops.reshape(outputs, (len(seen), -1, outputs.shape[-1])), axis=0)
    return keras.Model(inputs, outputs, name=model.name)


def unaltered(layer: Any, *args: Any, **kwargs: Any) -> Any:
    """The output of a layer, or its input where it alters training images at random and leaves all others alone."""
    (x, *_), random = args, type(layer).__name__.startswith("Random")
    return x if random and layer.compute_output_shape(x.shape) == x.shape else layer(*args, **kwargs)


def visible(images: np.ndarray) -> bool:
    """Whether each image has a value above 1, so that one without is none of these data but was divided by 255."""
    return bool((images.reshape(len(images), -1).max(axis=1) > 1).all())


def in_grey_values(images: Any) -> Any:
    """Images (n, height, width, channels) from 0 to 255; those that have no value above 1 are multiplied by 255."""
    return ops.where(ops.amax(images, axis=(1, 2, 3), keepdims=True) > 1, images, images * 255)
