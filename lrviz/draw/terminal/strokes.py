"""From a curve to the characters that it passes through: plotille's canvas draws them."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import plotille
from numpy.typing import NDArray

from lrviz.curve import Values
from lrviz.draw.points import Indices, pick_points
from lrviz.draw.terminal.axis import Axis

Codes = NDArray[np.uint32]
"""A character each, rows from the top: the dots that are set in it, as Unicode numbers them."""

BRAILLE = 0x2800
"""The character of no dots; those of a code are as far behind it."""


@dataclass(frozen=True, eq=False)
class Strokes:
    """A line as one vertical stroke in every column of dots that it passes.

    Attributes:
        columns: of the strokes, ascending.
        low: the lowest dot of each, counted from the bottom.
        high: the highest.
    """

    columns: Indices
    low: Indices
    high: Indices


def trace_curve(values: Values, unit: float, x: Axis, y: Axis) -> Strokes:
    """Return the strokes of a curve: from point to point in straight lines, no spike left out.

    Args:
        values: one a step.
        unit: the steps in one unit of the x axis.
        x: of the steps.
        y: of the values.

    >>> strokes = trace_curve(np.array([0.0, 9, 1]), 1.0, Axis(0, 2, cells=3), Axis(0, 9, cells=10))
    >>> strokes.low.tolist(), strokes.high.tolist()
    ([0, 5, 1], [4, 9, 5])
    """
    low, high = x.limits
    points = pick_points(values, low * unit, high * unit, x.length)
    across, up = x.place(points / unit), y.place(values[points])
    if not x.rises:
        across, up = across[::-1], up[::-1]
    across, up = _fill_columns(across, up, x.length)
    return _join(np.rint(across).astype(np.intp), np.clip(np.rint(up), -1, y.length), x.length)


def _fill_columns(across: Values, up: Values, columns: int) -> tuple[Values, Values]:
    """Add a point on the line to every column that it crosses without having one there.

    One column more on either side: what lies farther outside is no neighbour of what is seen.
    """
    if not len(across):
        return across, up
    first, last = max(-1.0, np.ceil(across[0])), min(float(columns), np.floor(across[-1]))
    crossed = np.setdiff1d(np.arange(first, last + 1), np.rint(across))
    merged = np.concatenate((across, crossed))
    order = np.argsort(merged, kind="stable")
    return merged[order], np.concatenate((up, np.interp(crossed, across, up)))[order]


def _join(columns: Indices, up: Values, width: int) -> Strokes:
    """Return what points reach in every column, and from one column to the next.

    Two neighbours part in the middle what is between them, so that a line has no gap and is no
    thicker than it must be.
    """
    starts = np.flatnonzero(np.diff(columns, prepend=columns[:1] - 1))
    dots = up.astype(np.intp)
    low, high = np.minimum.reduceat(dots, starts), np.maximum.reduceat(dots, starts)
    before, after = dots[starts[1:] - 1], dots[starts[1:]]
    middle = (before + after) // 2
    left, right = middle + (after < before), middle + (after > before)
    low[:-1], high[:-1] = np.minimum(low[:-1], left), np.maximum(high[:-1], left)
    low[1:], high[1:] = np.minimum(low[1:], right), np.maximum(high[1:], right)
    inside = (columns[starts] >= 0) & (columns[starts] < width)
    return Strokes(columns[starts][inside], low[inside], high[inside])


def draw_strokes(lines: Iterable[Strokes], x: Axis, y: Axis) -> Codes:
    """Return the characters of some lines, shape (rows, columns); a lone dot fills its own.

    >>> one = Strokes(np.array([1]), np.array([0]), np.array([1]))
    >>> draw_strokes([one], Axis(0, 1, cells=3), Axis(0, 1, cells=2)) > 0
    array([[False,  True, False],
           [False,  True, False]])
    """
    canvas = plotille.Canvas(x.cells, y.cells, 0, 0, x.length, y.length)
    for strokes in lines:
        ends = np.stack([strokes.columns, strokes.low, strokes.high], axis=1).tolist()
        for column, low, high in ends:
            canvas.line(column, low, column, high)
        if len(ends) == 1 and 0 <= low == high < y.length:
            canvas.fill_char(column, low)
    text = canvas.plot(linesep="")
    codes = np.frombuffer(text.encode("utf-32-le"), dtype="<u4").reshape(y.cells, x.cells)
    return (codes - BRAILLE).astype(np.uint32)
