"""What a line of a figure shows: whose values, which of them, and where they jump."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lrviz.curve import Curve, Steps, Values

Indices = NDArray[np.intp]
Limits = tuple[float, float]
Places = tuple[int, ...]

# As many lines are told apart one by one; more that stand in an order are read as one family.
MOST_APART = 6

# How far a jump goes, at least, as a multiple of the move beside it, where that is no stay.
LEAP = 5


@dataclass(frozen=True, eq=False)
class Row:
    """What a line shows.

    Attributes:
        values: of a param group, shape (steps,); none where it has no such quantity.
        unit: its steps in one unit of the x axis.
        held: the first step that follows a held metric; None where none does.
        at: the steps of the values of a log, which no line connects; None where every step has one.
    """

    values: Values
    unit: float
    held: int | None = None
    at: Steps | None = None

    def place(self, indices: Indices) -> Values:
        """Return where values stand on the x axis."""
        return np.asarray(indices if self.at is None else self.at[indices]) / self.unit

    def index(self, x: float) -> float:
        """Return the index of what stands at a place on the x axis; of a log a fraction, too."""
        step, at = x * self.unit, self.at
        return step if at is None else float(np.interp(step, at, range(len(at)), -1, len(at)))

    def pick(self, ends: Limits, columns: int) -> tuple[Values, Indices]:
        """Return where the points stand that show it, and their indices; as `pick_points`."""
        points = pick_points(self.values, self.index(ends[0]), self.index(ends[1]), columns)
        return self.place(points), points


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


def merge_rows(panels: Sequence[Sequence[Row]], curves: Sequence[Curve]) -> tuple[Places, ...]:
    """Return the places of the rows that each line stands for: of one curve, alike in all panels.

    Args:
        panels: the rows of each, one a param group of every curve.
        curves: in the same order.

    >>> rows = [Row(np.array([lr, 0.1]), 1.0) for lr in (0.1, 0.2, 0.1)]
    >>> merge_rows([rows], [Curve(("a", "b", "c"), np.zeros((3, 2)), (0.1,) * 3)])
    ((0, 2), (1,))
    """
    lines: dict[tuple[int, ...], list[int]] = {}
    owners = [owner for owner, curve in enumerate(curves) for _ in curve.groups]
    for place, owner in enumerate(owners):
        is_alone = len(curves[owner].groups) == 1
        told = () if is_alone else (hash(rows[place].values.tobytes()) for rows in panels)
        lines.setdefault((owner, *told), []).append(place)
    return tuple(map(tuple, lines.values()))


def find_order(rows: Sequence[Row]) -> int:
    """Return how many lines of one curve stand where the highest peaks: 1 rising, -1 falling.

    0 for no order, or so few that each is told by its own.

    >>> find_order([Row(np.array([0.0, lr]), 1.0) for lr in range(9)])
    1
    """
    if len(rows) <= MOST_APART or not all(row.values.size for row in rows):
        return 0
    highest = max((row.values for row in rows), key=lambda values: float(values.max()))
    if any(len(row.values) != len(highest) for row in rows):
        return 0
    moves = np.diff([row.values[highest.argmax()] for row in rows])
    return int((moves > 0).all()) - int((moves < 0).all())


def find_jumps(values: Values) -> Indices:
    """Return the indices of the values that are held until the next one, which is far from them.

    What moves at every step has none, and what begins to move from where it was held has none:
    the value beside a jump is held, too, or moves by much less.

    >>> find_jumps(np.array([4.0, 4, 4, 1, 1, 1, 2, 3, 4])).tolist()
    [2]
    """
    moves = np.diff(values)
    changes = np.flatnonzero(moves)
    if not 0 < len(changes) < len(moves):
        return changes[:0]
    new = np.diff(changes) > 1
    first, last = changes[np.r_[True, new]], changes[np.r_[new, True]]
    held_before, held_after, count = first > 0, last < len(moves) - 1, last - first + 1
    size = np.abs(moves)
    is_short = (count == 1) | ((count == 2) & held_before & held_after)
    leaps = held_before & (count > 1) & (size[first] >= LEAP * size[np.minimum(first + 1, last)])
    lands = held_after & (count > 1) & (size[last] >= LEAP * size[np.maximum(last - 1, first)])
    ends = (first[is_short | leaps], last[is_short | lands])
    return np.unique(np.concatenate(ends))


def raise_steps(row: Row, points: Indices) -> tuple[Indices, Values, Values]:
    """Return where points stand among those that a line leads through, and these: x and y.

    Where a value jumps it is held until then, by a point more; one between two that are picked.

    Args:
        row: what it shows.
        points: indices of the values that are picked, ascending.

    >>> raise_steps(Row(np.array([4.0, 4, 1, 1]), 1.0), np.arange(4))[1:]
    (array([0., 1., 2., 2., 3.]), array([4., 4., 4., 1., 1.]))
    """
    jumps = find_jumps(row.values)
    slots, kept = np.unique(np.searchsorted(points, jumps, "right"), return_index=True)
    inside = (slots > 0) & (slots < len(points))
    slots, jumps = slots[inside], jumps[kept[inside]]
    every = np.arange(len(points))
    places = every + np.searchsorted(slots, every, "right")
    xs = np.insert(row.place(points), slots, row.place(jumps + 1))
    return places, xs, np.insert(row.values[points], slots, row.values[jumps])
