"""The layers of a classification network in words, from its settings."""

from collections.abc import Mapping, Sequence
from typing import Any

from reporting.engine.formatting import format_number_word
from reporting.names import named
from reporting.sections.shared.settings import per_layer

POOLINGS = {"max": "max-pooling", "average": "average pooling"}


def structure_in_words(config: Mapping[str, Any]) -> str:
    """All layers from the image on, as in "two convolutions with ReLU, ..., dropout and a softmax over the classes"."""
    if config.get("network"):
        return f"the layers of {config['network']}, a file of one’s own, up to a softmax over the classes"
    convolutions, dense = len(config["filters"]), len(config["dense_units"])
    functions = per_layer(config.get("activation", "relu"), convolutions + dense)
    parts = [
        f"{counted(convolutions, 'convolution')} with {listed(functions[:convolutions])}"
        + pooling_in_words(per_layer(config.get("pooling", "max"), convolutions))
    ]
    if config.get("global_pooling", "none") != "none":
        parts.append(f"then the {'mean' if config['global_pooling'] == 'average' else 'maximum'} of each feature map")
    if dense:
        parts.append(f"then {counted(dense, 'fully connected layer')} with {listed(functions[convolutions:])}")
    dropout = "dropout and " if any(per_layer(config["dropout"], max(dense, 1))) else ""
    return ", ".join([*parts, f"{dropout}a softmax over the classes"])


def layers_in_words(config: Mapping[str, Any]) -> str:
    """The numbers of layers, as in "two convolutions and two dense layers"."""
    if config.get("network"):
        return f"the layers of {config['network']}"
    convolutions, dense = len(config["filters"]), len(config["dense_units"])
    own = counted(convolutions, "convolution")
    return f"{own} and {counted(dense, 'dense layer')}" if dense else f"{own} and no dense layer"


def views_of(config: Mapping[str, Any]) -> int:
    """Over how many views of an image the predictions of a network are averaged."""
    return (2 if config.get("horizontal_flips") else 1) * (5 if config.get("shifted_views") else 1)


def views_in_words(config: Mapping[str, Any]) -> str:
    """These views, as in "two views: the image and its mirror image"; empty if there is one."""
    flipped, pixels = config.get("horizontal_flips"), config.get("shifted_views")
    if not pixels:
        return "two views: the image and its mirror image" if flipped else ""
    shifted = (
        f"{format_number_word(views_of(config))} views: the image and its shifts by {pixels} px in four directions"
    )
    return f"{shifted}, each also mirrored" if flipped else shifted


def pooling_in_words(kinds: Sequence[str]) -> str:
    """What follows the convolutions, of which each has one of the kinds of pooling: a clause, or nothing."""
    pooled = [kind for kind in kinds if kind != "none"]
    if not pooled:
        return ""
    kind = POOLINGS[pooled[0]] if len(set(pooled)) == 1 else "pooling"
    if len(kinds) == 1:
        return f", followed by 2 by 2 {kind}"
    subject = "each" if len(pooled) == len(kinds) else f"{format_number_word(len(pooled))} of them"
    return f", {subject} with 2 by 2 {kind}"


def listed(functions: Sequence[str]) -> str:
    """The different ones of these activation functions in words, in order."""
    return " and ".join(dict.fromkeys(named(function, "activation") for function in functions))


def counted(count: int, noun: str) -> str:
    """A number of things in words, as in two layers."""
    return f"{format_number_word(count)} {noun}{'' if count == 1 else 's'}"
