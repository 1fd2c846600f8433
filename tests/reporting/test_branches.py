"""Every condition of the templates, met and not met, by runs that turned out one way or another; and what no report may say.

A new condition in a template fails the first test until a run below meets it both ways: add one, see tests/strange_runs.py.
"""

import contextlib
import html
import re

import numpy as np
import pypdfium2
import pytest
from jinja2 import FileSystemLoader

from reporting import artifacts, build_report, contents, render
from reporting.artifacts import Identity
from tests import strange_runs as strange
from tests.example_runs import write_example_runs
from tests.reporting.branches import SEEN, WatchedEnvironment

IDENTITY = Identity("University", "Homework", "Subject", "Professor", "Student", "0042")
REGRESSION_EXTRAS = ("splits", "baselines", "initialisation", "seeds", "smaller")
CLASSIFICATION_EXTRAS = ("double_softmax", "reference_seeds", "tuned_seeds", "improved_seeds", "ablation", "smaller")
EVERY_EXTRA = tuple(f"regression/{name}" for name in REGRESSION_EXTRAS) + tuple(f"classification/{name}" for name in CLASSIFICATION_EXTRAS)


def accuracies(reference, tuned, improved):
    return {"accuracy": {"reference": reference, "tuned": tuned, "improved": improved}}


def errors(reference, tuned, splits=0.4, glorot_uniform=0.6, smaller=0.3):
    extra = {"splits": splits, "glorot_uniform": glorot_uniform, "smaller": smaller}
    return {"regression_error": {"reference": reference, "tuned": tuned}, "extra_error": extra}


def search(regression=None, classification=None, **both):
    """Another outcome of both searches."""

    def change(runs):
        for task, options in (("regression", regression), ("classification", classification)):
            strange.search(task, **((options or {}) | both))(runs)

    return change


def scatter(values):
    """A number from -1 to 1 that looks random but follows the values."""
    return np.sin(1e5 * sum(number * 7**place for place, number in enumerate(map(float, values.values()), 1)))


def both(make, *arguments):
    return [make(task, *arguments) for task in ("regression", "classification")]


SMALL = {"learning_rate": [0.01, 0.02, 0.03], "batch_size": [8, 10, 20]}
RUNS = {  # what is strange about the runs: fields of Example, and what is done to them, one task and then the other
    "nothing": ({}, []),
    "a small scale": ({"scale": "quick"}, []),
    "no gaps, perfect classifiers": ({}, [strange.no_gaps, strange.every_network(strange.perfect)]),
    "one gap, classifiers of one opinion": ({}, [strange.one_gap, strange.every_network(strange.always_dress)]),
    "many gaps, one mistake": ({}, [strange.many_gaps, strange.every_network(strange.wrong_for([(0, 1, 1)]))]),
    "tests in gaps, mistakes evenly": (
        {},
        [strange.test_points((-2.9, -1.1)), strange.probabilities(strange.wrong_for([(k, (k + 1) % 10, 3) for k in range(10)]))],
    ),
    "tests beyond, hesitant classifiers": ({}, [strange.test_points((-9, 9)), strange.probabilities(strange.hesitant)]),
    "one test beyond, hesitant validation": (
        {},
        [strange.one_test_point_beyond, strange.probabilities(strange.hesitant, part="validation")],
    ),
    "constant y, improved like reference": ({}, [strange.constant_y, strange.improved_is()]),
    "noise, improved by its rate": ({}, [strange.noisy_training, strange.improved_is(learning_rate=0.5)]),
    "tuning changes nothing, on other folds": (errors(0.3, 0.3), [strange.other_folds_for_the_reference]),
    "tuning is worse, on other folds": (errors(0.1, 0.9), [strange.other_folds_for_the_reference]),
    "tuning is worse": (errors(0.1, 0.9) | accuracies(0.93, 0.85, 0.80), []),
    "tuning changes nothing": (errors(0.3, 0.3, glorot_uniform=0.3) | accuracies(0.9, 0.9, 0.9), []),
    "networks of one wrong opinion, improved by size": (
        {},
        [strange.agreeing, strange.improved_is(filters=[1, 2], convolution_dropout=0.3, max_epochs=9, batch_size=7, dropout=0.2)],
    ),
    "networks that scatter, rising loss": ({}, [strange.disagreeing, strange.rising_loss]),
    "no order in the file, second softmax": (
        {},
        [strange.mixed_file_order, lambda runs: strange.configure(runs, "classification/reference", loss="double_softmax")],
    ),
    "one fold beyond, no blank map": ({}, [strange.one_fold_extrapolates, strange.blank_maps(0)]),
    "strips do no harm, no field": ({}, [strange.harmless_strips, strange.fields(0)]),
    "another noise, one method's fields": ({}, [strange.noise_of_the_process(5.0), strange.fields(1)]),
    "one degree, all fields": ({}, [strange.one_degree, strange.predictions("baselines/polynomial", 0.0), strange.fields(3)]),
    "the course's data": ({}, [strange.the_courses_data, strange.no_smaller_classifier]),
    "the course's data, both below the report": ({}, [strange.near_the_report(0.01, 0.02)]),
    "the course's data, the mean below the report": ({}, [strange.near_the_report(0.05, 0.5)]),
    "the course's data, neither below the report": ({}, [strange.near_the_report(0.3, 0.5)]),
    "few points": ({"points": 6, "folds": 2}, [strange.ablation(-0.3, -0.3, -0.3, 0.3, together=("kernel_size", "filters", "dropout"))]),
    "other initialiser better, smaller better": (errors(0.4, 0.28, glorot_uniform=0.05, smaller=0.05), [strange.temperatures]),
    "smaller worse": (errors(0.4, 0.28, smaller=0.9), [strange.probabilities(strange.always_dress, names=("improved",))]),
    "not smaller": ({"smaller_units": (16, 24, 32)}, [strange.several_machines()]),
    "several machines, one version": ({}, [strange.several_machines(3, 1), strange.seeds_of_their_own]),
    "one machine, several versions": ({}, [strange.several_machines(1, 2), strange.all_splits_alike]),
    "no extras": ({"switched_off": EVERY_EXTRA}, []),
    "only seeds off": ({"switched_off": ("regression/seeds", "classification/reference_seeds")}, [strange.no_gaps]),
    "no seeds, gaps no harder": (
        {"switched_off": ("regression/seeds", "regression/baselines", "classification/tuned_seeds", "classification/ablation")},
        [strange.predictions("tuned", 0.3)],
    ),
    "one extra off": ({"switched_off": ("regression/splits", "classification/double_softmax")}, []),
    "two extras off": (
        {"switched_off": ("regression/initialisation", "regression/smaller", "classification/smaller", "classification/ablation")},
        [],
    ),
    "high accuracies": (accuracies(0.99, 0.99, 0.99), [strange.other_folds_for_the_reference]),
    "low accuracies": (accuracies(0.5, 0.5, 0.5), [strange.one_hidden_layer]),
    "normal weights": ({}, both(strange.weights, lambda rng, shape: rng.normal(size=shape))),
    "uniform weights": ({}, both(strange.weights, lambda rng, shape: rng.uniform(-1, 1, shape))),
    "constant weights": ({}, [*both(strange.weights, lambda rng, shape: np.zeros(shape)), strange.initial_zeros]),
    "all units alive": ({}, [*both(strange.dead, 0), strange.full_rank]),
    "all units dead": ({}, both(strange.dead, 1)),
    "one unit dead": ({}, both(strange.one_dead)),
    "early stopping": (
        {},
        [
            strange.stopped("regression/reference", 9, patience=2),
            strange.stopped("classification/reference", 5),
            strange.stopped("classification/tuned", 5),
        ],
    ),
    "early stopping that did not fire": (
        {},
        [
            strange.stopped(name, 5, patience=3, fits=0)
            for name in ("regression/reference", "classification/reference", "classification/tuned")
        ],
    ),
    "one patience, cosine": (
        {},
        [
            lambda runs: strange.configure(runs, "classification/tuned", patience=500),
            lambda runs: strange.configure(runs, "regression/reference", learning_rate_schedule="cosine", restore_best_weights=True),
        ],
    ),
    "tied grids": ({}, [search({"score": lambda v, fold: 0.3}, {"score": lambda v, fold: 0.9})]),
    "distinct grids": (
        {},
        [
            search(
                {"score": lambda v, fold: 0.3 + 100 * v["learning_rate"] + v["weight_decay"] * 1e4 + v["batch_size"]},
                {
                    "score": lambda v, fold: (
                        0.4 + 0.3 * (v["learning_rate"] == 0.001) + 0.2 * (v["dropout"] == 0.4) - 0.0005 * v["batch_size"]
                    )
                },
            )
        ],
    ),
    "one tie": (
        {},
        [
            search(
                {
                    "score": lambda v, fold: (
                        v["batch_size"]
                        + 1e6 * v["weight_decay"]
                        + 0.01 * fold * (v["learning_rate"] - 0.001)
                        + 50 * (v["learning_rate"] > 0.0014)
                    )
                },
                {"score": lambda v, fold: 0.9 - 0.2 * (v["batch_size"] > 32) - 0.1 * (v["learning_rate"] < 0.001)},
            )
        ],
    ),
    "the reference settings win": (
        {},
        [
            search(
                {
                    "score": lambda v, fold: (
                        0.3 + v["batch_size"] / 100 + 0.5 * (v["learning_rate"] != 0.001) + 0.4 * (v["weight_decay"] != 1e-7) + 0.01 * fold
                    )
                },
                {
                    "score": lambda v, fold: (
                        0.9 - v["batch_size"] / 1000 - 0.1 * (v["learning_rate"] != 0.0001) - 0.1 * (v["dropout"] != 0.2)
                    )
                },
            )
        ],
    ),
    "the reference settings are not in the grid": (
        {},
        [
            search(
                {"score": lambda v, fold: v["batch_size"] * v["learning_rate"] + 0.01 * fold},
                {"score": lambda v, fold: 0.9 - v["batch_size"] * v["learning_rate"] / 10},
                grid=SMALL,
            ),
            strange.seconds,
        ],
    ),
    "the winner inside the grid": (
        {},
        [
            search(
                {"score": lambda v, fold: abs(v["batch_size"] - 10) + abs(v["learning_rate"] - 0.02) + 0.01 * fold},
                {"score": lambda v, fold: 0.9 - abs(v["batch_size"] - 10) / 100 - abs(v["learning_rate"] - 0.02)},
                grid=SMALL,
            )
        ],
    ),
    "one combination": ({}, [search(grid={"learning_rate": [0.01]})]),
    "two combinations": (
        {},
        [
            search(
                {"score": lambda v, fold: 0.3 + 0.001 * fold * v["learning_rate"]},
                {"score": lambda v, fold: 0.9},
                grid={"learning_rate": [0.01, 0.02]},
            )
        ],
    ),
    "two hyperparameters of two values": ({}, [search(grid={"learning_rate": [0.01, 0.02], "batch_size": [8, 16]})]),
    "words in the grid": (
        {},
        [search({}, {"grid": {"learning_rate_schedule": ["constant", "cosine"], "learning_rate": [0.01, 0.02, 0.03]}})],
    ),
    "five hyperparameters": (
        {},
        [
            search(
                {"score": lambda v, fold: 0.3 + 0.1 * (v["learning_rate"] > 0.01) + 0.001 * fold + 0.002 * v["patience"]},
                {"score": lambda v, fold: 0.8 + 0.1 * (v["learning_rate"] > 0.01)},
                grid={
                    "learning_rate": [0.01, 0.02],
                    "batch_size": [8, 16],
                    "weight_decay": [0.1, 0.2],
                    "patience": [1, 2],
                    "max_epochs": [3, 4],
                },
            )
        ],
    ),
    "one hyperparameter matters": (
        {},
        [
            search(
                {"score": lambda v, fold: 0.3 + 300 * v["learning_rate"] + 0.02 * scatter(v) + 0.3 * fold},
                {"score": lambda v, fold: 0.6 + 200 * v["learning_rate"] + 0.01 * scatter(v)},
            ),
            strange.seconds,
        ],
    ),
    "three hyperparameters matter": (
        {},
        [
            search(
                {"score": lambda v, fold: 300 * v["learning_rate"] + 1e5 * v["weight_decay"] + v["batch_size"] / 50 + 0.01 * scatter(v)},
                {
                    "score": lambda v, fold: (
                        0.5 + 10 * v["learning_rate"] + 1e4 * v["weight_decay"] - v["batch_size"] / 900 + 0.001 * scatter(v)
                    )
                },
                grid={"learning_rate": [0.001, 0.002, 0.003], "weight_decay": [1e-6, 1e-5, 2e-5], "batch_size": [16, 32, 64]},
            )
        ],
    ),
    "no hyperparameter matters": (
        {},
        [search({"score": lambda v, fold: 0.3 + 0.1 * scatter(v) + 0.01 * fold}, {"score": lambda v, fold: 0.8 + 0.1 * scatter(v)})],
    ),
    "an edge in the regression alone": (
        {},
        [
            strange.search(
                "classification", lambda v, fold: 0.9 - abs(v["learning_rate"] - 0.02), grid={"learning_rate": [0.01, 0.02, 0.03]}
            )
        ],
    ),
    "five test points": ({}, [strange.few_tests(5)]),
    "one test point": ({}, [strange.few_tests(1)]),
    "one configuration three times": ({}, [strange.one_configuration]),
    "fewer seeds of one configuration": ({}, [strange.one_seed_less]),
    "one combination failed": ({}, [search(failed=(3,), stops=1)]),
    "two combinations failed": ({}, [search({"restore_best_weights": True}, {"restore_best_weights": False}, failed=(3, 4))]),
    "all but one failed": ({}, [search({"failed": range(2, 19)}, {"failed": range(2, 13)})]),
    "a classification's search by loss": ({}, [strange.search("classification", objective="validation_loss")]),
    "the report's winner": (
        {},
        [
            strange.search(
                "regression",
                lambda v, fold: (
                    0.3
                    + 0.5 * (v["learning_rate"] != 0.0015)
                    + 0.4 * (v["weight_decay"] != 1e-5)
                    + 0.3 * (v["batch_size"] != 16)
                    + 0.01 * fold
                ),
            ),
            strange.every_network(strange.wrong_for([(0, 6, 30), (6, 0, 30)], 0.8), part="validation"),
        ],
    ),
    "no identity": ({}, []),
}
# Conditions that no run of this program can meet, and why.
UNREACHABLE = {
    "sections/conclusions.html.j2: c.search.folds == 1 is never False": "the classification is searched on one split",
    "sections/search.html.j2: search.least_effect_p_value is none is never True": "two hyperparameters leave a rest to test them against",
}


@pytest.fixture(scope="module")
def documents(tmp_path_factory):
    """The report of each of the strange runs as HTML, without drawings; conditions are watched."""

    def draw(figures, drawings, name, alternative, panel=0):
        drawings.place((name, panel))
        return render.labelled("<svg></svg>", alternative)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(artifacts.os, "fsync", lambda file: None)  # a thousand files that nobody needs after a power cut
        patch.setattr(render, "Environment", WatchedEnvironment)
        patch.setattr(contents, "draw", draw)
        patch.setattr(contents, "svg_of_equation", lambda tex, words: render.labelled("<svg></svg>", words))
        patch.setattr(render, "font_faces", lambda text: "")
        written = {}
        for name, (changes, edits) in RUNS.items():
            runs = write_example_runs(tmp_path_factory.mktemp("strange") / "runs", **changes)
            for edit in edits:
                edit(runs)
            identity = Identity(*[""] * 6) if name == "no identity" else IDENTITY
            written[name] = contents.report_document(identity, runs)
    return written


@pytest.fixture(scope="module")
def texts(documents):
    """Their words."""
    return {name: plain_text(document) for name, document in documents.items()}


def plain_text(document):
    body = re.sub("<(script|title)[^>]*>.*?</\\1>", "", document[document.index("<body") :], flags=re.DOTALL)
    return " ".join(html.unescape(re.sub("<[^>]*>", " ", body)).replace("\N{NO-BREAK SPACE}", " ").split())


@pytest.fixture(scope="module")
def sentences(documents):
    """Each report's sentences alone, without tables."""
    return {name: prose(document) for name, document in documents.items()}


def prose(document):
    return [
        plain_text(f"<body{part}")
        for part in re.findall("<(?:p|li|figcaption|caption)[ >].*?</(?:p|li|figcaption|caption)>", document, re.DOTALL)
    ]


def test_every_condition_is_met_and_not_met(texts):
    missing = {f"{name} is never {truth}" for name, seen in SEEN.items() for truth in {True, False} - seen}
    assert len(SEEN) > 200
    assert missing == set(UNREACHABLE), "\n".join(sorted(missing ^ set(UNREACHABLE)))


def test_the_watch_on_the_templates_sees_what_is_left_out(tmp_path):
    (tmp_path / "a.html.j2").write_text("{% if x > 1 %}a{% elif y %}b{% endif %}{{ 'c' if z }}{% for k in v if k %}{{ k }}{% endfor %}")
    WatchedEnvironment(loader=FileSystemLoader(tmp_path)).get_template("a.html.j2").render(x=2, y=1, z=0, v=[0, 1])
    seen = {name: truths for name, truths in SEEN.items() if name.startswith("a.html.j2")}
    assert seen == {"a.html.j2: x > 1": {True}, "a.html.j2: y": set(), "a.html.j2: z": {False}, "a.html.j2: k": {False, True}}
    for name in seen:
        del SEEN[name]


NO_PROSE = {
    "a number that is none": r"\b(nan|inf|None(?! of)|True|False)\b",
    "digits of no use": r"\d\.\d{7,}",
    "two stops": r"\.\.|,,|;;|[,;]\.",
    "empty parentheses": r"\(\s*\)",
    "a word twice": r"\b([a-z]{2,}) \1\b",
    "an unfinished list": r" (and|or)[.;:]",
    "a wrong ordinal": r"\b\d*(?<!1)[123]th\b",
    "no in place of none": r"\b(in|of) no of\b",
}


@pytest.mark.parametrize(("what", "pattern"), NO_PROSE.items(), ids=NO_PROSE)
def test_no_sentence_of_any_report_holds(sentences, what, pattern):
    found = {
        name: match[0] for name, parts in sentences.items() for part in parts if (match := re.search(f".{{0,60}}{pattern}.{{0,20}}", part))
    }
    assert not found


HARD_RUNS = {  # what must be read there, and what must not
    "tuning is worse": (
        ["the grid search raises the test error", "worse than the reference settings", "becomes worse by", "it does not fall"],
        ["the grid search lowers", "improves by", "better than the reference settings", " gain "],
    ),
    "tied grids": (
        ["are tied with its winner", "No hyperparameter changes the score."],
        ["differs from every other", "matters most", "stand out", "at the edge of the grid", "flatters it"],
    ),
    "all units dead": (
        ["Of the 72 hidden units, 72 are dead", "Of the 176 hidden units, 176 are dead", "The activations of no hidden layer vary"],
        ["hidden units are used", "0 principal components", "0 and 0 principal"],
    ),
    "no gaps, perfect classifiers": (
        [
            "It makes no mistake.",
            "leave no gap",
            "There is no test image that all of them take for the same wrong class",
            "is neither ahead of nor behind",
        ],
        ["most frequent confusion", "mistakes fall", "labels may be wrong", "is ahead of the reference settings by 0", "overconfident"],
    ),
    "one gap, classifiers of one opinion": (
        ["No image at all was taken for T-shirt", "it is overconfident", "There is no share of the images on which it is right in 99"],
        ["It makes no mistake", "labels may be wrong", "is ahead of the reference settings by 0"],
    ),
}


@pytest.mark.parametrize("name", HARD_RUNS)
def test_hard_runs_are_told_as_they_are(texts, name):
    true, false = HARD_RUNS[name]
    assert [words for words in true if words not in texts[name]] == []
    assert [words for words in false if words in texts[name]] == []


@pytest.mark.slow
@pytest.mark.parametrize("name", HARD_RUNS)
def test_hard_runs_have_a_pdf_that_says_so_and_no_empty_figure(tmp_path, capsys, name):
    changes, edits = RUNS[name]
    runs = write_example_runs(tmp_path / "runs", **changes)
    for edit in edits:
        edit(runs)
    assert build_report.main(["--runs", str(runs)]) == 0 and not capsys.readouterr().err
    with contextlib.closing(pypdfium2.PdfDocument(runs / "report" / "report.pdf")) as pdf:
        text = " ".join(" ".join(page.get_textpage().get_text_bounded() for page in pdf).split())
    true, false = HARD_RUNS[name]
    plain = text.replace("\N{HYPHEN}", "").replace("\N{SOFT HYPHEN}", "")
    assert [words for words in true if words not in plain] == [] and [words for words in false if words in plain] == []
    for drawing in re.findall(r'<svg[^>]*role="img".*?</svg>', (runs / "report" / "report.html").read_text(), re.DOTALL):
        assert drawing.count("<path") + drawing.count("<use") + drawing.count("<image") > 0
