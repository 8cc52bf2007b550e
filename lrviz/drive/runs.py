"""A spec as a whole: its schedules driven within limits, and what is worth saying told once."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import replace
from typing import TypeVar

import numpy as np
import torch

from lrviz.curve import QUANTITIES, Curve, Quantity, SchedulerFacts
from lrviz.drive.loop import drive_schedule, empty_record
from lrviz.drive.plan import Plan, plan_run
from lrviz.drive.remarks import metric_remarks, unused_metric
from lrviz.errors import KeyPath, Problem, SpecError
from lrviz.run.driven import Run
from lrviz.spec.model import Schedule, Spec
from lrviz.spec.parse import MAX_CALLS, MAX_POINTS
from lrviz.spec.sweep import CURVE_KEYS
from lrviz.system.process import keep_stdout


def simulate_spec(spec: Spec) -> Run:
    """Drive the schedulers that a spec names; as `lrviz.drive.simulate`.

    Raises:
        SpecError: torch cannot drive the spec through the run, or a learning rate is not finite.
    """
    with keep_stdout() if spec.packages else nullcontext():
        refuse_too_much(spec)
        driven = drive_each(spec, drive_schedule)
    curves = tuple(curve for curve, _ in driven)
    return Run(
        spec,
        curves,
        tuple(facts for _, facts in driven),
        (*_iter_warnings(spec, driven), *iter_unread(spec, curves)),
    )


def _iter_warnings(spec: Spec, driven: Sequence[tuple[Curve, SchedulerFacts]]) -> Iterator[Problem]:
    """Yield what is worth saying about metrics; what several curves share once."""
    found: dict[Problem, list[Schedule]] = {}
    pairs = list(zip(spec.schedules, driven, strict=True))
    taken = {schedule.metric_key for schedule, (_, facts) in pairs if facts.takes_metric}
    for schedule, (curve, facts) in pairs:
        remarks: Iterable[Problem] = ()
        if facts.takes_metric:
            remarks = metric_remarks(schedule, curve)
        elif schedule.metric is not None and schedule.metric_key not in taken:
            remarks = [unused_metric(schedule, facts.name)]
        for remark in remarks:
            found.setdefault(remark, []).append(schedule)
    for remark, schedules in found.items():
        yield name_curve(remark, schedules, len(spec.schedules))


def iter_unread(spec: Spec, curves: Sequence[Curve]) -> Iterator[Problem]:
    """Yield what nobody reads: of options each as it was typed.

    Args:
        spec: what was driven.
        curves: what driving gave, one a schedule.
    """
    places = (_overridden, _swept_over, _given_by_groups)
    problems = [each for find in places for each in find(spec)]
    problems += _without_effect(spec, curves)
    return iter(dict.fromkeys(problems))


def _unused(spec: Spec, path: KeyPath, why: str) -> Problem:
    """Return that a value is not used; of an option also by which of several specs it is not."""
    where = f" in {spec.source.name}" if path in spec.source.overrides else ""
    return spec.source.problem(path, f"is not used{where}; {why}", "warning")


def _overridden(spec: Spec) -> Iterator[Problem]:
    """Yield the keys at the top that every curve has for itself."""
    curves, source = spec.tree.get("curves"), spec.source
    for key in CURVE_KEYS if isinstance(curves, dict) else ():
        assert isinstance(curves, dict)
        if key in spec.tree and all(
            isinstance(own, dict) and key in own for own in curves.values()
        ):
            typed = [path for path in source.overrides if path[0] == key]
            stands: list[KeyPath] = [] if typed and (key,) not in source.positions else [(key,)]
            for path in (*typed, *stands):
                yield _unused(spec, path, "every curve has its own")


def _swept_over(spec: Spec) -> Iterator[Problem]:
    """Yield the options whose value a sweep replaces in every curve."""
    for path in spec.source.overrides:
        if any(path[: len(swept)] == swept for swept in spec.schedules[0].source.swept):
            yield _unused(spec, path, "it is swept")


def _given_by_groups(spec: Spec) -> Iterator[Problem]:
    """Yield the options that set an optimizer's value where every param group has its own."""
    for path in spec.source.overrides:
        nodes = [each.optimizer for each in spec.schedules if each.optimizer.key == path[:-1]]
        if any(
            not node.groups or not all(path[-1] in group for group in node.groups) for node in nodes
        ):
            continue
        if nodes and not (path[-1] == "lr" and _has_formula(spec.tree)):  # which may name it
            yield _unused(spec, path, "every param group has its own")


def _has_formula(tree: object) -> bool:
    match tree:
        case Mapping():
            return any(map(_has_formula, tree.values()))
        case list():
            return any(map(_has_formula, tree))
    return isinstance(tree, str) and tree.startswith("=")


def _without_effect(spec: Spec, curves: Sequence[Curve]) -> Iterator[Problem]:
    """Yield the keys of a sweep whose values all give the same curve, or draw the same one."""
    for key in {place[:2]: None for place in spec.schedules[0].source.swept.values()}:
        alike: dict[tuple[KeyPath, ...], list[Curve]] = {}
        for schedule, curve in zip(spec.schedules, curves, strict=True):
            alike.setdefault(_others(schedule, key), []).append(curve)
        count = len(next(iter(alike.values())))
        moved = [
            name for name in QUANTITIES if not all(_agree(each, name) for each in alike.values())
        ]
        if count < 2 or set(moved) & set(spec.figure.panels):
            continue
        text = f"makes no difference; its {count} curves are one"
        if moved:
            names = " and ".join(moved)
            text = f"its {count} curves differ in {names} only; add that to figure.panels"
        yield spec.source.problem(key, text, "warning")


def _others(schedule: Schedule, key: KeyPath) -> tuple[KeyPath, ...]:
    """Return where the values of a sweep's other keys stand."""
    return tuple(place for place in schedule.source.swept.values() if place[:2] != key)


def _agree(curves: Sequence[Curve], name: Quantity) -> bool:
    first = curves[0].quantity(name)
    return all(
        each is first or (first is not None and each is not None and np.array_equal(each, first))
        for each in (curve.quantity(name) for curve in curves[1:])
    )


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


_CALLS = "calls are more than {:,}; schedulers inside others and expressions of groups count, too"
_POINTS = "points are more than {:,}; those of schedulers inside others and of momentum count, too"

_MOST_QUANTITIES = 4
"""The learning rate, momentum, weight decay and the metric."""


def refuse_too_much(spec: Spec) -> None:
    """Raise a SpecError where the schedulers of a spec would do more than one may ask for.

    Nothing is driven. A spec that is far from the limits is not looked at.
    """
    if not _may_be_too_much(spec.schedules):
        return
    planned = drive_each(spec, plan_run)
    weights = [
        weigh(schedule, *each) for schedule, each in zip(spec.schedules, planned, strict=True)
    ]
    for index, (most, text) in enumerate([(MAX_CALLS, _CALLS), (MAX_POINTS, _POINTS)]):
        counts = [weight[index] for weight in weights]
        if sum(counts) > most:
            heaviest = spec.schedules[counts.index(max(counts))]
            said = f"{sum(counts):,} {text.format(most)}"
            raise SpecError([heaviest.source.problem(heaviest.scheduler.key, said)])


def _may_be_too_much(schedules: Sequence[Schedule]) -> bool:
    """Whether the limits could be passed if all that could count did."""
    points = sum(each.total_steps * each.groups for each in schedules)
    calls = sum(each.total_calls * each.groups * len(each.scheduler.walk()) for each in schedules)
    return calls > MAX_CALLS or points * _MOST_QUANTITIES > MAX_POINTS


def weigh(schedule: Schedule, optimizer: torch.optim.Optimizer, plan: Plan) -> tuple[int, int]:
    """Return how many calls there are in all, and how many points are made or held."""
    called = [(each.phase.calls, each) for each in plan.walk() if not each.children]
    calls = sum(count * (schedule.groups if each.functions else 1) for count, each in called)
    made = sum(count for count, _ in called) * schedule.groups
    rows = len(empty_record(optimizer.param_groups, plan.moves)) * schedule.groups
    held = (rows + plan.found.takes_metric) * schedule.total_steps
    return calls, max(made, held)
