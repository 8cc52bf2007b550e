"""Which calls of a run reach which scheduler."""

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Phase:
    """The calls that reach one scheduler.

    Attributes:
        calls: how many.
        first: the first, counted from 0 over the run; None where none does.
        last_epoch: the highest count that torch's scheduler reaches.
        entered: whether SequentialLR starts it anew at its milestone.
    """

    calls: int
    first: int | None
    last_epoch: int
    entered: bool = False


def whole_run(calls: int) -> Phase:
    """Return the phase of a scheduler that gets every call."""
    return Phase(calls, 0 if calls else None, calls)


def sequential_phases(
    milestones: Sequence[float], children: int, composite: Sequence[bool], parent: Phase
) -> list[Phase]:
    """Return the phases of a SequentialLR's children, as torch picks them: by bisection.

    A composite that comes first is stepped once too often when SequentialLR starts it.

    >>> [(each.first, each.calls) for each in
    ...     sequential_phases([8], 2, [False, False], whole_run(32))]
    [(0, 7), (7, 25)]
    """
    runs = _segments(milestones, parent.last_epoch)
    first_child = bisect_right(milestones, 0)
    phases = []
    for child in range(children):
        spans = [(start, end) for start, end, index in runs if index == child]
        calls = sum(end - start for start, end in spans)
        entered = 0 < child <= len(milestones) and any(
            start == milestones[child - 1] for start, _ in spans
        )
        ahead = 1 if composite[child] and child == first_child else 0
        first = (parent.first or 0) + spans[0][0] - 1 if spans else None
        phases.append(Phase(calls, first, calls - entered + ahead, entered))
    return phases


def _segments(milestones: Sequence[float], calls: int) -> list[tuple[int, int, int]]:
    """Return (first call, end, child) for calls counted from 1, in order.

    Which child a call goes to changes only at a milestone, sorted or not.
    """
    inside = {math.ceil(each) for each in milestones if 1 < each <= calls}
    starts = sorted({1, *inside})
    return [
        (start, end, bisect_right(milestones, start))
        for start, end in zip(starts, [*starts[1:], calls + 1], strict=True)
        if start < end
    ]
