"""Names of every kind on the page: as they were written, escaped, whole, and not over each other."""

import contextlib
import re

import pypdfium2
import pytest
from markupsafe import escape

from reporting import build_report, document
from reporting.artifacts import Identity
from reporting.engine.pdf import render_pdf
from tests.invented import write_runs
from tests.reporting.stand_ins import draw

LONG = "Maximiliana von und zu " * 8 + "Wolkenstein-Trost"  # 200 characters
UNBROKEN = "x" * 200
NAMES = {
    "HTML": '<b>Ada</b> & "Sons" <script>',
    "quotes": "Peg O'Neill “the” «second»",
    "accents": "Željko Đorđević-Ñandú Ångström",
    "Greek and Cyrillic": "Αλέξανδρος Иван",
    "Chinese": "王小明",
    "Arabic": "محمد الأمين",
    "emoji": "Ada \N{GRINNING FACE}",
    "200 characters": LONG,
    "200 characters without a blank": UNBROKEN,
    "nothing": "",
    "a blank": "  ",
}
MAY_LACK_A_FONT = set("王小明محمدالأمين\N{GRINNING FACE}")


def squeezed(text):
    """In small letters, since the university is in capitals, and without blanks, breaks and marks of direction."""
    return re.sub(r"[\s\u00ad\u2010\u200e\u200f\u202a-\u202e\u2066-\u2069]", "", text).casefold()


def pages_of(content):
    with contextlib.closing(pypdfium2.PdfDocument(content)) as pdf:
        return [page.get_textpage().get_text_bounded() for page in pdf]


def overlapping_heads(content):
    """Pairs of texts in the running head of the second page that lie over each other."""
    with contextlib.closing(pypdfium2.PdfDocument(content)) as pdf:
        page = pdf[1].get_textpage()
        top = pdf[1].get_height() - 70  # points: the margin
        boxes = [box for box in map(page.get_rect, range(page.count_rects())) if box[1] > top]
    return [
        (a, b)
        for k, a in enumerate(boxes)
        for b in boxes[:k]
        if a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
    ]


@pytest.fixture
def document_of(tmp_path, monkeypatch):
    """The report of an identity as HTML, without drawings."""
    monkeypatch.setattr(document.Document, "draw", draw)
    return lambda identity: document.report_document(identity, write_runs(tmp_path / "runs"))


@pytest.mark.parametrize(
    "fields",
    [
        (NAMES["accents"], LONG, NAMES["quotes"], NAMES["HTML"], NAMES["Chinese"] + NAMES["Arabic"], NAMES["emoji"]),
        ("", "", "  ", NAMES["Greek and Cyrillic"], UNBROKEN, ""),
    ],
    ids=["of every kind", "empty and unbroken"],
)
def test_names_stand_on_the_page_as_they_were_written(document_of, fields):
    html = document_of(Identity(*fields))
    assert "<b>Ada" not in html and all(str(escape(field)) in html for field in fields)
    content, _, missing = render_pdf(html)
    first = squeezed(pages_of(content)[0])
    for field in fields:
        assert squeezed(field) in first or set(field) & MAY_LACK_A_FONT and set(squeezed(field)) <= set(first)
    assert set(missing) <= MAY_LACK_A_FONT
    assert not overlapping_heads(content)
    assert all(
        f"{label} " not in pages_of(content)[0]
        for label, field in zip(("Subject", "Professor"), fields[2:4], strict=True)
        if not field.strip()
    )


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_every_name_has_a_report(tmp_path, capsys, name):
    runs = write_runs(tmp_path / "runs")
    quoted = NAMES[name].replace("\\", "\\\\").replace('"', '\\"')
    fields = ("university", "title", "subject", "professor", "student", "number")
    (tmp_path / "mine.toml").write_text(
        "[identity]\n" + "".join(f'{field} = "{quoted}"\n' for field in fields), encoding="utf-8"
    )
    assert build_report.main(["--runs", str(runs), "--config", str(tmp_path / "mine.toml")]) == 0
    said = capsys.readouterr().err
    assert (
        not said
        or said.startswith("warning: no installed font holds ")
        and said.count("\n") == 1
        and "apt-get install" in said
    )
    first = pages_of(runs / "report" / "report.pdf")[0]
    assert squeezed(NAMES[name]) in squeezed(first) or set(NAMES[name]) & MAY_LACK_A_FONT
    assert not overlapping_heads(runs / "report" / "report.pdf")
