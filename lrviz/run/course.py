"""The course of a schedule in words, told from its values alone."""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from math import isclose
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from lrviz.curve import Values
from lrviz.spell import spell_list, spell_number

# The values of more param groups than these are told as a range.
MOST_GROUPS = 3

# A course with more rises and falls than these is told as a whole.
MOST_MOVES = 4

# With more parts than these, what it does between its stays is told as one.
MOST_PIECES = 3

# More places than these are counted, not listed.
MOST_PLACES = 4

FEWEST_DIGITS = 2

# A ratio that is nearer to 1 is no rate of growth or decay to name.
LEAST = 1e-4

# Ratios may differ by this share.
ALIKE = 1e-6

# Values that differ by no more than this share are one: arithmetic alone can part them so.
ROUNDING = 4 * float(np.finfo(np.float64).eps)

# A smaller ratio is told as it is, not as what it divides by.
MOST_DIVIDED = 1e-6

Indices = NDArray[np.intp]

_RUNS = {1: "rising", -1: "falling"}
_JUMPS = {1: "raised", -1: "lowered"}


# Words, and indices of the values that stand between them; of courses that go alike, equal.
Telling = tuple[str | int, ...]


def spell_telling(telling: Telling, rows: Values) -> str:
    """Return a telling in words, for groups that all take this course.

    What is told one after the other is told in as many digits as show that it differs.

    Args:
        telling: of each of the groups.
        rows: shape (groups, calls).
    """
    told = rows[:, [each for each in telling if isinstance(each, int)]]
    digits = _count_digits(pair for row in told.tolist() for pair in pairwise(row))
    return "".join(
        each if isinstance(each, str) else _spell_groups(rows[:, each].tolist(), digits)
        for each in telling
    )


class _Move(NamedTuple):
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


# Between values near the largest float the difference is infinite, and to zero there is no
# ratio: both fail every comparison, which is what they should do.
@np.errstate(all="ignore")
def tell_course(values: Values, unit: str, last: int, *, briefly: bool = False) -> Telling:
    """Return how values begin, move and end.

    Args:
        values: one a call.
        unit: what lies between two of them: `step` or `epoch`.
        last: the step of the last point.
        briefly: only what rises and falls, not when.

    >>> values = np.array([4.0, 2.0, 2.0, 3.0])
    >>> spell_telling(tell_course(values, "step", 3), values[None])
    '4, lowered to 2 at step 1, held until step 2, raised to 3 at step 3'
    """
    steps = np.diff(values)
    moving = np.abs(steps) > ROUNDING * np.abs(values[1:])
    changes = np.flatnonzero(moving) + 1
    if not len(changes):
        return (0, f" for {last + 1:,} step{'s' * (last > 0)}")
    ways = np.sign(steps[moving]).astype(np.int8)
    turns = np.flatnonzero(np.diff(ways)) + 1
    if len(turns) >= MOST_MOVES:
        peaks = int(np.count_nonzero(np.diff(ways) < 0))
        return _tell_waves(values, "" if briefly else f", {peaks:,} peaks", last)
    parts = zip(np.split(ways, turns), np.split(changes, turns), strict=True)
    stretches = [_Move(int(way[0]), part) for way, part in parts]
    if briefly:
        told = [each for move in stretches for each in (f", {_RUNS[move.way]} to ", move.stop)]
        return (0, *told)
    moves = [move for stretch in stretches for move in _split(values, stretch)]
    moves = moves if len(moves) <= MOST_PIECES else stretches
    return _tell_moves(values, moves, unit, last)


def _tell_waves(values: Values, peaks: str, last: int) -> Telling:
    """Return a course as a whole: it goes up and down."""
    low, high = _find_low(values), _find_low(-values)
    told = (0, ", up and down between ", low, " and ", high)
    end = (f"{peaks}, ", len(values) - 1, f" at step {last}") if peaks else ()
    return (*told, *end)


def _find_low(values: Values) -> int:
    """Return the index where the lowest value is reached first, as near as rounding lets it."""
    low = values.min()
    return int(np.argmax(values <= low + ROUNDING * abs(low)))


def _split(values: Values, stretch: _Move) -> list[_Move]:
    """Return what a stretch does from stay to stay; itself where it is one of stairs."""
    if _find_ratio(values, stretch.changes):
        return [stretch]
    stays = np.flatnonzero(np.diff(stretch.changes) > 1) + 1
    return [_Move(stretch.way, part) for part in np.split(stretch.changes, stays)]


def _find_ratio(values: Values, changes: Indices) -> float:
    """Return what each of several changes multiplies by; 0 where they differ, or nothing could say.

    Ratios are compared by how far they are from 1, so that a slow straight line has none:

    >>> _find_ratio(np.array([1, 0.5, 0.5, 0.25]), np.array([1, 3]))
    0.5
    >>> _find_ratio(np.array([1, 1 - 1e-7, 1 - 2e-7, 1 - 4e-7]), np.array([1, 2, 3]))
    0.0
    """
    ratios = values[changes] / values[changes - 1]
    first = float(ratios[0])
    allowed = ALIKE * min(abs(first), abs(first - 1))
    is_told = len(ratios) > 1 and 0 < first < np.inf and abs(first - 1) > LEAST
    return first if is_told and (np.abs(ratios - first) <= allowed).all() else 0.0


def _tell_moves(values: Values, moves: Sequence[_Move], unit: str, last: int) -> Telling:
    """Return what moves do, and where the values are held before, between and after them."""
    end, here, ratio = len(values) - 1, 0, 0.0
    told: list[str | int] = [0]
    for move, until in zip(moves, [*(each.start for each in moves[1:]), end], strict=True):
        if ratio := _find_ratio(values, move.changes):
            told.append(f", {_spell_ratio(ratio)} {_spell_places(move.changes, here, until, unit)}")
            told += [" to ", move.stop] if move is not moves[-1] else []
        else:
            told.append(f", held until {unit} {move.start}" if move.start > here else "")
            verb = (_JUMPS if len(move.changes) == 1 else _RUNS)[move.way]
            told += [f", {verb} to ", move.stop, f" at {unit} {move.stop}"]
        here = move.stop
    if ratio:
        told += [", ", end, f" at step {last}"]
    elif here < end:
        told.append(f", held to step {last}")
    return tuple(told)


def _spell_places(changes: Indices, start: int, stop: int, unit: str) -> str:
    """Return where in a part several changes are: how far apart, all of them, or how many."""
    every = int(changes[0]) - start
    if (np.diff(changes) == every).all() and stop + 1 - int(changes[-1]) <= every:
        return f"every {every} {unit}s" if every > 1 else f"every {unit}"
    if len(changes) <= MOST_PLACES:
        return f"at {unit}s {spell_list(list(map(str, changes)))}"
    return f"at {len(changes):,} {unit}s between {changes[0]} and {changes[-1]}"


def _spell_ratio(ratio: float) -> str:
    """Return what a value goes through when it is multiplied by a ratio other than 1.

    >>> [_spell_ratio(ratio) for ratio in (0.5, 0.1, 2.0, 0.95)]
    ['halved', 'divided by 10', 'doubled', 'times 0.95']
    """
    for value, word in ((0.5, "halved"), (2.0, "doubled")):
        if isclose(ratio, value, rel_tol=ALIKE):
            return word
    if MOST_DIVIDED < ratio < 0.5 and isclose(1 / ratio, round(1 / ratio), rel_tol=ALIKE):
        return f"divided by {round(1 / ratio)}"
    return f"times {spell_number(ratio, 4)}"


def _spell_groups(values: Sequence[float], digits: int) -> str:
    """Return the values that all groups of a curve have at a call.

    >>> _spell_groups([0.01, 0.1], 2), _spell_groups([0.1, 0.3, 0.1, 0.2], 2)
    ('0.01/0.1', '0.1..0.3')
    """
    if len(set(values)) == 1:
        return _spell_value(values[0], digits)
    if len(values) <= MOST_GROUPS:
        return "/".join(_spell_value(value, digits) for value in values)
    return "..".join(_spell_value(value, digits) for value in (min(values), max(values)))


def _count_digits(pairs: Iterable[tuple[float, float]]) -> int:
    """Return how many digits tell the values of every pair apart, unless they are the same."""
    digits = FEWEST_DIGITS
    for one, two in pairs:
        while one != two and f"{one:.{digits}g}" == f"{two:.{digits}g}":
            digits += 1
    return digits


def _spell_value(value: float, digits: int) -> str:
    """Return a number in so many digits, or in full where one more is enough for that.

    >>> [_spell_value(value, 2) for value in (0.01, 0.00125, 7.8125e-06, -0.0)]
    ['0.01', '0.00125', '7.8e-6', '0']
    """
    value += 0.0  # of minus zero it makes zero
    is_full = isclose(float(f"{value:.{digits + 1}g}"), value, rel_tol=1e-9)
    return spell_number(value, digits + is_full)
