"""The filters of the templates: what they print, and what they refuse."""

import math

import numpy as np
import pytest

from reporting.engine.formatting import FILTERS, FormattingError

TIED = "\N{NO-BREAK SPACE}"
MINUS = "\N{MINUS SIGN}"
THIN = "\N{NARROW NO-BREAK SPACE}"


@pytest.mark.parametrize(
    ("name", "arguments", "text"),
    [
        ("decimals", (0.12249,), "0.122"),
        ("decimals", (-0.5, 1), f"{MINUS}0.5"),
        ("decimals", (-0.0001,), "0.000"),
        ("decimals", (np.float32(0.25), 2), "0.25"),
        ("signed", (0.013,), "+0.013"),
        ("signed", (-0.013,), f"{MINUS}0.013"),
        ("percent", (0.9123,), f"91.2{TIED}%"),
        ("points", (-0.0123,), f"1.2{TIED}points"),
        ("signed_points", (-0.0123,), f"{MINUS}1.2{TIED}points"),
        ("signed_points", (0.0123, 2), f"+1.23{TIED}points"),
        ("signed_points", (0.0123, 2, False), "+1.23"),
        ("percentage", (0.91234,), "91.2"),
        ("percentage", (0.91234, 2), "91.23"),
        ("percentage", (0.92125, 2), "92.13"),  # as the share itself, 0.9213, though 100 times it is 92.125 sharp
        ("scientific", (0.00131,), f"1.3{TIED}×{TIED}10<sup>{MINUS}3</sup>"),
        ("scientific", (1e-7,), f"10<sup>{MINUS}7</sup>"),
        ("scientific", (0,), "0"),
        ("setting", (0.0013,), "0.0013"),
        ("setting", (3e-4,), f"3{TIED}×{TIED}10<sup>{MINUS}4</sup>"),
        ("setting", (1e-5,), f"10<sup>{MINUS}5</sup>"),
        ("setting", (0.0,), "0"),
        ("setting", (1234567,), "1234567"),
        ("setting", (1e6,), "1000000"),
        ("plain_setting", (1.2345678e-5,), "1.2345678e-5"),
        ("setting", ([256, 512],), "256, 512"),
        ("setting", (True,), "yes"),
        ("setting", ("same",), "same"),
        ("plus_minus", (0.105, 0.021), f"0.105{TIED}±{TIED}0.021"),
        ("count", (1536,), "1536"),
        ("count", (60000,), f"60{THIN}000"),
        ("p_value", (0.00001,), f"<{TIED}0.001"),
        ("p_value", (0.25,), f"={TIED}0.25"),
        ("probability", (0.00001,), f"<{TIED}0.001"),
        ("probability", (0.0512,), "0.051"),
        ("probability", (1,), "1.00"),
        ("score", (math.nan,), "failed"),
        ("duration", (0.84,), f"0.8{TIED}s"),
        ("duration", (59.6,), f"1{TIED}min 00{TIED}s"),
        ("duration", (133,), f"2{TIED}min 13{TIED}s"),
        ("duration", (3599.9,), f"1{TIED}h 00{TIED}min"),
        ("duration", (3840,), f"1{TIED}h 04{TIED}min"),
        ("moment", ("2022-03-03T14:05:00+00:00",), f"3{TIED}Mar 2022, 14:05 UTC"),
        ("listing", (["a", "b", "c"],), "a, b and c"),
        ("listing", (["<b>"],), "&lt;b&gt;"),
        ("number_word", (5,), "five"),
        ("number_word", (0, "none"), "none"),
        ("number_word", (18,), "18"),
    ],
)
def test_filter_prints(name, arguments, text):
    assert FILTERS[name](*arguments) == text


@pytest.mark.parametrize(
    "name",
    [
        "decimals",
        "signed",
        "percent",
        "percentage",
        "points",
        "signed_points",
        "scientific",
        "setting",
        "count",
        "p_value",
        "duration",
        "number_word",
    ],
)
@pytest.mark.parametrize("value", [None, math.nan, math.inf])
def test_number_filters_refuse_what_is_no_finite_number(name, value):
    with pytest.raises(FormattingError):
        FILTERS[name](value)


def test_plus_minus_refuses_a_missing_deviation():
    with pytest.raises(FormattingError):
        FILTERS["plus_minus"](0.1, None)
