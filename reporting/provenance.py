"""Where each figure, table and group of sentences comes from: files below the folder of the runs, and what is read of them.

Numbers of others, published or in the reference report, come from files of the project itself, below reporting/.
"""

import fnmatch
import itertools
import re
from collections import namedtuple
from pathlib import Path

from reporting.artifacts import load_arrays, load_json, load_table
from reporting.render import RenderError

PROJECT = Path(__file__).parent.parent
Origin = namedtuple(
    "Origin", "file keys figures tables sentences"
)  # a file, what is read of it, and the names of what for

# What is shown -> "file: keys", several of them with a semicolon between. {a,b} stands for both, * for any name. Keys are those
# of JSON objects (a.b is b inside of a), columns of CSV files, and names of arrays. What belongs to an extra stands apart, since
# it is left out where the extra is switched off.
POINTS = "x_train, y_train, x_test, y_test"
TEST, VALIDATION = "test_labels, test_probabilities", "validation_labels, validation_probabilities"
CURVES = "fold, epoch, train_loss, validation_loss"
LOSSES, ACCURACIES = (
    "metrics.*_loss, metrics.*_loss_sd",
    "metrics.train_loss, metrics.train_loss_double_softmax, metrics.*_accuracy",
)
CLASSIFIERS, FURTHER_SEEDS = (
    "classification/{reference,tuned,improved}",
    "classification/{reference,tuned,improved}_seeds",
)
BASELINES = "regression/baselines/gaussian_process"
SEARCHES = "{regression,classification}/search/trials.csv: score, seconds, rank"
FIGURES = {
    "regression_data": f"regression/tuned/predictions.npz: {POINTS}",
    "regression_splits": "regression/splits/*/predictions.npz: x_train, y_train, fold; regression/splits/*/folds.csv: validation_loss",
    "regression_grid": f"regression/search/folds.csv: trial, fold, validation_loss; {SEARCHES}",
    "regression_training": f"regression/{{reference,tuned}}/history.csv: {CURVES}; regression/tuned/predictions.npz: x_train, y_train",
    "regression_fit": (
        f"regression/tuned/predictions.npz: {POINTS}, x_curve, curve_predictions;"
        " regression/{seeds,initialisation,baselines}/*/predictions.npz: curve_predictions"
    ),
    "regression_weights": "regression/tuned/weights.npz: initial/*/kernel, trained/*/kernel",
    "regression_hidden_*": "regression/tuned/activations.npz: x_probe, */probe, */minimum, */maximum",
    "regression_initialisation": (
        "regression/tuned/weights.npz: */hidden_1/bias; regression/tuned/predictions.npz: x_curve, curve_predictions;"
        " regression/initialisation/*/weights.npz: */hidden_1/kernel, */hidden_1/bias;"
        " regression/{seeds,initialisation,baselines}/*/predictions.npz: curve_predictions"
    ),
    "classification_grid": f"classification/search/folds.csv: trial, fold, validation_accuracy; {SEARCHES}",
    "classification_training": f"classification/{{reference,tuned}}/history.csv: {CURVES}, train_accuracy, validation_accuracy",
    "classification_double_softmax": (
        f"classification/{{reference,tuned}}/history.csv: {CURVES}; classification/double_softmax/*/history.csv: {CURVES}"
    ),
    "classification_ladder": (
        f"{CLASSIFIERS}/predictions.npz: {TEST}; {FURTHER_SEEDS}/*/predictions.npz: {TEST};"
        f" classification/ablation/*/predictions.npz: {VALIDATION};"
        " reporting/published_results.json: human, other_reports, two_convolutions, record"
    ),
    "classification_confusion": (
        f"classification/tuned/predictions.npz: {TEST}; reporting/reference_report.json: classification.confusion_diagonal"
    ),
    "classification_mistakes": f"classification/tuned/predictions.npz: {TEST}, error_index, error_image",
    "classification_suspects": (
        f"{CLASSIFIERS}/predictions.npz: {TEST}, error_index, error_image; {FURTHER_SEEDS}/*/predictions.npz: {TEST}"
    ),
    "classification_calibration": f"{CLASSIFIERS}/predictions.npz: {VALIDATION}, {TEST}",
    "classification_weights": "classification/tuned/weights.npz: initial/*/kernel, trained/*/kernel",
    "classification_dense_1": "classification/tuned/activations.npz: probe_label, dense_1/probe, */minimum, */maximum",
    "classification_fields": (
        "classification/tuned/receptive_fields.npz: class_mean, *back_projection, *gradient, *activation_maximisation, *reached_probability"
    ),
    "classification_filters": "classification/tuned/features.npz: conv_1/filters",
    "classification_filter_bank": "classification/tuned/features.npz: conv_2/filters",
    "classification_maps": "classification/tuned/features.npz: image, conv_1/maps",
    "classification_deeper_maps": "classification/tuned/features.npz: image, conv_2/maps",
}
TABLES = {
    "regression_losses": f"regression/{{reference,tuned}}/run.json: {LOSSES}, metrics.stopped_early",
    "regression_coverage": (
        f"regression/tuned/predictions.npz: {POINTS}, test_predictions;"
        f" regression/{{seeds,initialisation,baselines}}/*/predictions.npz: test_predictions; {BASELINES}/predictions.npz: test_sd"
    ),
    "regression_baselines": (
        "regression/tuned/predictions.npz: test_predictions;"
        " regression/{seeds,initialisation,baselines}/*/predictions.npz: test_predictions;"
        f" regression/{{reference,tuned}}/run.json: {LOSSES}; regression/{{baselines,initialisation,smaller}}/*/run.json: {LOSSES}"
    ),
    "regression_report": (
        f"regression/{{reference,tuned}}/run.json: {LOSSES}; reporting/reference_report.json: regression.first, regression.tuned"
    ),
    "regression_layers": FIGURES["regression_weights"],
    "regression_units": "regression/tuned/activations.npz: */minimum, */maximum, */active_share, */spectrum",
    "regression_variations": (
        f"regression/{{reference,tuned}}/run.json: {LOSSES}, metrics.parameters;"
        f" regression/{{baselines,initialisation,smaller}}/*/run.json: {LOSSES}"
    ),
    "classification_configurations": f"{CLASSIFIERS}/run.json: config",
    "classification_results": (
        f"{CLASSIFIERS}/run.json: {ACCURACIES}; classification/{{double_softmax,smaller}}/*/run.json: {ACCURACIES};"
        f" {FURTHER_SEEDS}/*/predictions.npz: {TEST}; reporting/reference_report.json: classification"
    ),
    "classification_classes": FIGURES["classification_confusion"],
    "classification_calibration": (
        f"{CLASSIFIERS}/predictions.npz: {VALIDATION}, {TEST};"
        f" classification/{{double_softmax,smaller}}/*/predictions.npz: {VALIDATION}, {TEST}"
    ),
    "classification_layers": FIGURES["classification_weights"],
    "classification_units": "classification/tuned/activations.npz: */minimum, */maximum, */active_share, */spectrum",
    "classification_fields": FIGURES["classification_fields"],
    "runs": "*/*/run.json: seconds, finished_at, seed, machine.precision, machine.threads, scale",
    "origins": "*/*/run.json: task, variant",
    "regression_trials": FIGURES["regression_grid"],
    "classification_trials": FIGURES["classification_grid"],
}
SENTENCES = {
    "settings": (
        f"regression/{{reference,tuned}}/run.json: config, data; {CLASSIFIERS}/run.json: config, data;"
        " {regression,classification}/search/search_space.json: grid, objective, settings"
    ),
    "stopping": ("{regression,classification}/{reference,tuned,search}/folds.csv: epochs, stopped_early"),
    "comparisons": f"{CLASSIFIERS}/predictions.npz: {TEST}; classification/{{double_softmax,smaller}}/*/predictions.npz: {TEST}",
    "noise": f"regression/tuned/predictions.npz: {POINTS}; {BASELINES}/folds.csv: noise_variance",
}


def origins(figures, tables, switched_off=()):
    """An Origin for each file that the report's figures, tables and groups of sentences are made of, the runs' files in order.

    Files of the extras that are `switched_off` ("task/extra") are left out. Raises RenderError for a figure or a table of which
    no source is known.
    """
    shown = [("figures", name, source_of(FIGURES, "figure", name)) for name in figures]
    shown += [("tables", name, source_of(TABLES, "table", name)) for name in tables]
    shown += [("sentences", words, text) for words, text in SENTENCES.items()]
    listed = {}
    for kind, name, text in shown:
        for file, keys in parsed(text, switched_off).items():
            origin = listed.setdefault(file, Origin(file, {}, [], [], []))
            origin.keys.update(dict.fromkeys(keys))
            getattr(origin, kind).append(name)
    return sorted(
        listed.values(), key=lambda origin: (origin.file.startswith("reporting/"), spelled_out(origin.file)[0])
    )


def source_of(table, kind, name):
    """The text of the table's entry whose name or pattern fits; raises RenderError if there is none."""
    for pattern, text in table.items():
        if fnmatch.fnmatchcase(name, pattern):
            return text
    raise RenderError(f"reporting/provenance.py does not say which files the {kind} {name!r} is made of; add it there")


def parsed(text, switched_off=()):
    """File -> its keys, of an entry, with braces and stars as they are; without files that only the extras `switched_off` have."""
    pairs = [part.split(": ") for part in text.split("; ")]
    return {
        file: keys.split(", ")
        for file, keys in pairs
        if not all(is_in(path, switched_off) for path in spelled_out(file))
    }


def is_in(path, folders):
    return any(path.startswith(f"{folder}/") for folder in folders)


def spelled_out(text):
    """The texts for which one with braces stands: "a{b,c}" is "ab" and "ac"."""
    parts = [part.split(",") if k % 2 else [part] for k, part in enumerate(re.split(r"\{([^}]*)\}", text))]
    return ["".join(choice) for choice in itertools.product(*parts)]


def missing_sources(runs, text):
    """What an entry names and the folder `runs` (a Path) lacks, in words: files, and keys in any of the files."""
    missing = []
    for file, keys in parsed(text).items():
        for pattern in spelled_out(file):
            paths = sorted((PROJECT if pattern.startswith("reporting/") else runs).glob(pattern))
            missing += [] if paths else [pattern]
            missing += [f"{path}: {key}" for path in paths for key in absent(names_in(path), keys)]
    return missing


def absent(names, keys):
    """The keys, spelled out, that fit none of the names."""
    return [key for text in keys for key in spelled_out(text) if not fnmatch.filter(names, key)]


def names_in(path):
    """The keys, columns or names of arrays that a recorded file has."""
    if path.suffix == ".npz":
        return list(load_arrays(path))
    return list(load_table(path)[0]) if path.suffix == ".csv" else list(nested_keys(load_json(path)))


def nested_keys(value, prefix=""):
    """The keys of a mapping and of the mappings inside of it, joined by dots."""
    for key, inner in value.items():
        yield prefix + key
        if isinstance(inner, dict):
            yield from nested_keys(inner, f"{prefix}{key}.")
