"""Every condition of the templates is met and not met by some invented runs; and what no report may say.

A new condition in a template fails the first test until outcomes of tests.invented meet it both ways: add one there.
"""

import contextlib
import html
import os
import re

import pypdfium2
import pytest
from jinja2 import FileSystemLoader

from reporting import build_report, defence, document
from reporting.artifacts import Identity, Stored, plain
from reporting.engine.pdf import on_paper
from reporting.results import load_all_results
from reporting.settings import load_judgement
from tests.invented import outcomes, write_outcome
from tests.invented.outcomes_of_data import OUTCOMES_OF_DATA
from tests.reporting.branches import SEEN, WatchedEnvironment, watched_environment
from tests.reporting.stand_ins import made_once, without_drawings

IDENTITY = Identity("University", "Homework", "Subject", "Professor", "Student", "0042")
NOBODY = Identity(*[""] * 6)
# Conditions that no run of this program can meet, and why.
UNREACHABLE = {
    # the classification is searched on one split
    "sections/conclusions.html.j2: searches.classification.folds == 1 is never False",
}


@pytest.fixture(scope="module")
def documents(tmp_path_factory):
    """The report of each outcome and its defence sheet as HTML, without drawings; conditions are watched."""
    written = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda file: None)  # a thousand files that nobody needs after a power cut
        build = made_once(watched_environment)
        without_drawings(patch, build)
        patch.setattr(defence, "build_environment", build)
        patch.setattr(defence, "font_faces", lambda text: "")
        for name in outcomes:
            runs = write_outcome(tmp_path_factory.mktemp("outcome") / "runs", name)
            seen = {"extended_chosen_after_test_seen": name != "nothing"}
            results = load_all_results(runs, Stored(plain(load_judgement()) | seen, "homework.toml"))
            report = document.Document(NOBODY if "no identity" in name else IDENTITY, results, runs)
            written[name] = report.html(), defence.defence_sheet(report)
    return written


@pytest.fixture(scope="module")
def texts(documents):
    """Their words."""
    return {name: " ".join(map(plain_text, pages)) for name, pages in documents.items()}


def plain_text(document):
    body = re.sub("<(script|title)[^>]*>.*?</\\1>", "", document[document.index("<body") :], flags=re.DOTALL)
    return " ".join(html.unescape(re.sub("<[^>]*>", " ", body)).replace("\N{NO-BREAK SPACE}", " ").split())


@pytest.fixture(scope="module")
def sentences(documents):
    """Each report's sentences alone, without tables."""
    return {name: [part for page in pages for part in prose(page)] for name, pages in documents.items()}


def prose(document):
    document = re.sub('<ol class="references">.*?</ol>', "", document, flags=re.DOTALL)
    return [
        plain_text(f"<body{part}")
        for part in re.findall("<(?:p|li|figcaption|caption)[ >].*?</(?:p|li|figcaption|caption)>", document, re.DOTALL)
    ]


def test_every_condition_is_met_and_not_met(texts):
    missing = {f"{name} is never {truth}" for name, seen in SEEN.items() for truth in {True, False} - seen}
    assert len(SEEN) > 200
    assert missing == UNREACHABLE, "\n".join(sorted(missing ^ UNREACHABLE))


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


FOREIGN = r"garment|shirt|trouser|fashion|zalando|xiao2017|reference report|89\.8.%|1\.558|28 by 28"


@pytest.mark.parametrize("name", OUTCOMES_OF_DATA)
def test_a_report_of_other_data_says_nothing_of_garments_or_published_results(documents, name):
    """Neither its text nor its alternative texts, on the page or on the sheet."""
    size = "28 by 28" if outcomes[name].changes["image_shape"][0] == 28 else "none"
    for page in documents[name]:
        said = re.sub("<(style|script)[^>]*>.*?</\\1>", "", page, flags=re.DOTALL)
        found = [match[0] for match in re.finditer(f".{{0,60}}(?:{FOREIGN}).{{0,30}}", said, re.IGNORECASE)]
        assert [words for words in found if size not in words] == []


TOLD = {  # what must be read there, and what must not
    "nothing": (
        [
            "The extended networks have schedule of the learning rate cosine and weight decay",
            "a coupled L2 penalty, as in PyTorch’s Adam",
            "before Adam scales it",
        ],
        ["decoupled"],
    ),
    "constant y, extended like reference": (["The extended networks have the same settings."], ["have schedule"]),
    "networks of one wrong opinion": (["Weight decay is decoupled"], ["coupled L2 penalty", "weight decay (L2)"]),
    "units that peak at the ends": (
        ["the weight is added to the gradient,", "SGD with Nesterov momentum 0.9"],
        ["PyTorch’s Adam", "scales it"],
    ),
    "few points": (["There is no weight decay."], ["coupled", "is added to the gradient"]),
    "tuning is worse": (
        ["the tuned configuration is worse than the reference configuration"],
        ["the tuned configuration is better", "configuration of the regression is better"],
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
            "the tuned configuration and the reference one are practically equal",
            "are level.",
        ],
        [
            "most frequent confusion",
            "mistakes fall",
            "labels may be wrong",
            "the better by validation accuracy",
            ", the best by validation accuracy",
            "overconfident",
        ],
    ),
    "one gap, classifiers of one opinion": (
        [
            "No image at all was taken for T-shirt",
            "it is overconfident",
            "The tuned network has no such threshold.",
        ],
        ["It makes no mistake", "labels may be wrong"],
    ),
}


@pytest.mark.parametrize("name", TOLD)
def test_outcomes_are_told_as_they_are(texts, name):
    true, false = TOLD[name]
    assert [words for words in true if words not in texts[name]] == []
    assert [words for words in false if words in texts[name]] == []


def test_the_pdf_says_what_the_page_says(built):
    """Every sentence, in pieces of twenty letters: but for the few that a page's end or a hyphen tears apart."""
    with contextlib.closing(pypdfium2.PdfDocument(built / "report" / "report.pdf")) as pdf:
        pages = [page.get_textpage().get_text_bounded(top=page.get_height() - 60, bottom=60) for page in pdf]
    printed = letters("".join(pages))
    said = [letters(sentence) for sentence in prose(on_paper((built / "report" / "report.html").read_text()))]
    pieces = [sentence[start : start + 20] for sentence in said for start in range(0, max(1, len(sentence) - 20), 20)]
    assert len(pieces) > 500 and len([piece for piece in pieces if piece not in printed]) < 2 * len(pages)


def letters(text):
    return re.sub("[^A-Za-z]", "", text)


@pytest.mark.slow
@pytest.mark.parametrize("name", TOLD)
def test_outcomes_have_a_pdf_that_says_so_and_no_empty_figure(tmp_path, capsys, name):
    runs = write_outcome(tmp_path / "runs", name)
    assert build_report.main(["--runs", str(runs)]) == 0 and not capsys.readouterr().err
    with contextlib.closing(pypdfium2.PdfDocument(runs / "report" / "report.pdf")) as pdf:
        text = " ".join(" ".join(page.get_textpage().get_text_bounded() for page in pdf).split())
    true, false = TOLD[name]
    plain = text.replace("\N{HYPHEN}", "").replace("\N{SOFT HYPHEN}", "")
    assert [words for words in true if words not in plain] == [] and [words for words in false if words in plain] == []
    for drawing in re.findall(
        r'<svg[^>]*role="img".*?</svg>', (runs / "report" / "report.html").read_text(), re.DOTALL
    ):
        assert drawing.count("<path") + drawing.count("<use") + drawing.count("<image") > 0


VERDICT = re.compile(
    r"(the [\w’ -]+?) (is better than|is worse than|cannot be told apart from|and) (the [\w’ -]+?)"
    r"(?: are practically equal: the difference)? over ([\w ]+? (?:folds|seeds))"
)
EXCLUSIVE = [  # what no report may say both
    ("so much is left to gain", "a better model could hardly show"),
    ("so much is left to gain", "The noise cannot be estimated:"),
    ("they fit part of the noise", "The noise cannot be estimated:"),
    ("they err more where measurements are missing", "they err less where measurements are missing"),
    ("they err more where measurements are missing", "a difference within chance"),
    ("The training points leave no gap", "gap from"),
    ("No test point lies outside the training range", "outside the training range, where it must extrapolate"),
    ("so folds in file order are strips of it", "so folds in file order are as mixed as shuffled ones"),
    ("No band holds fewer points", " band holds enough in every region"),
    ("settings were chosen without test data", "after test results had been seen"),
    ("By validation accuracy the best of the three is", "are level"),
    ("each configuration has few seeds", "one seed of each cannot tell"),
]


def verdicts_of(text):
    """The two settings and what they rest on -> the verdicts on them."""
    found: dict[tuple[str, str, str], set[str]] = {}
    for match in VERDICT.finditer(text):
        one, says, other, trainings = match.groups()
        names = [re.sub(" of the (regression|classification)$", "", name.strip()) for name in (one, other)]
        found.setdefault((*names, trainings.split()[-1]), set()).add(says)
    return found


def test_two_sentences_of_a_page_never_judge_the_same_settings_differently(texts):
    several = 0
    for name, text in texts.items():
        for pair, says in verdicts_of(text).items():
            assert len(says) == 1, (name, pair, says)
        several += len(verdicts_of(text)) > 1
    assert several > 10  # the pattern finds the sentences


@pytest.mark.parametrize(("one", "other"), EXCLUSIVE)
def test_no_two_sentences_of_a_page_contradict_each_other(texts, one, other):
    assert any(one in text for text in texts.values()) and any(other in text for text in texts.values())
    assert not [name for name, text in texts.items() if one in text and other in text]
