"""Numbers as the report prints them. Each function here is a filter of the templates: a value in, text out.

A value that is missing or not finite raises FormattingError, so that neither "nan" nor "None" can reach a page.
"""

import math
import numbers
from datetime import datetime
from decimal import Decimal

from markupsafe import Markup

from reporting.artifacts import UserError

MINUS = "\N{MINUS SIGN}"
THIN = "\N{NARROW NO-BREAK SPACE}"
TIED = "\N{NO-BREAK SPACE}"


class FormattingError(UserError):
    """A template was given something else than the finite number it should print."""


def finite(value):
    """`value` itself; raises FormattingError unless it is a finite number."""
    if isinstance(value, bool) or not isinstance(value, numbers.Real) or not math.isfinite(value):
        raise FormattingError(
            f"the report was to print {value!r} where a number is expected; run 'make all' to record it again"
        )
    return value


def format_decimals(value, places=3):
    """0.12249 -> "0.122"; a value that rounds to zero has no sign."""
    text = f"{finite(value):.{places}f}"
    return text.lstrip("-") if float(text) == 0 else text.replace("-", MINUS)


def format_signed(value, places=3):
    """As decimals, with the sign always written: "+0.013"."""
    text = format_decimals(value, places)
    return text if text.startswith(MINUS) or float(text) == 0 else f"+{text}"


def format_percent(share, places=1):
    """0.9123 -> "91.2 %"."""
    return f"{format_decimals(100 * finite(share), places)}{TIED}%"


def format_percentage(share, places=1):
    """A share in percent without the sign, for columns that say so: 0.9123 -> "91.2"."""
    return format_decimals(100 * finite(share), places)


def format_signed_points(difference, places=1):
    """A difference of two shares in percentage points, with its sign: -0.0123 -> "−1.2 points"."""
    return f"{format_signed(100 * finite(difference), places)}{TIED}points"


def format_floor_percent(share, places=1):
    """A lower bound as percentage, rounded down so that it stays one: 0.99996 -> "99.9 %"."""
    scale = 10 ** (places + 2)
    return format_percent(math.floor(finite(share) * scale) / scale, places)


def format_points(difference, places=1):
    """A difference of two shares in percentage points, without its sign: -0.0123 -> "1.2 points"."""
    return f"{format_decimals(100 * abs(finite(difference)), places)}{TIED}points"


def format_scientific(value, digits=2):
    """0.00131 -> "1.3 × 10" with the exponent -3 raised; a mantissa of exactly 1 is left out."""
    if finite(value) == 0:
        return "0"
    mantissa, exponent = f"{value:.{digits - 1}e}".split("e")
    power = Markup("10<sup>{}</sup>").format(str(int(exponent)).replace("-", MINUS))
    return power if float(mantissa) == 1 else Markup("{}{}×{}").format(mantissa.replace("-", MINUS), TIED, TIED) + power


def format_plain_setting(value):
    """A hyperparameter's value in characters alone, for alternative texts: 1e-05 -> "1e-5"."""
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


def format_setting(value):
    """A hyperparameter's value as it was given: every digit, and powers of ten where that is shorter."""
    if isinstance(value, (list, tuple)):
        return Markup(", ").join(format_setting(item) for item in value)
    if isinstance(value, (bool, str)) or not 0 < abs(finite(value)) < 0.001:
        return format_plain_setting(value)
    return format_scientific(value, digits=len(Decimal(repr(float(value))).normalize().as_tuple().digits))


def format_plus_minus(mean, deviation, places=3):
    """A mean and its standard deviation: "0.105 ± 0.021"."""
    return f"{format_decimals(mean, places)}{TIED}±{TIED}{format_decimals(finite(deviation), places)}"


def format_count(value):
    """A whole number, thousands set apart by thin spaces from five digits on: 60000 -> "60 000"."""
    if finite(value) != int(value):
        raise FormattingError(f"the report was to print {value!r} where a whole number is expected")
    text = f"{abs(int(value)):,}".replace(",", THIN if abs(value) >= 10_000 else "")
    return MINUS + text if value < 0 else text


def format_probability(value):
    """A p value alone, as in a table: "0.23", or "< 0.001"."""
    if not 0 <= finite(value) <= 1:
        raise FormattingError(f"the report was to print {value!r} as a probability")
    return f"<{TIED}0.001" if value < 0.001 else format_decimals(value, 2 if value >= 0.1 else 3)


def format_p_value(value):
    """What stands behind a p: "= 0.23", or "< 0.001"."""
    text = format_probability(value)
    return text if text.startswith("<") else f"={TIED}{text}"


def format_score(value, places=3):
    """A score of a table, where a combination that failed has none: "failed"."""
    return format_decimals(value, places) if math.isfinite(value) else "failed"


def format_duration(seconds):
    """Wall time: "0.8 s", "45 s", "2 min 13 s", "1 h 04 min"."""
    if finite(seconds) < 0:
        raise FormattingError(f"the report was to print {seconds!r} s as a duration")
    if seconds < 9.95:
        return f"{format_decimals(seconds, 1)}{TIED}s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole}{TIED}s"
    if whole < 3600:
        return f"{whole // 60}{TIED}min {whole % 60:02d}{TIED}s"
    minutes = round(seconds / 60)
    return f"{minutes // 60}{TIED}h {minutes % 60:02d}{TIED}min"


def format_moment(text):
    """An ISO 8601 moment in UTC: "3 Mar 2022, 14:05 UTC"."""
    moment = datetime.fromisoformat(text)
    return f"{moment.day}{TIED}{moment:%b %Y, %H:%M} UTC"


def format_listing(items, last="and"):
    """["a", "b", "c"] -> "a, b and c"; the items are escaped where they are text of a user."""
    items = [Markup.escape(item) for item in items]
    if len(items) < 2:
        return Markup("").join(items)
    return Markup(", ").join(items[:-1]) + Markup(" {} ").format(last) + items[-1]


def format_capitalize_first(text):
    """The text with its first letter large and all others as they are; markup stays markup."""
    stripped = text.strip()
    return type(text)(stripped[:1].upper() + stripped[1:])


NUMBER_WORDS = ("", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


def format_number_word(value, zero="no"):
    """A small whole number in words: 0 -> "no", 5 -> "five"; from thirteen on in digits."""
    if value == 0:
        return zero
    return NUMBER_WORDS[value] if 0 < finite(value) < len(NUMBER_WORDS) else format_count(value)


FILTERS = {
    name.removeprefix("format_"): function for name, function in sorted(globals().items()) if name.startswith("format_")
}
