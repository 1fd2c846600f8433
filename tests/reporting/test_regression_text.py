"""Which sentences stand in the regression's section, whichever way a run turns out."""

import numpy as np
import pytest

from reporting.artifacts import ArtifactError, load_arrays, load_json, load_table, save_arrays, save_json, save_table
from reporting.results import load_regression_results
from tests.invented import write_runs

EXTRAS = {
    "splits": ("How the points are split", "other ways to split the points"),
    "baselines": ("Baselines", "baselines"),
    "initialisation": ("Under Glorot uniform", "another initialiser"),
    "seeds": ("From seed to seed", "further seeds"),
    "smaller": ("A smaller network:", "a smaller network"),
}


def rewrite(folder, change):
    """Exchange arrays of a recorded case, and make its tables and metrics agree with them again."""
    arrays = load_arrays(folder / "predictions.npz")
    arrays |= change(arrays)
    save_arrays(folder / "predictions.npz", arrays)
    train, test = ((arrays[f"{name}_predictions"] - arrays[f"y_{name}"]) ** 2 for name in ("train", "test"))
    rows = load_table(folder / "folds.csv")
    for k, row in enumerate(rows):
        held = arrays["fold"] == k + 1
        row |= {
            "train_loss": train[k][~held].mean(),
            "validation_loss": train[k][held].mean(),
            "test_loss": test[k].mean(),
        }
    save_table(
        folder / "folds.csv",
        [{key: getattr(value, "item", lambda value=value: value)() for key, value in row.items()} for row in rows],
    )
    run = load_json(folder / "run.json")
    losses = {
        f"{name}{suffix}": float(measure([row[name] for row in rows]))
        for name in ("train_loss", "validation_loss", "test_loss")
        for suffix, measure in (("", np.mean), ("_sd", lambda values: np.std(values, ddof=1)))
    }
    ensemble = float(np.mean((arrays["test_predictions"].mean(axis=0) - arrays["y_test"]) ** 2))
    save_json(folder / "run.json", run | {"metrics": run["metrics"] | losses | {"ensemble_test_loss": ensemble}})


@pytest.mark.parametrize("name", EXTRAS)
def test_an_extra_stands_or_is_named_as_switched_off(text_of, name):
    heading, words = EXTRAS[name]
    text = text_of(switched_off=[f"regression/{name}"])
    assert heading not in text and f"Switched off in the settings, and therefore not in this section: {words}." in text


def test_with_all_extras_nothing_is_switched_off_and_with_none_all_are_named(text_of):
    text = text_of()
    assert all(heading in text for heading, _ in EXTRAS.values()) and "not in this section" not in text
    off = text_of(switched_off=[f"regression/{name}" for name in EXTRAS])
    assert "other ways to split the points, baselines, another initialiser, further seeds and a smaller network." in off


def test_folds_beyond_their_range_are_warned_of(text_of):
    text = text_of()
    assert "Warning: " in text and "of the folds as blocks along x hold" in text
    assert "times that of the shuffled folds" in text and "measures the split rather than the network" in text


def test_mixed_file_order_is_no_strip(text_of):
    def shuffle(runs):
        folder = runs / "regression" / "splits"
        arrays = load_arrays(folder / "shuffled" / "predictions.npz")
        for name in ("file_order", "blocks"):
            rewrite(folder / name, lambda _: arrays)

    text = text_of(shuffle)
    assert "The rows of the file come in no order of x" in text
    assert "Warning: " not in text and "measures the split" not in text


def test_network_better_worse_and_no_different_from_the_gaussian_process(text_of):
    def predict(offset):
        def change(runs):
            folder = runs / "regression" / "baselines" / "gaussian_process"
            rewrite(
                folder, lambda arrays: {"test_predictions": arrays["test_predictions"] * 0 + arrays["y_test"] + offset}
            )

        return change

    assert "mean prediction is worse than the Gaussian process" in text_of(predict(0.0))
    assert "mean prediction is better than the Gaussian process" in text_of(predict(3.0))
    assert "mean prediction cannot be told apart from the Gaussian process" in text_of(predict(0.145))


def test_coverage_that_is_too_low_is_named(text_of):
    assert "nowhere does it hold fewer" in text_of() or "it holds clearly more" in text_of()

    def agree(runs):
        for folder in ("tuned", "seeds/seed_2", "seeds/seed_3"):
            rewrite(
                runs / "regression" / folder,
                lambda arrays: {name: arrays[name] * 0 + 7 for name in ("test_predictions", "train_predictions")},
            )

    assert "it holds clearly fewer outside the gaps, in the gap from" in text_of(agree)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (0.9, "The other initialiser is worse"),
        (0.05, "The other initialiser is better"),
        (0.28, "neither initialiser is better"),
    ],
)
def test_sentence_about_the_initialiser_follows_its_losses(text_of, error, words):
    assert words in text_of(extra_error={"splits": 0.4, "glorot_uniform": error, "smaller": 0.3})


@pytest.mark.parametrize(
    ("error", "words"),
    [(0.9, "same folds it is worse"), (0.05, "same folds it is better"), (0.28, "it is as good within the spread")],
)
def test_sentence_about_the_smaller_network_follows_its_losses(text_of, error, words):
    assert words in text_of(extra_error={"splits": 0.4, "glorot_uniform": 0.6, "smaller": error})


def test_network_that_is_no_smaller_is_not_called_so(text_of):
    assert "A smaller network:" not in text_of(smaller_units=(16, 24, 32))


@pytest.mark.parametrize(
    "changes", [{"folds": 2}, {"more_seeds": 1}, {"points": 30}, {"scale": "quick", "regression_epochs": 1}]
)
def test_small_runs_have_a_report(text_of, changes):
    assert "Noise floor" in text_of(**changes)


def test_points_without_gaps_have_a_report(text_of):
    def close(runs):
        x = np.linspace(-5, 5, 100)
        for path in (runs / "regression").rglob("predictions.npz"):
            save_arrays(path, load_arrays(path) | {"x_train": x})

    text = text_of(close)
    assert "by region it is" not in text and "leave no gap" in text


def test_constant_y_has_no_r_squared_and_no_noise(text_of):
    def flatten(runs):
        for path in (runs / "regression").rglob("predictions.npz"):
            rewrite(path.parent, lambda arrays: {"y_train": arrays["y_train"] * 0, "y_test": arrays["y_test"] * 0})

    assert "0.000 ± 0.000" in text_of(flatten)


def test_extra_of_other_points_or_folds_is_refused(tmp_path):
    runs = write_runs(tmp_path)
    path = runs / "regression" / "seeds" / "seed_2" / "predictions.npz"
    arrays = load_arrays(path)
    save_arrays(path, arrays | {"x_test": arrays["x_test"] + 1})
    with pytest.raises(ArtifactError, match="seed_2: x_test is not what the tuned networks were trained with"):
        load_regression_results(runs)


def test_tampered_case_is_refused(tmp_path):
    runs = write_runs(tmp_path)
    path = runs / "regression" / "baselines" / "polynomial" / "run.json"
    run = load_json(path)
    save_json(path, run | {"metrics": run["metrics"] | {"test_loss": 0.001}})
    with pytest.raises(ArtifactError, match="polynomial/run.json: test_loss is 0.001"):
        load_regression_results(runs)


def test_missing_extra_names_what_makes_it(tmp_path):
    runs = write_runs(tmp_path)
    (runs / "regression" / "smaller" / "run.json").unlink()
    with pytest.raises(ArtifactError, match="smaller/run.json is missing; run 'make all'"):
        load_regression_results(runs)
