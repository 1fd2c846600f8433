"""Drawings made lean: the same picture of fewer elements."""

import xml.etree.ElementTree as ElementTree

import pytest

from reporting.engine.canvas import new_figure, style
from reporting.engine.lean import SVG, lean, moved
from reporting.engine.svg import svg_of_figure

OPENING = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="9">'


def test_attributes_take_the_place_of_styles():
    path = '<path d="M0 0" style="fill: #123; fill: none"/>'
    svg = f'{OPENING}<defs><style type="text/css">*{{stroke-linejoin: round}}</style></defs>{path}</svg>'
    root = ElementTree.fromstring(lean(svg))
    assert root.attrib == {"width": "9", "stroke-linejoin": "round"}
    assert [(part.tag, part.attrib) for part in root] == [(f"{SVG}path", {"d": "M0 0", "fill": "none"})]


def test_groups_that_only_group_go_and_others_stay():
    svg = f'{OPENING}<g id="a"><g id="b"><text>x</text></g><g clip-path="url(#c)"><path d="M0 0"/></g></g></svg>'
    assert [part.tag.removeprefix(SVG) for part in ElementTree.fromstring(lean(svg)).iter()] == [
        *("svg", "text", "g", "path")
    ]


def test_markers_of_one_look_become_one_path_until_something_is_drawn_over_them():
    uses = [
        f'<use xlink:href="#m" x="{x}" y="5" style="fill: {fill}"/>'
        for x, fill in ((1, "red"), (2, "red"), (3, "blue"))
    ]
    line, more = '<path d="M0 0 L9 9"/>', '<use xlink:href="#m" x="4" y="5" style="fill: red"/>'
    svg = f'{OPENING}<defs><path id="m" d="M 0 1 L -1 0 z"/></defs>{"".join(uses)}{line}{more}</svg>'
    root = ElementTree.fromstring(lean(svg))
    assert [(part.attrib.get("fill"), part.attrib["d"]) for part in root] == [
        ("red", "M 1 6 L 0 5 zM 2 6 L 1 5 z"),
        ("blue", "M 3 6 L 2 5 z"),
        (None, "M0 0 L9 9"),
        ("red", "M 4 6 L 3 5 z"),
    ]


@pytest.mark.parametrize(
    ("data", "expected"), [("M 0 1.5 C 1e-1 2 3 4 5 6", "M 10 -18.5 C 10.1 -18 13 -16 15 -14"), ("", "")]
)
def test_paths_are_moved(data, expected):
    assert moved(data, 10, -20) == expected


def test_a_figure_keeps_its_texts_and_loses_most_elements():
    with style():
        figure = new_figure(80, 50)
        figure.subplots().plot(range(40), "o")
        svg = svg_of_figure(figure, "x")
    before, after = (list(ElementTree.fromstring(text).iter()) for text in (svg, lean(svg)))
    words = [[part.text for part in parts if part.tag == f"{SVG}text"] for parts in (before, after)]
    assert words[0] == words[1] and len(after) < len(before) / 3
    assert not [part for part in after if part.tag == f"{SVG}use"]
