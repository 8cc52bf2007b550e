"""The course of a schedule in words, told from its values alone."""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from math import isclose

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

# What a move is called, of many changes and of one, down and up.
_RUNS = ("falling", "rising")
_JUMPS = ("lowered", "raised")

# Words, and indices of the values that stand between them; of courses that go alike, equal.
Telling = tuple[str | int, ...]

# Where the values change in a part of a course in which they only rise, or only fall.
Move = NDArray[np.intp]


def tell_courses(rows: Values, unit: str, last: int, *, briefly: bool = False) -> list[str]:
    """Return how values begin, move and end: in one text where all rows go alike, else one a row.

    Args:
        rows: shape (groups, calls).
        unit: what lies between two calls: `step` or `epoch`.
        last: the step of the last point.
        briefly: only what rises and falls, not when.

    >>> tell_courses(np.array([[4.0, 2.0, 2.0, 3.0]]), "step", 3)
    ['4, lowered to 2 at step 1, held until step 2, raised to 3 at step 3']
    """
    tellings = [_tell_course(row, unit, last, briefly) for row in rows]
    if all(telling == tellings[0] for telling in tellings):
        return [_spell_telling(tellings[0], rows)]
    return [_spell_telling(*pair) for pair in zip(tellings, rows[:, None], strict=True)]


def _spell_telling(telling: Telling, rows: Values) -> str:
    """Return a telling in words, for groups that all take this course.

    What is told one after the other is told in as many digits as show that it differs.
    """
    told = rows[:, [each for each in telling if isinstance(each, int)]]
    digits = _count_digits(pair for row in told.tolist() for pair in pairwise(row))
    return "".join(
        each if isinstance(each, str) else _spell_groups(rows[:, each].tolist(), digits)
        for each in telling
    )


# Between values near the largest float the difference is infinite, and to zero there is no
# ratio: both fail every comparison, which is what they should do.
@np.errstate(all="ignore")
def _tell_course(values: Values, unit: str, last: int, briefly: bool) -> Telling:
    steps = np.diff(values)
    changes = np.flatnonzero(np.abs(steps) > ROUNDING * np.abs(values[1:])) + 1
    if not len(changes):
        return (0, f" for {last + 1:,} step{'s' * (last > 0)}")
    turns = np.diff(np.sign(steps[changes - 1]))
    if np.count_nonzero(turns) >= MOST_MOVES:
        waves = (0, ", up and down between ", _find_low(values), " and ", _find_low(-values))
        peaks = f", {np.count_nonzero(turns < 0):,} peaks, "
        return waves if briefly else (*waves, peaks, len(values) - 1, f" at step {last}")
    moves = np.split(changes, np.flatnonzero(turns) + 1)
    if briefly:
        parts = [(f", {_RUNS[_rises(values, move)]} to ", int(move[-1])) for move in moves]
        return sum(parts, start=(0,))
    pieces = [piece for move in moves for piece in _split(values, move)]
    return _tell_moves(values, pieces if len(pieces) <= MOST_PIECES else moves, unit, last)


def _find_low(values: Values) -> int:
    """Return the index where the lowest value is reached first, as near as rounding lets it."""
    low = values.min()
    return int(np.argmax(values <= low + ROUNDING * abs(low)))


def _rises(values: Values, move: Move) -> bool:
    return bool(values[move[0]] > values[move[0] - 1])


def _split(values: Values, move: Move) -> list[Move]:
    """Return what a move does from stay to stay; itself where it is one of stairs."""
    if _find_ratio(values, move):
        return [move]
    return np.split(move, np.flatnonzero(np.diff(move) > 1) + 1)


def _find_ratio(values: Values, changes: Move) -> float:
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


def _tell_moves(values: Values, moves: Sequence[Move], unit: str, last: int) -> Telling:
    """Return what moves do, and where the values are held before, between and after them."""
    end, here, ratio = len(values) - 1, 0, 0.0
    told: list[str | int] = [0]
    for move, until in zip(moves, [*(int(each[0]) - 1 for each in moves[1:]), end], strict=True):
        start, stop = int(move[0]) - 1, int(move[-1])
        if ratio := _find_ratio(values, move):
            told.append(f", {_spell_ratio(ratio)} {_spell_places(move, here, until, unit)}")
            told += [" to ", stop] if until < end else []
        else:
            told.append(f", held until {unit} {start}" if start > here else "")
            verb = (_JUMPS if len(move) == 1 else _RUNS)[_rises(values, move)]
            told += [f", {verb} to ", stop, f" at {unit} {stop}"]
        here = stop
    if ratio:
        told += [", ", end, f" at step {last}"]
    elif here < end:
        told.append(f", held to step {last}")
    return tuple(told)


def _spell_places(changes: Move, start: int, stop: int, unit: str) -> str:
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
