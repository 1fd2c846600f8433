"""Rendering, without any machine learning: what is refused, what the PDF carries, where floats settle."""

import contextlib
import io

import pikepdf
import pypdfium2
import pytest
from jinja2 import UndefinedError
from markupsafe import Markup
from matplotlib.figure import Figure

from reporting.formatting import FILTERS
from reporting.render import (
    Numbered,
    RenderError,
    build_environment,
    font_advice,
    font_faces,
    labelled,
    render_pdf,
    script_digest,
    svg_of_equation,
    svg_of_figure,
    with_attributes,
    without_appendix,
)

HEAD = (
    '<!doctype html><html lang="en"><head><title>t</title><style>{} html {{ font-family: STIXGeneral }}</style></head>'
)


def document(body):
    return f"{HEAD.format(font_faces(body))}<body><section>{body}</section></body></html>"


def test_pdf_is_tagged_and_says_its_language():
    content, pages, missing = render_pdf(document("<h1>One</h1><p>text</p>"))
    pdf = pikepdf.open(io.BytesIO(content))
    assert pages == 1 and missing == ""
    assert pdf.Root.MarkInfo.Marked
    assert pdf.Root.Lang == "en"
    assert "/StructTreeRoot" in pdf.Root


@pytest.mark.parametrize(
    "body",
    [
        '<img src="missing.png" alt="x">',
        '<img src="https://example.org/a.png" alt="x">',
        '<img src="file:///etc/hostname" alt="x">',
        '<img src="data:image/png;base64,AAAA" alt="x">',
        '<svg xmlns="http://www.w3.org/2000/svg"><title>broken</title><path</svg>',
        '<p style="colour: red">x</p>',
        '<p><a href="#nowhere">x</a></p>',
    ],
)
def test_what_weasyprint_only_warns_of_is_an_error(body):
    with pytest.raises(RenderError):
        render_pdf(document(body))


def test_a_character_that_no_font_holds_is_a_visible_box_that_can_be_copied():
    content, _, missing = render_pdf(document("<p>\N{LINEAR B SYLLABLE B008 A}</p>"))
    assert missing == "\N{LINEAR B SYLLABLE B008 A}"
    with contextlib.closing(pypdfium2.PdfDocument(content)) as pdf:
        assert missing in pdf[0].get_textpage().get_text_bounded()
        assert pdf[0].render().to_numpy().min() < 128  # something dark on the page


@pytest.mark.parametrize(
    ("characters", "words"),
    [
        ("王明", "王明 (CJK): printed as empty boxes; run: apt-get install fonts-noto-cjk, then"),
        (
            "\N{HANGUL SYLLABLE GAG}م",
            "(HANGUL, ARABIC): printed as empty boxes; run: apt-get install fonts-noto-cjk fonts-noto-core, then",
        ),
        ("\N{GRINNING FACE}", "(symbols): printed as empty boxes; run: apt-get install fonts-symbola, then"),
        ("\ue000", "(unknown)"),
    ],
)
def test_advice_names_the_script_and_what_brings_a_font(characters, words):
    assert words in font_advice(characters) and "\n" not in font_advice(characters)


def test_environment_escapes_and_refuses_unknown_names(tmp_path):
    (tmp_path / "a.html.j2").write_text("{{ name }}")
    template = build_environment(tmp_path, FILTERS).get_template("a.html.j2")
    assert template.render(name="<b>&") == "&lt;b&gt;&amp;"
    with pytest.raises(UndefinedError):
        template.render()


def test_numbered_refuses_unknown_missing_and_repeated_names():
    figures = Numbered("figure", ["first", "second"])
    assert (figures.number("second"), figures.place("first")) == (2, 1)
    with pytest.raises(RenderError, match="third"):
        figures.number("third")
    with pytest.raises(RenderError, match="second built but not placed"):
        figures.check()
    figures.place("second")
    figures.check()
    figures.place("second")
    with pytest.raises(RenderError, match="placed once"):
        figures.check()


def test_figure_is_the_same_text_twice_and_its_ids_are_its_own():
    def draw():
        figure = Figure(figsize=(2, 1))
        figure.subplots().plot([1, 2], [0, 1], marker="o")
        return labelled(svg_of_figure(figure, "curve"), "A line from 0 to 1.")

    text = draw()
    assert text == draw()
    assert "<title>A line from 0 to 1.</title>" in text
    assert 'id="' not in text.replace('id="curve-', "")
    assert 'href="#curve-' in text
    assert "<metadata>" not in text


def test_drawing_without_an_alternative_in_plain_words_is_refused():
    for alternative in ("", "  ", Markup("10<sup>3</sup>")):
        with pytest.raises(RenderError):
            labelled("<svg></svg>", alternative)


def test_equation_is_one_path_with_a_title():
    text = svg_of_equation(r"\frac{1}{N}", "one over N")
    assert text.count("<path") == 1
    assert "<title>one over N</title>" in text


def test_attributes_take_the_place_of_styles():
    svg = '<svg width="9"><style type="text/css">*{stroke-linejoin: round}</style><path d="M0 0" style="fill: #123; fill: none"/></svg>'
    assert with_attributes(svg) == '<svg stroke-linejoin="round" width="9"><path d="M0 0" fill="none"/></svg>'
    assert with_attributes("<svg><path/></svg>") == "<svg><path/></svg>"


def test_the_appendix_is_not_measured_but_printed():
    body = '<p>body</p></section><section class="appendix"><h2 id="a">Appendix</h2><p>end</p>'
    assert "end" not in without_appendix(document(body)) and "body" in without_appendix(document(body))
    assert render_pdf(document(f'<p><a href="#a">there</a></p>{body}')).pages == 1


def test_a_script_is_named_by_its_digest():
    # printf 'alert(1)' | openssl dgst -sha256 -binary | openssl base64
    assert script_digest("alert(1)") == "sha256-bhHHL3z2vDgxUt0W3dWQOrprscmda2Y5pLsLg4GF+pI="
