"""The sentences of the classification's section, in runs that turn out either way."""

import json

import numpy as np
import pytest

from reporting.artifacts import load_arrays, load_table, save_arrays, save_table

EXTRAS = ("double_softmax", "reference_seeds", "tuned_seeds", "improved_seeds", "ablation", "smaller")
ACCURACY = {"reference": 0.89, "tuned": 0.91, "improved": 0.93}


def rewrite(folder, probabilities_of):
    """Exchange a network's test probabilities: `probabilities_of(labels)`; and all recorded numbers and images that follow from them."""
    stored = load_arrays(folder / "predictions.npz")
    labels = stored["test_labels"]
    probabilities = probabilities_of(labels)
    wrong = np.flatnonzero(probabilities.argmax(axis=1) != labels)
    errors = {"error_index": wrong, "error_image": np.zeros((len(wrong), 28, 28), np.uint8)}
    save_arrays(folder / "predictions.npz", stored | errors | {"test_probabilities": probabilities})
    run = json.loads((folder / "run.json").read_text())
    chosen = np.maximum(probabilities[np.arange(len(labels)), labels], np.finfo(np.float32).tiny)
    run["metrics"] |= {"test_loss": float(-np.log(chosen).mean()), "test_accuracy": 1 - len(wrong) / len(labels)}
    (folder / "run.json").write_text(json.dumps(run))
    (row,) = load_table(folder / "folds.csv")
    save_table(folder / "folds.csv", [row | {name: run["metrics"][name] for name in ("test_loss", "test_accuracy")}])


def rewrite_all(runs, probabilities_of):
    for name in ("reference", "tuned", "improved"):
        rewrite(runs / "classification" / name, probabilities_of)


def always_dress(labels):
    return np.tile(np.where(np.arange(10) == 3, 0.91, 0.01), (len(labels), 1))


def always_right(labels):
    return np.eye(10)[labels]


def test_extras_are_described(text_of):
    text = text_of()
    for words in (
        "shows the same settings trained on Equation",
        "Which ingredient of the improved configuration matters?",
        "Trained with the tuned settings otherwise, it reaches",
        "are nine networks",
        "Over seeds, the tuned network is ahead of the reference settings by 2.0 points on average, and its worst seed is ahead",
    ):
        assert words in text
    assert (
        "Switched off in the settings, and therefore not in this section: "
        not in text.partition("Classification Task")[2]
    )


def test_extras_that_are_switched_off_are_left_out_and_named(text_of):
    text = text_of(switched_off=tuple(f"classification/{name}" for name in EXTRAS))
    assert (
        "not in this section: training with the second softmax, further seeds of the reference settings, further seeds"
        in text
    )
    for words in (
        "Which ingredient",
        "tuned settings otherwise, it",
        "Over seeds",
        "second softmax alone",
        "(rings)",
        "Left: test accuracies",
    ):
        assert words not in text
    assert "The three configurations are three networks." in text


@pytest.mark.parametrize("name", EXTRAS)
def test_each_extra_can_be_switched_off_alone(text_of, name):
    assert "Switched off in the settings" in text_of(switched_off=(f"classification/{name}",))


def test_sentence_about_seeds_follows_their_order(text_of):
    behind = text_of(accuracy=ACCURACY | {"reference": 0.93})
    assert (
        "the tuned network is behind the reference settings by 2.0 points on average, and its best seed is behind the worst"
        in behind
    )
    mixed = text_of(accuracy=ACCURACY | {"reference": 0.91})
    assert "pairing each seed with each, it is ahead in" in mixed


def test_sentence_about_ingredients_follows_their_effect(text_of):
    text = text_of()
    assert (
        "With the reference settings’ horizontal flips or learning rate with schedule of the learning rate the accuracy is lower."
        in text
    )
    assert "With the reference settings’ dropout the accuracy is higher." in text
    assert "For padding the images cannot tell." in text


@pytest.mark.parametrize(("accuracy", "place"), [(0.934, "within"), (0.99, "below"), (0.80, "above")])
def test_place_of_the_best_published_result(text_of, accuracy, place):
    best = dict.fromkeys(ACCURACY, accuracy)
    assert f"augmentation), lies {place} the interval of this run’s" in text_of(accuracy=best)


def test_perfect_networks_have_no_confusions_and_no_suspects(text_of):
    text = text_of(
        lambda runs: rewrite_all(runs, always_right), switched_off=tuple(f"classification/{name}" for name in EXTRAS)
    )
    assert (
        "It makes no mistake." in text
        and "There is no test image that all of them take for the same wrong class." in text
    )
    assert "shows images of the most frequent" not in text
    assert "no more than on all" in text and "it may answer 100.0 % of the images" in text.replace(
        "\N{NO-BREAK SPACE}", " "
    )


def test_networks_that_always_answer_the_same(text_of):
    text = text_of(lambda runs: rewrite_all(runs, always_dress)).replace("\N{NO-BREAK SPACE}", " ")
    assert "No image at all was taken for T-shirt, Trouser, Pullover, Coat" in text
    assert "There is no share of the images on which it is right in 99 %" in text
    assert "it is overconfident" in text and "no more than on all" in text


def test_underconfident_network_is_called_so(text_of):
    text = text_of(lambda runs: rewrite_all(runs, lambda labels: np.where(np.eye(10)[labels] > 0, 0.55, 0.05)))
    assert "at an accuracy of 100.0" in text and "it is underconfident" in text


def test_reference_settings_on_the_second_softmax_are_told_so(text_of):
    def change(runs):
        path = runs / "classification/reference/run.json"
        run = json.loads(path.read_text())
        run["config"]["loss"] = "double_softmax"
        path.write_text(json.dumps(run))

    text = text_of(change)
    assert "reference settings of this run, trained on Equation&nbsp;6" in text
    assert "shows the same settings trained on" not in text


def test_second_softmax_is_compared_with_the_reference_settings(text_of):
    assert "On the test images this network" in text_of()


def test_smaller_network_that_is_not_smaller_is_called_so(text_of):
    def change(runs):
        path = runs / "classification/smaller/smaller/run.json"
        run = json.loads(path.read_text())
        run["metrics"]["parameters"] = json.loads((runs / "classification/tuned/run.json").read_text())["metrics"][
            "parameters"
        ]
        path.write_text(json.dumps(run))

    assert "Fewer units and filters:" not in text_of(change)
