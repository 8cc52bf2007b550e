"""How the numbers at ticks read: as in a figure, but for what is short enough without exponents."""

from collections.abc import Sequence

import numpy as np

MOST_DECIMALS = 5
"""The decimals of a value on a linear axis before all of its values have exponents."""

MOST_PLACES = 6
"""The characters of a value on a log axis before all of its values have exponents."""

LARGE = 1e6
MOST_DIGITS = 9
APART = 10_000
"""From here on thousands stand apart."""


def spell_values(values: Sequence[float]) -> list[str]:
    """Return labels of a linear axis in one notation, with just the digits that tell them apart.

    >>> spell_values([0.0, 0.0005, 0.001]), spell_values([0.85, 0.9, 0.95])
    (['0', '0.0005', '0.0010'], ['0.85', '0.90', '0.95'])
    >>> spell_values([0.0, 5e-6, 1e-5]), spell_values([0.0, 2e6])
    (['0', '5e-6', '1e-5'], ['0', '2e6'])
    """
    decimals = _count_digits(values, "f")
    if decimals <= MOST_DECIMALS and max(map(abs, values), default=0.0) < LARGE:
        return [f"{value:.{decimals}f}" if value else "0" for value in values]
    digits = _count_digits(values, "e")
    return [_scientific(value, digits) for value in values]


def spell_magnitudes(values: Sequence[float]) -> list[str]:
    """Return labels of a log axis in one notation.

    >>> spell_magnitudes([0.1, 0.01, 0.001]), spell_magnitudes([0.1, 0.01, 1e-7])
    (['0.1', '0.01', '0.001'], ['1e-1', '1e-2', '1e-7'])
    """
    positional = [np.format_float_positional(float(f"{value:.6g}"), trim="-") for value in values]
    if max(map(len, positional), default=0) <= MOST_PLACES:
        return positional
    return [_scientific(value, MOST_DIGITS) for value in values]


def spell_steps(values: Sequence[float]) -> list[str]:
    """Return labels of steps or epochs: whole where they are, thousands apart where they are many.

    >>> spell_steps([0, 5_000, 10_000]), spell_steps([0, 0.5, 1]), spell_steps([0, 2000])
    (['0', '5,000', '10,000'], ['0', '0.5', '1'], ['0', '2000'])
    """
    apart = "," if max(map(abs, values), default=0.0) >= APART else ""
    return [f"{value:{apart}.{_count_digits([value], 'f')}f}" if value else "0" for value in values]


def _count_digits(values: Sequence[float], kind: str) -> int:
    """Return how many decimals values have; more than `MOST_DIGITS` are not told."""
    slack = 1e-10 * max(map(abs, values), default=0.0)
    return next(
        (
            digits
            for digits in range(MOST_DIGITS)
            if all(abs(float(f"{value:.{digits}{kind}}") - value) <= slack for value in values)
        ),
        MOST_DIGITS,
    )


def _scientific(value: float, digits: int) -> str:
    if not value:
        return "0"
    text = np.format_float_scientific(value, precision=digits, unique=False, trim="-", exp_digits=1)
    return text.replace(".e", "e").removesuffix("e+0").replace("e+", "e")
