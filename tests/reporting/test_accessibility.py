"""The PDF for those who do not see it, and its colours for those who do not see all of them.

No checker of PDF/UA is at hand; these are the parts of it that a program can read.
"""

import functools
import itertools
import re

import matplotlib
import numpy as np
import pikepdf
import pytest

from reporting.contents import DOCUMENT
from reporting.engine.canvas import STYLE, style
from reporting.engine.pdf import on_paper
from reporting.engine.sections import Findings
from reporting.results import load_all_results


@pytest.fixture(scope="module")
def html(built):
    return (built / "report" / "report.html").read_text()


@pytest.fixture(scope="module")
def pdf(built):
    with pikepdf.open(built / "report" / "report.pdf") as opened:
        yield opened


@functools.cache
def elements(pdf):
    """Every element of the PDF's structure tree, in reading order."""
    found, waiting = [], [pdf.Root.StructTreeRoot]
    while waiting:
        node = waiting.pop()
        if "/S" in node:
            found.append(node)
        children = node.get("/K", [])
        children = children if isinstance(children, pikepdf.Array) else [children]
        waiting += [child for child in reversed(children) if isinstance(child, pikepdf.Dictionary)]
    return found


def of_kind(pdf, *kinds):
    return [element for element in elements(pdf) if str(element.S).lstrip("/") in kinds]


def titles(html):
    """The alternative texts of the drawings of figures, and those of equations."""
    figures = "".join(re.findall(r"<figure.*?</figure>", html, re.DOTALL))
    everything = re.findall(r'role="img"><title>(.*?)</title>', html, re.DOTALL)
    of_figures = re.findall(r'role="img"><title>(.*?)</title>', figures, re.DOTALL)
    return of_figures, [title for title in everything if title not in of_figures]


def test_the_pdf_is_tagged_and_says_its_language_and_title(pdf):
    assert pdf.Root.MarkInfo.Marked and pdf.Root.Lang == "en"
    assert pdf.Root.ViewerPreferences.DisplayDocTitle and str(pdf.docinfo["/Title"])
    with pdf.open_metadata() as metadata:
        assert metadata["pdfuaid:part"] == "1" and metadata["dc:title"]


def test_every_drawing_says_what_it_shows_in_numbers(pdf, html):
    figures, equations = titles(on_paper(html))
    assert len(figures) >= 15 and all(re.search(r"\d", text) for text in figures), [
        text for text in figures if not re.search(r"\d", text)
    ]
    assert all(len(text) > 5 for text in equations)
    alternatives = [str(element.get("/Alt", "")) for element in of_kind(pdf, "Figure")]
    plain = [
        " ".join(re.sub(r"&#39;", "'", text).replace("&amp;", "&").replace("&#34;", '"').split())
        for text in (*figures, *equations)
    ]
    assert sorted(" ".join(text.split()) for text in alternatives) == sorted(plain)


def test_headings_go_down_one_level_at_a_time(pdf):
    levels = [int(str(element.S)[2:]) for element in elements(pdf) if re.fullmatch(r"/H[1-6]", str(element.S))]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(second <= first + 1 for first, second in itertools.pairwise(levels))


def test_tables_have_header_cells(pdf, html):
    assert len(of_kind(pdf, "Table")) >= 10 and len(of_kind(pdf, "TH")) > len(of_kind(pdf, "Table"))
    tables = re.findall(r"<table>.*?</table>", html, re.DOTALL)
    for table in tables:
        assert "<caption>" in table and table.count("<th ") == len(re.findall(r'<th scope="(?:row|col)"', table))


def outline_items(items):
    for item in items:
        yield item
        yield from outline_items(item.children)


def test_the_outline_leads_to_every_heading(pdf, html):
    with pdf.open_outline() as outline:
        items = list(outline_items(outline.root))
    headings = [
        re.sub("<[^>]*>", "", text).strip()
        for text in re.findall(r"<h[2-4][^>]*>(.*?)</h[2-4]>", on_paper(html), re.DOTALL)
    ]
    assert [item.title for item in items] == headings and all(item.destination or item.action for item in items)


def named_destinations(node):
    """Every name of a PDF's tree of names that leads somewhere."""
    names = node.get("/Names", [])
    yield from (str(names[place]) for place in range(0, len(names), 2))
    for child in node.get("/Kids", []):
        yield from named_destinations(child)


def test_no_link_is_broken_and_only_those_of_references_leave_the_document(pdf, html):
    known = set(named_destinations(pdf.Root.Names.Dests))
    links = [note for page in pdf.pages for note in page.get("/Annots", []) if note.get("/Subtype") == "/Link"]
    outside = [note for note in links if "/URI" in note.get("/A", {})]
    links = [note for note in links if note not in outside]
    listed = re.search('<ol class="references">.*?</ol>', html, re.DOTALL)[0]
    assert {str(note.A.URI) for note in outside} == set(re.findall('<a href="([^"]*)"', listed))
    assert len(links) > 30
    assert all(str(note.get("/Dest", note.get("/A", {}).get("/D"))) in known for note in links)


def test_fonts_are_embedded_and_their_text_can_be_read(pdf):
    fonts = {font.objgen: font for page in pdf.pages for font in page.Resources.get("/Font", {}).values()}
    assert fonts
    for font in fonts.values():
        descriptor = font.DescendantFonts[0].FontDescriptor if "/DescendantFonts" in font else font.FontDescriptor
        assert {"/FontFile", "/FontFile2", "/FontFile3"} & set(descriptor.keys()) and "/ToUnicode" in font


# Colours

# Machado, Oliveira and Fernandes (2009), "A physiologically-based model for simulation of color vision deficiency",
# IEEE Transactions on Visualization and Computer Graphics 15 (6), table for severity 1; they act on linear RGB.
VISION = {
    "normal": np.eye(3),
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}
XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)  # sRGB's, D65
CLEAR = 25  # CIE 1976 difference, about ten just noticeable ones
LIGHTER = 12  # difference in lightness (of 100) that grey print shows


def linear(color):
    """Linear RGB (3,) of a colour of matplotlib's."""
    rgb = np.array(matplotlib.colors.to_rgb(color))
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def lab(color, vision="normal"):
    """CIE L*a*b* (3,) of a colour as it is seen."""
    seen = np.clip(np.array(VISION[vision]) @ linear(color), 0, 1)
    x, y, z = (
        np.cbrt(part) if part > 0.008856 else 7.787 * part + 16 / 116 for part in XYZ @ seen / (0.95047, 1, 1.08883)
    )
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def palette():
    """The colours that stand for something: C0, C1, C2."""
    with matplotlib.style.context(STYLE):
        return matplotlib.rcParams["axes.prop_cycle"].by_key()["color"][:3]


@pytest.mark.parametrize("vision", VISION)
def test_colours_are_told_apart_however_they_are_seen(vision):
    for one, other in itertools.combinations(palette(), 2):
        assert np.linalg.norm(lab(one, vision) - lab(other, vision)) > CLEAR, (one, other)


def test_the_measure_of_colours_is_known_values():
    np.testing.assert_allclose(lab("white"), (100, 0, 0), atol=0.02)
    np.testing.assert_allclose(lab("#ff0000"), (53.24, 80.09, 67.20), atol=0.02)
    assert np.linalg.norm(lab("#00a000", "deuteranopia") - lab("#b06000", "deuteranopia")) < CLEAR  # green and brown


@pytest.fixture(scope="module")
def figures(built):
    """Every figure of the report, drawn."""
    drawers = Findings(DOCUMENT, load_all_results(built)).parts("figures")
    with style():  # which says what C0 is
        yield {f"{name}-{panel}": draw() for name, panels in drawers.items() for panel, draw in enumerate(panels)}


def look(line):
    """What tells a line from another where colours do not: its dashes, its marker, whether that is filled."""
    hollow = str(line.get_markerfacecolor()) == "none"
    drawn = line.get_linestyle() if line.get_linestyle() in ("None", "none", "", " ") else line._unscaled_dash_pattern
    return str(drawn), str(line.get_marker()), hollow


def test_series_of_equal_lightness_differ_in_shape(figures):
    """Grey print shows lightness alone."""
    compared, meaningful = 0, [matplotlib.colors.to_hex(color) for color in palette()]
    for name, figure in figures.items():
        for axes in figure.axes:
            curves = [
                line for line in axes.lines if len(line.get_xdata()) > 2 and np.isfinite(line.get_xydata()).all()
            ]  # stems have breaks
            lines = {(look(line), matplotlib.colors.to_hex(line.get_color())) for line in curves}
            lines = {(shape, color) for shape, color in lines if color in meaningful}
            for (one, color), (other, another) in itertools.combinations(lines, 2):
                alike = abs(lab(color)[0] - lab(another)[0]) < LIGHTER
                compared += 1
                assert not alike or one != other or color == another, (name, color, another, one)
    assert compared >= 20


def test_every_figure_has_ink_and_words(figures):
    """Neither an empty drawing nor an axis that does not say what it is."""
    for name, figure in figures.items():
        for axes in figure.axes:
            parts = [axes, *axes.child_axes]  # an axes may be but the place of another one
            drawn = [
                artist
                for part in parts
                for artist in (*part.lines, *part.patches, *part.collections, *part.images, *part.texts)
            ]
            assert any(artist.get_visible() for artist in drawn), name
        labels = [axes.get_xlabel() + axes.get_ylabel() + axes.get_title() for axes in figure.axes] + [
            figure.get_supxlabel()
        ]
        texts = [text.get_text() for axes in figure.axes for text in axes.texts]
        ticks = [tick.get_text() for axes in figure.axes for tick in axes.get_yticklabels()]
        assert any(labels) or any(texts) or any(ticks), name
