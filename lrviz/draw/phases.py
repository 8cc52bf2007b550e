"""Where the schedulers of a composite hand over to one another."""

from collections.abc import Iterable
from dataclasses import dataclass

from lrviz.curve import SchedulerFacts
from lrviz.draw.geometry import find_unit
from lrviz.run import Run

Starts = list[tuple[int, str]]


@dataclass(frozen=True)
class Phase:
    """The part of a run that one scheduler governs.

    Attributes:
        start: where its first value is seen, in units of the x axis.
        name: of the scheduler; empty where that is another one for every curve.
    """

    start: float
    name: str


def find_phases(run: Run, x: str) -> tuple[Phase, ...]:
    """Return the phases that all curves of a run go through, in order.

    There are none where no SequentialLR hands over, or not every curve does so at the same places.

    Args:
        run: the curves and what is known of their schedulers.
        x: what the x axis counts, `step` or `epoch`.
    """
    if not len(run.spec.schedules) == len(run.schedulers) == len(run.curves):
        return ()
    found: set[tuple[float, ...]] = set()
    names: list[tuple[str, ...]] = []
    for curve, schedule, facts in zip(run.curves, run.spec.schedules, run.schedulers, strict=True):
        each, unit = schedule.steps_per_call, find_unit(curve, x)
        starts = [(at * each, name) for at, name in list_starts(facts)]
        seen = [(at, name) for at, name in starts if at < curve.steps]
        found.add(tuple(at / unit for at, _ in seen))
        names.append(tuple(name for _, name in seen))
    places = found.pop()
    if found or len(places) < 2:
        return ()
    shared = (set(each) for each in zip(*names, strict=True))
    called = (each.pop() if len(each) == 1 else "" for each in shared)
    return tuple(Phase(at, name) for at, name in zip(places, called, strict=True))


def list_starts(facts: SchedulerFacts, start: int = 0) -> Starts:
    """Return the value, counted from 0 over the run, from which on each scheduler governs.

    A call moves the value that follows it: what call 7 is the first to reach is first seen in
    value 8. What SequentialLR begins with needs no call for that.

    >>> def child(name, first_call):
    ...     return SchedulerFacts(name, (), {}, frozenset(), 8, first_call)
    >>> children = child("LinearLR", 0), child("StepLR", 7)
    >>> list_starts(SchedulerFacts("SequentialLR", (), {}, frozenset(), 32, 0, children))
    [(0, 'LinearLR'), (8, 'StepLR')]
    """
    if not facts.children:
        return [(start, facts.name)]
    if facts.name != "SequentialLR":
        return _merge([list_starts(child, start) for child in facts.children])
    first, *later = facts.children
    starts = list_starts(first, start)
    for child in later:
        if child.first_call is not None:
            starts += list_starts(child, child.first_call + 1)
    return sorted(starts, key=lambda each: each[0])


def _merge(tracks: Iterable[Starts]) -> Starts:
    """Return the starts of what happens at once; each is called after all that is going on."""
    lanes = list(tracks)
    places = sorted({at for lane in lanes for at, _ in lane})
    return [
        (place, " + ".join([name for at, name in lane if at <= place][-1] for lane in lanes))
        for place in places
    ]
