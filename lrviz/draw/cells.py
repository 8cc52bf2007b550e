"""The cells of a sheet: how many beside each other, how large, and what there is room for."""

import math
from dataclasses import dataclass

from lrviz.spec.options import MAX_PIXELS, MAX_SIDE
from lrviz.spec.style import Style

ASPECTS = (4 / 3, 16 / 9)
"""A sheet's width, as a multiple of its height, lies between the two where it can."""

HOLE = 0.3
"""How much worse a sheet is for a cell that stays empty, against one too wide by its width."""

CELL = (26, 17)
"""Width and height of a cell, in font sizes; where there are few, they are larger."""

LARGEST = 44
WIDE = 100
"""The widest that a cell becomes, and the sheet that it becomes wider for, in font sizes."""

TEXT = 0.7
"""The size of a sheet's text, as a multiple of the style's."""

LEGIBLE = 6.5
"""The smallest size of text, in points, that a style with small text leads to."""

SMALLEST = 8.0
"""The smallest height of text, in pixels, that many cells lead to while there is room for it."""

LEAST_LINES = 4
"""The lines of text, at least, that a cell is high."""


@dataclass(frozen=True)
class Cells:
    """The plan of a sheet.

    Attributes:
        columns: cells beside each other.
        rows: of cells.
        width: of a cell, in pixels.
        height: of a cell, in pixels.
        em: the height of text, in pixels.
        scale: of everything else, against a sheet of few cells.
        ticks: whether there is room for ticks and their labels.
    """

    columns: int
    rows: int
    width: int
    height: int
    em: float
    scale: float
    ticks: bool

    @property
    def pixels(self) -> tuple[int, int]:
        """Width and height of the sheet, in pixels."""
        return self.columns * self.width, self.rows * self.height


def plan_cells(count: int, style: Style) -> Cells:
    """Return the plan of a sheet with so many cells.

    Cells shrink where they would be more than a picture can hold. Their text shrinks with them
    until it is hardly legible; then there are no ticks, and titles stay as large as they are while
    a cell has room for one.

    >>> from lrviz.spec.style import styles
    >>> plan_cells(17, styles()["light"]).pixels
    (1895, 988)
    """
    columns = choose_columns(count)
    rows = -(-count // columns)
    em = max(TEXT * style.font_size, min(LEGIBLE, style.font_size)) * style.dpi / 72
    full = _choose_size(columns, em)
    sides = columns * full[0], rows * full[1]
    scale = min(1.0, *(MAX_SIDE / side for side in sides), math.sqrt(MAX_PIXELS / math.prod(sides)))
    width, height = (max(1, int(size * scale)) for size in full)
    ticks = em * scale >= SMALLEST
    text = em * scale if ticks else min(SMALLEST, height / LEAST_LINES)
    return Cells(columns, rows, width, height, text, scale, ticks)


def _choose_size(columns: int, em: float) -> tuple[float, float]:
    """Return width and height of a cell, in pixels, where there is no limit."""
    width = min(max(WIDE / columns, CELL[0]), LARGEST)
    return width * em, width * em * CELL[1] / CELL[0]


def choose_columns(count: int) -> int:
    """Return how many cells stand beside each other.

    >>> [choose_columns(count) for count in (1, 2, 5, 10, 17, 22, 100)]
    [1, 2, 3, 4, 5, 5, 10]
    """
    return min(range(1, count + 1), key=lambda columns: _judge(columns, count))


def _judge(columns: int, count: int) -> float:
    """Return how far a number of columns is from what pleases; 0 is best."""
    rows = -(-count // columns)
    aspect = columns * CELL[0] / (rows * CELL[1])
    low, high = ASPECTS
    beyond = max(math.log(low / aspect), math.log(aspect / high), 0.0)
    return beyond + HOLE * (1 - count / (columns * rows))
