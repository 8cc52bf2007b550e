"""Which values of a run are whose, which calls reach whom, and how far torch counts there.

Value 0 is there before any call; call i, counted from 0, moves value i + 1. The last call moves one
that no step reads: it is counted here, so that every call has its value.
"""

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True)
class Phase:
    """The part of a run that one scheduler governs.

    Attributes:
        values: those that it governs, counted from 0 over the run; empty where it never comes up.
        entered: whether SequentialLR starts it anew at its milestone.
        starts: for every SequentialLR around it, from the inside out, whether it steps this
            scheduler when it starts: each takes one off the count of all that stand in it, then
            steps its first child, which a scheduler that is that child itself does not notice.
    """

    values: range = range(0)
    entered: bool = False
    starts: tuple[bool, ...] = ()

    @property
    def calls(self) -> int:
        """How many calls reach it."""
        return count_calls(self.values)

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


def count_calls(values: range) -> int:
    """Return how many calls move values: one each, but for value 0."""
    return len(values) - (0 in values)


def sequential_phases(
    milestones: Sequence[float], children: int, composite: Sequence[bool], parent: Phase
) -> list[Phase]:
    """Return the phases of a SequentialLR's children.

    A composite that comes first is stepped once too often when SequentialLR starts it.

    >>> [(each.values, each.calls) for each in
    ...     sequential_phases([8], 2, [False, False], Phase(range(33)))]
    [(range(0, 8), 7), (range(8, 33), 25)]
    """
    first = bisect_right(milestones, 0)
    counts = _split_counts(milestones, children, range(parent.ahead + parent.calls + 1))
    values = split_values(milestones, children, parent.values, parent.ahead)
    phases = []
    for child, own in enumerate(counts):
        entered = child > 0 and own.start > 0 and own.start == milestones[child - 1]
        starts = () if child == first and not composite[child] else (child == first,)
        phases.append(Phase(values[child], entered, (*starts, *_reached(parent.starts, own))))
    return phases


def split_values(
    milestones: Sequence[float], children: int, values: range, count: int
) -> list[range]:
    """Return the values that each of a SequentialLR's children governs.

    Args:
        milestones: of the SequentialLR.
        children: how many it has.
        values: those that it governs itself.
        count: torch's count there before the run.

    >>> split_values([8], 2, range(32), 0)
    [range(0, 8), range(8, 32)]
    """
    less = count - max(values.start - 1, 0)  # what stands later is first stepped to its first value
    counts = range(values.start + less, values.stop + less)
    split = _split_counts(milestones, children, counts)
    return [range(each.start - less, each.stop - less) if each else each for each in split]


def _split_counts(milestones: Sequence[float], children: int, counts: range) -> list[range]:
    """Return the counts at which each child has its turn, as torch picks it: by bisection.

    Whose turn it is changes only at a milestone, sorted or not, and never goes back.
    """
    places = {math.ceil(each) for each in milestones}
    starts = [counts.start, *sorted(place for place in places if place in counts[1:])]
    found: dict[int, range] = {}
    for start, stop in pairwise([*starts, counts.stop]):
        child = bisect_right(milestones, start)
        found[child] = range(found.get(child, range(start, stop)).start, stop)
    return [found.get(child) or range(0) for child in range(children)]


def _reached(starts: Sequence[bool], counts: range) -> list[bool]:
    """Return which of a parent's steps before the run come at some of its counts."""
    return [stepped and sum(starts[: at + 1]) in counts for at, stepped in enumerate(starts)]
