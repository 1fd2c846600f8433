"""The page, the picture and the lines of what a network says of pictures, in all cases that it tells apart."""

import re

import numpy as np
import pytest

from reporting import predict_page
from reporting.artifacts import load_arrays, load_json, save_arrays, save_json
from reporting.prediction import load_predictions
from reporting.stats.calibration import fit_temperature, tempered
from tests.invented import write_runs

NAMES = ["Trouser", "<b>Hat</b>", "Shirt", "Bag", "Shoe", "Coat", "Glove", "Scarf", "Tie", "Belt"]
STEPS = {
    "turned": {},
    "laid": {"ground": 255.0, "brightness": 90.0},
    "grey": {"spread": 80.0},
    "inverted": {"ground": 251.0},
    "levelled": {"ground": 20.0, "noise": 8.0},
    "placed": {"filled": 0.31, "size": 0.97},
}


def picture(name, steps=(), faults=()):
    """What predict.json says of a picture."""
    listed = [{"name": "original", "numbers": {}}, *({"name": step, "numbers": numbers} for step, numbers in steps)]
    own = {"file": f"/somewhere/{name}", "width": 300, "height": 400}
    return own | {"steps": listed, "faults": {fault: 1.0 for fault in faults}}


PICTURES = [
    picture("all steps.jpg", STEPS.items()),
    picture("as $it$ is & <i>.png"),
    picture("far.png", [("resized", {})]),
    picture("odd.png", [("laid", {"ground": 0.0, "brightness": 230.0})], ["empty", "touches", "uneven"]),
]


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """Invented runs with recorded predictions of PICTURES; the third is farther off than all validation images."""
    runs, rng = write_runs(tmp_path_factory.mktemp("predicted") / "runs"), np.random.default_rng(0)
    count, said = len(PICTURES), load_json(runs / "classification" / "tuned" / "run.json")
    style = {"height": 28, "width": 28, "channels": 1, "ground": 0.0}
    probabilities = rng.dirichlet(np.full(10, 0.2), count).astype(np.float32)
    probabilities[1] = np.eye(10)[1]
    usual = rng.uniform(size=200)
    arrays = {
        "probabilities": probabilities,
        "seen": rng.integers(0, 256, (count, 28, 28, 1), dtype=np.uint8),
        "nearest_distance": rng.uniform(size=(count, 5)),
        "nearest_image": rng.integers(0, 256, (count, 5, 28, 28, 1), dtype=np.uint8),
        "nearest_label": np.tile(probabilities.argmax(axis=1)[:, None], 5),
        "references": np.array(500),
    }
    for space in ("pixels", "last"):
        arrays |= {f"{space}/validation": usual, f"{space}/pictures": np.array([0.1, 0.2, 7.0, 0.3])}
    shown = {
        f"{number}/{at}": rng.integers(0, 256, (40, 30, 3 if at == 0 else 1), dtype=np.uint8)
        for number, each in enumerate(PICTURES)
        for at in range(len(each["steps"]))
    }
    save_arrays(runs / "predict" / "predictions.npz", arrays)
    save_arrays(runs / "predict" / "pictures.npz", shown)
    about = {"task": "classification", "variant": "tuned", "finished_at": said["finished_at"]}
    save_json(runs / "predict" / "predict.json", about | {"classes": NAMES, "style": style, "pictures": PICTURES})
    return runs


@pytest.fixture(scope="module")
def page(runs):
    return predict_page.html(load_predictions(runs))


@pytest.fixture(scope="module")
def text(page):
    return " ".join(
        re.sub("<[^>]*>", " ", page[page.index("<body") :])
        .replace("&nbsp;", " ")
        .replace("\N{NO-BREAK SPACE}", " ")
        .split()
    )


def test_probabilities_are_calibrated_on_the_validation_images(runs):
    found, recorded = load_predictions(runs), load_arrays(runs / "classification" / "tuned" / "predictions.npz")
    temperature = fit_temperature(recorded["validation_probabilities"], recorded["validation_labels"])
    raw = load_arrays(runs / "predict" / "predictions.npz")["probabilities"]
    expected = tempered(raw, temperature)
    for number, picture in enumerate(found.pictures):
        assert picture.classes[0] == (NAMES[raw[number].argmax()], pytest.approx(expected[number].max()))
        assert [probability for _, probability in picture.classes] == sorted(expected[number])[:-4:-1]


def test_each_step_and_each_fault_is_told_in_words(text):
    for words in (
        "Turned upright, as its camera noted",
        "Laid on white, for it is transparent",
        "Laid on black, as it is light, for it is transparent",
        "Made grey, as the network knows grey images only",
        "Inverted: its ground is light (251 of 255), that of the training images is dark",
        "Freed of the shade of its ground (20 of 255 on average)",
        "Cut to the object, which fills 31 % of a side, centred and scaled to 97 %, as in the training images",
        "Scaled to 28 × 28 pixels: what the network sees",
        "The picture (300 × 400): what the network sees",
        "Nothing is to be seen",
        "The object touches the edge",
        "The ground is not even",
        "no more than 2 % of 200 validation images are as far from the nearest of 500 training images",
    ):
        assert words in text


def test_only_the_picture_that_is_far_off_is_called_unlike(text, runs):
    assert text.count("Unlike the training data: only 0.50 % of the validation images") == 1
    assert [picture.unlike for picture in load_predictions(runs).pictures] == [False, False, True, False]
    assert text.count("five of five are of the class that the network names") == 3


def test_the_page_holds_everything_and_runs_nothing(page):
    assert "<script" not in page and not re.findall(r'(?:src|href)="(?!data:)', page) and "default-src 'none'" in page
    assert "&lt;b&gt;Hat&lt;/b&gt;" in page and "<b>Hat" not in page and "as $it$ is &amp; &lt;i&gt;.png" in page
    assert page.count("<img") == page.count(' alt="') == 4 * 5 + 1 + len(STEPS) + 1 + 2 + 2
    assert page.count("<img") == len(re.findall("<img[^>]*>", page))


def test_a_line_a_picture_is_printed_and_both_files_are_written(runs, capsys):
    assert predict_page.main(["--runs", str(runs)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(PICTURES) + 1 and lines[-1].endswith("predict.html and predict.png beside it")
    assert re.match(r"/somewhere/all steps\.jpg: .+ \d+ % \(.+ \d+ %\); turned upright, transparent", lines[0])
    assert lines[1].startswith("/somewhere/as $it$ is & <i>.png: <b>Hat</b> ") and "beware" not in lines[1]
    assert lines[2].endswith("; resized; beware: unlike the training data") and lines[3].count("beware") == 1
    assert (runs / "predict" / "predict.png").read_bytes().startswith(b"\x89PNG")
    html = (runs / "predict" / "predict.html").read_bytes()
    predict_page.main(["--runs", str(runs)])
    assert (runs / "predict" / "predict.html").read_bytes() == html


def test_what_is_missing_or_of_an_earlier_network_is_told_in_a_line(runs, tmp_path, capsys):
    assert predict_page.main(["--runs", str(tmp_path)]) == 1
    assert "predict.json is missing; run 'make predict' to make it" in capsys.readouterr().err
    said = load_json(runs / "predict" / "predict.json")
    save_json(runs / "predict" / "predict.json", dict(said) | {"finished_at": "earlier"})
    assert predict_page.main(["--runs", str(runs)]) == 1
    assert "has been trained again since; run 'make predict' again" in capsys.readouterr().err
    save_json(runs / "predict" / "predict.json", dict(said))
