"""The legend: below the picture, in as many columns as fit."""

from collections.abc import Sequence

from lrviz.draw.elide import shorten_apart
from lrviz.draw.terminal.layers import paint
from lrviz.draw.terminal.looks import Look, Signs
from lrviz.draw.terminal.text import fit, measure, pad

GAP = 3
"""The blanks between two entries."""

LEAST = 9
"""The width of a name, at least, that makes room for others."""


def write_legend(
    names: Sequence[str], looks: Sequence[Look], signs: Signs, width: int, rows: int
) -> list[str]:
    """Return the lines of a legend; entries for which there is no room are counted in its last one.

    Args:
        names: one a line of the picture, or none for no legend; those too long for their column
            lose their middle.
        looks: as many.
        signs: what it is written with.
        width: the room for a line.
        rows: how many lines there may be.

    >>> from lrviz.draw.terminal.looks import ASCII
    >>> names, looks = ["one", "two", "three", "four"], [Look(each, None) for each in "abcd"]
    >>> write_legend(names, looks, ASCII, 30, 2)
    ['a one     b two', 'c three   d four']
    >>> write_legend(names, looks, ASCII, 22, 1)
    ['a one     ... 3 more']
    """
    if not names:
        return []
    marks = [look.glyph or signs.line for look in looks]
    before = measure(marks[0]) + 1
    longest = max(map(measure, names))
    columns = _count_columns(before, longest, len(names), width, rows)
    room = min(longest, (width + GAP) // columns - GAP - before)
    short = shorten_apart(names, lambda name: fit(name, room, signs.ellipsis), signs.ellipsis)
    cells = [
        f"{paint(mark, look.color)} {pad(name, room)}"
        for name, look, mark in zip(short, looks, marks, strict=True)
    ]
    if len(cells) > rows * columns:
        last = (columns - 1) * (before + room + GAP)
        more = f"{signs.ellipsis} {len(cells)} more"
        kept = rows * columns - (1 if last + measure(more) <= width else 2)
        cells = [*cells[:kept], f"{signs.ellipsis} {len(cells) - kept} more"]
    starts = range(0, len(cells), columns)
    return [(" " * GAP).join(cells[start : start + columns]).rstrip() for start in starts]


def _count_columns(before: int, longest: int, count: int, width: int, rows: int) -> int:
    """Return how many columns a legend has, all about as long.

    Args:
        before: the room for an entry's mark.
        longest: of the names.
        count: of the names.
        width: of the legend.
        rows: the most there is room for.

    >>> _count_columns(2, 5, 4, 30, 2), _count_columns(2, 30, 4, 60, 2)
    (2, 2)
    """
    columns = (width + GAP) // (before + longest + GAP)
    if columns * rows < count:  # names become shorter for it, as far as they can be read then
        most = (width + GAP) // (before + LEAST + GAP)
        columns = max(columns, min(-(-count // rows), most))
    columns = max(1, min(columns, count))
    return -(-count // -(-count // columns))
