"""Figures and tables that float: where one does not fit on what is left of a page, text moves up before it.

WeasyPrint has no page floats. So the document is laid out once to measure its parts, the order is chosen that leaves least
white at the ends of pages and keeps figures and tables near their text, and the document is laid out for good in that order.
Pages are filled here as WeasyPrint fills them, by what it does not break. A wrong estimate costs white space only.
"""

import dataclasses
from collections import namedtuple

from reporting.engine.blocks import Run, block_of, boxes_by_element

Segment = namedtuple(
    "Segment", "blocks runs headed barrier"
)  # blocks that no float interrupts; no float waits beyond a barrier
Float = namedtuple(
    "Float", "block anchor mention"
)  # how many segments stand before it, and the last of them that mentions it
# Of the page that is being filled; ends: on which page each segment ends; chain: the blocks so far, the last one first
State = namedtuple("State", "cost used margin page ends chain")

KINDS = ("figure", "table")  # each keeps its own order
KEPT = 60  # orders of the same blocks that are followed up
LEAD_COST = 0.2  # of a float that stands before the segment that it belongs to, rather than behind it
FAR = 0.9  # pages of text by which a float may stand behind its place
APART = 30.0  # cost of each page more than one between a float and its mention
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


def segments_and_floats(sections):
    """The blocks of all sections as a list of Segments and, by kind, lists of Floats. A float below a heading stays there."""
    segments, floats = [], {kind: [] for kind in KINDS}
    for blocks in sections:
        start, below_heading = len(segments), False
        for block in blocks:
            begun = len(segments) > start
            if block.kind in KINDS and not below_heading:
                floats[block.kind].append(Float(block, len(segments), mention_of(block, segments, start)))
            elif begun and (below_heading or block.joined):
                segments[-1] = extended(segments[-1], block, below_heading or block.glued)
            else:
                segments.append(Segment((block,), tuple(block.runs), block.kind == "heading", not begun))
            below_heading = block.kind == "heading"
    return segments, floats


def mention_of(block, segments, start):
    """The index of the last Segment from `start` on that mentions a float, or else of the last one."""
    name = getattr(block.element, "attrib", {}).get("id")
    found = (
        k for k in range(len(segments) - 1, start - 1, -1) if any(name in item.mentions for item in segments[k].blocks)
    )
    return next(found, max(start, len(segments) - 1))


def extended(segment, block, glued):
    """The Segment with one block more, between whose runs and its own no page ends if they are glued."""
    *runs, last = segment.runs
    first, *rest = block.runs
    both = (
        [Run(last.height + max(last.below, first.above) + first.height, last.above, first.below)]
        if glued
        else [last, first]
    )
    barrier = segment.barrier or block.kind in KINDS
    return Segment((*segment.blocks, block), (*runs, *both, *rest), segment.headed, barrier)


def best_order(segments, floats, room, used):
    """The blocks in the order with the least cost, on pages of the height `room` of which the first is filled to `used`."""
    filling = Filling(segments, [floats[kind] for kind in KINDS], room)
    beam = {(0, (0,) * len(KINDS)): [State(0.0, used, 0.0, 1, (), None)]}
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
            self.depths.append(
                self.depths[-1] + sum(run.height for run in segment.runs) / self.room + HEADING * segment.headed
            )

    def moves(self, number, taken):
        """What may come next: (the place behind it, the Segment or Float, its cost)."""
        waiting = [
            queue[count] if count < len(queue) else None for queue, count in zip(self.floats, taken, strict=True)
        ]
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
                yield further, item, behind if behind >= 0 else LEAD_COST

    def filled(self, state, part, cost):
        """The State after a Segment or a Float, with the cost of white at ends of pages, and of a float far from its mention."""
        text = isinstance(part, Segment)
        blocks, runs = (part.blocks, part.runs) if text else ((part.block,), part.block.runs)
        used, margin, page, cost = state.used, state.margin, state.page, state.cost + cost
        for run in runs:
            end = used + (max(margin, run.above) if used else 0) + run.height
            if end > self.room and used:
                cost, end, page = cost + white_cost(1 - used / self.room), run.height, page + 1
            used, margin = end, run.below
        chain = state.chain
        for block in blocks:
            chain = (block, chain)
        if text:
            return State(cost, used, margin, page, (*state.ends, page), chain)
        apart = page - state.ends[part.mention] if part.mention < len(state.ends) else 0
        return State(cost + APART * max(0, apart - 1), used, margin, page, state.ends, chain)


def white_cost(share):
    """What white at a page's end costs: in proportion, since it adds up to pages, and steeply from a fifth of the page on."""
    return 40 * share + 500 * max(0.0, share - 0.2) ** 2
