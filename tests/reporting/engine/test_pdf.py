"""The PDF: what it carries, what it refuses, and what is prepared for it."""

import contextlib
import io

import pikepdf
import pypdfium2
import pytest

from reporting.engine.errors import RenderError
from reporting.engine.pdf import body_of, extract_drawings, on_paper, render_pdf
from tests.reporting.engine.pages import document


def test_pdf_is_tagged_and_says_its_language():
    content, pages, missing = render_pdf(document("<h1>One</h1><p>text</p>"))
    pdf = pikepdf.open(io.BytesIO(content))
    assert pages == 1 and missing == ""
    assert pdf.Root.MarkInfo.Marked
    assert pdf.Root.Lang == "en"
    assert "/StructTreeRoot" in pdf.Root


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ('<img src="missing.png" alt="x">', "Relative URI reference without a base URI"),
        ('<img src="https://example.org/a.png" alt="x">', "refers to https://example.org/a.png, outside itself"),
        ('<img src="file:///etc/hostname" alt="x">', "refers to file:///etc/hostname, outside itself"),
        ('<img src="data:image/png;base64,AAAA" alt="x">', "Failed to load image"),
        ('<svg xmlns="http://www.w3.org/2000/svg"><title>broken</title><path</svg>', "drawing is broken"),
        ('<p style="colour: red">x</p>', "colour"),
        ('<p><a href="#nowhere">x</a></p>', "nowhere"),
    ],
)
def test_what_weasyprint_only_warns_of_is_an_error(body, words):
    with pytest.raises(RenderError, match=words):
        render_pdf(document(body))


def test_a_character_that_no_font_holds_is_a_visible_box_that_can_be_copied():
    content, _, missing = render_pdf(document("<p>\N{LINEAR B SYLLABLE B008 A}</p>"))
    assert missing == "\N{LINEAR B SYLLABLE B008 A}"
    with contextlib.closing(pypdfium2.PdfDocument(content)) as pdf:
        assert missing in pdf[0].get_textpage().get_text_bounded()
        assert pdf[0].render().to_numpy().min() < 128  # something dark on the page


def test_what_is_for_the_screen_alone_is_not_on_paper():
    page = '<p>a<span class="screen">b <span>c</span></span><!--screen--> d</p>'
    page += '<div class="screen"><p>e</p></div><!--screen-->'
    assert on_paper(page) == "<p>a d</p>"


def test_where_numbers_come_from_is_no_part_of_it():
    number = '<data value="0.5" data-from="a.b" data-read="0">0.500</data>'
    body = '<p>A loss of {}.</p><script type="application/json" id="sources">["a.json: b"]</script>'
    assert render_pdf(document(body.format(number))) == render_pdf(document("<p>A loss of 0.500.</p>"))


def test_drawings_become_images_with_their_alternative_text():
    one, other = ('<svg a="1"><title>one</title><g /></svg>', '<svg a="2"><title>other</title></svg>')
    assert extract_drawings(f"<p>{one} and {other}</p>") == (
        '<p><img src="drawing:0" alt="one"> and <img src="drawing:1" alt="other"></p>',
        {"drawing:0": one, "drawing:1": other},
    )


@pytest.mark.parametrize("kind", ["appendix", "listing"])
def test_appendices_are_not_measured_but_printed(kind):
    body = f'<p>body</p></section><section class="{kind}"><h2 id="a">Appendix</h2><p>end</p>'
    assert "end" not in body_of(document(body)) and "body" in body_of(document(body))
    assert render_pdf(document(f'<p><a href="#a">there</a></p>{body}')).pages == 1
