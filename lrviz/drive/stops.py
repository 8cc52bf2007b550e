"""Where a run is stopped: everywhere, or around its hand-overs, drops and turns, and elsewhere."""

from collections.abc import Iterator, Sequence

import numpy as np

from lrviz.drive.rebuilt import Course
from lrviz.errors import UsageError
from lrviz.run.resumed import WAYS

Stops = tuple[int, ...]

# Up to so many stops all are tried; else so many that are spread over the run, beside no more
# hand-overs, drops and turns than that, each with its neighbours, and the thirds.
EVERY, SPREAD, MOST_TURNS = 256, 32, 64


def list_stops(
    course: Course, then: Course, at: int | None, most: int, option: str
) -> tuple[Stops, frozenset[int]]:
    """Return where a run is stopped, and where it hands over, drops and turns if not everywhere.

    Args:
        course: that is stopped.
        then: that goes on.
        at: the steps done; None for as many stops as can be tried.
        most: the calls that may be made after all of them.
        option: what messages call `at`.

    Raises:
        UsageError: it cannot be stopped there, or there is too much to drive in any case.
    """
    steps = min(course.schedule.total_steps, then.schedule.total_steps)
    if steps < 2:
        raise UsageError("a run of 1 step has nothing to stop before")
    if at is not None and not 1 <= at < steps:
        text = f"must be from 1 to {steps - 1} in a run of {steps} steps, got {at}"
        raise UsageError(f"{option}: {text}")
    if at is not None:
        turns = frozenset[int]()
        choices: Iterator[Stops] = iter([(at,)])
    elif steps <= EVERY and _count_calls(then, every := tuple(range(1, steps))) <= most:
        return every, frozenset()
    else:
        turns, choices = _choose_stops(course, steps)
    for stops in choices:
        if (calls := _count_calls(then, stops)) <= most:
            return stops, turns
    text = f"{calls:,} calls of all ways after step {stops[0]} are more than {most:,}"
    raise UsageError(f"{text}; stop later, with {option}")


def _count_calls(then: Course, stops: Stops) -> int:
    """Return how many calls all ways make after stops, but the one that is driven once."""
    left = (then.schedule.total_calls - then.calls_before(at) for at in stops)
    return sum(left) * (len(WAYS) - 1)


def _choose_stops(course: Course, steps: int) -> tuple[frozenset[int], Iterator[Stops]]:
    """Return the hand-overs, drops and turns of a run; and stops, fewer and fewer, but the thirds.

    The most are those with their neighbours, and others that are spread.
    """
    before, after = course.curve.lr[:, :-1], course.curve.lr[:, 1:]
    drops = ~np.isclose(after, before, rtol=0.1, atol=0).all(axis=0)
    slope = np.sign(np.where(np.isclose(after, before, rtol=1e-9, atol=0), 0, after - before))
    turned = np.diff(slope, prepend=slope[:, :1]).any(axis=0)
    begun = {course.schedule.step_after(each.values.start) for each in course.facts.walk()}
    found = begun | {*(np.flatnonzero(drops) + 1).tolist(), *np.flatnonzero(turned).tolist()}
    turns, handovers = (sorted(x for x in each if 1 <= x < steps) for each in (found, begun))

    def choose() -> Iterator[Stops]:
        for fewer in (1, 2, 4, 8, 16, 32, 64):
            kept = {*_pick(handovers, MOST_TURNS), *_pick(turns, MOST_TURNS // fewer)}
            near = {each + off for each in kept for off in (-1, 1)} if fewer == 1 else ()
            spread = _pick(range(1, steps), SPREAD // fewer)
            yield tidy(*kept, *near, steps // 3, steps * 2 // 3, *spread)
        yield tidy(steps * 2 // 3)

    def tidy(*stops: int) -> Stops:
        return tuple(sorted({each for each in stops if 1 <= each < steps}))

    return frozenset(turns), choose()


def _pick(found: Sequence[int], most: int) -> list[int]:
    """Return so many, evenly; all where there are no more."""
    places = np.linspace(0, len(found) - 1, min(most, len(found))).round()
    return [found[int(each)] for each in places]
