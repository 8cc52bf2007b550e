"""Driving every schedule of a spec: what is wrong with several is said at once."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

from lrviz.errors import Problem, SpecError
from lrviz.spec.model import Schedule, Spec

Driven = TypeVar("Driven")


def drive_each(spec: Spec, drive: Callable[[Schedule], Driven]) -> list[Driven]:
    """Return what driving gives of every schedule of a spec.

    Raises:
        SpecError: driving failed; what only some curves suffer from names the first of them.
    """
    driven: list[Driven] = []
    failures: list[SpecError] = []
    found: dict[Problem, list[Schedule]] = {}
    for schedule in spec.schedules:
        try:
            driven.append(drive(schedule))
        except SpecError as error:
            failures.append(error)
            for problem in error.problems:
                found.setdefault(problem, []).append(schedule)
    if failures:
        problems = [name_curve(*each, len(spec.schedules)) for each in found.items()]
        raise SpecError(problems) from failures[0].__cause__
    return driven


def name_curve(problem: Problem, schedules: Sequence[Schedule], count: int) -> Problem:
    """Return a problem that says which curve it is of, where its place does not.

    Args:
        problem: of one schedule or several.
        schedules: those, at least one.
        count: how many there are in all.
    """
    first = schedules[0]
    if len(schedules) == count or first.source.is_own(problem.key):
        return problem
    more = f" and {len(schedules) - 1} more" if len(schedules) > 1 else ""
    return replace(problem, text=f"{problem.text} (curve '{first.label}'{more})")
