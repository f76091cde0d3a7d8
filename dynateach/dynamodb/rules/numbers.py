"""DynamoDB's numbers: decimal, exact to 38 significant digits, sent and kept as text.

Documented: 38 digits; zero, or a magnitude from 1E-130 to 9.99…E+125; what does not fit is
rejected, never rounded. DynamoDB answers in plain notation without superfluous zeros (``1.50``
comes back as ``1.5``, ``1e3`` as ``1000``). Numbers are kept in that canonical text, so that equal
numbers are equal strings; ``Decimal`` is needed only for order and arithmetic.
"""

import re
from decimal import Context, Decimal

from dynateach.dynamodb.rules import errors
from dynateach.dynamodb.rules.limits import NUMBER_DIGITS, NUMBER_MAX_EXPONENT, NUMBER_MIN_EXPONENT

_is_canonical = re.compile(
    r"0|-?[1-9][0-9]{0,36}|-?[1-9][0-9]{0,18}\.[0-9]{0,17}[1-9]|-?0\.[0-9]{0,36}[1-9]", re.ASCII
).fullmatch
_as_number = re.compile(r"([+-]?)([0-9]*)(?:\.([0-9]*))?(?:[eE]([+-]?[0-9]+))?", re.ASCII).fullmatch
_LONG = range(-(2**63), 2**63)
_EXACT = Context(prec=400, Emax=999_999, Emin=-999_999)
_COMPLEMENT = str.maketrans("0123456789", "9876543210")


def canonical(text: str) -> str:
    """The one way to write this number. Raises DynamoDB's error for what is no number, or none that fits."""
    if _is_canonical(text):
        return text
    parts = _as_number(text)
    if not parts or not (parts[2] or parts[3]):
        raise errors.counted(_no_number(text))
    sign, whole, fraction, exponent = parts.groups(default="")
    power = _exponent(text, exponent or "0") - len(fraction)
    digits = (whole + fraction).lstrip("0")
    if not digits:
        _require_exponent_fits(power)
        return "0"
    return _written(sign == "-", digits, power)


def order(text: str) -> Decimal:
    """The number's place in the order of numbers; ``text`` is canonical."""
    return Decimal(text)


def add(a: str, b: str) -> str:
    """The exact sum in canonical form. Raises DynamoDB's error if it does not fit."""
    return _from_decimal(_EXACT.add(Decimal(a), Decimal(b)))


def subtract(a: str, b: str) -> str:
    """The exact difference in canonical form. Raises DynamoDB's error if it does not fit."""
    return _from_decimal(_EXACT.subtract(Decimal(a), Decimal(b)))


def sort_text(text: str) -> str:
    """A string that sorts as the canonical number does: sign, then magnitude, then digits (mirrored
    below zero).
    """
    if text == "0":
        return "1"
    negative = text[0] == "-"
    whole, _, fraction = text.lstrip("-").partition(".")
    digits = (whole + fraction).lstrip("0")
    magnitude = len(whole) if whole != "0" else len(digits) - len(fraction)
    mantissa = digits.rstrip("0")
    if negative:
        return f"0{500 - magnitude:03d}{mantissa.translate(_COMPLEMENT)}:"
    return f"2{500 + magnitude:03d}{mantissa}"


def digit_pairs(text: str) -> int:
    """How many pairs of digits, counted from the point, a canonical number needs from its first
    digit that is not zero to its last: ``1200`` has 1, ``120`` has 2 (``1`` and ``20``), ``-0.05`` 1, ``0`` none.
    """
    whole, _, fraction = text.lstrip("-").partition(".")
    digits = (whole if len(whole) % 2 == 0 else f"0{whole}") + fraction
    end = len(digits.rstrip("0"))
    return (end + 1) // 2 - (len(digits) - len(digits.lstrip("0"))) // 2 if end else 0


def _exponent(text: str, exponent: str) -> int:
    """The exponent as written. DynamoDB reads it into 64 bits (observed by others); Python reads no text of thousands of digits."""
    if len(exponent) > 4000 or int(exponent) not in _LONG:
        raise errors.counted(_no_number(text))
    return int(exponent)


def _from_decimal(value: Decimal) -> str:
    sign, digits, power = value.as_tuple()
    text = "".join(map(str, digits)).lstrip("0")
    return _written(sign == 1, text, int(power)) if text else "0"


def _written(negative: bool, digits: str, power: int) -> str:
    """``digits`` × 10 to the ``power`` in plain notation; ``digits`` has no leading zero."""
    significant = digits.rstrip("0")
    power += len(digits) - len(significant)
    _require_it_fits(significant, power)
    point = len(significant) + power
    if power >= 0:
        plain = significant + "0" * power
    elif point > 0:
        plain = f"{significant[:point]}.{significant[point:]}"
    else:
        plain = f"0.{'0' * -point}{significant}"
    return f"-{plain}" if negative else plain


def _require_it_fits(significant: str, power: int) -> None:
    _require_exponent_fits(len(significant) + power - 1)
    if len(significant) > NUMBER_DIGITS:
        raise errors.counted(f"Attempting to store more than {NUMBER_DIGITS} significant digits in a Number")


def _require_exponent_fits(exponent: int) -> None:
    """Zero is held to the exponent that it is written with: ``0e200`` is too large (observed by others)."""
    if exponent > NUMBER_MAX_EXPONENT:
        raise errors.counted("Number overflow. Attempting to store a number with magnitude larger than supported range")
    if exponent < NUMBER_MIN_EXPONENT:
        raise errors.counted(
            "Number underflow. Attempting to store a number with magnitude smaller than supported range"
        )


def _no_number(text: str) -> str:
    said = "The parameter cannot be converted to a numeric value"
    return f"{said}: {text}" if text else said
