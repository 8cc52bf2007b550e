"""Where the schedulers of a composite hand over to one another."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from lrviz.curve import SchedulerFacts
from lrviz.draw.points import find_unit
from lrviz.run.driven import Run

Starts = list[tuple[int, str]]


@dataclass(frozen=True)
class Phase:
    """The part of a run that one scheduler governs.

    Attributes:
        start: where its first value is seen, in units of the x axis.
        name: of the scheduler.
        end: where the next one's first value is seen, or the run ends.
        line: the first of the curve's lines that it is of; None for several curves'.
    """

    start: float
    name: str
    end: float
    line: int | None = None


@dataclass(frozen=True)
class Joint:
    """Where a scheduler hands over to the next.

    Attributes:
        place: in units of the x axis.
        line: the first of the curve's lines that it is of; None for several curves'.
    """

    place: float
    line: int | None = None


def find_phases(run: Run, x: str) -> tuple[Phase, ...]:
    """Return the phases that curves of a run go through, in order.

    There are none where no SequentialLR hands over. Where not every curve does so at the same
    places and to the same schedulers, they are those of every curve that hands over at all, and
    may overlap.

    Args:
        run: the curves and what is known of their schedulers.
        x: what the x axis counts, `step` or `epoch`.
    """
    found: dict[tuple[float, str], Phase] = {}
    line = 0
    for curve, phases in zip(run.curves, _iter_phases(run, x), strict=False):
        for phase in phases if len(phases) > 1 else ():
            known = found.get((phase.start, phase.name))
            found[phase.start, phase.name] = (
                replace(known, end=max(known.end, phase.end), line=None)
                if known
                else replace(phase, line=line if len(run.curves) > 1 else None)
            )
        line += len(curve.groups)
    return tuple(sorted(found.values(), key=lambda phase: phase.start))


def find_shared_phases(run: Run, x: str) -> tuple[Phase, ...]:
    """Return the phases that all curves that hand over go through, where all of them are in each.

    There are none where they do not go through the same ones, or are never in the same one.
    """
    curves = [phases for phases in _iter_phases(run, x) if len(phases) > 1]
    if len({tuple(phase.name for phase in phases) for phases in curves}) != 1:
        return ()
    shared = [
        Phase(max(each.start for each in alike), alike[0].name, min(each.end for each in alike))
        for alike in zip(*curves, strict=True)
    ]
    return tuple(shared) if all(phase.start < phase.end for phase in shared) else ()


def follow_one_another(phases: Sequence[Phase]) -> bool:
    """Return whether no phase goes on when the next one begins.

    >>> follow_one_another([Phase(0, "LinearLR", 8), Phase(8, "StepLR", 32)])
    True
    >>> follow_one_another([Phase(0, "LinearLR", 8), Phase(4, "StepLR", 32)])
    False
    """
    return all(one.end <= other.start for one, other in pairwise(phases))


def find_joints(run: Run, x: str) -> tuple[Joint, ...]:
    """Return where schedulers hand over, in whatever curve, in order; as `find_phases`."""
    found: dict[float, list[int]] = {}
    line = 0
    for curve, phases in zip(run.curves, _iter_phases(run, x), strict=False):
        for phase in phases[1:]:
            found.setdefault(phase.start, []).append(line)
        line += len(curve.groups)
    alone = len(run.curves) > 1
    return tuple(
        Joint(place, lines[0] if alone and len(lines) == 1 else None)
        for place, lines in sorted(found.items())
    )


def _iter_phases(run: Run, x: str) -> Iterator[list[Phase]]:
    """Yield the phases of every curve."""
    if not len(run.spec.schedules) == len(run.schedulers) == len(run.curves):
        return
    for curve, schedule, facts in zip(run.curves, run.spec.schedules, run.schedulers, strict=True):
        each, unit = schedule.steps_per_call, find_unit(curve, x)
        starts = [(at * each, name) for at, name in list_starts(facts)]
        begun = [(at / unit, name) for at, name in starts if at < curve.steps]
        ends = [*(at for at, _ in begun[1:]), curve.steps / unit]
        yield [Phase(at, name, end) for (at, name), end in zip(begun, ends, strict=False)]


def list_starts(facts: SchedulerFacts) -> Starts:
    """Return the value, counted from 0 over the run, from which on each scheduler governs.

    >>> def facts(name, values, *children):
    ...     return SchedulerFacts(name, (), {}, frozenset(), 32, values, children)
    >>> children = facts("LinearLR", range(8)), facts("StepLR", range(8, 32))
    >>> list_starts(facts("SequentialLR", range(32), *children))
    [(0, 'LinearLR'), (8, 'StepLR')]
    """
    if not facts.children:
        return [(facts.values.start, facts.name)] if facts.values else []
    inside = [list_starts(child) for child in facts.children]
    if facts.name != "SequentialLR":
        return _merge(inside)
    return sorted((start for starts in inside for start in starts), key=lambda each: each[0])


def _merge(tracks: Iterable[Starts]) -> Starts:
    """Return the starts of what happens at once; each is called after all that is going on."""
    lanes = list(tracks)
    places = sorted({at for lane in lanes for at, _ in lane})
    return [
        (place, " + ".join([name for at, name in lane if at <= place][-1] for lane in lanes))
        for place in places
    ]
