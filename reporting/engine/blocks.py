"""What fills the pages: the children of the document's sections, measured, and where a page break may cut them."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

Box = Any  # of WeasyPrint's layout, which has no types
Element = Any  # of the document


class Piece(NamedTuple):
    """What no page break cuts; lengths in CSS pixels."""

    height: float
    above: float  # the margins
    below: float


class Block(NamedTuple):
    """A child of a section."""

    element: Element
    kind: str  # "text", "heading", "figure" or "table"
    pieces: list[Piece]
    joined: bool  # no float may stand between it and the block before
    glued: bool  # nor may a page break
    mentions: frozenset[str] = frozenset()  # the ids that its links lead to


def boxes_by_element(pages: Iterable[Box]) -> dict[Element, list[Box]]:
    """For each element its outermost box on every page that it stands on."""
    boxes: dict[Element, list[Box]] = {}
    for page in pages:
        seen = set()
        for box in page.descendants():
            if box.element is not None and box.element not in seen:
                seen.add(box.element)
                boxes.setdefault(box.element, []).append(box)
    return boxes


def block_of(element: Element, twin: Element, boxes: Sequence[Box]) -> Block:
    """The Block of an element, from the boxes of its twin in the document that was laid out.

    It is glued to the block before it where its style says so, as that of formulas does. A list, and a paragraph that
    continues a sentence, are joined to it.
    """
    style, heights = boxes[0].style, piece_heights(boxes)
    above, below = (getattr(style[f"margin_{side}"], "value", 0) for side in ("top", "bottom"))  # "auto" has no value
    pieces = [Piece(height, 0, 0) for height in heights]
    pieces[0] = pieces[0]._replace(above=above)
    pieces[-1] = pieces[-1]._replace(below=below)
    glued = style["break_before"] == "avoid"
    joined = glued or element.tag in ("ul", "ol") or continues_a_sentence(twin)
    mentions = frozenset(link.get("href", "").removeprefix("#") for link in twin.iter("a"))
    return Block(element, kind_of(element.tag, element.attrib), pieces, joined, glued, mentions)


def kind_of(tag: str, attributes: Mapping[str, str]) -> str:
    """The kind of the Block of an element."""
    if tag == "figure":
        return "figure"
    if "table" in attributes.get("class", "").split():
        return "table"
    return "heading" if re.fullmatch("h[1-6]", tag) else "text"


def continues_a_sentence(element: Element) -> bool:
    """Whether the text of an element begins with a small letter."""
    return bool(re.match(r"\s*[a-z]", "".join(element.itertext())))


def piece_heights(boxes: Sequence[Box]) -> list[float]:
    """The heights of the pieces into which page breaks may cut an element, from its boxes on one page or more."""
    from weasyprint.formatting_structure.boxes import LineBox

    first, children = boxes[0], [child for box in boxes for child in getattr(box, "children", ())]
    if not children or first.style["break_inside"] == "avoid" or first.element_tag == "tr":
        return [sum(box.border_height() for box in boxes)]
    if isinstance(children[0], LineBox):
        return lines_together([line.height for line in children], first.style["orphans"], first.style["widows"])
    heights = [height for child in children for height in piece_heights([child])]
    heights[-1] += max(0, sum(box.border_height() for box in boxes) - sum(heights))  # the margins between children
    return heights


def lines_together(heights: Sequence[float], orphans: int, widows: int) -> list[float]:
    """The heights of lines, of which the first `orphans` and the last `widows` stay together."""
    if len(heights) < orphans + widows:
        return [sum(heights)]
    return [sum(heights[:orphans]), *heights[orphans:-widows], sum(heights[-widows:])]
