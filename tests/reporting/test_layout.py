"""Nothing stands out of its place on paper, however large numbers are and however many columns a table has."""

import pytest
import weasyprint

from reporting import document
from reporting.artifacts import Identity
from reporting.engine.fonts import font_faces
from reporting.engine.pdf import on_paper
from tests.invented import write_runs
from tests.invented.edits.columns import called, in_units
from tests.invented.edits.files import configured
from tests.invented.edits.searches import search
from tests.invented.outcome import outcome
from tests.reporting.layout import overflows
from tests.reporting.stand_ins import without_drawings

GRID = {
    "learning_rate": [0.01, 3.1622776601683795e-05],
    "learning_rate_schedule": ["constant", "cosine"],
    "weight_decay": [1e-7],
    "batch_size": [100_000],
    "dropout": [0.25],
}
LONG = ("temperature anomaly relative to the years 1951 to 1980 (degrees Celsius)", "costs_of_all_households_in_EUR")


def losses(size):
    """Scores of a search, about so large."""
    return search("regression", lambda v, fold: size * (1 + v["learning_rate"] + 0.01 * fold), GRID)


STRANGE = {
    "large": outcome(in_units((1e13, -9e14), (1e14, 8e14)), called(*LONG), losses(1e28)),
    "small, and twelve layers": outcome(
        configured("regression/*", activations="softplus"),
        in_units((1e-12, -1e-6), (1e-12, 1e-6)),
        losses(1e-25),
        hidden_units=(64,) * 12,
        smaller_units=(32,) * 12,
    ),
}


def report_of(name, folder):
    with pytest.MonkeyPatch.context() as patch:
        without_drawings(patch)
        runs = STRANGE[name].edited(write_runs(folder / "runs", **STRANGE[name].changes))
        return on_paper(document.report_document(Identity(*["A name that is long" * 3] * 6), runs))


def pages_of(report):
    """The pages of a report in its own type."""
    faces = f"<style>{font_faces(report)}</style></head>"
    return weasyprint.HTML(string=report.replace("</head>", faces, 1)).render().pages


@pytest.fixture(scope="module")
def reports(tmp_path_factory):
    return {name: report_of(name, tmp_path_factory.mktemp("strange")) for name in STRANGE}


@pytest.mark.parametrize("name", STRANGE)
def test_strange_numbers_and_names_stay_in_their_places(reports, name):
    report = reports[name]
    assert "&lt;" not in report  # markup that would be read out, or printed
    assert overflows(pages_of(report)) == []


BODY = '<body><div class="cards">{}</div><div class="table"><table>{}</table></div></body>'
CARD = '<p class="card"><b>{}</b><span>test loss</span></p>'
CELL = '<tr style="font-size: 12pt"><td class="num">{}</td></tr>'


@pytest.mark.parametrize(("digits", "out"), [(5, 0), (60, 1)])
@pytest.mark.parametrize("part", ["card", "cell", "narrow cell"])
def test_a_number_that_is_too_long_is_found(reports, part, digits, out):
    report = reports["large"]
    number = "9" * digits * 2
    cards = CARD.format(number if part == "card" else 1) + 3 * CARD.format(2)
    style = "table { table-layout: fixed; width: 40mm }" if part == "narrow cell" else ""
    table = CELL.format(1 if part == "card" else number)
    head = report[: report.index("<body")].replace("</style>", f"{style}</style>", 1)
    found = overflows(pages_of(head + BODY.format(cards, table)))
    assert bool(found) == bool(out) and all("beyond its" in words for words in found)
