"""Numbers of any size in few letters: what is printed can be read back, and numbers around one look as ever."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporting.engine import magnitudes
from reporting.engine.formatting import format_decimals, format_plus_minus, format_position, format_signed
from reporting.engine.magnitudes import in_tex, set_losses, with_exponents, with_raised_digits

SIZES = st.tuples(st.floats(1, 9.99), st.integers(-30, 30), st.sampled_from([1, -1])).map(
    lambda parts: parts[2] * parts[0] * 10.0 ** parts[1]
)


@pytest.fixture(autouse=True)
def ordinary():
    set_losses(1.0)
    yield
    set_losses(1.0)


def plain(text):
    return with_exponents(str(text)).replace(magnitudes.TIED, " ").replace(magnitudes.THIN, "")


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.12249, "0.122"), (0.0004, "0.000"), (999.4, "999.400"), (1234.5, "1.23e3"), (-9.17822e8, "-9.18e8")],
)
def test_numbers_around_one_have_decimals_and_large_ones_three_digits(value, text):
    assert plain(format_decimals(value)) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0123456, "0.0123"), (0.00123, "0.00123"), (0.000123, "1.23e-4"), (2.6e-25, "2.60e-25"), (0, "0.000")],
)
def test_small_numbers_have_three_digits_where_losses_are_small(value, text):
    set_losses(1e-6)
    assert plain(format_decimals(value)) == text


@given(SIZES)
def test_any_number_can_be_read_back_and_is_short(value):
    set_losses(1e-6)
    text = plain(format_decimals(value))
    assert float(text) == pytest.approx(value, rel=0.006) and len(text) <= 10
    assert plain(format_signed(value)).lstrip("+") == text


@pytest.mark.parametrize(
    ("mean", "deviation", "text"),
    [
        (0.105, 0.021, "0.105 ± 0.021"),
        (9.1782222e8, 4.9518523e8, "(9.18 ± 4.95)e8"),
        (2.5e-25, 3e-26, "(2.50 ± 0.30)e-25"),
    ],
)
def test_a_mean_and_its_deviation_share_their_power_of_ten(mean, deviation, text):
    set_losses(min(1.0, mean))
    said = plain(format_plus_minus(mean, deviation))
    assert re.sub(r" ×( |)1e|×1e", "e", said).replace(" ×", "").replace(" 1e", "e") == text


@pytest.mark.parametrize(
    ("value", "limits", "text"),
    [
        (-2.984, (-5.0, 5.0), "-2.98"),
        (1990.4, (1880.0, 2022.0), "1990"),
        (1990.43, (1990.0, 2020.0), "1990.4"),
        (1990.0, (1990.0, 2020.0), "1990"),
        (1000.0, (1000.0, 1000.01), "1000.0000"),
        (1000.01, (1000.0, 1000.01), "1000.0100"),
        (1.7000003e9, (1.7e9, 1.7006e9), "1700000300"),
        (4.1e8, (1e6, 1e9), "4.10e8"),
        (2.42e-8, (0.0, 1e-6), "2.42e-8"),
    ],
)
def test_places_on_an_axis_have_as_many_digits_as_tell_them_apart(value, limits, text):
    assert plain(format_position(value, limits)) == text


def test_powers_of_ten_in_plain_text_in_ascii_and_in_figures():
    text = str(format_decimals(-1.23e8))
    assert with_raised_digits(text) == "−1.23 × 10⁸"
    assert with_exponents(text) == "-1.23e8"
    assert in_tex(text) == r"$−1.23\times 10^{8}$"
