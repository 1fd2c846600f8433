"""In which order text, figures and tables fill pages of height 100."""

import contextlib
import re
import types

import pypdfium2
import pytest
import weasyprint

from reporting.engine import floats
from reporting.engine.blocks import Block, Piece, block_of, boxes_by_element, kind_of, lines_together, piece_heights
from reporting.engine.floats import (
    PAGE_APART_COST,
    Filling,
    Float,
    State,
    best_order,
    segments_and_floats,
    white_cost,
)
from reporting.engine.pdf import render_pdf
from tests.reporting.engine.pages import document


def block(name, kind="text", *heights, joined=False, glued=False):
    return Block(name, kind, [Piece(height, 0, 0) for height in heights], joined, glued)


def settled(*blocks, used=0.0):
    return [item.element for item in best_order(*segments_and_floats([list(blocks)]), 100, used)]


def test_text_moves_up_before_a_float_that_does_not_fit():
    assert settled(
        block("a", "text", 60), block("F", "figure", 50), block("b", "text", 30), block("c", "text", 30)
    ) == ["a", "b", "F", "c"]


def test_floats_stay_where_they_fit():
    assert settled(block("a", "text", 40), block("F", "figure", 50), block("b", "text", 5)) == ["a", "F", "b"]


def test_a_table_may_overtake_a_figure_but_no_figure_another():
    figures = [block("F", "figure", 90), block("G", "figure", 5)]
    order = settled(block("a", "text", 60), *figures, block("T", "table", 30), block("b", "text", 5))
    assert order == ["a", "T", "b", "F", "G"]


def test_a_float_may_stand_before_the_paragraph_that_it_belongs_to():
    order = settled(
        block("a", "text", 60), block("b", "text", 35, 35), block("F", "figure", 40), block("c", "text", *[10] * 9)
    )
    assert order == ["a", "F", "b", "c"]


def test_no_float_stands_before_its_heading():
    order = settled(block("a", "text", 60), block("h", "heading", 10), block("b", "text", 90), block("F", "figure", 40))
    assert order == ["a", "h", "b", "F"]


def test_nothing_comes_between_a_heading_and_what_follows_it():
    blocks = [block("a", "text", 60), block("F", "figure", 50), block("h", "heading", 10), block("b", "text", 25, 25)]
    assert settled(*blocks) == ["a", "h", "b", "F"]


def test_nothing_comes_between_a_sentence_and_its_formula_list_or_end():
    blocks = [
        block("a", "text", 10),
        block("F", "figure", 20),
        block("b", "text", 10),
        block("=", "text", 10, joined=True, glued=True),
    ]
    blocks += [block("c", "text", 10, joined=True), block("d", "text", 60)]
    order = settled(*blocks)
    assert order[order.index("b") : order.index("b") + 3] == ["b", "=", "c"]


def test_floats_do_not_leave_their_section():
    sections = [[block("a", "text", 60), block("F", "figure", 50)], [block("b", "text", 30), block("G", "figure", 10)]]
    order = [item.element for item in best_order(*segments_and_floats(sections), 100, 0.0)]
    assert order == ["a", "F", "b", "G"]


def test_a_float_below_a_heading_stays_there():
    above = [block("a", "text", 10), block("F", "figure", 95)]
    below = [block("h", "heading", 5), block("T", "table", 10), block("b", "text", 5)]
    assert settled(*above, *below) == ["F", "a", "h", "T", "b"]


def test_heading_and_formula_keep_their_neighbours_on_their_page():
    heading, text = block("h", "heading", 10), block("t", "text", 30, 10, 30)
    formula = block("=", "text", 20, joined=True, glued=True)
    (segment,), _ = segments_and_floats([[heading, text, formula]])
    assert [piece.height for piece in segment.pieces] == [40, 10, 50]


def test_margins_between_glued_pieces_collapse():
    first = Block("a", "text", [Piece(10, 3, 4)], False, False)
    second = Block("b", "text", [Piece(20, 6, 7)], True, True)
    (segment,), _ = segments_and_floats([[first, second]])
    assert segment.pieces == (Piece(36, 3, 7),)


def test_lines_keep_orphans_and_widows():
    assert lines_together([1] * 5, 3, 3) == [5] and lines_together([1] * 8, 3, 3) == [3, 1, 1, 3]


def test_what_must_not_break_is_one_piece():
    def box(height, *children, avoid=False, tag="p"):
        style = {"break_inside": "avoid" if avoid else "auto", "orphans": 2, "widows": 2}
        return types.SimpleNamespace(
            children=children, style=style, element_tag=tag, height=height, border_height=lambda: height
        )

    whole = box(50, box(20), box(30), avoid=True)
    assert piece_heights([whole]) == [50] and piece_heights([box(9, tag="tr")]) == [9]
    assert piece_heights([box(55, box(20), box(30))]) == [20, 35]


@pytest.mark.parametrize(("less", "more"), [(0.05, 0.1), (0.2, 0.25), (0.25, 0.5)])
def test_more_white_costs_more(less, more):
    assert white_cost(less) < white_cost(more) and white_cost(0) == 0


def test_a_pdf_keeps_all_its_parts():
    figure = '<figure style="height: 120mm; margin: 0"><p>figure {}</p></figure>'
    body = "".join(f"<p>paragraph {k} {'word ' * 150}</p>{figure.format(k)}" for k in range(5))
    content, pages, _ = render_pdf(document(body))
    with contextlib.closing(pypdfium2.PdfDocument(content)) as pdf:
        text = " ".join(page.get_textpage().get_text_bounded() for page in pdf)
    for kind in ("paragraph", "figure"):
        assert re.findall(rf"{kind} (\d)", text) == list("01234")
    assert pages == 4


def test_the_first_page_is_filled_to_where_its_text_begins(monkeypatch):
    """The margin above the first heading is that of its section, too, and counts once."""
    style = "@page { size: 200px 100px; margin: 0 } * { margin: 0; line-height: 10px } h2 { margin-top: 20px }"
    body = "<div style='height: 30px'></div><section><h2>a</h2><p>b</p></section>"
    html = weasyprint.HTML(string=f"<style>{style}</style>{body}")
    filled = []
    monkeypatch.setattr(floats, "best_order", lambda segments, by_kind, room, used: filled.append((room, used)) or [])
    floats.settle_floats(html, html, html.render().pages)
    assert filled == [(100, 30)]


def laid_out(body):
    """The boxes of each element of a document that is laid out on small pages, by tag."""
    page = "@page { size: 200px 60px; margin: 0 } * { margin: 0; line-height: 10px; orphans: 2; widows: 2 }"
    html = weasyprint.HTML(string=f"<style>{page}</style><section>{body}</section>")
    boxes = boxes_by_element([page._page_box for page in html.render().pages])
    return {element.tag: (element, found) for element, found in boxes.items()}


@pytest.mark.parametrize(
    ("body", "tag", "heights"),
    [
        ("<p>a<br>b<br>c<br>d<br>e<br>f</p>", "p", [20, 10, 10, 20]),
        ("<p>a<br>b<br>c</p>", "p", [30]),
        ("<p>a<br>b<br>c<br>d<br>e<br>f<br>g<br>h</p>", "p", [20, 10, 10, 10, 10, 20]),  # on two pages
        ("<figure style='break-inside: avoid'><p>a</p><p>b</p></figure>", "figure", [20]),
        ("<div><p>a</p><p>b<br>c</p></div>", "div", [10, 20]),
    ],
)
def test_pieces_of_what_weasyprint_lays_out(body, tag, heights):
    assert piece_heights(laid_out(body)[tag][1]) == heights


def test_a_block_knows_its_margins_mentions_and_neighbours():
    body = '<h2>H</h2><p style="margin: 3px 0 4px">and <a href="#F">so</a> on</p><ul><li>a</li></ul>'
    boxes = laid_out(body)
    heading, text, items = (block_of(boxes[tag][0], boxes[tag][0], boxes[tag][1]) for tag in ("h2", "p", "ul"))
    assert text.pieces == [Piece(10, 3, 4)] and text.mentions == {"F"}
    assert [block.kind for block in (heading, text, items)] == ["heading", "text", "text"]
    assert [block.joined for block in (heading, text, items)] == [False, True, True]  # "and" continues the sentence
    assert [block.glued for block in (heading, text, items)] == [False, False, True]  # lists have break-before: avoid


@pytest.mark.parametrize(
    ("tag", "classes", "kind"),
    [("figure", "", "figure"), ("div", "wide table", "table"), ("div", "tables", "text"), ("h4", "", "heading")],
)
def test_kinds_of_blocks(tag, classes, kind):
    assert kind_of(tag, {"class": classes}) == kind


def named(name, kind, height, mentions=()):
    return Block(
        types.SimpleNamespace(attrib={"id": name}), kind, [Piece(height, 0, 0)], False, False, frozenset(mentions)
    )


def test_a_float_belongs_to_the_last_text_before_it_that_mentions_it():
    texts = [named(f"text {k}", "text", 10, mentions) for k, mentions in enumerate([("F",), ("F", "G"), (), ("F",)])]
    _, floats = segments_and_floats([[*texts[:3], named("F", "figure", 10), named("H", "figure", 10), texts[3]]])
    assert [item.mention for item in floats["figure"]] == [1, 2]  # H is mentioned nowhere


def test_pages_between_a_float_and_its_mention_cost():
    blocks = [named("a", "text", 90, ["F"]), named("F", "figure", 20)]
    filling = Filling(*segments_and_floats([blocks]), 100)
    state = State(0.0, 90, 0.0, 1, (1,), None)
    near, far = (filling.filled(state._replace(page=page), Float(blocks[1], 1, 0), 0.0) for page in (1, 2))
    assert near.page == 2 and far.page == 3 and far.cost - near.cost == PAGE_APART_COST
