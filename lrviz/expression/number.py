"""Numbers as a Python script spells them."""

import math
from decimal import Decimal

# From here on, and below there, a number is easier to read with an exponent.
_LARGE, _SMALL = 1e4, 1e-3


def spell_number(value: float) -> str:
    """Return a number as short as it reads back equal, an integer with all its digits.

    >>> [spell_number(value) for value in (0.001, 1e5, 1e-05, 25, 1e300, float("-inf"))]
    ['0.001', '1e5', '1e-5', '25', '1e300', 'float("-inf")']
    """
    if not math.isfinite(value):
        return f'float("{value}")'
    text = repr(value)
    if isinstance(value, int) or value == 0 or _SMALL <= abs(value) < _LARGE:
        return text
    # Formatters take the plus from 1e+300, but leave the zero of 1e-05.
    short = f"{Decimal(text).normalize():e}".replace("e+", "e")
    return min(short, text, key=len)
