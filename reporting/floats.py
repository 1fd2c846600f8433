"""Figures and tables that float: where one does not fit on what is left of a page, text moves up before it.

WeasyPrint has no page floats. So the document is laid out once to measure its parts, the order is chosen that leaves least
white at the ends of pages and keeps figures and tables near their text, and the document is laid out for good in that order.
Pages are filled here as WeasyPrint fills them, by what it does not break. A wrong estimate costs white space only.
"""

import dataclasses
import re
from collections import namedtuple

Run = namedtuple("Run", "height above below")  # a piece that no page's end cuts, and its margins, in CSS pixels
Block = namedtuple("Block", "element kind runs joined glued")  # a child of a section; kind: "text", "heading", "figure" or "table"
Segment = namedtuple("Segment", "blocks runs headed barrier")  # blocks that no float interrupts; no float waits beyond a barrier
Float = namedtuple("Float", "block anchor")  # anchor: how many segments stand before it in the document
State = namedtuple("State", "cost used margin chain")  # of the page that is being filled; chain: blocks so far, the last one first

KINDS = ("figure", "table")  # each keeps its own order
KEPT = 60  # orders of the same blocks that are followed up
LEAD_COST = 0.2  # of a float that stands before the segment that it belongs to, rather than behind it
FAR = 0.9  # pages of text by which a float may stand behind its place
HEADING = 0.1  # pages of text that a heading counts for, since a float belongs to what is above it


def settle_floats(html, measured, pages):
    """Reorder the children of each section of a weasyprint.HTML, in place; `pages` are those of `measured`.

    That is the same document, but that it may lack the last sections, which are then left as they are.
    """
    pages = [page._page_box for page in pages]
    boxes, room = boxes_by_element(pages), pages[-1].height
    blocks, homes = [], {}
    for section, twin in zip(html.etree_element.iter("section"), measured.etree_element.iter("section"), strict=False):
        blocks.append([block_of(element, other, boxes[other]) for element, other in zip(section, twin, strict=True)])
        homes |= dict.fromkeys(section, section)
    first = next(measured.etree_element.iter("section"))
    used = boxes[first][0].position_y - pages[0].content_box_y() + room - pages[0].height
    ordered = best_order(*segments_and_floats(blocks), room, used)
    for section in homes.values():
        section[:] = []
    for block in ordered:
        homes[block.element].append(block.element)


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
    names = {"figure": element.tag == "figure", "table": "table" in element.get("class", "").split(), "heading": heading}
    kind = next((name for name, holds in names.items() if holds), "text")
    style, heights = boxes[0].style, pieces(boxes)
    margins = [getattr(style[f"margin_{side}"], "value", 0) for side in ("top", "bottom")]
    runs = [Run(height, 0, 0) for height in heights]
    runs[0] = runs[0]._replace(above=margins[0])
    runs[-1] = runs[-1]._replace(below=margins[1])
    glued = style["break_before"] == "avoid"
    return Block(element, kind, runs, glued or element.tag in ("ul", "ol") or starts_small(twin), glued)


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


def segments_and_floats(sections):
    """The blocks of all sections as a list of Segments and, by kind, lists of Floats. A float below a heading stays there."""
    segments, floats = [], {kind: [] for kind in KINDS}
    for blocks in sections:
        start, below_heading = len(segments), False
        for block in blocks:
            begun = len(segments) > start
            if block.kind in KINDS and not below_heading:
                floats[block.kind].append(Float(block, len(segments)))
            elif begun and (below_heading or block.joined):
                segments[-1] = extended(segments[-1], block, below_heading or block.glued)
            else:
                segments.append(Segment((block,), tuple(block.runs), block.kind == "heading", not begun))
            below_heading = block.kind == "heading"
    return segments, floats


def extended(segment, block, glued):
    """The Segment with one block more, between whose runs and its own no page ends if they are glued."""
    *runs, last = segment.runs
    first, *rest = block.runs
    both = [Run(last.height + max(last.below, first.above) + first.height, last.above, first.below)] if glued else [last, first]
    barrier = segment.barrier or block.kind in KINDS
    return Segment((*segment.blocks, block), (*runs, *both, *rest), segment.headed, barrier)


def best_order(segments, floats, room, used):
    """The blocks in the order with the least cost, on pages of the height `room` of which the first is filled to `used`."""
    filling = Filling(segments, [floats[kind] for kind in KINDS], room)
    beam = {(0, (0,) * len(KINDS)): [State(0.0, used, 0.0, None)]}
    for _ in range(len(segments) + sum(map(len, floats.values()))):
        reached = {}
        for place, states in beam.items():
            for further, part, cost in filling.moves(*place):
                reached.setdefault(further, []).extend(filling.filled(state, part, cost) for state in states)
        beam = {place: distinct(states) for place, states in reached.items()}
    (states,) = beam.values()
    blocks, chain = [], states[0].chain
    while chain:
        block, chain = chain
        blocks.append(block)
    return blocks[::-1]


def distinct(states):
    """The cheapest States, of those that leave a page equally full only one."""
    kept = {}
    for state in sorted(states, key=lambda state: state.cost):
        kept.setdefault(round(state.used), state)
    return list(kept.values())[:KEPT]


@dataclasses.dataclass
class Filling:
    """How pages are filled. A place is how many segments are set, and of each kind how many floats."""

    segments: list
    floats: list  # one list a kind
    room: float

    def __post_init__(self):
        self.depths = [0.0]  # pages of text before each segment
        for segment in self.segments:
            self.depths.append(self.depths[-1] + sum(run.height for run in segment.runs) / self.room + HEADING * segment.headed)

    def moves(self, number, taken):
        """What may come next: (the place behind it, the Segment or Block, its cost)."""
        waiting = [queue[count] if count < len(queue) else None for queue, count in zip(self.floats, taken, strict=True)]
        due = [item for item in waiting if item and item.anchor <= number]
        if number < len(self.segments):
            segment = self.segments[number]
            late = any(self.depths[number + 1] - self.depths[item.anchor] > FAR for item in due)
            if not due or not (late or segment.barrier):
                yield (number + 1, taken), segment, 0.0
        for kind, item in enumerate(waiting):
            if item and (item.anchor <= number or (item.anchor == number + 1 and not self.segments[number].headed)):
                further = (number, (*taken[:kind], taken[kind] + 1, *taken[kind + 1 :]))
                behind = self.depths[number] - self.depths[item.anchor]
                yield further, item.block, behind if behind >= 0 else LEAD_COST

    def filled(self, state, part, cost):
        """The State after a Segment or a Block, with the cost of the white that it leaves at ends of pages."""
        used, margin, cost = state.used, state.margin, state.cost + cost
        for run in part.runs:
            end = used + (max(margin, run.above) if used else 0) + run.height
            if end > self.room and used:
                cost, end = cost + white_cost(1 - used / self.room), run.height
            used, margin = end, run.below
        chain = state.chain
        for block in getattr(part, "blocks", (part,)):
            chain = (block, chain)
        return State(cost, used, margin, chain)


def white_cost(share):
    """What white at a page's end costs: in proportion, since it adds up to pages, and steeply from a fifth of the page on."""
    return 40 * share + 500 * max(0.0, share - 0.2) ** 2
