"""Numbers keep the path by which a template reached them, and nothing else of a template changes."""

import dataclasses
import math
import re
from typing import NamedTuple

import numpy as np
import pytest

from reporting.artifacts import Stored
from reporting.engine.formatting import FILTERS
from reporting.engine.html import build_environment
from reporting.engine.tracing import settled_numbers, standing_in, traced, tracing, untold, without_marks


class Pair(NamedTuple):
    name: str
    losses: list


@dataclasses.dataclass
class Finding:
    loss: float = 0.0984
    fits: int = 12
    share: float = 0.5
    pairs: tuple = (Pair("one", [1.5, np.float64(2.5)]), Pair("two", [3.5]))
    rates: dict = dataclasses.field(default_factory=lambda: {"low": 1e-5, "high": 0.1})
    empty: tuple = ()
    none: None = None
    certain: bool = True
    array: np.ndarray = dataclasses.field(default_factory=lambda: np.array([[1.0, 2.0]]))
    stored: Stored = dataclasses.field(default_factory=lambda: Stored({"a": {"rate": 0.25}}, "runs/run.json"))

    @property
    def twice(self):
        return 2 * self.loss


@pytest.fixture
def shown(tmp_path):
    """A function that renders a template of `found`, with data elements as a page has them, or [path=text] in short."""

    def show(source, short=True):
        (tmp_path / "a.html.j2").write_text(source)
        with tracing():
            text = (
                build_environment(tmp_path, untold(FILTERS))
                .get_template("a.html.j2")
                .render(found=traced(Finding(), "task/name"))
            )
        text = settled_numbers(str(standing_in(text, "here")), lambda path: (path, 7))
        pattern = r'<data value="(.*?)" data-from="(.*?)" data-read="7">(.*?)</data>'
        return re.sub(pattern, r"[\2=\3]", text) if short else text

    return show


def test_an_element_holds_what_is_printed_the_full_value_and_where_it_comes_from(shown):
    wanted = '<data value="0.0984" data-from="task/name.loss" data-read="7">0.098</data>'
    assert shown("{{ found.loss | decimals }}", short=False) == wanted


@pytest.mark.parametrize(
    ("source", "printed"),
    [
        ("{{ found.twice | decimals(1) }}", "[task/name.twice=0.2]"),
        ("{{ found.fits }} fits", "[task/name.fits=12] fits"),
        ("{{ 'all ' ~ found.fits }}", "all [task/name.fits=12]"),
        ("{{ found.pairs[0].losses[1] | decimals(1) }}", "[task/name.pairs[0].losses[1]=2.5]"),
        (
            "{% for name, losses in found.pairs %}{{ losses[0] | decimals(1) }} {% endfor %}",
            "[task/name.pairs[0].losses[0]=1.5] [task/name.pairs[1].losses[0]=3.5] ",
        ),
        (
            "{{ found.rates.values() | list | setting }}",
            "[task/name.rates.low=10<sup>−5</sup>], [task/name.rates.high=0.1]",
        ),
        ("{{ found.pairs | length | number_word | capitalize_first }}", "[task/name.pairs.length=Two]"),
        ("{{ found.empty | length | number_word('none') }}", "[task/name.empty.length=none]"),
        ("{{ found.pairs | map(attribute='losses') | map('length') | map('count') | join(' and ') }}",
         "[task/name.pairs[0].losses.length=2] and [task/name.pairs[1].losses.length=1]"),
        ("{{ (found.fits - 1) | count }}", "[task/name.fits - 1=11]"),
        ("{{ (found.fits + 1) | count }}", "[task/name.fits + 1=13]"),
        ("{{ (found.fits * 2) | count }}", "[here=24]"),
        ("{{ found.array[0][1] | decimals(0) }}", "[here=2]"),
        ("{{ found.stored.a.rate | percent(0) }}", "[runs/run.json:a.rate=25\N{NO-BREAK SPACE}%]"),
        (
            "{% for name, value in found.stored.a.items() %}{{ value | setting }}{% endfor %}",
            "[runs/run.json:a.rate=0.25]",
        ),
        (
            "{{ found.loss | plus_minus(found.share) }}",
            "[task/name.loss=0.098]\N{NO-BREAK SPACE}±\N{NO-BREAK SPACE}[task/name.share=0.500]",
        ),
        ('<td data-sort="{{ found.loss }}">', '<td data-sort="0.0984">'),
    ],
)  # fmt: skip
def test_paths(shown, source, printed):
    assert shown(source) == printed


@pytest.mark.parametrize(
    "condition",
    [
        "found.loss < 0.1 and found.loss > 0", "found.fits == 12", "found.fits in (11, 12)", "found.fits",
        "not found.empty",
        "found.none is none", "found.certain is true", "found.rates == {'low': 1e-5, 'high': 0.1}",
        "found.fits * 2 == 24",
        "'low' in found.rates", "found.pairs[0] == ('one', [1.5, 2.5])", "found.pairs[0].name == 'one'",
        "found.rates.get('none') is none", "[found.fits, 3] | max == 12", "found.pairs[1:] | length == 1",
    ],
)  # fmt: skip
def test_conditions_are_those_of_plain_values(shown, condition):
    assert shown(f"{{{{ 'yes' if {condition} else 'no' }}}}") == "yes"


def test_outside_of_templates_numbers_are_printed_as_ever():
    assert FILTERS["decimals"](0.5) == "0.500" and FILTERS["percent"](0.5) == "50.0\N{NO-BREAK SPACE}%"
    with tracing():
        number = traced(0.5, "a.b")
    assert without_marks(FILTERS["percent"](number)) == "50.0\N{NO-BREAK SPACE}%"
    assert math.sqrt(number) == math.sqrt(0.5) and f"{number:.1f}" == "0.5"


def test_a_setting_in_words_is_marked_once():
    with tracing():
        line = traced({"value": "16, 24"}, "task/settings.lines[0]")
    assert traced(line["value"], "again.value") == line["value"] and without_marks(line["value"]) == "16, 24"
