"""Figures and tables that float: where one does not fit on the rest of a page, later text moves up before it.

WeasyPrint has no page floats. So the document is laid out once to measure its parts, the best order of them is searched
for, and the document is laid out again in that order. An order is good if it leaves little white at the ends of pages
and keeps figures and tables near the text that mentions them.

The search fills pages with the measured parts as WeasyPrint would. Text keeps its order and so do the floats of each
kind; what is open is where the floats stand between the stretches of text. It is a beam search: parts are placed one by
one, and of all orders of the same parts only the cheapest are followed up. A wrong estimate costs white space only.
"""

import dataclasses
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from reporting.engine.blocks import Block, Element, Piece, block_of, boxes_by_element

KINDS = ("figure", "table")  # of floats
BEAM_WIDTH = 60  # orders of the same parts that are followed up
DELAY_COST = 6.0  # of a page of text between a float and its place
EARLY_COST = 1.0  # of a float just before the text that it belongs to, instead of behind it
LONGEST_DELAY = 0.9  # pages of text by which a float may stand behind its place
PAGE_APART_COST = 30.0  # of each page beyond the first from a float's mention to the float
HEADING_DEPTH = 0.1  # pages of text that a heading counts for, since floats belong to the text above it


class Segment(NamedTuple):
    """Blocks of text that no float interrupts."""

    blocks: tuple[Block, ...]
    pieces: tuple[Piece, ...]
    headed: bool  # begins with a heading, before which floats of its text must not stand
    barrier: bool  # floats of the text before it must not stand behind it


class Float(NamedTuple):
    block: Block
    anchor: int  # the number of Segments before it in the document
    mention: int  # the index of the last Segment before it that mentions it


Part = Segment | Float
Chain = tuple[Block, Any] | None  # the last Block and the Chain before it: cheap to extend and to share
Position = tuple[int, tuple[int, ...]]  # how many Segments are placed, and how many floats of each kind


class State(NamedTuple):
    """Pages that are filled so far."""

    cost: float
    used: float  # of the height of the last page
    margin: float  # below what stands last on it
    page: int
    ends: tuple[int, ...]  # the page on which each Segment ends
    chain: Chain


def settle_floats(html: Any, measured: Any, pages: Sequence[Any]) -> None:
    """Reorder the children of each section of a weasyprint.HTML, in place.

    `measured` is the same document, except that it may lack the last sections, which then keep their order; `pages` are
    its pages. Their boxes are private to WeasyPrint, which publishes no measures of what stands on a page.
    """
    page_boxes = [page._page_box for page in pages]
    boxes, room = boxes_by_element(page_boxes), page_boxes[-1].height
    sections: list[list[Block]] = []
    homes: dict[Element, Element] = {}
    for section, twin in zip(html.etree_element.iter("section"), measured.etree_element.iter("section"), strict=False):
        sections.append([block_of(element, other, boxes[other]) for element, other in zip(section, twin, strict=True)])
        homes |= dict.fromkeys(section, section)
    first = next(measured.etree_element.iter("section"))[0]
    # The first page has a smaller margin than the others; the title block fills its beginning. Where a box stands is
    # measured with its upper margin, which for a section is that of its first child, collapsed and no longer its own.
    used = boxes[first][0].position_y - page_boxes[0].content_box_y() + room - page_boxes[0].height
    segments, floats = segments_and_floats(sections)
    ordered = best_order(segments, floats, room, used)
    for section in homes.values():
        section[:] = []
    for block in ordered:
        homes[block.element].append(block.element)


def segments_and_floats(sections: Iterable[Sequence[Block]]) -> tuple[list[Segment], dict[str, list[Float]]]:
    """The Segments and, by kind, the Floats of all sections. A figure or table right below a heading does not float."""
    segments: list[Segment] = []
    floats: dict[str, list[Float]] = {kind: [] for kind in KINDS}
    for blocks in sections:
        start, below_heading = len(segments), False
        for block in blocks:
            begun = len(segments) > start
            if block.kind in KINDS and not below_heading:
                floats[block.kind].append(Float(block, len(segments), mention_of(block, segments, start)))
            elif begun and (below_heading or block.joined):
                segments[-1] = extended(segments[-1], block, below_heading or block.glued)
            else:
                segments.append(Segment((block,), tuple(block.pieces), block.kind == "heading", not begun))
            below_heading = block.kind == "heading"
    return segments, floats


def mention_of(block: Block, segments: Sequence[Segment], start: int) -> int:
    """The index of the last Segment from `start` on that mentions a float, or of the last one if none does."""
    name = getattr(block.element, "attrib", {}).get("id")
    for index in range(len(segments) - 1, start - 1, -1):
        if any(name in item.mentions for item in segments[index].blocks):
            return index
    return max(start, len(segments) - 1)


def extended(segment: Segment, block: Block, glued: bool) -> Segment:
    """The Segment with one block more; if it is glued, the pieces that meet become one, their margins collapsed."""
    *before, last = segment.pieces
    first, *after = block.pieces
    both = [last, first]
    if glued:
        both = [Piece(last.height + max(last.below, first.above) + first.height, last.above, first.below)]
    barrier = segment.barrier or block.kind in KINDS
    return Segment((*segment.blocks, block), (*before, *both, *after), segment.headed, barrier)


def best_order(segments: Sequence[Segment], floats: dict[str, list[Float]], room: float, used: float) -> list[Block]:
    """The blocks in the order of least cost, on pages of the height `room` of which the first is filled to `used`."""
    filling = Filling(segments, [floats[kind] for kind in KINDS], room)
    beam: dict[Position, list[State]] = {(0, (0,) * len(KINDS)): [State(0.0, used, 0.0, 1, (), None)]}
    for _ in range(len(segments) + sum(map(len, floats.values()))):
        reached: dict[Position, list[State]] = {}
        for position, states in beam.items():
            for further, part, cost in filling.moves(*position):
                reached.setdefault(further, []).extend(filling.filled(state, part, cost) for state in states)
        beam = {position: cheapest(states) for position, states in reached.items()}
    (states,) = beam.values()
    blocks, chain = [], states[0].chain
    while chain:
        block, chain = chain
        blocks.append(block)
    return blocks[::-1]


def cheapest(states: Iterable[State]) -> list[State]:
    """The cheapest States, the first one foremost; of those that leave a page equally full only one."""
    kept: dict[int, State] = {}
    for state in sorted(states, key=lambda state: state.cost):
        kept.setdefault(round(state.used), state)
    return list(kept.values())[:BEAM_WIDTH]


@dataclasses.dataclass
class Filling:
    """How pages are filled: what may be placed next, and at what cost."""

    segments: Sequence[Segment]
    floats: Sequence[Sequence[Float]]  # by kind
    room: float

    def __post_init__(self) -> None:
        self.depths = [0.0]  # pages of text before each segment
        for segment in self.segments:
            length = sum(piece.height for piece in segment.pieces) / self.room
            self.depths.append(self.depths[-1] + length + HEADING_DEPTH * segment.headed)

    def moves(self, number: int, taken: tuple[int, ...]) -> Iterator[tuple[Position, Part, float]]:
        """What may come next at a Position: (the Position behind it, the part, its cost there)."""
        waiting = [
            queue[count] if count < len(queue) else None for queue, count in zip(self.floats, taken, strict=True)
        ]
        due = [item for item in waiting if item and item.anchor <= number]
        if number < len(self.segments):
            segment = self.segments[number]
            late = any(self.depths[number + 1] - self.depths[item.anchor] > LONGEST_DELAY for item in due)
            if not due or not (late or segment.barrier):
                yield (number + 1, taken), segment, 0.0
        for kind, item in enumerate(waiting):
            if item and (item.anchor <= number or (item.anchor == number + 1 and not self.segments[number].headed)):
                further = (number, (*taken[:kind], taken[kind] + 1, *taken[kind + 1 :]))
                delay = self.depths[number] - self.depths[item.anchor]
                yield further, item, DELAY_COST * delay if delay >= 0 else EARLY_COST

    def filled(self, state: State, part: Part, cost: float) -> State:
        """The State with one part more. White at the ends of pages costs, and so does a float far from its mention."""
        blocks, pieces = (part.blocks, part.pieces) if isinstance(part, Segment) else ((part.block,), part.block.pieces)
        used, margin, page, cost = state.used, state.margin, state.page, state.cost + cost
        for piece in pieces:
            end = used + (max(margin, piece.above) if used else 0) + piece.height
            if end > self.room and used:
                cost, end, page = cost + white_cost(1 - used / self.room), piece.height, page + 1
            used, margin = end, piece.below
        chain = state.chain
        for block in blocks:
            chain = (block, chain)
        if isinstance(part, Segment):
            return State(cost, used, margin, page, (*state.ends, page), chain)
        apart = page - state.ends[part.mention] if part.mention < len(state.ends) else 0
        return State(cost + PAGE_APART_COST * max(0, apart - 1), used, margin, page, state.ends, chain)


def white_cost(share: float) -> float:
    """What white at the end of a page costs, as a share of the page.

    The linear part counts the pages that it adds up to; the steep part avoids pages that are visibly empty, those with
    more than a fifth of white.
    """
    return 40 * share + 500 * max(0.0, share - 0.2) ** 2
