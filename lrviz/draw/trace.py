"""What a line of a figure shows: its values, where they stand, and which of them are drawn."""

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from lrviz.curve import Steps, Values

Indices = NDArray[np.intp]
Limits = tuple[float, float]


@dataclass(frozen=True, eq=False)
class Row:
    """What a line shows.

    Attributes:
        values: of a param group, shape (steps,); none where it has no such quantity.
        unit: its values in one unit of the x axis.
        held: the first step that follows a held metric; None where none does.
        at: the steps of the values of a log, which no line connects; None where every step has one.
        offset: where the first value stands on the x axis.
    """

    values: Values
    unit: float
    held: int | None = None
    at: Steps | None = None
    offset: float = 0.0

    def place(self, indices: Indices) -> Values:
        """Return where values stand on the x axis."""
        steps = np.asarray(indices if self.at is None else self.at[indices])
        return self.offset + steps / self.unit

    def index(self, x: float) -> float:
        """Return the index of what stands at a place on the x axis; of a log a fraction, too."""
        step, at = (x - self.offset) * self.unit, self.at
        return step if at is None else float(np.interp(step, at, range(len(at)), -1, len(at)))

    def pick(self, ends: Limits, columns: int) -> tuple[Values, Indices]:
        """Return where the points stand that show it, and their indices; as `pick_points`."""
        points = pick_points(self.values, self.index(ends[0]), self.index(ends[1]), columns)
        return self.place(points), points

    def thin(self, each: int) -> "Row":
        """Return the last of every so many values: what a metric is at the steps that calls follow.

        >>> row = Row(np.array([math.nan, 3.0, math.nan, 2.0]), unit=2.0, held=4).thin(2)
        >>> row.values.tolist(), row.place(np.arange(2)).tolist(), row.held
        ([3.0, 2.0], [0.5, 1.5], 1)
        """
        held = None if self.held is None else self.held // each - 1
        values, offset = self.values[each - 1 :: each], (each - 1) / self.unit
        return replace(self, values=values, unit=self.unit / each, held=held, offset=offset)


def pick_points(values: Values, first: float, last: float, columns: int) -> Indices:
    """Return the indices of the points that show a curve as it is, in order.

    A curve with far more points than the picture has columns is cut into blocks of at most
    one column; of each the first, the lowest, the highest and the last point are kept, so no spike
    is lost and no column is left out.

    Args:
        values: shape (steps,).
        first: the left end of the x axis, in steps.
        last: the right end, in steps.
        columns: of pixels or of characters between the two.

    Returns:
        Indices into values, ascending, with one point more on either side of the axis' ends.

    >>> pick_points(np.array([0.0, 1, 9, 1, 0, 0, 0, 0]), 0, 8, 1).tolist()
    [0, 2, 7]
    """
    low, high = sorted((first, last))
    start = int(np.clip(math.floor(low) - 1, 0, len(values)))
    stop = int(np.clip(math.ceil(high) + 2, 0, len(values)))
    size = (stop - start) // max(1, columns)
    if size < 4:
        return np.arange(start, stop)
    whole = stop - (stop - start) % size
    heads = np.arange(start, whole, size)
    blocks = values[start:whole].reshape(-1, size)
    kept = (heads, heads + blocks.argmin(1), heads + blocks.argmax(1), heads + size - 1)
    return np.unique(np.concatenate((*kept, np.arange(whole, stop))))
