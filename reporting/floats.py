"""Figures and tables that float: where one does not fit on what is left of a page, the text behind it moves up before it.

WeasyPrint has no page floats. So the document is laid out once to measure its blocks, their order is chosen as if pages were
filled from top to bottom, and then it is laid out for good. Where the estimate is wrong, it costs white space only.
"""

import itertools
import re
from collections import deque, namedtuple

Block = namedtuple("Block", "element kind height above below")  # height within the borders, and the margins, in CSS pixels

BELOW_HEADING = 70  # CSS pixels that must be left below a heading to keep it on its page


def settle_floats(html, measured, pages):
    """Reorder the children of each section of a weasyprint.HTML, in place; `measured` is the same document and `pages` its pages."""
    pages = [page._page_box for page in pages]
    boxes = boxes_by_element(pages)
    sections = list(zip(html.etree_element.iter("section"), measured.etree_element.iter("section"), strict=True))
    start = boxes[sections[0][1]][0].position_y - pages[0].content_box_y()
    page = Page(pages[-1].height, start + pages[-1].height - pages[0].height)
    for section, twin in sections:
        blocks = [block_of(element, boxes[other]) for element, other in zip(section, twin, strict=True)]
        section[:] = [block.element for block in settled(blocks, page)]


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


def block_of(element, boxes):
    """The Block of an element of the document from the boxes of its twin."""
    floats = element.tag == "figure" or element.get("class") == "table"
    kinds = {"equation": element.get("class") == "equation", "float": floats, "heading": re.fullmatch("h[1-6]", element.tag)}
    kind = next((name for name, holds in kinds.items() if holds), "text")
    return Block(element, kind, sum(box.border_height() for box in boxes), boxes[0].margin_top, boxes[-1].margin_bottom)


class Page:
    """How far the page that is being filled is taken."""

    def __init__(self, room, used=0.0):
        self.room, self.used, self.margin = room, used, 0.0

    def end_of(self, block):
        """Where the block would end; margins that meet collapse into the larger one."""
        return self.used + (max(self.margin, block.above) if self.used else 0) + block.height

    def fits(self, block):
        return self.end_of(block) + (BELOW_HEADING if block.kind == "heading" else 0) <= self.room

    def turn(self):
        self.used = self.margin = 0.0

    def add(self, block):
        """Put the block below the others; what does not fit runs over to the next page, or if it cannot, is set there."""
        if not self.fits(block) and block.kind != "text":
            self.turn()
        self.used, self.margin = self.end_of(block), block.below
        while self.used > self.room:
            self.used -= self.room
        return block


def settled(blocks, page):
    """The blocks in the order in which they fill the page and those after it; `page` is left as the last block leaves it.

    Floats keep their order among themselves, stay between their place and the end of the blocks, and never come between a
    sentence and its equation.
    """
    order, waiting = [], deque()

    def add_those_that_fit():
        while waiting and page.fits(waiting[0]):
            order.append(page.add(waiting.popleft()))

    for block, following in itertools.zip_longest(blocks, blocks[1:]):
        if block.kind == "float":
            waiting.append(block)
        else:
            if block.kind == "heading" and not page.fits(block):
                page.turn()
                add_those_that_fit()
            order.append(page.add(block))
        if block.kind != "heading" and (following is None or following.kind != "equation"):
            add_those_that_fit()
    return order + [page.add(block) for block in waiting]
