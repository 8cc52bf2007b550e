"""Which calls of a run reach which scheduler, and how far torch counts there."""

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Phase:
    """The calls that reach one scheduler.

    Attributes:
        calls: how many.
        first: the first, counted from 0 over the run; None where none does.
        entered: whether SequentialLR starts it anew at its milestone.
        first_value: the first value of the run that it governs, counted from 0; None where none.
        starts: for every SequentialLR around it, from the inside out, whether it steps this
            scheduler when it starts: each takes one off the count of all that stand in it, then
            steps its first child, which a scheduler that is that child itself does not notice.
    """

    calls: int
    first: int | None
    first_value: int | None = None
    entered: bool = False
    starts: tuple[bool, ...] = ()

    @property
    def ahead(self) -> int:
        """How often it is stepped before the run."""
        return sum(self.starts)

    @property
    def counts(self) -> range:
        """The values of torch's `last_epoch` that it is stepped to."""
        count, anew, seen = 0, self.entered, []
        for stepped in self.starts:
            count -= 1
            if stepped:
                count, anew = 0 if anew else count + 1, False
                seen.append(count)
        if self.calls:
            start = 0 if anew else count + 1
            seen += [start, start + self.calls - 1]
        return range(min(seen), max(seen) + 1) if seen else range(0)

    @property
    def last_epoch(self) -> int:
        """The highest count that torch's scheduler reaches."""
        return max(0, self.counts.stop - 1)

    def reaches(self, count: float) -> bool:
        """Return whether torch's scheduler is stepped to a count, which 2.5 never is."""
        return count % 1 == 0 and int(count) in self.counts


def whole_run(calls: int) -> Phase:
    """Return the phase of a scheduler that gets every call."""
    return Phase(calls, 0 if calls else None, 0)


def chained_phase(parent: Phase) -> Phase:
    """Return the phase of a ChainedScheduler's children: all that reaches it reaches them."""
    return replace(parent, entered=False)


def sequential_phases(
    milestones: Sequence[float], children: int, composite: Sequence[bool], parent: Phase
) -> list[Phase]:
    """Return the phases of a SequentialLR's children, as torch picks them: by bisection.

    A composite that comes first is stepped once too often when SequentialLR starts it. A call moves
    the value that follows it; what SequentialLR begins with needs no call for that.

    >>> [(each.first, each.calls) for each in
    ...     sequential_phases([8], 2, [False, False], whole_run(32))]
    [(0, 7), (7, 25)]
    """
    ahead = parent.ahead
    spans = {index: (start, end) for start, end, index in _spans(milestones, ahead + parent.calls)}
    first_child, now = bisect_right(milestones, 0), bisect_right(milestones, ahead)
    phases = []
    for child in range(children):
        start, end = spans.get(child, (0, 0))
        entered = child > 0 and start > 0 and start == milestones[child - 1]
        calls = max(0, end - max(start, ahead + 1))
        first = (parent.first or 0) + max(start - ahead - 1, 0) if calls else None
        own = () if child == first_child and not composite[child] else (child == first_child,)
        starts = (*own, *_reached(parent.starts, start, end))
        value = parent.first_value if child == now else None if first is None else first + 1
        phases.append(Phase(calls, first, value, entered, starts))
    return phases


def list_lengths(phases: Sequence[Phase], parent: int, start: int | None) -> list[int]:
    """Return how many values of the run each of a SequentialLR's children governs.

    Args:
        phases: of the children.
        parent: how many values it governs itself.
        start: the first of them; None where there is none.

    >>> list_lengths(sequential_phases([8], 2, [False, False], whole_run(32)), 32, 0)
    [8, 24]
    """
    starts = [phase.first_value for phase in phases]
    known = sorted(each for each in starts if each is not None)
    ends = [*known[1:], (start or 0) + parent]
    lengths = {each: end - each for each, end in zip(known, ends, strict=False)}
    return [0 if each is None else lengths[each] for each in starts]


def _reached(starts: Sequence[bool], start: int, end: int) -> list[bool]:
    """Return which of a parent's steps before the run are among its calls start to end - 1."""
    return [stepped and start <= sum(starts[: at + 1]) < end for at, stepped in enumerate(starts)]


def _spans(milestones: Sequence[float], calls: int) -> list[tuple[int, int, int]]:
    """Return (first call, end, child) for calls counted from 1, in order, one a child.

    Which child a call goes to changes only at a milestone, sorted or not, and never goes back.
    """
    inside = {math.ceil(each) for each in milestones if 1 < each <= calls}
    starts = sorted({1, *inside})
    spans: list[tuple[int, int, int]] = []
    for start, end in zip(starts, [*starts[1:], calls + 1], strict=True):
        child = bisect_right(milestones, start)
        if spans and spans[-1][2] == child:
            start = spans.pop()[0]
        if start < end:
            spans.append((start, end, child))
    return spans
