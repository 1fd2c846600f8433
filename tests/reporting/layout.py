"""What stands outside its place on the pages of a PDF: beyond the margins, or wider than its cell or card."""

import contextlib

import pytest
import weasyprint
from weasyprint.formatting_structure.boxes import MarginBox, ReplacedBox, TableCellBox, TextBox

SLACK = 0.6  # CSS pixels, for what is rounded


@contextlib.contextmanager
def laid_out():
    """Inside, the pages of every PDF that is written are kept in the list."""
    pages, write_pdf = [], weasyprint.Document.write_pdf

    def keep(document, *arguments, **options):
        pages.extend(document.pages)
        return write_pdf(document, *arguments, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(weasyprint.Document, "write_pdf", keep)
        yield pages


def overflows(pages):
    """What text or image stands out of its cell, its card or the room between the page's margins, in words."""
    found = []
    for number, page in enumerate(pages, 1):
        box = page._page_box
        room = (box.content_box_x(), box.content_box_x() + box.width, "page", box.content_box_y() + box.height)
        found += [f"page {number}: {words}" for words in of_children(box, room)]
    return found


def of_children(box, room):
    """The words on all that is in a box; `room` is from where to where it may reach, of what, and how far down."""
    for child in getattr(box, "children", ()):
        if isinstance(child, MarginBox):  # running heads, which are cut off
            continue
        inner = room
        if isinstance(child, TableCellBox) or "card" in class_of(child).split():
            left = child.border_box_x()
            inner = (left, left + child.border_width(), "card" if child.element_tag == "p" else "cell", room[3])
            yield from of_piece(child, room)
        elif isinstance(child, (TextBox, ReplacedBox)):
            yield from of_piece(child, room)
        yield from of_children(child, inner)


def of_piece(box, room):
    """What is said of one box."""
    left, right, place, bottom = room
    beyond = max(left - box.position_x, box.position_x + box.margin_width() - right)
    below = box.position_y + box.margin_height() - bottom
    if max(beyond, below) > SLACK:
        what = getattr(box, "text", None) or " ".join("".join(box.element.itertext()).split())[:60]
        yield f"{what!r} is {max(beyond, below):.1f} px beyond its {place}"


def class_of(box):
    return box.element.get("class", "") if box.element is not None else ""
