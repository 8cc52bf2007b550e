"""Numbers as a sentence spells them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import isclose

from lrviz.curve import Values
from lrviz.run.form import ALIKE

MOST_GROUPS = 3
"""More param groups than these are counted, not named, and their values told as a range."""

FEWEST_DIGITS, MOST_DIGITS = 2, 17

MOST_DIVIDED = 1e-6
"""A smaller ratio is told as it is, not as what it divides by."""


@dataclass(frozen=True, eq=False)
class Speller:
    """Spells the values that all groups of a curve have at a call.

    Attributes:
        rows: shape (groups, calls).
        digits: how many every value has, unless one more tells it in full.
    """

    rows: Values
    digits: int = FEWEST_DIGITS

    def at(self, index: int) -> str:
        """Return the values where they stand for themselves.

        >>> from numpy import array
        >>> Speller(array([[0.1, 0.2], [0.3, 0.2], [0.1, 0.2], [0.1, 0.2]])).at(0)
        '0.1 to 0.3'
        """
        values = self.rows[:, index].tolist()
        if len(set(values)) == 1:
            return spell_value(values[0], self.digits)
        if len(values) <= MOST_GROUPS:
            return join([spell_value(value, self.digits) for value in values])
        low, high = (spell_value(value, self.digits) for value in (min(values), max(values)))
        return f"{low} to {high}"

    def amid(self, index: int) -> str:
        """Return the values where words stand before them: `to 0.1 to 0.3` would be hard to read.

        >>> from numpy import array
        >>> Speller(array([[0.1, 0.2], [0.3, 0.2], [0.1, 0.2], [0.1, 0.2]])).amid(0)
        'values of 0.1 to 0.3'
        """
        text = self.at(index)
        return f"values of {text}" if " to " in text else text

    def between(self, low: int, high: int) -> str:
        """Return two ends; with several values each, so that they are not read as a list.

        >>> from numpy import array
        >>> Speller(array([[0.1, 1.0], [0.2, 2.0]])).between(0, 1)
        'from 0.1 and 0.2 to 1 and 2'
        """
        if " " in self.at(low) + self.at(high):
            return f"from {self.amid(low)} to {self.amid(high)}"
        return f"between {self.at(low)} and {self.at(high)}"


def spell_value(value: float, digits: int = FEWEST_DIGITS) -> str:
    """Return a number in so many digits, or in full where one more is enough for that.

    >>> [spell_value(value) for value in (0.001, 0.00125, 7.8125e-06, -0.0)]
    ['0.001', '0.00125', '7.8e-06', '0']
    """
    value += 0.0  # of minus zero it makes zero
    full = f"{value:.{digits + 1}g}"
    return full if isclose(float(full), value, rel_tol=1e-9) else f"{value:.{digits}g}"


def count_digits(pairs: Iterable[tuple[float, float]]) -> int:
    """Return how many digits tell the values of every pair apart, unless they are the same.

    >>> count_digits([(0.001, 0.002)]), count_digits([(0.001, 0.0009995)])
    (2, 3)
    """
    apart = [(one, two) for one, two in pairs if one != two]
    for digits in range(FEWEST_DIGITS, MOST_DIGITS):
        if all(spell_value(one, digits) != spell_value(two, digits) for one, two in apart):
            return digits
    return MOST_DIGITS


def spell_ratio(ratio: float) -> str:
    """Return what a value goes through when it is multiplied by a ratio other than 1.

    >>> [spell_ratio(ratio) for ratio in (0.5, 0.1, 2.0, 0.95, 0.999995)]
    ['halved', 'divided by 10', 'doubled', 'times 0.95', 'times 0.999995']
    """
    if abs(ratio - 0.5) < ALIKE:
        return "halved"
    if abs(ratio - 2) < ALIKE:
        return "doubled"
    if MOST_DIVIDED < ratio < 0.5 and abs(1 / ratio - round(1 / ratio)) < 1 / ratio * ALIKE:
        return f"divided by {round(1 / ratio)}"
    return f"times {spell_value(ratio, max(4, count_digits([(ratio, 1.0)])))}"


def join(texts: Sequence[str]) -> str:
    """Return texts as a list in a sentence.

    >>> join(["8", "24", "28"])
    '8, 24 and 28'
    """
    return " and ".join(filter(None, (", ".join(texts[:-1]), *texts[-1:])))


def count(number: int, word: str) -> str:
    """Return so many of a thing.

    >>> count(1, "peak"), count(1000, "step")
    ('1 peak', '1,000 steps')
    """
    return f"{number:,} {word}{'' if number == 1 else 's'}"
