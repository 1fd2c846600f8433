"""Loading refuses numbers that contradict the arrays beside them, and searches that are not whole."""

import json
import re
import shutil

import numpy as np
import pytest

from reporting.artifacts import (
    TASKS,
    ArtifactError,
    extras_of,
    load_arrays,
    load_table,
    plain,
    save_arrays,
    save_table,
    variants_of,
)
from reporting.results import (
    load_all_results,
    load_published_results,
    load_reference_report,
    load_results,
)
from tests.invented import WITHOUT_EXTENDED, write_runs

# The folds of two cases of extras
CONSTANT, SEED = "regression/baselines/constant/folds.csv", "classification/tuned_seeds/seed_2/folds.csv"


@pytest.fixture(scope="module")
def example(tmp_path_factory):
    return write_runs(tmp_path_factory.mktemp("runs"))


@pytest.fixture
def runs(example, tmp_path):
    return shutil.copytree(example, tmp_path / "runs")


def edit_json(path, edit):
    content = json.loads(path.read_text())
    edit(content)
    path.write_text(json.dumps(content))


def edit_table(path, edit):
    rows = plain(load_table(path))
    edit(rows)
    save_table(path, rows)


def test_invented_runs_are_the_same_at_every_call(example, tmp_path):
    again = write_runs(tmp_path)
    files = [path.relative_to(example) for path in sorted(example.rglob("*.csv")) + sorted(example.rglob("*.json"))]
    assert files and all((example / file).read_bytes() == (again / file).read_bytes() for file in files)


def test_layers_come_in_the_order_of_the_network(example):
    results = load_results(example, "classification")
    assert results.tuned.layers == ["conv_1", "conv_2", "dense_1", "dense_2", "output"]
    assert results.tuned.hidden_layers == ["conv_1", "conv_2", "dense_1", "dense_2"]


def test_all_tasks_are_loaded_with_their_networks_and_extras(example):
    loaded = load_all_results(example)
    assert list(loaded) == list(TASKS)
    for task, results in loaded.items():
        assert results.task == task and results.switched_off == ()
        assert tuple(results.variants) == variants_of(task) and tuple(results.extras) == extras_of(task)
        folders = [folder for folder, _ in results.networks()]
        assert all((example / task / folder / "run.json").exists() for folder in folders)
        assert folders[: len(results.variants)] == list(results.variants)
    assert loaded["classification"].extended is loaded["classification"].variants["extended"]


def test_an_extra_that_is_switched_off_has_no_cases(tmp_path):
    results = load_results(write_runs(tmp_path, switched_off=("regression/smaller",)), "regression")
    assert results.switched_off == ("smaller",)
    assert results.extras["smaller"].cases == {} and results.extras["smaller"].case is None
    baselines = results.extras["baselines"]
    assert baselines.case is next(iter(baselines.cases.values()))


def test_a_network_that_is_switched_off_is_not_there_and_neither_is_what_is_about_it(tmp_path):
    results = load_results(write_runs(tmp_path, switched_off=WITHOUT_EXTENDED), "classification")
    assert list(results.variants) == ["reference", "tuned"] and results.extended is None
    assert results.switched_off == ("extended",)
    assert not any(name.startswith("extended") for name, _ in results.networks())


@pytest.mark.parametrize("left", [name for name in WITHOUT_EXTENDED if name.endswith("seeds")])
def test_an_extra_of_a_network_that_is_switched_off_is_refused(tmp_path, left):
    runs = write_runs(tmp_path, switched_off=[name for name in WITHOUT_EXTENDED if name != left])
    with pytest.raises(
        ArtifactError, match=r"was trained before extended was switched off; delete .* and run 'make all'"
    ):
        load_results(runs, left.partition("/")[0])


def test_files_that_a_network_need_not_have_are_empty(example):
    results = load_results(example, "regression")
    assert not results.tuned.features and not results.tuned.receptive_fields
    constant = results.extras["baselines"].cases["constant"]
    assert constant.history == [] and constant.layers == [] and not constant.activations
    with pytest.raises(ArtifactError, match=r"constant/weights.npz holds no 'trained/hidden_1/kernel'"):
        constant.weights["trained/hidden_1/kernel"]


def test_curves_are_split_by_fold(example):
    curves = load_results(example, "regression").reference.curves("validation_loss")
    assert [len(curve) for curve in curves] == [40] * 5


def test_ranked_trials_begin_with_the_best(example):
    search = load_results(example, "regression").search
    assert search.ranked[0]["trial"] == search.best["trial"]
    assert search.fold_scores(search.best["trial"]).mean() == pytest.approx(search.best["score"])


@pytest.mark.parametrize(
    "name", ["train_loss", "validation_loss", "test_loss", "test_loss_sd", "ensemble_test_loss", "stopped_early"]
)
def test_tampered_regression_number_is_refused(runs, name):
    edit_json(
        runs / "regression/tuned/run.json",
        lambda run: run["metrics"].update({name: run["metrics"][name] * 1.001 + 0.001}),
    )
    with pytest.raises(ArtifactError, match=rf"tuned/run.json: {name} is .* but"):
        load_results(runs, "regression")


@pytest.mark.parametrize("name", ["validation_loss", "validation_accuracy", "test_loss", "test_accuracy"])
def test_tampered_classification_number_is_refused(runs, name):
    edit_json(
        runs / "classification/extended/run.json",
        lambda run: run["metrics"].update({name: run["metrics"][name] * 1.001}),
    )
    with pytest.raises(ArtifactError, match=rf"extended/run.json: {name} is .* but"):
        load_results(runs, "classification")


def test_missing_headline_number_is_refused(runs):
    edit_json(runs / "classification/tuned/run.json", lambda run: run["metrics"].pop("test_accuracy"))
    with pytest.raises(ArtifactError, match="test_accuracy is None"):
        load_results(runs, "classification")


def test_changed_predictions_are_refused(runs):
    path = runs / "regression/reference/predictions.npz"
    arrays = load_arrays(path)
    save_arrays(path, arrays | {"test_predictions": arrays["test_predictions"] + 0.01})
    with pytest.raises(ArtifactError, match="reference/run.json: test_loss"):
        load_results(runs, "regression")


@pytest.mark.parametrize("change", [{"error_index": np.arange(3)}, {"error_image": np.zeros((1, 28, 28))}])
def test_images_of_other_mistakes_are_refused(runs, change):
    path = runs / "classification/tuned/predictions.npz"
    save_arrays(path, load_arrays(path) | change)
    with pytest.raises(ArtifactError, match="tuned: the recorded images are not those of the 90 wrong answers"):
        load_results(runs, "classification")


def test_missing_images_of_mistakes_are_refused(runs):
    path = runs / "classification/tuned/predictions.npz"
    save_arrays(path, {name: array for name, array in load_arrays(path).items() if not name.startswith("error_")})
    with pytest.raises(ArtifactError, match="the recorded images are not those"):
        load_results(runs, "classification")


def test_tampered_number_of_an_extra_is_refused(runs):
    edit_json(
        runs / "classification/tuned_seeds/seed_2/run.json", lambda run: run["metrics"].update(validation_accuracy=0.5)
    )
    with pytest.raises(ArtifactError, match=r"tuned_seeds/seed_2/run.json: validation_accuracy is 0.5"):
        load_results(runs, "classification")


def test_published_results_name_their_sources():
    published = load_published_results()
    assert all(entry["source"] for entry in published.values()) and published["human"]["accuracy"] == 0.835


def test_rounding_in_float32_is_accepted(runs):
    path = runs / "regression/reference/predictions.npz"
    arrays = load_arrays(path)
    save_arrays(
        path, arrays | {name: arrays[name].astype(np.float32) for name in ("train_predictions", "test_predictions")}
    )
    load_results(runs, "regression")


def repeated(rows):
    """The second combination is the first one again."""
    rows[1].update({name: rows[0][name] for name in ("learning_rate", "weight_decay", "batch_size")})


def other_score(rows):
    """The score of the fourth combination is no longer its fold's."""
    rows[3].update(validation_accuracy=0.99)


@pytest.mark.parametrize(
    ("task", "table", "edit", "message"),
    [
        ("regression", "trials", lambda rows: rows.pop(4), "17 combinations where the grid's 18"),
        ("regression", "trials", repeated, "each once and in order"),
        ("regression", "folds", lambda rows: rows.pop(7), "4 of 5 folds of trial 2"),
        ("classification", "folds", other_score, "the score of trial 4"),
    ],
)
def test_search_that_is_not_whole_is_refused(runs, task, table, edit, message):
    edit_table(runs / task / "search" / f"{table}.csv", edit)
    with pytest.raises(ArtifactError, match=message):
        load_results(runs, task)


def test_false_ranks_are_refused(runs):
    def swap(rows):
        rows[0]["rank"], rows[1]["rank"] = rows[1]["rank"], rows[0]["rank"]

    edit_table(runs / "classification/search/trials.csv", swap)
    with pytest.raises(ArtifactError, match="contradict its scores"):
        load_results(runs, "classification")


def test_false_winner_is_refused(runs):
    edit_json(runs / "regression/search/best.json", lambda best: best["values"].update(batch_size=64))
    with pytest.raises(ArtifactError, match="best.json names trial"):
        load_results(runs, "regression")


def test_tuned_network_of_another_search_is_refused(runs):
    edit_json(runs / "regression/tuned/run.json", lambda run: run["config"].update(batch_size=64))
    with pytest.raises(ArtifactError, match="the tuned network was trained with 64"):
        load_results(runs, "regression")


def test_answers_that_contradict_the_accuracies_are_refused(runs):
    path = runs / "classification/search/answers.npz"
    stored = dict(load_arrays(path))
    changes = {
        "trial 5: the accuracy is": {"answers": np.where(np.arange(12)[:, None] == 4, 10, stored["answers"])},
        "trial 1: .* but unknown by answers": {"scored": np.arange(12) > 0},
        "those of 11 of 12 combinations": {"answers": stored["answers"][1:], "scored": stored["scored"][1:]},
    }
    for message, change in changes.items():
        save_arrays(path, stored | change)
        with pytest.raises(ArtifactError, match=message):
            load_results(runs, "classification")


def test_diverged_combination_ranks_last(runs):
    def diverge(rows):
        for row in rows:
            if row["trial"] == 12:
                row.update(validation_accuracy=float("nan"))

    def diverge_trial(rows):
        rows[11].update(score=float("nan"))
        worse = [row for row in rows if row["rank"] > rows[11]["rank"]]
        for row in worse:
            row["rank"] -= 1
        rows[11]["rank"] = 12

    edit_table(runs / "classification/search/folds.csv", diverge)
    edit_table(runs / "classification/search/trials.csv", diverge_trial)
    path = runs / "classification/search/answers.npz"
    save_arrays(path, load_arrays(path) | {"scored": np.arange(12) < 11})
    assert load_results(runs, "classification").search.ranked[-1]["trial"] == 12


def test_missing_run_names_what_makes_it(runs):
    shutil.rmtree(runs / "classification/extended")
    with pytest.raises(ArtifactError, match="extended.* is missing; run 'make all'"):
        load_results(runs, "classification")


def row_edit(number, **values):
    return lambda rows: rows[number].update(values)


CONTRADICTIONS = {  # file, edit, what is said
    "a fold's loss": (
        "regression/tuned/folds.csv",
        row_edit(2, test_loss=0.001),
        "test_loss of fold 3 is 0.001 in folds.csv, but",
    ),
    "a fold left out": ("regression/tuned/folds.csv", lambda rows: rows.pop(), "does not hold the folds 1 to 5"),
    "a fold's points": (
        "regression/tuned/folds.csv",
        row_edit(0, validation_points=19),
        "validation_points of fold 1 is 19 in folds.csv, but 20 by the run's own arrays",
    ),
    "an epoch left out": (
        "regression/reference/history.csv",
        lambda rows: rows.pop(7),
        "history.csv holds 199 epochs, folds.csv tells of 200",
    ),
    "a classifier's fold": (
        "classification/tuned/folds.csv",
        row_edit(0, test_accuracy=0.99),
        "test_accuracy is 0.99 in folds.csv, but 0.91",
    ),
    "a training loss": (
        "classification/tuned/folds.csv",
        row_edit(0, train_loss=0.5),
        "train_loss is 0.5 in folds.csv, but",
    ),
    "the winner's score": (
        "classification/search/best.json",
        lambda best: best.update(score=0.5),
        "the winner's score is 0.5 in best.json",
    ),
    "parameters": (
        "classification/tuned/run.json",
        lambda run: run["metrics"].update(parameters=7),
        "run.json counts 7 parameters",
    ),
    "counts": (
        "regression/tuned/run.json",
        lambda run: run["data"]["counts"].update(test=99),
        "run.json counts 99 test points",
    ),
    "other data": (
        "regression/tuned/run.json",
        lambda run: run["data"]["digests"].update({"test.csv": "0"}),
        "tuned was made from other data than",
    ),
    "another seed": (
        "classification/extended/run.json",
        lambda run: run.update(seed=7),
        "extended was made with another seed than",
    ),
    "another scale": (
        "classification/reference/run.json",
        lambda run: run.update(scale="quick"),
        "reference was made with another scale than",
    ),
    "a key": (
        "regression/search/search_space.json",
        lambda space: space.pop("folds"),
        "search_space.json holds no 'folds'",
    ),
    "a column": (
        "regression/search/folds.csv",
        lambda rows: [row.pop("validation_loss") for row in rows],
        "folds.csv holds no 'validation_loss'",
    ),
    "a case's loss": (CONSTANT, row_edit(2, test_loss=0.001), "test_loss of fold 3 is 0.001"),
    "a case's accuracy": (SEED, row_edit(0, validation_accuracy=0.1), "validation_accuracy is 0.1"),
    "text for numbers": (
        "regression/search/folds.csv",
        row_edit(0, validation_loss="low"),
        "holds what no finished run leaves behind",
    ),
}


@pytest.mark.parametrize(("name", "edit", "message"), CONTRADICTIONS.values(), ids=CONTRADICTIONS)
def test_files_that_contradict_each_other_are_refused(runs, name, edit, message):
    (edit_json if name.endswith(".json") else edit_table)(runs / name, edit)
    with pytest.raises(ArtifactError, match=message) as caught:
        load_results(runs, name.split("/")[0])
    assert "\n" not in str(caught.value) and re.search(
        r"delete \S*/run.json (and \S*/run.json )?and run 'make all'$", str(caught.value)
    )


ARRAYS = {  # file, array, what becomes of it, what is said
    "other points": (
        "regression/tuned",
        "x_test",
        lambda x: x + 1,
        "x_test is not what the tuned networks were trained with",
    ),
    "another shape": (
        "regression/tuned",
        "test_predictions",
        lambda x: x[:, 1:],
        "holds what no finished run leaves behind",
    ),
    "a network less": (
        "regression/tuned",
        "train_predictions",
        lambda x: x[1:],
        "regression/tuned holds what no finished run leaves behind",
    ),
    "fewer test images": ("classification/tuned", "test_labels", lambda x: x[1:], "do not add up to 1 over 10 classes"),
    "no probabilities": ("classification/tuned", "test_probabilities", lambda x: 2 * x, "do not add up to 1"),
    "no label": ("classification/tuned", "validation_labels", lambda x: x + 1, "is none of 0 to 9"),
    "nothing": ("classification/tuned", "test_labels", None, "predictions.npz holds no 'test_labels'"),
}


@pytest.mark.parametrize(("folder", "name", "change", "message"), ARRAYS.values(), ids=ARRAYS)
def test_arrays_that_no_run_leaves_behind_are_refused(runs, folder, name, change, message):
    path = runs / folder / "predictions.npz"
    arrays = dict(load_arrays(path))
    array = arrays.pop(name)
    save_arrays(path, arrays | ({name: change(array)} if change else {}))
    with pytest.raises(ArtifactError, match=message):
        load_results(runs, folder.split("/")[0])


def test_reference_report_says_where_its_numbers_come_from():
    report = load_reference_report()
    assert (
        report["source"]
        == report["regression"]["source"]
        == report["classification"]["source"]
        == "the reference report"
    )
    assert report["regression"]["tuned"]["test_loss"] == 0.122
    assert len(report["classification"]["confusion_diagonal"]) == 10


def test_extra_of_other_points_or_folds_is_refused(tmp_path):
    runs = write_runs(tmp_path)
    path = runs / "regression" / "tuned_seeds" / "seed_2" / "predictions.npz"
    arrays = load_arrays(path)
    save_arrays(path, arrays | {"x_test": arrays["x_test"] + 1})
    with pytest.raises(ArtifactError, match="seed_2: x_test is not what the tuned networks were trained with"):
        load_results(runs, "regression")


def test_further_seeds_have_folds_of_their_own_that_pair(tmp_path):
    """A seed of the reference networks with the folds of another one does not pair with the tuned networks' seed."""
    runs = write_runs(tmp_path)
    results = load_results(runs, "regression")
    seeds = [results.extras["tuned_seeds"].cases[name].predictions["fold"] for name in ("seed_2", "seed_3")]
    assert not np.array_equal(*seeds) and not np.array_equal(seeds[0], results.tuned.predictions["fold"])
    shutil.copytree(*(runs / "regression/reference_seeds" / name for name in ("seed_3", "seed_2")), dirs_exist_ok=True)
    with pytest.raises(ArtifactError, match="seed_2: fold is not what the tuned networks were trained with"):
        load_results(runs, "regression")


def test_tampered_case_is_refused(tmp_path):
    runs = write_runs(tmp_path)
    path = runs / "regression" / "baselines" / "polynomial" / "run.json"
    edit_json(path, lambda run: run["metrics"].update(test_loss=0.001))
    with pytest.raises(ArtifactError, match="polynomial/run.json: test_loss is 0.001"):
        load_results(runs, "regression")


def test_missing_extra_names_what_makes_it(tmp_path):
    runs = write_runs(tmp_path)
    (runs / "regression" / "smaller" / "run.json").unlink()
    with pytest.raises(ArtifactError, match="smaller/run.json is missing; run 'make all'"):
        load_results(runs, "regression")
