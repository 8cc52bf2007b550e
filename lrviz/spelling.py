"""How numbers read in titles and at ticks, in a figure and in a terminal."""

import math
from collections.abc import Sequence

import numpy as np

MOST_DIGITS = 9

MOST_PLACES = 6
"""The characters of a number on a log axis before all of its numbers have exponents."""

SIGNIFICANT = 6


def spell_number(value: float) -> str:
    """Return a number in as few characters as six significant digits need.

    >>> [spell_number(each) for each in (0.5, 1e-4, 0.01, 0.00025, 32, 1e300)]
    ['0.5', '1e-4', '0.01', '2.5e-4', '32', '1e300']
    """
    if isinstance(value, int) or not math.isfinite(value):
        return str(value)
    rounded = float(f"{value:.6g}")
    positional = np.format_float_positional(rounded, trim="-")
    return min(positional, spell_scientific(rounded, SIGNIFICANT), key=len)


def spell_floor(floor: float) -> str:
    """Return what marks of a log axis are called, which has no place for so little.

    >>> spell_floor(0.0), spell_floor(2e-20)
    ('0 or less', '2e-20 or less')
    """
    return f"{f'{floor:.0e}' if floor else '0'} or less"


def spell_ticks(values: Sequence[float]) -> list[str]:
    """Return tick labels in one notation, with just the digits that tell them apart.

    >>> spell_ticks([0.0, 0.00025, 0.0005, 0.00075])
    ['0', '2.5e-4', '5e-4', '7.5e-4']
    >>> spell_ticks([0.85, 0.9, 0.95])
    ['0.85', '0.90', '0.95']
    """
    largest = max(map(abs, values), default=0.0)
    if not math.isfinite(largest):
        return [str(value) for value in values]
    if 0.01 <= largest < 1e5:
        digits = count_digits(values, "f")
        return [f"{value:.{digits}f}" if value else "0" for value in values]
    digits = count_digits(values, "e")
    return [spell_scientific(value, digits) for value in values]


def spell_magnitudes(values: Sequence[float]) -> list[str]:
    """Return tick labels of a log axis in one notation.

    >>> spell_magnitudes([0.1, 0.01, 0.001]), spell_magnitudes([0.1, 0.01, 1e-7])
    (['0.1', '0.01', '0.001'], ['1e-1', '1e-2', '1e-7'])
    """
    positional = [np.format_float_positional(float(f"{x:.6g}"), trim="-") for x in values]
    if max(map(len, positional), default=0) <= MOST_PLACES:
        return positional
    return [spell_scientific(x, SIGNIFICANT) for x in values]


def spell_steps(values: Sequence[float]) -> list[str]:
    """Return tick labels of steps or epochs: whole where they are, thousands apart.

    >>> spell_steps([0, 50_000, 100_000]), spell_steps([0, 0.25, 0.5])
    (['0', '50,000', '100,000'], ['0', '0.25', '0.50'])
    """
    largest = max(map(abs, values), default=0.0)
    digits = count_digits(values, "f")
    apart = "," if largest >= 10_000 else ""
    return [f"{value:{apart}.{digits}f}" if value else "0" for value in values]


def count_digits(values: Sequence[float], kind: str) -> int:
    """Return how many digits after the point tell values apart, at most 9.

    Args:
        values: any numbers.
        kind: `f` without exponents, `e` with them.

    >>> count_digits([0.5, 0.25], "f"), count_digits([0.5, 0.25], "e")
    (2, 1)
    """
    slack = 1e-10 * max(map(abs, values), default=0.0)
    return next(
        (
            digits
            for digits in range(MOST_DIGITS)
            if all(abs(float(f"{value:.{digits}{kind}}") - value) <= slack for value in values)
        ),
        MOST_DIGITS,
    )


def spell_scientific(value: float, digits: int) -> str:
    """Return a number with its exponent in as few characters as so many digits need.

    >>> spell_scientific(0.00025, 6), spell_scientific(2.0, 6)
    ('2.5e-4', '2')
    """
    if not value:
        return "0"
    text = np.format_float_scientific(value, precision=digits, unique=False, trim="-", exp_digits=1)
    return text.replace(".e", "e").removesuffix("e+0").replace("e+", "e")
