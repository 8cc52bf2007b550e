"""What only the curve of a lambda, a factory or a class of no catalog shows."""

from collections.abc import Iterator

import numpy as np

from lrviz.errors import Grade
from lrviz.linter.part import UNTOLD, Part
from lrviz.linter.rule import Found, calls, rate, rule, share
from lrviz.linter.shapes import asks_for_repeats, find_cut, find_drop, find_rest, find_returns
from lrviz.linter.view import View

# The share of its range that a curve may fall by in one step, and by more than which it hardly may.
_LITTLE, _MUCH = 0.15, 0.25

# For how many calls, and what share of them, a schedule may well stand at its end.
SOME, FEW = 2.0, 0.03


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
