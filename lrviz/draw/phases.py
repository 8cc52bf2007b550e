"""The phases of a run: the part that each scheduler of a composite governs."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

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


def find_phases(run: Run, x: str) -> tuple[Phase, ...]:
    """Return the phases that curves of a run go through, in order.

    There are none where nothing hands over. Those of several curves may overlap; what is the same
    in several of them is one phase.

    Args:
        run: the curves and what is known of their schedulers.
        x: what the x axis counts, `step` or `epoch`.
    """
    found: dict[tuple[float, str], Phase] = {}
    line = 0
    for curve, phases in zip(run.curves, _iter_phases(run, x), strict=False):
        own = line if len(run.curves) > 1 else None
        for start, name, end in phases if len(phases) > 1 else ():
            known = found.get((start, name))
            found[start, name] = (
                Phase(start, name, max(known.end, end)) if known else Phase(start, name, end, own)
            )
        line += len(curve.groups)
    return tuple(sorted(found.values(), key=lambda phase: phase.start))


def _iter_phases(run: Run, x: str) -> Iterator[list[tuple[float, str, float]]]:
    """Yield start, name and end of every curve's phases."""
    if not len(run.spec.schedules) == len(run.schedulers) == len(run.curves):
        return
    for curve, schedule, facts in zip(run.curves, run.spec.schedules, run.schedulers, strict=True):
        unit = find_unit(curve, x)
        starts = [(at * schedule.steps_per_call, name) for at, name in _list_starts(facts)]
        begun = [(at / unit, name) for at, name in starts if at < curve.steps]
        ends = [*(at for at, _ in begun[1:]), curve.steps / unit]
        yield [(*start, end) for start, end in zip(begun, ends, strict=False)]


def _list_starts(facts: SchedulerFacts) -> Starts:
    """Return the value of the run from which on each scheduler governs."""
    if not facts.children:
        return [(facts.values.start, facts.name)] if facts.values else []
    inside = [_list_starts(child) for child in facts.children]
    if facts.name == "SequentialLR":
        return sorted((start for starts in inside for start in starts), key=lambda each: each[0])
    return _merge(inside)


def _merge(lanes: Sequence[Starts]) -> Starts:
    """Return the starts of what happens at once; each is called after all that is going on."""
    return [
        (place, " + ".join([name for at, name in lane if at <= place][-1] for lane in lanes))
        for place in sorted({at for lane in lanes for at, _ in lane})
    ]
