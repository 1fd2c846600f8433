"""SVGs as matplotlib writes them, made lean: WeasyPrint takes half of the time for the same drawing."""

import re
import xml.etree.ElementTree as ElementTree
from xml.etree.ElementTree import Element

from reporting.engine.errors import RenderError

SVG, XLINK = "{http://www.w3.org/2000/svg}", "{http://www.w3.org/1999/xlink}"
NUMBER = re.compile(r"-?\d+\.?\d*(?:e-?\d+)?")
ElementTree.register_namespace("", SVG[1:-1])
ElementTree.register_namespace("xlink", XLINK[1:-1])


def lean(svg: str) -> str:
    """The same drawing with attributes in place of styles, without groups that only group, and markers as one path.

    Raises RenderError for what is no XML.
    """
    try:
        root = ElementTree.fromstring(svg)
    except ElementTree.ParseError as error:
        raise RenderError(f"a drawing is broken: {error}") from None
    root.attrib.pop("data-numbers", None)  # which only the page offers
    style = root.find(f".//{SVG}style")
    if style is not None and style.text:
        root.attrib |= declarations(style.text.strip().removeprefix("*{").removesuffix("}"))
    for element in root.iter():
        if "style" in element.attrib:
            element.attrib |= declarations(element.attrib.pop("style"))
    known = {element.attrib["id"]: element for element in root.iter(f"{SVG}path") if "id" in element.attrib}
    simplify(root, known)
    return ElementTree.tostring(root, encoding="unicode")


def declarations(style: str) -> dict[str, str]:
    """The declarations of a style; of repeated ones the last counts."""
    return dict(re.findall(r"([\w-]+):\s*([^;]+)", style))


def simplify(parent: Element, known: dict[str, Element]) -> None:
    """Replace the children of an element in place, and theirs."""
    kept: list[Element] = []
    marked: dict[tuple, Element] = {}  # paths of markers, to which further ones are added, by their look
    for child in flattened(parent):
        simplify(child, known)
        if child.tag == f"{SVG}use":
            add_marker(child, known, kept, marked)
        elif child.tag == f"{SVG}defs" and all(is_spent(part, known) for part in child):
            continue
        else:
            if child.tag != f"{SVG}text":  # what is drawn over markers must stay so
                marked.clear()
            kept.append(child)
    parent[:] = kept


def is_spent(part: Element, known: dict[str, Element]) -> bool:
    """Whether a definition is of no use any more: that of a marker, or the style of all elements."""
    return part.attrib.get("id") in known or part.tag == f"{SVG}style"


def flattened(parent: Element) -> list[Element]:
    """The children, with those of a group that has no attributes but its id in its place."""
    children: list[Element] = []
    for child in parent:
        bare = child.tag == f"{SVG}g" and not child.attrib.keys() - {"id"}
        children.extend(flattened(child) if bare else [child])
    return children


def add_marker(use: Element, known: dict[str, Element], kept: list[Element], marked: dict[tuple, Element]) -> None:
    """Add what a <use> refers to, at its place, to the path of the markers that look the same."""
    marker = known[use.attrib[f"{XLINK}href"].removeprefix("#")]
    own = {name: value for name, value in use.attrib.items() if name not in ("x", "y", f"{XLINK}href")}
    look = own | {name: value for name, value in marker.attrib.items() if name not in ("id", "d")}
    shifted = moved(marker.attrib["d"], float(use.attrib.get("x", 0)), float(use.attrib.get("y", 0)))
    key = (marker.attrib["id"], *sorted(look.items()))
    if key in marked:
        marked[key].attrib["d"] += shifted
    else:
        marked[key] = Element(f"{SVG}path", look | {"d": shifted})
        kept.append(marked[key])


def moved(data: str, x: float, y: float) -> str:
    """Path data of absolute commands, all of whose numbers are pairs, moved by (x, y)."""
    shifts = (x, y)
    count = 0

    def shift(number: re.Match[str]) -> str:
        nonlocal count
        count += 1
        return f"{float(number[0]) + shifts[(count - 1) % 2]:.6g}"

    return NUMBER.sub(shift, data)
