"""Numbers as text, for all numbers: what is printed can be read back."""

import inspect
import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from reporting.engine.formatting import FILTERS, MINUS, THIN, TIED, FormattingError

NUMBERS = st.floats(-1e9, 1e9)
SHARES = st.floats(0, 1)
OTHER = st.one_of(st.none(), st.booleans(), st.text(max_size=3), st.sampled_from([math.nan, math.inf, -math.inf]))
OF_NUMBERS = (
    "decimals",
    "signed",
    "percent",
    "floor_percent",
    "points",
    "scientific",
    "count",
    "p_value",
    "duration",
    "percentage",
    "signed_points",
)


def read(text):
    """The number that a text begins with."""
    plain = str(text).replace(MINUS, "-").replace(THIN, "").replace(TIED, "")
    plain = re.sub(r"×?10<sup>(-?\d+)</sup>", r"e\1", plain)
    return float(re.match(r"[-+]?\d*\.?\d*(e-?\d+)?", plain if plain[0] != "e" else f"1{plain}")[0])


@given(NUMBERS, st.integers(0, 6))
def test_decimals_are_the_number_rounded(value, places):
    """Off by half a unit of the last place at most; a zero has no sign, and no hyphen stands for a minus."""
    text = FILTERS["decimals"](value, places)
    rounding = 0.5000001 * 10**-places + 1e-6 if abs(value) < 1000 else 0.00501 * abs(value)
    assert abs(read(text) - value) <= rounding and "-" not in text
    assert not (read(text) == 0 and text.startswith(MINUS))


@given(NUMBERS)
def test_signed_says_which_way(value):
    """The sign is that of the rounded number, and the rest is its decimals."""
    text = FILTERS["signed"](value)
    assert (text[0] == "+") == (read(text) > 0) and text.lstrip("+") == FILTERS["decimals"](value)


@given(SHARES, st.integers(0, 3))
def test_a_floor_is_never_above_its_share(share, places):
    """So that "at least" stays true."""
    assert read(FILTERS["floor_percent"](share, places)) / 100 <= share + 1e-12
    assert abs(read(FILTERS["percent"](share, places)) / 100 - share) <= 0.5000001 * 10 ** -(places + 2)


@given(st.integers(-(10**12), 10**12))
def test_counts_keep_every_digit(value):
    """Thousands are set apart by spaces that do not break, from five digits on."""
    text = FILTERS["count"](value)
    assert read(text) == value and (THIN in text) == (abs(value) >= 10_000) and " " not in text


@given(st.floats(min_value=1e-300, max_value=1e300) | st.floats(min_value=1e-8, max_value=1e4) | st.integers(0, 10**9))
def test_settings_keep_every_digit(value):
    """A hyperparameter stands on the page as it was given, in the table and in the alternative text."""
    assert read(FILTERS["setting"](value)) == value
    assert float(FILTERS["plain_setting"](value)) == value


@given(st.floats(0, 1e7))
def test_durations_are_the_seconds_rounded(seconds):
    """Off by half of the smallest unit that is printed, and no unit overflows."""
    text = FILTERS["duration"](seconds).replace(TIED, " ")
    units = {"s": 1, "min": 60, "h": 3600}
    parts = [(float(number), unit) for number, unit in re.findall(r"([\d.]+) (s|min|h)", text)]
    tolerance = 0.5 * units[parts[-1][1]] if "." not in text else 0.05
    assert abs(sum(number * units[unit] for number, unit in parts) - seconds) <= tolerance + 1e-6
    assert all(number < 60 for number, unit in parts if unit != "h")


@given(SHARES)
def test_p_values_are_never_zero(value):
    """A small one is said to be below a bound, the others are rounded."""
    text = FILTERS["p_value"](value)
    assert text.startswith("<") == (value < 0.001) and abs(read(text[2:]) - value) <= 0.005000001


@pytest.mark.parametrize("name", OF_NUMBERS)
@given(value=OTHER)
def test_what_is_no_finite_number_is_refused(name, value):
    """Neither nan nor None can reach a page."""
    with pytest.raises(FormattingError):
        FILTERS[name](value)


@given(st.lists(st.text(max_size=5), max_size=5))
def test_listings_escape_what_they_join(items):
    """Text of a user stays text, and nothing is left out."""
    text = FILTERS["listing"](items)
    assert isinstance(text, Markup) and "<" not in text and all(str(Markup.escape(item)) in text for item in items)


@given(st.integers(0, 200))
def test_number_words_say_the_number(value):
    """In words up to twelve, in digits above."""
    text = FILTERS["number_word"](value)
    assert text.isalpha() == (value <= 12) and (value <= 12 or read(text) == value)


def test_every_filter_of_numbers_is_tried():
    """A new filter joins the list above, or those that take no single number."""
    others = {
        "setting",
        "plain_setting",
        "plus_minus",
        "score",
        "moment",
        "listing",
        "capitalize_first",
        "number_word",
        "probability",
        "position",
        "r_squared",
    }
    assert set(FILTERS) == set(OF_NUMBERS) | others and all(
        inspect.signature(FILTERS[name]).parameters for name in FILTERS
    )
