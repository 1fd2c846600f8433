"""Numbers of any size, 1e-12 to 1e15: three digits and a power of ten where decimals would be too many or too few."""

import contextvars
import math
import re

from markupsafe import Markup

MINUS = "\N{MINUS SIGN}"
TIED = "\N{NO-BREAK SPACE}"
THIN = "\N{NARROW NO-BREAK SPACE}"
LARGE = 1000  # from here on decimals say too much
SMALL = 0.01  # losses below this one need more decimals
DIGITS = 3
LEAST_EXPONENT = -3  # of a number that is printed without a power of ten
POWER = re.compile(f"(?:([{MINUS}\\d.]+){TIED}×{TIED})?10<sup>({MINUS}?\\d+)</sup>")
RAISED = str.maketrans(f"{MINUS}0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")

_FINE: contextvars.ContextVar[bool] = contextvars.ContextVar("fine", default=False)


def set_losses(least: float) -> None:
    """From now on print small numbers with three digits if losses are as small as this one, else with fixed decimals.

    Fixed decimals tell what matters of numbers around one: a loss of 0.12 differs from another in its third decimal.
    """
    _FINE.set(0 < least < SMALL)


def exponent_of(value: float) -> int:
    """The exponent of a number's power of ten, rounded to three digits: 3 of 1234 and of 999.9."""
    return int(f"{value:.{DIGITS - 1}e}".split("e")[1])


def is_ordinary(value: float) -> bool:
    """Whether fixed decimals say enough of a number, and not too much."""
    return value == 0 or (abs(value) < LARGE and not (_FINE.get() and abs(value) < 1))


def fixed(value: float, places: int) -> str:
    """0.12249 -> "0.122". A value that rounds to zero has no sign."""
    text = f"{value:.{places}f}"
    return text.lstrip("-") if float(text) == 0 else text.replace("-", MINUS)


def sized(value: float, places: int) -> str:
    """With fixed decimals if it is ordinary, else with three digits: 0.00123, 1.23 × 10 with the exponent raised."""
    if is_ordinary(value):
        return fixed(value, places)
    exponent = exponent_of(value)
    if LEAST_EXPONENT <= exponent < 0:
        return fixed(value, DIGITS - 1 - exponent)
    return scientific(value, DIGITS)


def power_of_ten(exponent: int) -> Markup:
    """10 with the exponent raised."""
    return Markup("10<sup>{}</sup>").format(str(exponent).replace("-", MINUS))


def scientific(value: float, digits: int) -> Markup:
    """A number in so many digits as a power of ten."""
    mantissa, exponent = f"{value:.{digits - 1}e}".split("e")
    return Markup("{}{}×{}").format(mantissa.replace("-", MINUS), TIED, TIED) + power_of_ten(int(exponent))


def shared_form(mean: float, deviation: float, places: int) -> tuple[int, int]:
    """The exponent and the decimals with which both of a mean and its standard deviation are printed."""
    largest = max(abs(mean), abs(deviation))
    exponent = exponent_of(largest)
    if is_ordinary(largest):
        return 0, places
    return (0, DIGITS - 1 - exponent) if LEAST_EXPONENT <= exponent < 0 else (exponent, DIGITS - 1)


def placed(value: float, low: float, high: float, places: int) -> str:
    """A place on an axis from `low` to `high`: as many digits as tell a hundredth of the axis apart.

    On axes of order one, fixed decimals.
    """
    span = high - low
    if span <= 0 or (1 <= span < LARGE and max(abs(low), abs(high)) < LARGE):
        return fixed(value, places)
    unit = exponent_of(span)
    digits = max(DIGITS, (exponent_of(value) if value else unit) - unit + DIGITS)
    if not span > 1e-4 or (max(abs(low), abs(high)) >= 1e5 and digits <= DIGITS + 1):
        return scientific(value, digits) if value else "0"
    whole = value == int(value) and unit >= 0  # on a shorter axis 1000 stands beside 1000.0100
    text = f"{value:,.{0 if whole else max(0, DIGITS - 1 - unit)}f}"
    return text.replace(",", THIN if abs(value) >= 10_000 else "").replace("-", MINUS)


def with_raised_digits(text: str) -> str:
    """Plain text, for alternatives: powers of ten with raised digits in place of markup."""
    return POWER.sub(lambda match: f"{match[1] + ' × ' if match[1] else ''}10{match[2].translate(RAISED)}", text)


def with_exponents(text: str) -> str:
    """Plain text in ASCII, for terminals: powers of ten as 1.23e8."""
    plain = POWER.sub(lambda match: f"{match[1] or 1}e{match[2]}", text)
    return plain.replace(MINUS, "-")


def in_tex(text: str) -> str:
    """A number for a figure, in matplotlib's notation."""
    return POWER.sub(lambda match: f"${(match[1] + chr(92) + 'times ') if match[1] else ''}10^{{{match[2]}}}$", text)


def least_of(losses: list[float]) -> float:
    """The least of the losses that are above zero; 1 if none is."""
    return min((loss for loss in losses if loss > 0 and math.isfinite(loss)), default=1.0)
