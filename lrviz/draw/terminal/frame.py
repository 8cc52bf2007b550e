"""What stands around the lines: the axes, their labels, and the numbers at their ticks."""

from collections.abc import Sequence

from lrviz.draw.terminal.looks import Signs
from lrviz.draw.terminal.text import fit, measure
from lrviz.draw.terminal.ticks import Ticks, place_labels

UNIT_WIDTH = 6
"""The room for the x axis' label beside its ticks: `epochs`. A longer one has a line of its own."""

WALL = 2
"""The columns between the labels of the y axis and the lines: a blank and the axis."""


def measure_margin(ticks: Ticks, xlabel: str) -> int:
    """Return how many columns there are before the lines."""
    beside = xlabel if has_place_beside(xlabel) else ""
    return max(map(measure, (*ticks.values(), beside))) + WALL


def has_place_beside(xlabel: str) -> bool:
    """Whether the x axis' label stands before the numbers at its ticks."""
    return measure(xlabel) <= UNIT_WIDTH


def count_rows(xlabel: str) -> int:
    """Return how many rows there are above and below the lines."""
    return 3 if has_place_beside(xlabel) else 4


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

    >>> from lrviz.draw.terminal.looks import ASCII
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
    margin = measure_margin(ticks[1], labels[0])
    body = []
    for row, line in zip(range(len(rows) - 1, -1, -1), rows, strict=True):
        wall = signs.wall_tick if row in ticks[1] else signs.wall
        body.append(f"{ticks[1].get(row, ''):>{margin - WALL}} {wall}{line}")
    floor = "".join(signs.floor_tick if cell in ticks[0] else signs.floor for cell in range(cells))
    head = fit(labels[1], margin + cells, signs.ellipsis)
    head = " " * (margin - WALL - measure(head)) + head
    return [
        head,
        *body,
        f"{signs.corner:>{margin}}{floor}",
        *_write_numbers(ticks[0], labels[0], margin, cells, signs),
    ]


def _write_numbers(ticks: Ticks, label: str, margin: int, cells: int, signs: Signs) -> list[str]:
    """Return the line with the numbers at the ticks of the x axis, and its label."""
    beside = has_place_beside(label)
    line = f"{label if beside else '':>{margin - WALL}}"
    for start, text in place_labels(ticks, cells, 1):
        line += " " * (margin + start - measure(line)) + text
    if beside:
        return [line]
    label = fit(label, margin + cells, signs.ellipsis)
    indent = min(margin + (cells - measure(label)) // 2, margin + cells - measure(label))
    return [line, " " * indent + label]
