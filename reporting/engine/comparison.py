"""What two documents of the same kind print otherwise: numbers, and sentences around them."""

import difflib
import html
import json
import math
import re
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

NUMBER = re.compile(r'<data value="([^"]*)" data-from="([^"]*)" data-read="(\d+)">(.*?)</data>', re.DOTALL)
BLOCK = re.compile(r"(?=<(?:p|li|dd|dt|tr|t[hd]|figcaption|caption|h[1-4]|svg|figure|div|section|title)\b)")
HEADING = re.compile(r'<h[23] id="[^"]*"><span class="number">(.*?)</span>')
FLOAT = re.compile(r'id="((?:figure|table)-[^"]*)"')
NOT_TEXT = re.compile(r"<(style|script|defs)\b.*?</\1>", re.DOTALL)
SOURCES = re.compile(r'<script type="application/json" id="sources">(.*?)</script>', re.DOTALL)
AROUND = 30  # characters of a sentence that are shown before and behind what differs


class Number(NamedTuple):
    text: str  # as it is printed
    value: str  # in full
    source: str  # the path of the finding
    read: str  # the files and keys that it was made of


class Block(NamedTuple):
    """A paragraph, a cell of a table, a drawing or the like."""

    place: str
    words: str  # with the sources of numbers in place of them
    text: str
    numbers: list[Number]


def blocks_of(document: str) -> list[Block]:
    """What a document prints, in order."""
    listed = SOURCES.search(document)
    reads = json.loads(listed[1]) if listed else []
    blocks, place, part = [], "title", ""
    for content in BLOCK.split(NOT_TEXT.sub("", document)):
        if heading := HEADING.match(content):
            place, part = f"section {heading[1]}", ""
        elif found := FLOAT.search(content.partition(">")[0]):
            part = f", {found[1].replace('-', ' ', 1)}"
        elif content.startswith(("<p>", "<li>", "<h4")):
            part = ""
        numbers = [
            Number(plain_text(text), html.unescape(value), source, reads[int(read)] if int(read) < len(reads) else "")
            for value, source, read, text in NUMBER.findall(content)
        ]
        words = plain_text(NUMBER.sub(r"{\2}", content))
        if words:
            blocks.append(Block(place + part, words, plain_text(content), numbers))
    return blocks


def plain_text(content: str) -> str:
    """The text without markup, on one line."""
    return " ".join(html.unescape(re.sub("<[^>]*>", "", content)).split())


def differences(
    printed: Sequence[Block], expected: Sequence[Block], agree: Callable[[Number, Number], bool]
) -> Iterator[str]:
    """A line for each number that does not `agree` with the expected one, and for each sentence with other words."""
    ours, theirs = ([block.words for block in blocks] for blocks in (printed, expected))
    for kind, start, end, begin, stop in difflib.SequenceMatcher(None, ours, theirs, autojunk=False).get_opcodes():
        if kind == "equal" or end - start == stop - begin:
            for one, other in zip(printed[start:end], expected[begin:stop], strict=True):
                yield from differences_of(one, other, agree)
        else:
            one_text, other_text = (
                " ".join(block.text for block in part) for part in (printed[start:end], expected[begin:stop])
            )
            place = (printed[start:end] or expected[begin:stop])[0].place
            yield f"{place}: {unlike(one_text, other_text)}"


def differences_of(one: Block, other: Block, agree: Callable[[Number, Number], bool]) -> Iterator[str]:
    """The same of two blocks that stand in the same place."""
    if one.words != other.words:
        yield f"{one.place}: {unlike(one.text, other.text)}"
        return
    for number, right in zip(one.numbers, other.numbers, strict=True):
        if not agree(number, right):
            yield (
                f"{one.place}: {number.source} is {shown(number, right)}, recomputed {shown(right, number)}"
                f" from {right.read}"
            )


def shown(number: Number, other: Number) -> str:
    """A number as it is printed, with its value where the other one looks the same."""
    return f"{number.text} (in full {number.value})" if number.text == other.text else number.text


def unlike(one: str, other: str) -> str:
    """What two texts say otherwise, with a little of what stands around it."""
    start = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    rest = zip(one[:start:-1], other[:start:-1], strict=False)
    end = next((i for i, (a, b) in enumerate(rest) if a != b), min(len(one), len(other)) - start - 1)
    first, last = max(0, start - AROUND), max(0, end - AROUND)
    cuts = [text[first : len(text) - last] if text else "nothing" for text in (one, other)]
    return f"it reads “{cuts[0]}”, recomputed “{cuts[1]}”"


def same(one: Number, other: Number, tolerance: float) -> bool:
    """Whether two values in full are the same within a relative tolerance, or as words."""
    try:
        return math.isclose(float(one.value), float(other.value), rel_tol=tolerance, abs_tol=1e-12)
    except ValueError:
        return one.value == other.value
