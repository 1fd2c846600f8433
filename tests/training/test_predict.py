"""What is recorded of a network's answers to pictures of one's own."""

import dataclasses
import functools
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from reporting.artifacts import Data, UserError, load_arrays, load_json
from tests.training.tiny_network import NAMES, runs, shapes, trained_on  # noqa: F401
from training import classification, predict
from training.cli import run_main
from training.datasets import Dataset
from training.likeness import NEAREST, directions, nearest
from training.settings import load_homework
from training.trained import trained


def saved(path, image, ground=False):
    """An image (28, 28, 1) as a file, or a picture of it: ten times as large, inverted, on a white ground."""
    shown = image[..., 0]
    if ground:
        shown = np.full((300, 400), 255, np.uint8)
        shown[10:290, 60:340] = 255 - np.kron(image[..., 0], np.ones((10, 10), np.uint8))
    Image.fromarray(shown).save(path)
    return str(path)


def asked(runs, *names):  # noqa: F811
    predict.main(["--runs", str(runs), "--images", *names])
    return load_json(runs / "predict" / "predict.json"), load_arrays(runs / "predict" / "predictions.npz")


def test_a_test_image_gets_its_recorded_probabilities_and_a_picture_of_it_the_same_answer(runs, tmp_path):  # noqa: F811
    x_test, _ = shapes(20, 1)
    said, found = asked(runs, saved(tmp_path / "a.png", x_test[3]), saved(tmp_path / "b c.png", x_test[3], ground=True))
    recorded = load_arrays(runs / "classification" / "reference" / "predictions.npz")["test_probabilities"]
    np.testing.assert_allclose(found["probabilities"][0], recorded[3], atol=1e-6)
    np.testing.assert_allclose(found["probabilities"][1], recorded[3], atol=0.05)
    assert [[step["name"] for step in each["steps"]] for each in said["pictures"]][0] == ["original"]
    assert "inverted" in [step["name"] for step in said["pictures"][1]["steps"]]
    assert said["variant"] == "reference" and said["classes"] == list(NAMES)


def test_everything_that_the_page_shows_is_recorded(runs, tmp_path):  # noqa: F811
    x_test, _ = shapes(20, 1)
    said, found = asked(runs, *(saved(tmp_path / f"{number}.png", x_test[number]) for number in range(3)))
    assert found["nearest_image"].shape == (3, NEAREST, 28, 28, 1) and found["nearest_label"].shape == (3, NEAREST)
    assert found["seen"].shape == (3, 28, 28, 1) and found["references"] == 64
    for space in ("pixels", "convolved", "last"):
        assert found[f"{space}/pictures"].shape == (3,) and found[f"{space}/validation"].shape == (16,)
    thumbnails = load_arrays(runs / "predict" / "pictures.npz")
    assert sorted(thumbnails) == sorted(
        f"{n}/{at}" for n in range(3) for at in range(len(said["pictures"][n]["steps"]))
    )


def test_a_training_image_is_its_own_nearest_and_noise_is_farther_than_all_validation_images(runs, tmp_path):  # noqa: F811
    network = trained(runs, "classification", None, load_homework())
    train, validation = network.fold
    own = network.dataset.x_train[train[5]]
    noise = np.random.default_rng(0).integers(0, 256, (28, 28, 1), dtype=np.uint8)
    _, found = asked(runs, saved(tmp_path / "own.png", own), saved(tmp_path / "noise.png", noise))
    assert found["nearest_distance"][0, 0] < 1e-3
    assert found["pixels/pictures"][1] > found["pixels/validation"].max() > found["pixels/pictures"][0]
    assert set(train) | set(validation) == set(range(80))


def test_colour_networks_of_another_shape_are_given_colours(tmp_path, monkeypatch):
    """Images of 12 by 16 pixels without a common ground, of three classes: red, green and blue."""
    rng, labels = np.random.default_rng(0), np.arange(90) % 3
    images = rng.integers(0, 256, (90, 1, 1, 1)) // 2 + 100 * np.eye(3)[labels][:, None, None] + np.zeros((12, 16, 1))
    images = images.astype(np.uint8)
    data = Data("colours", {}, {"train": 60, "test": 30}, (12, 16, 3), ("red", "green", "blue"))
    dataset = Dataset(images[:60], labels[:60], images[60:], labels[60:], data)
    runs = trained_on(dataset, tmp_path / "runs", monkeypatch)  # noqa: F811
    Image.fromarray(np.full((90, 50, 3), (200, 20, 20), np.uint8)).save(tmp_path / "red.jpg")
    Image.fromarray(images[0]).save(tmp_path / "own.png")
    Image.fromarray(images[0, ..., 0]).save(tmp_path / "grey.png")
    said, found = asked(runs, *(str(tmp_path / name) for name in ("red.jpg", "own.png", "grey.png")))
    assert [[step["name"] for step in each["steps"]][1:] for each in said["pictures"]] == [["resized"], [], []]
    assert found["seen"].shape == (3, 12, 16, 3) and found["probabilities"].shape == (3, 3)
    np.testing.assert_array_equal(found["seen"][1], images[0])
    assert found["seen"][0, ..., 0].min() > 190 > 30 > found["seen"][0, ..., 1:].max()


def test_a_mistake_is_told_in_a_line(runs, tmp_path, capsys):  # noqa: F811
    text = tmp_path / "text.png"
    text.write_text("no picture")
    for name, words in (("none.png", "no such file"), (str(text), "is not an image"), (" ", "no picture is named")):
        assert run_main(functools.partial(predict.main, ["--runs", str(runs), "--images", name])) == 1
        error = capsys.readouterr().err
        assert words in error and error.count("\n") == 1
    assert not (runs / "predict").exists()


def test_one_unreadable_picture_of_several_is_left_out_with_a_warning(runs, tmp_path, capsys):  # noqa: F811
    folder = tmp_path / "folder"
    folder.mkdir()
    saved(folder / "good.png", shapes(1, 0)[0][0])
    (folder / "bad.png").write_text("no picture")
    said, _ = asked(runs, str(folder))
    assert len(said["pictures"]) == 1 and "bad.png is not an image; left out" in capsys.readouterr().err


def test_without_a_trained_network_the_command_that_trains_one_is_named(tmp_path):
    picture = saved(tmp_path / "a.png", shapes(1, 0)[0][0])
    with pytest.raises(UserError, match="there is no trained network in .* run 'make all'"):
        predict.main(["--runs", str(tmp_path / "runs"), "--images", picture])
    with pytest.raises(UserError, match="has no variant 'other'; choose one of reference, tuned, extended"):
        predict.main(["--runs", str(tmp_path / "runs"), "--variant", "other", "--images", picture])


def test_other_data_than_those_of_the_training_are_refused(runs, tmp_path, monkeypatch):  # noqa: F811
    dataset = classification.load(None)
    others = dataclasses.replace(dataset.data, source="others", digests={"bars": "another"})
    monkeypatch.setattr(classification, "load", lambda config: dataclasses.replace(dataset, data=others))
    with pytest.raises(UserError, match=r"trained on other data \(bars\) than those of the settings \(others\)"):
        asked(runs, saved(tmp_path / "a.png", shapes(1, 0)[0][0]))


def test_a_file_that_predicts_something_else_is_refused(runs, tmp_path):  # noqa: F811
    import keras

    path = runs / "classification" / "reference" / "model.keras"
    model = keras.models.load_model(path)
    model.get_layer("output").kernel.assign(model.get_layer("output").kernel * -30)
    model.save(path)
    with pytest.raises(UserError, match=r"does not predict what is recorded beside it; delete .*run\.json"):
        asked(runs, saved(tmp_path / "a.png", shapes(1, 0)[0][0]))
    path.write_bytes(b"damaged")
    with pytest.raises(UserError, match=r"model\.keras is damaged"):
        asked(runs, saved(tmp_path / "a.png", shapes(1, 0)[0][0]))


def test_names_are_taken_apart_at_blanks_unless_there_is_such_a_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("my shoe.jpg", "a.jpg", "b.jpg", "o'neill.jpg"):
        (tmp_path / name).touch()
    assert predict.names_in("my shoe.jpg") == ["my shoe.jpg"] and predict.names_in("o'neill.jpg") == ["o'neill.jpg"]
    assert predict.names_in("a.jpg b.jpg") == ["a.jpg", "b.jpg"] and predict.names_in("[ab].jpg") == ["a.jpg", "b.jpg"]
    assert predict.names_in("'my shoe.jpg' c.jpg") == ["my shoe.jpg", "c.jpg"] and predict.names_in("o'n") == ["o'n"]


def test_nearest_are_those_of_the_least_distance():
    rng = np.random.default_rng(0)
    those, references = directions(rng.normal(size=(7, 5))), directions(rng.normal(size=(40, 5)))
    indices, distances = nearest(those, references)
    every = np.linalg.norm(those[:, None] - references, axis=2)
    np.testing.assert_array_equal(indices, np.argsort(every, axis=1)[:, :NEAREST])
    np.testing.assert_allclose(distances, np.sort(every, axis=1)[:, :NEAREST], atol=1e-6)
    assert nearest(those, references[:2])[0].shape == (7, 2) and not directions(np.zeros((1, 3))).any()


def test_the_script_says_what_it_takes():
    done = subprocess.run(
        [sys.executable, "-m", "training.predict", "--help"], capture_output=True, text=True, check=True
    )
    assert "--images" in done.stdout and not done.stderr
