"""A comparison as text."""

from collections.abc import Sequence
from itertools import compress
from math import isnan

from lrviz.commands.compare.parting import Comparison, Difference
from lrviz.spell import measure, printable, spell_number

HEAD = (
    "schedule",
    "against",
    "quantity",
    "steps",
    "parts at",
    "largest difference",
    "at step",
    "final",
    "area",
    "ratio",
)
_WORDS = 3
"""The columns that hold words, and so begin at the left."""

_NONE = "-"


def format_table(comparisons: Sequence[Comparison]) -> str:
    """Return a line a param group, in columns; the first schedule's own have no difference.

    What each is compared with is a column of its own only where the first schedule has several
    param groups, and what is compared only where it is not the learning rate alone.

    >>> steps = Comparison("flat", "flat", 4, 0.1, 0.4, None)
    >>> other = Comparison("step", "flat", 4, 0.01, 0.22, Difference(2, False, -0.09, 2, 0.55))
    >>> print(format_table([steps, other]))
    schedule  steps  parts at  largest difference  at step  final  area  ratio
    flat          4         -                   -        -    0.1   0.4      -
    step          4         2               -0.09        2   0.01  0.22   0.55
    """
    rows = [HEAD, *map(_spell_row, comparisons)]
    several = len({each.against for each in comparisons}) > 1
    told = (True, several, any(each.quantity != "lr" for each in comparisons))
    rows = [(*compress(row, told), *row[_WORDS:]) for row in rows]
    words = sum(told)
    widths = [max(map(measure, column)) for column in zip(*rows, strict=True)]
    return "\n".join(_align(row, widths, words) for row in rows)


def _spell_row(comparison: Comparison) -> tuple[str, ...]:
    difference = comparison.difference
    return (
        printable(comparison.name),
        printable(comparison.against) if difference else _NONE,
        comparison.quantity,
        str(comparison.steps),
        *(_spell_difference(difference) if difference else (_NONE,) * 3),
        _spell(comparison.final),
        _spell(comparison.area),
        _NONE if difference is None else _spell(difference.ratio),
    )


def _spell(value: float) -> str:
    return _NONE if isnan(value) else spell_number(value)


def _spell_difference(difference: Difference) -> tuple[str, str, str]:
    parts = "never" if difference.parts is None else str(difference.parts)
    return (
        f"{parts} (end)" if difference.ends else parts,
        _spell(difference.largest),
        str(difference.step) if difference.largest else _NONE,
    )


def _align(row: Sequence[str], widths: Sequence[int], words: int) -> str:
    cells = []
    for place, (text, width) in enumerate(zip(row, widths, strict=True)):
        blank = " " * (width - measure(text))
        cells.append(text + blank if place < words else blank + text)
    return "  ".join(cells).rstrip()
