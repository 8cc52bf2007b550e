"""Where a series rises, falls and stays."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lrviz.curve import Values

ROUNDING = 4 * float(np.finfo(np.float64).eps)
"""Values that differ by no more than this share are one: arithmetic alone can part them so."""

Indices = NDArray[np.intp]
Ways = NDArray[np.int8]


@dataclass(frozen=True, eq=False)
class Stretch:
    """A part of a series in which it only rises or only falls, whether or not it stays between.

    Attributes:
        way: 1 or -1.
        changes: indices of the values that are not those before them, in order.
    """

    way: int
    changes: Indices

    @property
    def start(self) -> int:
        """Index of the last value before it."""
        return int(self.changes[0]) - 1

    @property
    def stop(self) -> int:
        """Index of its last value."""
        return int(self.changes[-1])

    @property
    def is_jump(self) -> bool:
        """Whether it is done in one call."""
        return len(self.changes) == 1

    @property
    def is_ramp(self) -> bool:
        """Whether it takes several calls and moves at every one of them."""
        return 1 < len(self.changes) == self.stop - self.start

    @property
    def gaps(self) -> Indices:
        """How far each change is from the one before."""
        return np.diff(self.changes)

    @property
    def pieces(self) -> int:
        """How many ramps and jumps it is made of."""
        return 1 + int(np.count_nonzero(self.gaps > 1))

    def split(self) -> "list[Stretch]":
        """Return its ramps and jumps."""
        return [Stretch(self.way, part) for part in _split(self.changes, self.gaps > 1)]


def find_ways(values: Values) -> Ways:
    """Return from every value to the next: 1 up, -1 down, 0 neither.

    What is neither is judged beside the value itself, however small it is beside the others:

    >>> find_ways(np.array([1.0, 1e-12, 1e-13, 1e-13, 0.0])).tolist()
    [-1, -1, 0, -1]
    """
    steps = np.diff(values)
    stays = np.abs(steps) <= ROUNDING * np.abs(values[1:])
    ways: Ways = np.sign(steps, where=~stays, out=np.zeros_like(steps)).astype(np.int8)
    return ways


def find_changes(ways: Ways) -> Indices:
    """Return the indices of the values that are not those before them."""
    return np.flatnonzero(ways) + 1


def find_low(values: Values) -> int:
    """Return the index where the lowest value is reached first, as near as rounding lets it come.

    >>> find_low(np.array([2.0, 0.3, 1.0, 0.3 - 2**-54]))
    1
    """
    low = values.min()
    return int(np.argmax(values <= low + ROUNDING * abs(low)))


def count_turns(ways: Ways) -> int:
    """Return how many times a series turns from rising to falling, or back.

    >>> count_turns(np.array([1, 0, 1, -1, 0, 0, 1], np.int8))
    2
    """
    return int(np.count_nonzero(np.diff(ways[ways != 0])))


def list_stretches(ways: Ways) -> list[Stretch]:
    """Return the rises and falls of a series, in order; they take turns.

    >>> [(each.way, each.start, each.stop) for each in list_stretches(np.array([0, 1, 1, 0, -1]))]
    [(1, 1, 3), (-1, 4, 5)]
    """
    changes = find_changes(ways)
    parts = _split(changes, np.diff(ways[changes - 1]) != 0)
    return [Stretch(int(ways[part[0] - 1]), part) for part in parts if len(part)]


def _split(changes: Indices, ends: NDArray[np.bool_]) -> list[Indices]:
    """Return changes in parts; `ends` says of all but the last whether a part ends with it."""
    return np.split(changes, np.flatnonzero(ends) + 1)
