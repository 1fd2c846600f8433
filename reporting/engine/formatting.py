"""Numbers as the report prints them. Each `format_` function is a filter of the templates: a value in, text out.

A value that is missing or not finite raises FormattingError, so that neither "nan" nor "None" reaches a page. What is
printed of a number that a template looked up is marked with its path (tracing.py).
"""

import math
import numbers
from collections.abc import Callable, Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from markupsafe import Markup

from reporting.artifacts import UserError
from reporting.engine.magnitudes import (
    LARGE,
    MINUS,
    THIN,
    TIED,
    fixed,
    placed,
    power_of_ten,
    scientific,
    shared_form,
    sized,
)
from reporting.engine.tracing import plain, printed


class FormattingError(UserError):
    """A template was given something other than the finite number it should print."""


def finite(value: Any) -> Any:
    """`value` itself; raises FormattingError unless it is a finite number."""
    if isinstance(value, bool) or not isinstance(value, numbers.Real) or not math.isfinite(value):
        raise FormattingError(
            f"the report was to print {value!r} where a number is expected; run 'make all' to record it again"
        )
    return value


@printed
def format_decimals(value: float, places: int = 3) -> str:
    """0.12249 -> "0.122", and 1234567 -> "1.23 × 10" with the exponent 6 raised, see magnitudes.py."""
    return sized(finite(value), places)


@printed
def format_r_squared(value: float) -> str:
    """A share of the variance, 1 at most: "0.93", and of a model without use "−1.20 × 10" with an exponent raised."""
    return fixed(value, 2) if abs(finite(value)) < LARGE else sized(value, 2)


@printed
def format_position(value: float, limits: tuple[float, float], places: int = 2) -> str:
    """A place on an axis with these ends: -2.984 -> "−2.98", and on one of years 1990.4 -> "1990.4"."""
    low, high = (float(finite(end)) for end in limits)
    return placed(finite(value), low, high, places)


@printed
def format_signed(value: float, places: int = 3) -> str:
    """As decimals, with the sign always written: "+0.013"."""
    text = format_decimals(value, places)
    return text if text.startswith(MINUS) or value == 0 or not text.strip("0.") else "+" + text


def in_percent(share: float, places: int) -> str:
    """A share in percent, rounded as the share itself would be: 0.92125 is 0.9213 and so 92.13."""
    return fixed(100 * float(f"{finite(share):.{places + 2}f}"), places)


@printed
def format_percent(share: float, places: int = 1) -> str:
    """0.9123 -> "91.2 %"."""
    return f"{in_percent(share, places)}{TIED}%"


@printed
def format_percentage(share: float, places: int = 1) -> str:
    """A share in percent without the sign, for columns that say so: 0.9123 -> "91.2"."""
    return in_percent(share, places)


@printed
def format_signed_points(difference: float, places: int = 1, unit: bool = True) -> str:
    """A difference of two shares in percentage points, with its sign: -0.0123 -> "−1.2 points", or without a unit."""
    text = in_percent(difference, places)
    return f"{'' if text.startswith(MINUS) or not text.strip('0.') else '+'}{text}{f'{TIED}points' if unit else ''}"


@printed
def format_floor_percent(share: float, places: int = 1) -> str:
    """A lower bound in percent, rounded down so that it stays one: 0.99996 -> "99.9 %"."""
    scale = 10 ** (places + 2)
    return format_percent(math.floor(finite(share) * scale) / scale, places)


@printed
def format_points(difference: float, places: int = 1) -> str:
    """A difference of two shares in percentage points, without its sign: -0.0123 -> "1.2 points"."""
    return f"{in_percent(abs(finite(difference)), places)}{TIED}points"


@printed
def format_scientific(value: float, digits: int = 2) -> str:
    """0.00131 -> "1.3 × 10" with the exponent -3 raised; a mantissa of exactly 1 is left out."""
    if finite(value) == 0:
        return "0"
    mantissa, exponent = f"{value:.{digits - 1}e}".split("e")
    return power_of_ten(int(exponent)) if float(mantissa) == 1 else scientific(value, digits)


def format_plain_setting(value: Any) -> str:
    """A hyperparameter's value without markup, for alternative texts: 1e-05 -> "1e-5"."""
    if isinstance(value, (list, tuple)):
        return ", ".join(format_plain_setting(item) for item in value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return value
    return (
        repr(value if isinstance(value, int) else float(finite(value)))
        .removesuffix(".0")
        .replace("e-0", "e-")
        .replace("e+", "e")
    )


@printed
def format_setting(value: Any) -> str:
    """A hyperparameter's value as it was given: every digit, and powers of ten where that is shorter."""
    if isinstance(value, (list, tuple)):
        return Markup(", ").join(format_setting(item) for item in value)
    if isinstance(value, (bool, str)) or not 0 < abs(finite(value)) < 0.001:
        return format_plain_setting(value)
    return format_scientific(value, digits=len(Decimal(repr(float(value))).normalize().as_tuple().digits))


def format_plus_minus(mean: float, deviation: float, places: int = 3) -> str:
    """A mean and its standard deviation: "0.105 ± 0.021"."""
    exponent, places = shared_form(plain(finite(mean)), plain(finite(deviation)), places)
    pair = f"{mantissa(mean, exponent, places)}{TIED}±{TIED}{mantissa(deviation, exponent, places)}"
    return Markup("({}) ×{}{}").format(pair, TIED, power_of_ten(exponent)) if exponent else pair


@printed
def mantissa(value: float, exponent: int, places: int) -> str:
    """A number as a multiple of a power of ten."""
    return fixed(value * 10.0**-exponent, places)


@printed
def format_count(value: float) -> str:
    """A whole number; from five digits on, thin spaces set the thousands apart: 60000 -> "60 000"."""
    if finite(value) != int(value):
        raise FormattingError(f"the report was to print {value!r} where a whole number is expected")
    text = f"{abs(int(value)):,}".replace(",", THIN if abs(value) >= 10_000 else "")
    return MINUS + text if value < 0 else text


@printed
def format_probability(value: float) -> str:
    """A p value alone, as in a table: "0.23", or "< 0.001"."""
    if not 0 <= finite(value) <= 1:
        raise FormattingError(f"the report was to print {value!r} as a probability")
    return f"<{TIED}0.001" if value < 0.001 else fixed(value, 2 if value >= 0.1 else 3)


@printed
def format_p_value(value: float) -> str:
    """A p value with its relation, to be printed after a p: "= 0.23", or "< 0.001"."""
    text = format_probability(value)
    return text if text.startswith("<") else f"={TIED}{text}"


@printed
def format_score(value: float, places: int = 3) -> str:
    """A score in a table; a combination whose fits diverged has none: "failed"."""
    return format_decimals(value, places) if math.isfinite(value) else "failed"


@printed
def format_duration(seconds: float) -> str:
    """Wall time: "0.8 s", "45 s", "2 min 13 s", "1 h 04 min"."""
    if finite(seconds) < 0:
        raise FormattingError(f"the report was to print {seconds!r} s as a duration")
    if seconds < 9.95:
        return f"{fixed(seconds, 1)}{TIED}s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole}{TIED}s"
    if whole < 3600:
        return f"{whole // 60}{TIED}min {whole % 60:02d}{TIED}s"
    minutes = round(seconds / 60)
    return f"{minutes // 60}{TIED}h {minutes % 60:02d}{TIED}min"


def format_moment(text: str) -> str:
    """An ISO 8601 moment in UTC: "3 Mar 2022, 14:05 UTC"."""
    moment = datetime.fromisoformat(text)
    return f"{moment.day}{TIED}{moment:%b %Y, %H:%M} UTC"


def format_listing(items: Iterable[str], last: str = "and") -> Markup:
    """["a", "b", "c"] -> "a, b and c". Items that are not Markup are escaped."""
    escaped = [Markup.escape(item) for item in items]
    if len(escaped) < 2:
        return Markup("").join(escaped)
    return Markup(", ").join(escaped[:-1]) + Markup(" {} ").format(last) + escaped[-1]


def format_capitalize_first(text: str) -> str:
    """The text with a capital first letter and the rest unchanged; Markup stays Markup."""
    stripped = text.strip()
    start = stripped.find("\ue012") + 1 if stripped.startswith("\ue010") else 0  # behind the mark of a number
    return type(text)(stripped[:start] + stripped[start : start + 1].upper() + stripped[start + 1 :])


NUMBER_WORDS = ("", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


@printed
def format_number_word(value: int, zero: str = "no") -> str:
    """A small whole number in words: 0 -> "no", 5 -> "five"; from thirteen on in digits."""
    if value == 0:
        return zero
    return NUMBER_WORDS[value] if 0 < finite(value) < len(NUMBER_WORDS) else format_count(value)


FILTERS: dict[str, Callable[..., Any]] = {
    name.removeprefix("format_"): function for name, function in sorted(globals().items()) if name.startswith("format_")
}
