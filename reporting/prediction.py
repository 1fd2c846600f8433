"""What was predicted of pictures: calibrated probabilities, the nearest training images, and what to beware of."""

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np

from reporting.artifacts import ArtifactError, Stored, load_arrays, load_json, load_run
from reporting.stats.calibration import fit_temperature, tempered
from reporting.stats.likeness import shares_as_unlike

COMMAND = "make predict"
FALSE_ALARMS = 0.02  # the share of pictures like the training data that are called unlike them
SHOWN = 3  # classes


@dataclasses.dataclass(frozen=True)
class Step:
    """Something that was done to a picture, with the picture after it."""

    name: str
    image: np.ndarray  # (height, width, 1 or 3) uint8
    numbers: Stored


@dataclasses.dataclass(frozen=True)
class Prediction:
    """What the network says of a picture."""

    file: str
    width: int
    height: int
    steps: tuple[Step, ...]  # the first is the picture itself
    seen: np.ndarray  # (height, width, 1 or 3) uint8
    classes: tuple[tuple[str, float], ...]  # the most probable ones and their calibrated probabilities
    nearest: tuple[tuple[str, np.ndarray], ...]  # classes and images, nearest first
    share_as_unlike: float  # of the validation images
    faults: Stored  # what could not be mended

    @property
    def name(self) -> str:
        """The file's name without its folders."""
        return Path(self.file).name

    @property
    def unlike(self) -> bool:
        """Whether the picture is unlike the training data, so that its probabilities mean nothing."""
        return self.share_as_unlike <= FALSE_ALARMS

    @property
    def warned(self) -> bool:
        """Whether there is anything to beware of."""
        return self.unlike or bool(self.faults)

    @property
    def agreeing(self) -> int:
        """How many of the nearest training images are of the most probable class."""
        return sum(name == self.classes[0][0] for name, _ in self.nearest)


@dataclasses.dataclass(frozen=True)
class Predictions:
    """What the network says of all pictures."""

    variant: str
    style: Stored  # what the training images have in common
    temperature: float
    validation_accuracy: float
    references: int  # training images that distances are measured to
    compared: int  # validation images
    pictures: tuple[Prediction, ...]
    false_alarms: float = FALSE_ALARMS

    @property
    def dark(self) -> bool:
        """Whether the training images have a dark ground."""
        return self.style["ground"] < 128


def load_predictions(runs: Path) -> Predictions:
    """The findings on the pictures that training.predict has recorded; raises ArtifactError if they are not there."""
    folder = runs / "predict"
    said = load_json(folder / "predict.json", COMMAND)
    arrays, thumbnails = (load_arrays(folder / f"{name}.npz", COMMAND) for name in ("predictions", "pictures"))
    network = runs / said["task"] / said["variant"]
    run = load_run(network)
    if run.finished_at != said["finished_at"]:
        raise ArtifactError(f"{network} has been trained again since; run '{COMMAND}' again")
    recorded = load_arrays(network / "predictions.npz")
    temperature = fit_temperature(recorded["validation_probabilities"], recorded["validation_labels"])
    suffix = "/validation"
    spaces = [name.removesuffix(suffix) for name in arrays if name.endswith(suffix)]
    shares = shares_as_unlike({name: (arrays[name + suffix], arrays[f"{name}/pictures"]) for name in spaces})
    calibrated = tempered(arrays["probabilities"], temperature)
    pictures = [
        prediction(picture, number, said["classes"], calibrated[number], float(shares[number]), arrays, thumbnails)
        for number, picture in enumerate(said["pictures"])
    ]
    return Predictions(
        said["variant"],
        said["style"],
        temperature,
        run.metrics["validation_accuracy"],
        int(arrays["references"]),
        len(arrays[spaces[0] + suffix]),
        tuple(pictures),
    )


def prediction(
    picture: Any, number: int, names: list[str], probabilities: np.ndarray, share: float, arrays: Any, thumbnails: Any
) -> Prediction:
    """What the network says of one picture, with calibrated probabilities (classes,)."""
    best = np.argsort(-probabilities, kind="stable")[:SHOWN]
    steps = [
        Step(step["name"], thumbnails[f"{number}/{at}"], step["numbers"]) for at, step in enumerate(picture["steps"])
    ]
    near = zip(arrays["nearest_label"][number], arrays["nearest_image"][number], strict=True)
    return Prediction(
        picture["file"],
        picture["width"],
        picture["height"],
        tuple(steps),
        arrays["seen"][number],
        tuple((names[label], float(probabilities[label])) for label in best),
        tuple((names[label], image) for label, image in near),
        share,
        picture["faults"],
    )
