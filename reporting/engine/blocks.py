"""What a page is filled with: the children of the document's sections, measured, and where page ends may cut them."""

import re
from collections import namedtuple

Run = namedtuple("Run", "height above below")  # a piece that no page's end cuts, and its margins, in CSS pixels
# A child of a section. kind: "text", "heading", "figure" or "table"; mentions: what its links lead to
Block = namedtuple("Block", "element kind runs joined glued mentions", defaults=[frozenset()])


def boxes_by_element(pages):
    """For each element its outermost box on every page that it stands on."""
    boxes = {}
    for page in pages:
        seen = set()
        for box in page.descendants():
            if box.element is not None and box.element not in seen:
                seen.add(box.element)
                boxes.setdefault(box.element, []).append(box)
    return boxes


def block_of(element, twin, boxes):
    """The Block of an element of the document, from its twin's boxes.

    It is glued to the block before if no page may end between them, and joined to it if no float may come between: a formula,
    a list, or a paragraph that goes on with the sentence.
    """
    heading = re.fullmatch("h[1-6]", element.tag)
    names = {
        "figure": element.tag == "figure",
        "table": "table" in element.get("class", "").split(),
        "heading": heading,
    }
    kind = next((name for name, holds in names.items() if holds), "text")
    style, heights = boxes[0].style, pieces(boxes)
    margins = [getattr(style[f"margin_{side}"], "value", 0) for side in ("top", "bottom")]
    runs = [Run(height, 0, 0) for height in heights]
    runs[0] = runs[0]._replace(above=margins[0])
    runs[-1] = runs[-1]._replace(below=margins[1])
    glued = style["break_before"] == "avoid"
    mentions = frozenset(link.get("href", "").removeprefix("#") for link in twin.iter("a"))
    return Block(element, kind, runs, glued or element.tag in ("ul", "ol") or starts_small(twin), glued, mentions)


def starts_small(element):
    """Whether the text of an element begins with a small letter."""
    return bool(re.match(r"\s*[a-z]", "".join(element.itertext())))


def pieces(boxes):
    """The heights of the pieces into which page ends may cut an element, from its boxes."""
    style, children = boxes[0].style, [child for box in boxes for child in getattr(box, "children", ())]
    if not children or style["break_inside"] == "avoid" or boxes[0].element_tag == "tr":
        return [sum(box.border_height() for box in boxes)]
    if type(children[0]).__name__ == "LineBox":
        return lines_together([line.height for line in children], style["orphans"], style["widows"])
    heights = [height for child in children for height in pieces([child])]
    heights[-1] += max(0, sum(box.border_height() for box in boxes) - sum(heights))  # margins between the children
    return heights


def lines_together(heights, orphans, widows):
    """Heights of lines, those that a page must not end or begin with alone added up."""
    if len(heights) < orphans + widows:
        return [sum(heights)]
    return [sum(heights[:orphans]), *heights[orphans:-widows], sum(heights[-widows:])]
