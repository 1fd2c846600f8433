"""What the trained network says of pictures; the page of it is drawn by reporting.predict_page.

    python -m training.predict --images shoe.jpg

Takes files, quoted names with blanks between them, and folders. Without --variant the network is the one that is best
on validation data. Each picture is made like the training images first, by the rules of adapting.py. Writes to
runs/predict/ predict.json (last), pictures.npz (each picture after each step) and predictions.npz: probabilities as the
network gives them, the nearest training images, and how far they are. Takes about 15 seconds.
"""

import argparse
import glob
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from reporting.artifacts import UserError, save_arrays, save_json
from training.adapting import Style, adapt, style_of
from training.cli import homework_of, parse_arguments, run_main
from training.device import configure
from training.photos import Picture, find_pictures, read_picture
from training.tasks import TASKS
from training.trained import Trained, trained

THUMBNAIL = 160  # pixels of the longer side of pictures that are kept to be shown
(CLASSIFICATION,) = (name for name, task in TASKS.items() if task.classifies)


def main(argv: Sequence[str] | None = None) -> None:
    arguments = parse_arguments(__doc__, argv, add_flags)
    paths = find_pictures([name for text in arguments.images for name in names_in(text)])
    homework = homework_of(arguments)
    network = trained(arguments.runs, CLASSIFICATION, arguments.variant, homework)
    train, _ = network.fold
    style = style_of(network.dataset.x_train[train])
    pictures = read_all(paths, style.channels)
    faults = [adapt(picture, style) for picture in pictures]
    folder = arguments.runs / "predict"
    (folder / "predict.json").unlink(missing_ok=True)
    configure(homework.compute.threads, network.run.machine.precision)
    seen = np.stack([np.round(picture.image).astype(np.uint8) for picture in pictures])
    save_arrays(folder / "predictions.npz", {"seen": seen} | predictions(network, seen))
    save_arrays(folder / "pictures.npz", thumbnails(pictures))
    save_json(folder / "predict.json", description(network, style, pictures, faults))


def add_flags(parser: argparse.ArgumentParser) -> None:
    """The flags that name pictures and a network."""
    parser.add_argument("--images", nargs="+", required=True, help="files, folders, or both")
    parser.add_argument("--variant", help="the network (default: the best on validation data)")


def names_in(text: str) -> list[str]:
    """The names in a text: itself if there is such a file, or else those between its blanks, and those like a*.jpg."""
    if not text.strip():
        raise UserError("no picture is named; give one as in make predict IMAGE=shoe.jpg")
    if Path(text).expanduser().exists():
        return [text]
    try:
        names = shlex.split(text)
    except ValueError:
        names = [text]
    return [found for name in names for found in sorted(glob.glob(name)) or [name]]


def read_all(paths: Sequence[Path], channels: int) -> list[Picture]:
    """The pictures; those that cannot be read are told and left out, unless none is left."""
    pictures, mistakes = [], []
    for path in paths:
        try:
            pictures.append(read_picture(path, channels))
        except UserError as error:
            mistakes.append(error)
    if not pictures:
        raise mistakes[0]
    for mistake in mistakes:
        print(f"warning: {mistake}; left out", file=sys.stderr)
    return pictures


def predictions(network: Trained, seen: np.ndarray) -> dict[str, np.ndarray]:
    """What the network makes of images (n, height, width, channels), and which training images are near to them.

    Probabilities (n, classes); nearest_* (n, 5, ...) among the first training images, `references`; and of each space
    of likeness.py the distance of the fifth nearest: <space>/pictures (n,) and <space>/validation (m,).
    """
    from training.likeness import COMPARED, LAST, PIXELS, REFERENCES, features_of, nearest

    model, data = network.load(), network.dataset
    train, validation = (part[:size] for part, size in zip(network.fold, (REFERENCES, COMPARED), strict=True))
    features = features_of(model)
    references, usual, own = (features(images) for images in (data.x_train[train], data.x_train[validation], seen))
    found = {name: nearest(own[name], references[name]) for name in own}
    indices, distances = found.get(LAST, found[PIXELS])
    arrays = {"probabilities": model.predict(seen, verbose=0), "nearest_distance": distances.astype(np.float32)}
    arrays |= {"nearest_image": data.x_train[train[indices]], "nearest_label": data.y_train[train[indices]]}
    arrays |= {"references": np.array(len(train))}
    arrays |= {f"{name}/pictures": found[name][1][:, -1] for name in own}
    return arrays | {f"{name}/validation": nearest(usual[name], references[name])[1][:, -1] for name in own}


def thumbnails(pictures: Sequence[Picture]) -> dict[str, np.ndarray]:
    """Each picture after each step, as "<picture>/<step>": (height, width, 1 or 3) uint8, small."""
    from training.adapting import resized

    arrays = {}
    for number, picture in enumerate(pictures):
        for place, step in enumerate(picture.steps):
            height, width = step.image.shape[:2]
            scale = min(1.0, THUMBNAIL / max(height, width))
            small = resized(step.image, max(1, round(height * scale)), max(1, round(width * scale)))
            arrays[f"{number}/{place}"] = np.round(small if scale < 1 else step.image).astype(np.uint8)
    return arrays


def description(
    network: Trained, style: Style, pictures: Sequence[Picture], faults: Sequence[dict[str, float]]
) -> dict[str, Any]:
    """What predict.json says."""
    return {
        "task": network.run.task,
        "variant": network.folder.name,
        "finished_at": network.run.finished_at,
        "classes": network.run.data.classes,
        "style": style,
        "pictures": [
            {
                "file": str(picture.path),
                "width": picture.width,
                "height": picture.height,
                "steps": [{"name": step.name, "numbers": step.numbers} for step in picture.steps],
                "faults": fault,
            }
            for picture, fault in zip(pictures, faults, strict=True)
        ],
    }


if __name__ == "__main__":
    sys.exit(run_main(main))
