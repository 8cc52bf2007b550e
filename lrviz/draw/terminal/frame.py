"""What stands around the lines: the axes with their ticks and labels, and the legend."""

import itertools
import math
from collections.abc import Iterator, Sequence

import numpy as np

from lrviz.draw.panels import round_up
from lrviz.draw.terminal.canvas import Axis
from lrviz.draw.terminal.glyphs import Look, Signs, paint
from lrviz.draw.text import count_columns, fit_captions, shorten
from lrviz.spell import measure, spell_magnitudes, spell_steps, spell_ticks

# The parts that ticks divide an axis into, at most.
MOST = 10

# From one label of the y axis to the next, in rows.
LEAST_ROWS = 1.25

# A log axis that is shorter than this has ticks at 2 and 5 of a decade, too.
FEW_DECADES = 2.5

# The blanks between two labels of the x axis.
APART = 2

# The character of an axis where a tick is, and the tick's label.
Ticks = dict[int, str]


def choose_value_ticks(axis: Axis) -> Ticks:
    """Return the ticks of a y axis.

    >>> choose_value_ticks(Axis(0.0, 0.0011, cells=12))
    {0: '0', 2: '2e-4', 4: '4e-4', 6: '6e-4', 8: '8e-4', 10: '1e-3'}
    >>> choose_value_ticks(Axis(0.01, 1.0, cells=13, log=True))
    {0: '0.01', 2: '0.02', 4: '0.05', 6: '0.1', 8: '0.2', 10: '0.5', 12: '1'}
    """
    for values in _iter_values(axis):
        gaps = np.abs(np.diff(axis.place(np.array(values))))
        if (gaps >= LEAST_ROWS * axis.dots).all():
            break
    else:
        values = values[-1:]
    spell = spell_magnitudes if axis.log else spell_ticks
    return dict(zip(axis.find_cells(values), spell(values), strict=True))


def _iter_values(axis: Axis) -> Iterator[list[float]]:
    """Yield what ticks may stand at, the best choice first: always two values, at least."""
    low, high = axis.start, axis.end
    if axis.log:
        ends = math.log10(low), math.log10(high)
        if ends[1] - ends[0] < FEW_DECADES:
            decades = range(math.floor(ends[0]), math.ceil(ends[1]) + 1)
            every = [float(f"{scale}e{decade}") for decade in decades for scale in (1, 2, 5)]
            shown = [each for each in every if low * (1 - 1e-9) <= each <= high * (1 + 1e-9)]
            yield from [shown] * (len(shown) > 1)
        for places in _iter_multiples(1, *ends):
            yield [float(f"1e{decade:.0f}") for decade in places]
    yield from _iter_multiples((high - low) / MOST, low, high)


def choose_step_ticks(axis: Axis, least: float, left: int) -> Ticks:
    """Return the ticks of an x axis.

    Args:
        axis: of steps or of epochs.
        least: from one to the next, unless the axis is shorter: a step, or half an epoch.
        left: the characters that a label may begin before the axis.

    >>> choose_step_ticks(Axis(0.0, 1e6, cells=40), 1, 0)
    {0: '0', 20: '500,000', 39: '1,000,000'}
    >>> choose_step_ticks(Axis(0.0, 1.0, cells=40), 1, 0)
    {0: '0', 39: '1'}
    """
    low, high = axis.start, axis.end
    part = (high - low) / MOST
    for values in itertools.chain(
        _iter_multiples(max(part, least), low, high), _iter_multiples(part, low, high)
    ):
        ticks = dict(zip(axis.find_cells(values), spell_steps(values), strict=True))
        labels = place_labels(ticks, axis.cells, left)
        pairs = itertools.pairwise(labels)
        if all(start + len(text) + APART <= after for (start, text), (after, _) in pairs):
            break
    return ticks


def place_labels(ticks: Ticks, cells: int, left: int) -> list[tuple[int, str]]:
    """Return where the labels of an x axis begin, from the left: under their ticks if possible.

    One that is longer than the axis is left out.

    >>> place_labels({0: "0", 10: "100", 20: "200"}, 21, 0)
    [(0, '0'), (9, '100'), (18, '200')]
    """
    return [
        (max(-left, min(cell - len(text) // 2, cells - len(text))), text)
        for cell, text in sorted(ticks.items())
        if len(text) <= left + cells
    ]


def _iter_multiples(step: float, low: float, high: float) -> Iterator[list[float]]:
    """Yield the multiples between two ends of ever larger steps, while there are two of them.

    >>> list(_iter_multiples(0.4, 0.0, 2.0))
    [[0.0, 0.5, 1.0, 1.5, 2.0], [0.0, 1.0, 2.0], [0.0, 2.0]]
    """
    while True:
        step = round_up(step)
        first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
        if last <= first:
            return
        yield [float(f"{count * step:.15g}") for count in range(first, last + 1)]
        step *= 1.5


# The width, at most, of the x axis' label, which stands beside its ticks.
UNIT_WIDTH = 10

# The rows below the lines, and the one above them.
ROWS = 3

# The columns between the labels of the y axis and the lines: a blank and the axis.
WALL = 2

# The blanks between two entries of the legend.
GAP = 3

# The width of a name, at least, that makes room for others.
LEAST_NAME = 9


def measure_margin(ticks: Ticks, xlabel: str) -> int:
    """Return how many columns there are before the lines."""
    return max(map(measure, (*ticks.values(), xlabel))) + WALL


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
    head = shorten(ylabel, margin + cells, measure, signs.ellipsis)
    numbers = " " * (margin - WALL - measure(xlabel)) + xlabel
    for start, text in place_labels(across, cells, 1):
        numbers += " " * (margin + start - measure(numbers)) + text
    return [
        " " * (margin - WALL - measure(head)) + head,
        *body,
        f"{signs.corner:>{margin}}{floor}",
        numbers,
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
    before, longest = measure(marks[0]) + 1, max(map(measure, names))
    beside = before + GAP
    columns = count_columns(width + GAP, beside + longest, beside + LEAST_NAME, len(names), rows)
    room = min(longest, (width + GAP) // columns - GAP - before)
    short = fit_captions(names, room, measure, signs.ellipsis)
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
