"""Every condition of the templates, met and not met, by runs that turned out one way or another; and what no report may say.

A new condition in a template fails the first test until a run below meets it both ways: add one to tests/reporting/hard_runs.py.
"""

import contextlib
import html
import re
import shutil

import pypdfium2
import pytest
from jinja2 import FileSystemLoader

from reporting import artifacts, build_report, contents, render
from reporting.artifacts import Identity
from reporting.figures import layer_name
from reporting.formatting import FILTERS
from tests.example_runs import write_example_runs
from tests.reporting.branches import SEEN, WatchedEnvironment
from tests.reporting.hard_runs import RUNS
from tests.reporting.stand_ins import draw, draw_equation

IDENTITY = Identity("University", "Homework", "Subject", "Professor", "Student", "0042")
# Conditions that no run of this program can meet, and why.
UNREACHABLE = {
    "sections/conclusions.html.j2: c.search.folds == 1 is never False": "the classification is searched on one split",
    "sections/search.html.j2: search.least_effect_p_value is none is never True": "two hyperparameters leave a rest to test them against",
}


@pytest.fixture(scope="module")
def documents(tmp_path_factory):
    """The report of each of the strange runs as HTML, without drawings; conditions are watched."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            artifacts.files.os, "fsync", lambda file: None
        )  # a thousand files that nobody needs after a power cut
        patch.setattr(render, "Environment", WatchedEnvironment)
        watched = render.build_environment(render.TEMPLATES, FILTERS | {"layer_name": layer_name})  # compiled once
        patch.setattr(contents, "build_environment", lambda folder, filters: watched)
        patch.setattr(contents, "draw", draw)
        patch.setattr(contents, "svg_of_equation", draw_equation)
        patch.setattr(render, "font_faces", lambda text: "")
        written, plain = {}, {}
        for name, (changes, edits) in RUNS.items():
            if repr(changes) not in plain:
                plain[repr(changes)] = write_example_runs(tmp_path_factory.mktemp("plain"), **changes)
            runs = shutil.copytree(plain[repr(changes)], tmp_path_factory.mktemp("strange") / "runs")
            for edit in edits:
                edit(runs)
            identity = Identity(*[""] * 6) if "no identity" in name else IDENTITY
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
    (tmp_path / "a.html.j2").write_text(
        "{% if x > 1 %}a{% elif y %}b{% endif %}{{ 'c' if z }}{% for k in v if k %}{{ k }}{% endfor %}"
    )
    WatchedEnvironment(loader=FileSystemLoader(tmp_path)).get_template("a.html.j2").render(x=2, y=1, z=0, v=[0, 1])
    seen = {name: truths for name, truths in SEEN.items() if name.startswith("a.html.j2")}
    assert seen == {
        "a.html.j2: x > 1": {True},
        "a.html.j2: y": set(),
        "a.html.j2: z": {False},
        "a.html.j2: k": {False, True},
    }
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
        name: match[0]
        for name, parts in sentences.items()
        for part in parts
        if (match := re.search(f".{{0,60}}{pattern}.{{0,20}}", part))
    }
    assert not found


HARD_RUNS = {  # what must be read there, and what must not
    "tuning is worse": (
        [
            "the grid search raises the test error",
            "worse than the reference settings",
            "becomes worse by",
            "it does not fall",
        ],
        ["the grid search lowers", "improves by", "better than the reference settings", " gain "],
    ),
    "tied grids": (
        ["are tied with its winner", "No hyperparameter changes the score."],
        ["differs from every other", "matters most", "stand out", "at the edge of the grid", "flatters it"],
    ),
    "all units dead": (
        [
            "Of the 72 hidden units, 72 are dead",
            "Of the 176 hidden units, 176 are dead",
            "The activations of no hidden layer vary",
        ],
        ["hidden units are used", "0 principal components", "0 and 0 principal"],
    ),
    "no gaps, perfect classifiers": (
        [
            "It makes no mistake.",
            "leave no gap",
            "There is no test image that all of them take for the same wrong class",
            "is neither ahead of nor behind",
        ],
        [
            "most frequent confusion",
            "mistakes fall",
            "labels may be wrong",
            "is ahead of the reference settings by 0",
            "overconfident",
        ],
    ),
    "one gap, classifiers of one opinion": (
        [
            "No image at all was taken for T-shirt",
            "it is overconfident",
            "There is no share of the images on which it is right in 99",
        ],
        ["It makes no mistake", "labels may be wrong", "is ahead of the reference settings by 0"],
    ),
}


@pytest.mark.parametrize("name", HARD_RUNS)
def test_hard_runs_are_told_as_they_are(texts, name):
    true, false = HARD_RUNS[name]
    assert [words for words in true if words not in texts[name]] == []
    assert [words for words in false if words in texts[name]] == []


def test_the_pdf_says_what_the_page_says(built):
    """Every sentence, in pieces of twenty letters: but for the few that a page's end or a hyphen tears apart."""
    with contextlib.closing(pypdfium2.PdfDocument(built / "report" / "report.pdf")) as pdf:
        pages = [page.get_textpage().get_text_bounded(top=page.get_height() - 60, bottom=60) for page in pdf]
    printed = letters("".join(pages))
    said = [letters(sentence) for sentence in prose((built / "report" / "report.html").read_text())]
    pieces = [sentence[start : start + 20] for sentence in said for start in range(0, max(1, len(sentence) - 20), 20)]
    assert len(pieces) > 500 and len([piece for piece in pieces if piece not in printed]) < 2 * len(pages)


def letters(text):
    return re.sub("[^A-Za-z]", "", text)


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
    for drawing in re.findall(
        r'<svg[^>]*role="img".*?</svg>', (runs / "report" / "report.html").read_text(), re.DOTALL
    ):
        assert drawing.count("<path") + drawing.count("<use") + drawing.count("<image") > 0
