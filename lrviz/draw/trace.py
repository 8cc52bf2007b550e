"""What the values of lines ask of a picture: which are one, in which order, where they jump.

And how far down a log axis goes for them.
"""

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from lrviz.curve import Indices, Values
from lrviz.run.driven import Run
from lrviz.spec.options import FigureOptions

Places = tuple[int, ...]


class Lines(NamedTuple):
    """Which param groups the lines of every panel stand for.

    Attributes:
        places: among those of all curves, one a line.
        order: as `find_order` gives it, of the first panel's lines.
    """

    places: tuple[Places, ...]
    order: int


# How far a jump goes, at least, as a multiple of the move beside it, where that is no stay.
LEAP = 5

DECADES = 16  # a log axis shows as many at most: as many digits as a float has

# The part of the highest learning rate where a log axis ends if some are below, and the part of any
# line's own peak where it does not end yet.
DEPTH, LEAST_DEPTH = 1e-4, 0.1


def merge_rows(rows: Iterable[tuple[int, Sequence[Values]]]) -> tuple[Places, ...]:
    """Return the places of the rows that each line stands for: of one curve, alike in all panels.

    Args:
        rows: of which curve each is, and its values in every panel.

    >>> merge_rows((0, [np.array([lr, 0.1])]) for lr in (0.1, 0.2, 0.1))
    ((0, 2), (1,))
    """
    lines: dict[tuple[int, ...], list[int]] = {}
    for place, (owner, panels) in enumerate(rows):
        lines.setdefault((owner, *(hash(each.tobytes()) for each in panels)), []).append(place)
    return tuple(map(tuple, lines.values()))


def find_order(rows: Sequence[Values]) -> int:
    """Return how the lines of one curve stand where the highest peaks: 1 rising, -1 falling.

    0 for no order.

    >>> find_order([np.array([0.0, lr]) for lr in range(9)])
    1
    """
    highest = max(rows, key=lambda values: float(values.max(initial=-math.inf)))
    if not highest.size or any(len(values) != len(highest) for values in rows):
        return 0
    moves = np.diff([values[highest.argmax()] for values in rows])
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


def find_constant(rows: Sequence[Values]) -> float | None:
    """Return the one value of all rows at every step; None where there are several, or none.

    >>> find_constant([np.array([0.9, 0.9])]), find_constant([np.array([0.9]), np.array([])])
    (0.9, None)
    """
    ends = {float(end) for each in rows if each.size for end in (each.min(), each.max())}
    return ends.pop() if len(ends) == 1 and all(each.size for each in rows) else None


def raise_steps(values: Values, points: Indices) -> tuple[Indices, Indices, Indices]:
    """Return where points stand among those that a line leads through, and these: x and y.

    Where a value jumps it is held until then, by a point more; one between two that are picked.

    Args:
        values: of the line.
        points: indices of those that are picked, ascending.

    Returns:
        Places of the points; and of all that the line leads through, the indices of what it has
        for x, and of what it has for y.

    >>> raise_steps(np.array([4.0, 4, 1, 1]), np.arange(4))[1:]
    (array([0, 1, 2, 2, 3]), array([0, 1, 1, 2, 3]))
    """
    jumps = find_jumps(values)
    slots, kept = np.unique(np.searchsorted(points, jumps, "right"), return_index=True)
    inside = (slots > 0) & (slots < len(points))
    slots, jumps = slots[inside], jumps[kept[inside]]
    every = np.arange(len(points))
    places = every + np.searchsorted(slots, every, "right")
    return places, np.insert(points, slots, jumps + 1), np.insert(points, slots, jumps)


def find_floor(
    values: Sequence[Values], limits: tuple[float, float], *, given: bool
) -> float | None:
    """Return what a log axis has no place for: values of so much or less; None where none is.

    That is 0, or the lower end of an axis that would have too many decades with all there is above.

    Args:
        values: what is in view, none of them empty.
        limits: of its axis.
        given: whether these were asked for: what is beyond them is only out of view.

    >>> find_floor([np.array([1.0, 1e-30])], (1e-17, 1.0), given=False)
    1e-17
    >>> find_floor([np.array([1.0, 1e-30])], (1e-17, 1.0), given=True)
    """
    lowest = min((float(each.min()) for each in values), default=math.inf)
    smallest = min((float(each[each > 0].min(initial=math.inf)) for each in values), default=0.0)
    floor = 0.0 if given or smallest >= min(limits) else min(limits)
    return floor if lowest <= floor else None


def find_log_limits(numbers: Values, floor: float) -> tuple[float, float]:
    """Return the ends of a log axis, the lower one a floor above 0 where something is below it."""
    positive = numbers[numbers > 0]
    if not len(positive):
        return 0.1, 1.0
    high = math.log10(positive.max())
    low = max(math.log10(max(positive.min(), floor)), high - DECADES)
    margin = max(0.05 * (high - low), 0.1)
    least = (
        max(floor, 1e-307) if positive.min() < floor else 10.0 ** min(max(low - margin, -307), 306)
    )
    return least, 10.0 ** min(high + margin, 307)


def choose_panels(run: Run, options: FigureOptions) -> FigureOptions:
    """Return options with the style's panels of what a run has, unless they say which."""
    if "panels" in options.model_fields_set:
        return options
    panels = tuple(each for each in options.style.panels if each in run.quantities)
    return options.model_copy(update={"panels": panels or options.panels})
