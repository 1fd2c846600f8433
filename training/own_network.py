"""A network of the user's own: `build_network(config)` in a Python file that the settings name."""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import importlib.abc
import importlib.util
import re
import traceback
import types
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from reporting.artifacts import Shapes, UserError
from training.config import FitConfig

if TYPE_CHECKING:
    import keras

FUNCTION = "build_network"
REASON = 300  # characters of an error's text
_files: dict[str, Path] = {}  # SHA-256 -> the file with that content, as the settings were read


class Loader(importlib.abc.ExecutionLoader):
    """Loads a file as a module of no package; nothing is kept of it on the disk."""

    def __init__(self, path: Path, source: bytes) -> None:
        self.path, self.source = path, source

    def get_filename(self, fullname: str) -> str:
        """The file, for messages."""
        return str(self.path)

    def get_source(self, fullname: str) -> str:
        """The program text."""
        return importlib.util.decode_source(self.source)


def digest_of(name: str, folder: Path) -> str:
    """The SHA-256 of a file named in settings in that folder; by this digest `build_own` finds it."""
    tried = list(dict.fromkeys(base.resolve() / name for base in (folder, Path.cwd())))
    for path in tried:
        try:
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
        except (OSError, ValueError):
            continue
        _files[digest] = path
        return digest
    raise UserError(f"network = {name!r}: there is no file {' or '.join(map(str, tried))}")


def build_own(config: FitConfig, shapes: Shapes) -> keras.Model:
    """The network that the file of a configuration builds; raises UserError with file and line where it does not."""
    path = _files[config.network_sha256]
    build, wanted = builder(config.network_sha256), types.SimpleNamespace(**dataclasses.asdict(config))
    wanted.inputs, wanted.outputs = shapes
    made = guarded(path, functools.partial(build, wanted))
    model = checked(path, made, shapes)
    if config.task == "classification":
        require_probabilities(path, model, shapes)
    return model


@functools.lru_cache(maxsize=8)
def builder(digest: str) -> Callable[[Any], Any]:
    """The function of the file with that content."""
    path = _files[digest]
    source = path.read_bytes()
    if hashlib.sha256(source).hexdigest() != digest:
        raise UserError(f"{path} has changed since the settings were read; give the same command again")
    loader = Loader(path, source)
    module = types.ModuleType(path.stem)
    module.__file__ = str(path)
    guarded(path, functools.partial(loader.exec_module, module))
    function = getattr(module, FUNCTION, None)
    if not callable(function):
        raise UserError(f"{path} defines no function {FUNCTION}(config), which is to return a Keras model")
    return function


def guarded(path: Path, call: Callable[[], Any]) -> Any:
    """What a call of the user's program returns; raises UserError with the line of the file at which it fails."""
    try:
        return call()
    except Exception as error:
        lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(path)]
        line = error.lineno if isinstance(error, SyntaxError) else (lines or [None])[-1]
        reason = " ".join(f"{type(error).__name__}: {error.msg if isinstance(error, SyntaxError) else error}".split())
        raise UserError(f"{path}{f', line {line}' if line else ''}: {reason[:REASON]}") from None


def checked(path: Path, model: Any, shapes: Shapes) -> keras.Model:
    """The model with stable names, if it is a functional one of these shapes; raises UserError otherwise."""
    import keras

    if not isinstance(model, keras.Model):
        raise UserError(f"{path}: {FUNCTION} returned {type(model).__name__}, not a Keras model")
    if not getattr(model, "inputs", None) or not getattr(model, "outputs", None):
        raise UserError(f"{path}: {FUNCTION} must return a functional model: keras.Model(inputs, outputs)")
    found = [[tuple(tensor.shape) for tensor in tensors] for tensors in (model.inputs, model.outputs)]
    wanted = [(None, *shapes.inputs), (None, shapes.outputs)]
    for side, one, other in zip(("inputs", "outputs"), found, wanted, strict=True):
        if one != [other]:
            shown = " and ".join(map(str, one))
            raise UserError(f"{path}: the {side} of the model must have the shape {other}, and they have {shown}")
    named = keras.Model(model.inputs[0], model.outputs[0], name="own_network")
    name_layers(named)
    return named


def name_layers(model: keras.Model) -> None:
    """Number layers that the user has not named within the model; Keras counts all of a process."""
    from keras import layers

    kinds = {layer: snake_case(type(layer).__name__) for layer in model.layers}
    unnamed = [layer for layer, kind in kinds.items() if re.fullmatch(rf"{kind}(_\d+)?", layer.name)]
    taken = {layer.name for layer in model.layers if layer not in unnamed}
    for layer in unnamed:
        if not isinstance(layer, layers.InputLayer):
            numbered = (f"{kinds[layer]}_{number}" for number in range(1, len(model.layers) + 1))
            layer.name = next(name for name in numbered if name not in taken)
            taken.add(layer.name)


def snake_case(name: str) -> str:
    """The name that Keras gives a layer of a class, without its number: conv2d of Conv2D, max_pooling2d, dense."""
    return re.sub("([a-z])([A-Z])", r"\1_\2", re.sub("(.)([A-Z][a-z]+)", r"\1_\2", name)).lower()


def require_probabilities(path: Path, model: keras.Model, shapes: Shapes) -> None:
    """Raise UserError unless the outputs of a classifier are probabilities."""
    images = np.random.default_rng(0).integers(0, 256, (2, *shapes.inputs), dtype=np.uint8)
    outputs = guarded(path, lambda: np.asarray(model(images, training=False), dtype=np.float64))
    if not (np.isfinite(outputs).all() and (outputs >= 0).all() and np.allclose(outputs.sum(axis=1), 1, atol=0.02)):
        raise UserError(f"{path}: the outputs of the model must be probabilities; end it with a softmax")
