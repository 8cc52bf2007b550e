"""A comparison as text."""

from collections.abc import Sequence
from math import isnan

from lrviz.compare.curves import Comparison, Difference
from lrviz.elide import measure
from lrviz.words import printable

HEAD = (
    "schedule",
    "against",
    "steps",
    "parts at",
    "largest difference",
    "at step",
    "final",
    "area",
    "ratio",
)
_WORDS = 2
"""The columns that hold words, and so begin at the left."""

_NONE = "-"


def format_table(comparisons: Sequence[Comparison]) -> str:
    """Return a line a param group, in columns; the first schedule's own have no difference.

    What each is compared with is a column of its own only where the first schedule has several
    param groups.

    >>> steps = Comparison("flat", "flat", 4, 0.1, 0.4, None)
    >>> other = Comparison("step", "flat", 4, 0.01, 0.22, Difference(2, False, -0.09, 2, 0.55))
    >>> print(format_table([steps, other]))
    schedule  steps  parts at  largest difference  at step  final  area  ratio
    flat          4         -                   -        -    0.1   0.4      -
    step          4         2               -0.09        2   0.01  0.22   0.55
    """
    rows = [HEAD, *map(_spell_row, comparisons)]
    if len({each.against for each in comparisons}) < 2:
        rows = [(row[0], *row[_WORDS:]) for row in rows]
    words = len(rows[0]) - len(HEAD) + _WORDS
    widths = [max(map(measure, column)) for column in zip(*rows, strict=True)]
    return "\n".join(_align(row, widths, words) for row in rows)


def _spell_row(comparison: Comparison) -> tuple[str, ...]:
    difference = comparison.difference
    return (
        printable(comparison.name),
        printable(comparison.against) if difference else _NONE,
        str(comparison.steps),
        *(_spell_difference(difference) if difference else (_NONE,) * 3),
        f"{comparison.final:.6g}",
        f"{comparison.area:.6g}",
        _NONE if difference is None or isnan(difference.ratio) else f"{difference.ratio:.6g}",
    )


def _spell_difference(difference: Difference) -> tuple[str, str, str]:
    parts = "never" if difference.parts is None else str(difference.parts)
    return (
        f"{parts} (end)" if difference.ends else parts,
        f"{difference.largest:.6g}",
        str(difference.step) if difference.largest else _NONE,
    )


def _align(row: Sequence[str], widths: Sequence[int], words: int) -> str:
    cells = []
    for place, (text, width) in enumerate(zip(row, widths, strict=True)):
        blank = " " * (width - measure(text))
        cells.append(text + blank if place < words else blank + text)
    return "  ".join(cells).rstrip()
