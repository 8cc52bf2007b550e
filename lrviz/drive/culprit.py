"""Which argument a library fails on: the one without which it does not."""

import math
from collections.abc import Callable, Iterator
from dataclasses import replace

from lrviz.errors import KeyPath, SpecError
from lrviz.spec.catalog import THIRD_PARTY
from lrviz.spec.model import Node, Schedule

MOST_CALLS = 100_000
"""The most calls that looking for it may take."""


def name_argument(
    schedule: Schedule, error: SpecError, drive: Callable[[Schedule], object]
) -> SpecError:
    """Return an error at the argument that is at fault; where that is not sure, the error itself.

    An extreme value may fail in a library's arithmetic many calls later, in words that say nothing
    of it. Every argument that may be left out is left out in turn. What torch's own schedulers fail
    on, `lrviz.drive.foresee` knows beforehand.

    Args:
        schedule: that failed.
        error: with one problem, mostly at the scheduler that failed or at the outermost one.
        drive: raises a SpecError where a schedule cannot be driven.
    """
    problem = error.problems[0]
    given = list(_iter_given(schedule.scheduler, problem.key))
    if len(given) * schedule.total_calls > MOST_CALLS:
        return error
    for key, name in given:
        try:
            drive(replace(schedule, scheduler=_leave_out(schedule.scheduler, key, name)))
        except SpecError:
            continue
        return SpecError([schedule.source.problem((*key, name), problem.text)])
    return error


def _iter_given(scheduler: Node, below: KeyPath) -> Iterator[tuple[KeyPath, str]]:
    """Yield the arguments of other libraries' schedulers, those that are likely at fault first.

    Flags are left as they are: without one the rest may not be looked at at all.
    """
    for node in scheduler.walk():
        if node.name in THIRD_PARTY and node.key[: len(below)] == below:
            given = [name for name, value in node.arguments.items() if not isinstance(value, bool)]
            for name in sorted(given, key=lambda each: _rank(node, each)):
                yield node.key, name


def _rank(node: Node, name: str) -> int:
    """Return how far from suspicion an argument is: what counts something has been looked at."""
    value, entry = node.arguments[name], THIRD_PARTY[node.name]
    if isinstance(value, float) and not math.isfinite(value):
        return 0
    counts = name in entry.lengths | entry.cycles
    return 1 if isinstance(value, int | float) and not counts else 2


def _leave_out(node: Node, key: KeyPath, name: str) -> Node:
    """Return a scheduler without an argument of the one at a key."""
    arguments = node.arguments
    if node.key == key:
        arguments = {each: value for each, value in arguments.items() if each != name}
    children = tuple(_leave_out(child, key, name) for child in node.children)
    return replace(node, arguments=arguments, children=children)
