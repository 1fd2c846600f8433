"""Draw the page of what the trained network says of pictures; reads what training.predict has recorded.

    python -m reporting.predict_page --runs runs

Writes runs/predict/predict.html, which holds everything that it shows, and predict.png, and prints a line a picture.
Takes seconds.
"""

import argparse
import base64
import io
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from markupsafe import Markup

from reporting.artifacts import exit_status, write_bytes
from reporting.engine import formatting
from reporting.engine.formatting import format_floor_percent, format_percent
from reporting.engine.html import TEMPLATES, build_environment, rendered
from reporting.engine.magnitudes import THIN, TIED
from reporting.engine.tracing import without_marks
from reporting.prediction import Prediction, Predictions, load_predictions

LARGE = 112  # pixels of the side of a picture on the page
WARNINGS = {  # in the terminal and in the PNG file; the page says more
    "unlike": "unlike the training data",
    "empty": "nothing to be seen",
    "touches": "touches the edge: part may be missing",
    "uneven": "no even ground",
}
DONE = {  # in the terminal
    "turned": "turned upright",
    "laid": "transparent: given a ground",
    "grey": "colours made grey",
    "inverted": "inverted",
    "levelled": "shade of the ground taken off",
    "placed": "object cut out, centred and scaled",
    "resized": "resized",
}


def main(argv: Sequence[str] | None = None) -> int:
    """Draw the page; returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m reporting.predict_page", description="Draw what the trained network says of pictures."
    )
    parser.add_argument("--runs", type=Path, default=Path("runs"), help="folder with the recorded runs (default: runs)")
    runs = parser.parse_args(argv).runs

    def draw() -> None:
        from reporting.prediction_figure import plot_predictions, png

        found = load_predictions(runs)
        page, picture = runs / "predict" / "predict.html", runs / "predict" / "predict.png"
        write_bytes(page, html(found).encode())
        write_bytes(picture, png(plot_predictions(found.pictures, WARNINGS)))
        for line in [*map(said, found.pictures), f"{page} and {picture.name} beside it"]:
            print(line.encode(sys.stdout.encoding or "ascii", "replace").decode(sys.stdout.encoding or "ascii"))

    return exit_status(draw)


def said(picture: Prediction) -> str:
    """What is said of a picture in a line."""
    (first, probability), *others = picture.classes
    second = f" ({others[0][0]} {format_percent(others[0][1], 0)})" if others else ""
    faults = [*["unlike"] * picture.unlike, *picture.faults]
    steps = [DONE[step.name] for step in picture.steps if step.name in DONE]
    done = f"; {', '.join(steps)}" if steps else ""
    warning = f"; beware: {', '.join(WARNINGS[fault] for fault in faults)}" if faults else ""
    line = f"{picture.file}: {first} {format_floor_percent(probability, 0)}{second}{done}{warning}"
    return line.replace(TIED, " ").replace(THIN, "")


def html(found: Predictions) -> str:
    """The page, with everything that it shows inside."""
    from reporting.engine.fonts import font_faces

    environment = build_environment(TEMPLATES, formatting.FILTERS)
    template = environment.get_template("predict.html.j2")
    page = without_marks(rendered(template, {"found": found, "style": style_sheet, "shown": image_element}))
    return page.replace("/*fonts*/", font_faces(page), 1)


def style_sheet(name: str) -> Markup:
    """A style sheet of the report."""
    return Markup((TEMPLATES / name).read_text(encoding="utf-8"))


def image_element(image: np.ndarray, alternative: str) -> Markup:
    """An image (height, width, 1 or 3) uint8 as an element that holds it; small ones are shown pixel by pixel."""
    from PIL import Image

    content = io.BytesIO()
    Image.fromarray(image if image.shape[2] == 3 else image[..., 0]).save(content, "png")
    scale = LARGE / max(image.shape[:2])
    height, width = (max(1, round(side * scale)) for side in image.shape[:2])
    source = base64.b64encode(content.getvalue()).decode()
    return Markup('<img src="data:image/png;base64,{}" width="{}" height="{}" alt="{}"{}>').format(
        source, width, height, alternative, Markup(' class="pixels"') if scale > 1 else ""
    )


if __name__ == "__main__":
    sys.exit(main())
