"""What stands around the lines: the axes with their numbers and labels, and the legend."""

from collections.abc import Sequence

from lrviz.draw.terminal.glyphs import Look, Signs, fit, paint
from lrviz.draw.terminal.rulers import Ticks, place_labels
from lrviz.draw.text import shorten_apart
from lrviz.spell import measure

# The room for the x axis' label beside its ticks: `epochs`. A longer one has a line of its own.
UNIT_WIDTH = 6

# The columns between the labels of the y axis and the lines: a blank and the axis.
WALL = 2

# The blanks between two entries of the legend.
GAP = 3

# The width of a name, at least, that makes room for others.
LEAST_NAME = 9


def measure_margin(ticks: Ticks, xlabel: str) -> int:
    """Return how many columns there are before the lines."""
    beside = xlabel if measure(xlabel) <= UNIT_WIDTH else ""
    return max(map(measure, (*ticks.values(), beside))) + WALL


def count_rows(xlabel: str) -> int:
    """Return how many rows there are above and below the lines."""
    return 3 if measure(xlabel) <= UNIT_WIDTH else 4


def draw_frame(
    rows: Sequence[str],
    cells: int,
    ticks: tuple[Ticks, Ticks],
    labels: tuple[str, str],
    signs: Signs,
) -> list[str]:
    """Return rows with the axes around them.

    Args:
        rows: the lines, from the top.
        cells: the columns that a row takes.
        ticks: of the x axis and of the y axis.
        labels: likewise.
        signs: what the axes are drawn with.

    >>> from lrviz.draw.terminal.glyphs import ASCII
    >>> ticks = {0: "0", 6: "2"}, {0: "0", 2: "0.1"}
    >>> for line in draw_frame(["*", " *", "  *"], 9, ticks, ("steps", "lr"), ASCII):
    ...     print(line)
       lr
      0.1 +*
          | *
        0 +  *
          ++-----+--
    steps  0     2
    """
    (across, up), (xlabel, ylabel) = ticks, labels
    margin = measure_margin(up, xlabel)
    body = [
        f"{up.get(row, ''):>{margin - WALL}} {signs.wall_tick if row in up else signs.wall}{line}"
        for row, line in zip(range(len(rows) - 1, -1, -1), rows, strict=True)
    ]
    floor = "".join(signs.floor_tick if cell in across else signs.floor for cell in range(cells))
    head = fit(ylabel, margin + cells, signs.ellipsis)
    is_beside = measure(xlabel) <= UNIT_WIDTH
    numbers = f"{xlabel if is_beside else '':>{margin - WALL}}"
    for start, text in place_labels(across, cells, 1):
        numbers += " " * (margin + start - measure(numbers)) + text
    foot = fit(xlabel, margin + cells, signs.ellipsis)
    indent = min(margin + (cells - measure(foot)) // 2, margin + cells - measure(foot))
    return [
        " " * (margin - WALL - measure(head)) + head,
        *body,
        f"{signs.corner:>{margin}}{floor}",
        numbers,
        *([] if is_beside else [" " * indent + foot]),
    ]


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

    >>> from lrviz.draw.terminal.glyphs import ASCII
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
        f"{paint(mark, look.color)} {name}{' ' * (room - measure(name))}"
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

    >>> _count_columns(2, 5, 4, 30, 2), _count_columns(2, 30, 4, 60, 2)
    (2, 2)
    """
    columns = (width + GAP) // (before + longest + GAP)
    if columns * rows < count:  # names become shorter for it, as far as they can be read then
        most = (width + GAP) // (before + LEAST_NAME + GAP)
        columns = max(columns, min(-(-count // rows), most))
    columns = max(1, min(columns, count))
    return -(-count // -(-count // columns))
