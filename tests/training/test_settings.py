"""Settings: what ships is complete, and each mistake gets one line that names the file, the key and the remedy."""

import pytest

from reporting.artifacts import TASKS, Extra, UserError, extras_of, variants_of
from training.settings import load_homework


def write(tmp_path, text):
    path = tmp_path / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_shipped_grids_have_the_sizes_of_the_homework():
    tasks = load_homework().tasks
    assert tasks["regression"].search.combinations == 3 * 2 * 3 == 18
    assert tasks["regression"].reference.folds == 5
    assert tasks["classification"].search.combinations >= 12


def test_classification_grid_contains_the_reference_setting():
    settings = load_homework().tasks["classification"]
    for name, values in settings.search.grid.items():
        assert getattr(settings.reference, name) in values


def test_users_file_holds_only_what_differs(tmp_path):
    homework = load_homework(write(tmp_path, '[identity]\nstudent = "Ada"\n[regression]\nbatch_size = 8\n'))
    assert homework.identity.student == "Ada"
    reference = homework.tasks["regression"].reference
    assert reference.batch_size == 8
    assert reference.max_epochs == load_homework().tasks["regression"].reference.max_epochs


def test_quick_is_laid_over_the_rest():
    quick, full = load_homework(quick=True), load_homework()
    assert quick.tasks["regression"].reference.max_epochs < full.tasks["regression"].reference.max_epochs
    assert (quick.scale, full.scale) == ("quick", "full")


def test_extended_inherits_from_the_reference_settings(tmp_path):
    settings = load_homework(write(tmp_path, "[classification]\nkernel_size = 5\n")).tasks["classification"]
    assert settings.variants["extended"].kernel_size == 5


def test_every_further_variant_has_settings_of_its_own():
    for name, settings in load_homework().tasks.items():
        off = {item.name for item in TASKS[name].optional if not getattr(settings.extras, item.name)}
        assert {"reference", TASKS[name].searched, *settings.variants} == set(variants_of(name)) - off
        assert all(isinstance(config, type(settings.reference)) for config in settings.variants.values())


def test_extras_are_set_by_the_names_in_the_registry():
    for name, settings in load_homework().tasks.items():
        switches = [item.name for item in TASKS[name].switches]
        assert set(vars(settings.extras)) == set(switches) and set(switches) >= set(extras_of(name))
        for extra in switches:
            assert type(getattr(settings.extras, extra)) is (int if extra.endswith("seeds") else bool)


def test_without_the_extended_network_there_is_nothing_about_it(tmp_path):
    given = load_homework().tasks["classification"].extras
    path = write(tmp_path, "[classification.extras]\nextended = false\nextended_seeds = 5")
    extras = load_homework(path).tasks["classification"].extras
    assert vars(extras) == vars(given) | {"extended": False, "extended_seeds": 0}
    alone = load_homework(write(tmp_path, "[classification.extras]\nextended_seeds = 0")).tasks["classification"]
    assert vars(alone.extras) == vars(given) | {"extended_seeds": 0}


def test_a_new_extra_is_a_setting_by_itself(monkeypatch):
    regression = TASKS["regression"]
    further = Extra("further", "data", "words", "short words")
    monkeypatch.setitem(TASKS, "regression", regression._replace(extras=(*regression.extras, further)))
    with pytest.raises(UserError, match=r"\[regression.extras\]: further is missing"):
        load_homework()


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("[regression]\nlearning_rat = 0.1", ["[regression]", "learning_rat", "did you mean learning_rate"]),
        ("[regresion]\nx = 1", ["regresion", "did you mean regression"]),
        ("[regression]\nlearning_rate = -0.1", ["[regression]: learning_rate must be above 0", "-0.1"]),
        ("[regression]\nlearning_rate = nan", ["learning_rate must be a number", "nan"]),
        ("[regression]\nbatch_size = 16.0", ["batch_size must be a whole number", "16.0"]),
        ("[regression]\nbatch_size = true", ["batch_size must be a whole number", "True"]),
        ("[regression]\nbatch_size = 0", ["batch_size must be at least 1"]),
        ("[regression]\nfolds = 1", ["folds must be at least 2"]),
        (
            '[regression]\nhidden_units = [256]\nactivations = ["tanh", "relu"]',
            ["activations has 2 values for 1"],
        ),
        ("[regression]\nhidden_units = []", ["hidden_units must be a list of at least one value"]),
        ('[regression]\nactivations = ["tanh", "softplus", "rellu"]', ["activations must be one of", "rellu"]),
        ('[regression]\ninitializer = "glorot"', ["initializer must be one of", "glorot_uniform"]),
        ("[classification]\nfilters = []", ["filters must be a list of at least one value"]),
        ("[classification]\nkernel_size = [3]", ["kernel_size has 1 value for 2 convolutions"]),
        ('[classification]\npooling = "mean"', ["pooling must be one of max, average, none"]),
        ('[classification]\nactivation = ["relu", "tanh"]', ["activation has 2 values for 4 hidden layers"]),
        ("[classification]\ndropout = [0.1]", ["dropout has 1 value for 2 dense layers"]),
        ("[classification]\nkernel_size = [3, 10]", ["kernel_size must be at most 9"]),
        ("[classification]\nfilters = [8, 8, 8, 8, 8, 8]", ["conv_5 needs 3 x 3, but 2 x 2 is left after pool_4"]),
        ('[regression]\noptimizer = "lion"', ["optimizer must be one of adam, adamw, sgd, rmsprop"]),
        ("[regression]\nnesterov = true", ['nesterov = true needs optimizer = "sgd" and a momentum above 0']),
        ("[classification.search.grid]\nvalidation_share = [0.1, 0.2]", ["cannot vary validation_share"]),
        ("[regression.search.grid]\nfolds = [3, 5]", ["cannot vary folds"]),
        (
            "[classification.search.grid]\nfilters = [[8], [8, 8]]\nkernel_size = [[3], 3]",
            ["kernel_size has 1", "for 2"],
        ),
        ("[classification.search.grid]\nfilters = [[8], [8]]", ["lists a value twice"]),
        ('[regression]\nnetwork = "mine.py"', ["network = 'mine.py': there is no file", "mine.py"]),
        ('[regression]\nnetwork_sha256 = "0"', ["unknown key 'network_sha256'"]),
        ("[classification]\ndropout = 1.0", ["dropout must be below 1"]),
        ("[classification]\nvalidation_share = 0", ["validation_share must be above 0"]),
        ('[classification]\npadding = "full"', ["padding must be one of valid, same"]),
        ("[classification.extended]\ndropot = 0.1", ["[classification.extended]", "did you mean dropout"]),
        ("[regression.search.grid]\nlearning_rate = []", ["learning_rate must be a list of at least one value"]),
        ("[regression.search.grid]\nlearning_rate = 0.1", ["learning_rate must be a list"]),
        ("[regression.search.grid]\nlearning_rate = [0.1, 0.1]", ["lists a value twice"]),
        ("[regression.search.grid]\nlearning_rate = [1, 0.1]", ["mixes types"]),
        ("[regression.search.grid]\nlearning_rte = [0.1]", ["learning_rte", "did you mean learning_rate"]),
        ("[regression.search.grid]\nbatch_size = [0]", ["batch_size must be at least 1"]),
        (
            '[classification.search]\nobjective = "accuracy"',
            ["objective must be one of validation_accuracy, validation_loss"],
        ),
        ("[regression.extras]\nsplit = true", ["[regression.extras]", "did you mean splits"]),
        ("[classification.extras]\ntuned_seeds = true", ["tuned_seeds must be a whole number"]),
        ("[classification.extras]\nsmaller = 1", ["smaller must be true or false"]),
        ("[compute]\nseed = -1", ["seed must be at least 0"]),
        ('[compute]\nprecision = "half"', ["precision must be one of auto, float32"]),
        ("[compute]\nthreads = 0", ["threads must be at least 1"]),
        ("[data]\ntrain_images = 70", ["train_images must be at least 100"]),
        ("[identity]\nstudent = 5", ["student must be a text in quotes"]),
        ("identity = 5", ["identity is a table"]),
        ("[identity\nx = 1", ["not valid TOML", "line 1"]),
    ],
)
def test_bad_settings_get_one_line(tmp_path, text, parts):
    path = write(tmp_path, text)
    with pytest.raises(UserError) as caught:
        load_homework(path)
    message = str(caught.value)
    assert "\n" not in message and str(path) in message
    for part in parts:
        assert part in message


def test_missing_file_is_named(tmp_path):
    with pytest.raises(UserError, match="no such settings file"):
        load_homework(tmp_path / "nowhere.toml")
