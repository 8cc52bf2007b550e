"""What only the curve of a lambda, a factory or a class of no catalog shows."""

import re
from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from lrviz.curve import Values
from lrviz.errors import Grade
from lrviz.linter.part import UNTOLD, Part
from lrviz.linter.rule import Found, calls, rate, rule, share
from lrviz.linter.view import View

# The share of its range that a curve may fall by in one step, and by more than which it hardly may.
_LITTLE, _MUCH = 0.15, 0.25

# For how many calls, and what share of them, a schedule may well stand at its end.
SOME, FEW = 2.0, 0.03

# What moves by less than this share of the range goes the same way still.
_LEAST = 0.05

# How many times as far as the falls beside it a step must go to be a fall of its own.
_TIMES = 10.5

# With more turns than these a curve is noise, and not looked at.
_MOST_TURNS = 4096

# In an expression, and in the name of a class, function or argument.
_WAVES = re.compile(r"%|abs\(|\b2(?:\.0*)?\s*\*\s*pi\b|\bpi\s*\*\s*2\b|\bsin\(")
_REPEATS = re.compile(r"cycl|restart|triang|saw|wave|period|_mult", re.IGNORECASE)


def asks_for_repeats(view: View, part: Part) -> bool:
    """Whether what is written says that the learning rate is to come back."""
    factory = view.spec.source.name if part.is_built_elsewhere else ""
    if _REPEATS.search(part.facts.name) or _REPEATS.search(factory.rpartition(":")[2]):
        return True
    arguments = part.facts.arguments
    if any(_REPEATS.search(name) and part.number(name) > 1 for name in arguments):
        return True
    given = arguments.get("lr_lambda")
    texts = given if isinstance(given, list) else [given]
    return any(isinstance(each, str) and _WAVES.search(each) for each in texts)


def find_returns(values: Values) -> list[tuple[int, int]]:
    """Return where a smooth curve climbs after it has fallen: from which call to which.

    One rise that comes to less than half of the peak, and does not go on to the end, is none; nor
    is anything where the curve jumps up, as restarts do.

    >>> find_returns(np.array([4.0, 3.0, 2.0, 1.0, 2.0, 3.0]))
    [(3, 5)]
    >>> find_returns(np.array([4.0, 3.0, 2.0, 1.0, 4.0, 3.0]))
    []
    """
    turns = _find_turns(values)
    rises = [(low, high) for low, high in pairwise(turns) if values[high] > values[low]]
    rises = [each for each in rises if each[0] > turns[0]]  # a warm-up is none
    for low, high in rises:
        if np.diff(values[low : high + 1]).max() > 0.5 * (values[high] - values[low]):
            return []
    if len(rises) == 1:
        (low, high) = rises[0]
        if values[high] <= 0.5 * values.max() and high < len(values) - 1:
            return []
    return rises


def _find_turns(values: Values) -> list[int]:
    """Return the first and last call, and those between at which a curve turns by much."""
    moves = np.diff(values)
    tiny = 1e-9 * float(np.abs(values).max())
    moving = np.flatnonzero(np.abs(moves) > tiny)
    changes = np.flatnonzero(np.diff(np.sign(moves[moving])))
    if len(changes) > _MOST_TURNS:
        return [0]
    least = _LEAST * float(np.ptp(values))
    turns = [0]
    for each in [*moving[changes + 1].tolist(), len(values) - 1]:
        move = values[each] - values[turns[-1]]
        if len(turns) > 1 and move * (values[turns[-1]] - values[turns[-2]]) >= 0:
            turns[-1] = each  # further the same way
        elif abs(move) > least:
            turns.append(each)
    return turns


def find_cut(values: Values) -> bool:
    """Whether a curve is cut off in its fall: at its steepest, far from where it goes.

    >>> find_cut(np.linspace(1.0, 0.5, 9)), find_cut(np.linspace(1.0, 0.0, 9)[:-1])
    (True, False)
    """
    moves, far = np.diff(values), max(1, len(values) // 10)
    if len(moves) < 2 or not moves[-1] < 0:
        return False
    if np.isclose(values[-1] * values[-1 - 2 * far], values[-1 - far] ** 2, rtol=1e-9, atol=0):
        return False  # an exponential has no end
    steepest, peak, last = -moves.min(), values.max(), values[-1]
    is_steep = min(-moves[-1], -2 * moves[-2]) >= 0.9 * steepest
    return bool(is_steep and last > 0.25 * peak and last + 2 * moves[-1] > 0.15 * peak)


def find_rest(values: Values) -> tuple[int, bool]:
    """Return for how many calls a curve stands still at its end, and whether it was cut off.

    That is 0 where it came there by stairs and not along a curve, or came to a high end softly.

    >>> find_rest(np.array([4.0, 3.0, 2.0, 1.0, 0.0, 0.0, 0.0]))
    (3, False)
    """
    peak, last = float(values.max()), float(values[-1])
    away = np.flatnonzero(np.abs(values - last) > 1e-9 * abs(peak))
    moves = np.diff(values[: away[-1] + 2]) if len(away) else away
    if len(moves) < 3 or not (moves[-3:] < 0).all():
        return 0, False
    is_cut = bool(last > 0.25 * peak and moves[-1] <= 0.5 * moves.min())
    return (len(values) - 1 - int(away[-1]) if is_cut or last <= 0.25 * peak else 0), is_cut


def find_drop(values: Values) -> tuple[int, float]:
    """Return the call after the largest fall in one step, and its share of the range.

    The share is 0 where the curve falls alike before or after, or goes by stairs.

    >>> find_drop(np.array([0.0, 1.0, 2.0, 3.0, 4.0, 2.0, 1.9]))
    (5, 0.5)
    >>> find_drop(np.array([4.0, 4.0, 3.0, 2.0, 1.0, 0.0]))
    (2, 0.0)
    """
    moves = np.diff(values)
    if len(moves) < 3:
        return 0, 0.0
    at = int(moves.argmin())
    beside = moves[[each for each in (at - 1, at + 1) if 0 <= each < len(moves)]]
    is_alone = len(beside) == 2 and beside.any() and beside.min() > moves[at] / _TIMES
    return at + 1, -float(moves[at]) / float(np.ptp(values)) if is_alone else 0.0


def _tell(part: Part, text: str, remedy: str, code: str, grade: Grade | None = None) -> Found:
    key = part.key("lr_lambda", part.length_name)
    fixes = part.fit() if code in ("LR001", "LR002", "LR039") else ()
    return Found(key, text, fixes, f"{remedy}, or ignore {code} where it is meant", grade)


def see_returns(view: View, part: Part) -> Iterator[Found]:
    """See what comes back after a smooth descent, once or again and again."""
    for values in part.lr if not asks_for_repeats(view, part) else ():
        if returns := find_returns(values):
            (low, high), more = returns[0], len(returns) - 1
            text = f"the LR climbs again from step {view.step(part.start + low)} on, from "
            text += f"{rate(values[low])} to {rate(values[high])}"
            text += f", and {more} times more" if more > 1 else ", and once more" * more
            if part.facts.pace != 1:
                text += f"; every call steps it {part.facts.pace:.1g} times"
            yield _tell(part, text, f"let it fall over all {calls(part.length)}", "LR001")
            return


def see_cut(view: View, part: Part) -> Iterator[Found]:
    """See what still falls when the run ends."""
    for values in filter(find_cut, part.lr) if not asks_for_repeats(view, part) else ():
        last, peak = float(values[-1]), float(values.max())
        text = f"the LR still falls when the run ends, at {rate(last)}, "
        text += f"{share(last / peak)} of its peak of {rate(peak)}"
        yield _tell(part, text, f"let it come to its end within {calls(part.length)}", "LR002")
        return


def tell_rest(last: float, flat: int, part: Part, high: str = "") -> str:
    """Return what is said of a stand at the end of a run."""
    at = "is 0" if last == 0 else f"is at its floor, {rate(last)},"
    return f"{high or at} for the last {flat} of {calls(part.length)}"


def see_rest(part: Part) -> Iterator[Found]:
    """See what has come to a stand along a curve."""
    for values in part.lr:
        flat, is_cut = find_rest(values)
        if flat > max(SOME, FEW * part.length):
            last, peak = float(values[-1]), float(values.max())
            high = f"stops falling at {rate(last)}, {share(last / peak)} of its peak," * is_cut
            text = f"the LR {tell_rest(last, flat, part, high)}"
            yield _tell(part, text, "let it fall to the end", "LR039")
            return


@rule("LR040", "warning", about=(UNTOLD,))
def falls_in_one_step(view: View, part: Part) -> Iterator[Found]:
    """A curve that moves smoothly falls by much in one step.

    Where a lambda is made of several parts each has to begin where the one before it ends. A cosine
    that counts from the start of the run and not from the end of the warm-up is some of its way
    down when it takes over, and the LR drops there in one step. Stairs are no fall of this kind.
    Less than a quarter of the range is a note.
    """
    for values in part.lr if not asks_for_repeats(view, part) else ():
        at, fall = find_drop(values)
        if fall >= _LITTLE:
            text = f"the LR falls from {rate(values[at - 1])} to {rate(values[at])} at step "
            text += f"{view.step(part.start + at)}, {share(fall)} of its range in one step"
            remedy = "begin each part where the one before ends"
            yield _tell(part, text, remedy, "LR040", None if fall >= _MUCH else "note")
            return


@rule("LR045", "note", about=(UNTOLD,), silenced_by=("LR001", "LR015"))
def still_rises(view: View, part: Part) -> Iterator[Found]:
    """The LR still rises when the run ends.

    A run ends best with a small learning rate. One that grows to the last step is a test of how
    large the LR may be, or a function whose argument runs the wrong way.
    """
    for values in part.lr if part.is_last and not asks_for_repeats(view, part) else ():
        moves = np.diff(values[-4:])
        if len(moves) == 3 and (moves > 1e-9 * np.abs(values).max()).all():
            low = int(values.argmin())
            since = f"again from step {view.step(part.start + low)} on" if low else "at the end"
            text = f"the LR still rises {since}, from {rate(values[low])} to "
            yield _tell(part, f"{text}{rate(values[-1])}", "let it fall", "LR045")
            return
