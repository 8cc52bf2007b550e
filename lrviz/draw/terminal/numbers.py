"""How the numbers at ticks read: as in a figure, but for what is short enough without exponents."""

from collections.abc import Sequence

from lrviz.spell import count_digits, spell_scientific

MOST_DECIMALS = 5
"""The decimals of a value on a linear axis before all of its values have exponents."""

LARGE = 1e6


def spell_values(values: Sequence[float]) -> list[str]:
    """Return labels of a linear axis in one notation, with just the digits that tell them apart.

    >>> spell_values([0.0, 0.0005, 0.001]), spell_values([0.85, 0.9, 0.95])
    (['0', '0.0005', '0.0010'], ['0.85', '0.90', '0.95'])
    >>> spell_values([0.0, 5e-6, 1e-5]), spell_values([0.0, 2e6])
    (['0', '5e-6', '1e-5'], ['0', '2e6'])
    """
    decimals = count_digits(values, "f")
    if decimals <= MOST_DECIMALS and max(map(abs, values), default=0.0) < LARGE:
        return [f"{value:.{decimals}f}" if value else "0" for value in values]
    digits = count_digits(values, "e")
    return [spell_scientific(value, digits) for value in values]
