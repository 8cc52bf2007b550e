"""What schedulers are given, call by call, a metric or a number; and what is worth saying of it."""

import json
from collections.abc import Callable, Iterator, Sequence
from itertools import chain, count, islice, repeat
from typing import Any

import numpy as np

from lrviz.curve import QUANTITIES, Curve, Quantity
from lrviz.errors import Grade, KeyPath, Problem, SpecError
from lrviz.spec.expression import ExpressionError, parse_expression
from lrviz.spec.model import Schedule, Spec
from lrviz.spec.origin import FACTORY
from lrviz.spec.sweep import CURVE_KEYS
from lrviz.spec.tree import EXPRESSIONS, MetricCsv, MetricExpression
from lrviz.spell import spell_yaml


def number_steps(scheduler: Any, schedule: Schedule, done: int = 0) -> Callable[..., None]:
    """Return what steps a scheduler of timm's as its training loop does.

    That calls `step` after every epoch and `step_update` after every update, each with how many
    there have been; the one that the scheduler does not count by does nothing, and is left out.

    Args:
        scheduler: of timm's.
        schedule: whose interval is that which the scheduler counts by.
        done: the calls before the first.
    """
    method: Callable[..., None] = (
        scheduler.step if schedule.interval == "epoch" else scheduler.step_update
    )
    numbers = count(done + 1)
    return lambda *metric: method(next(numbers), *metric)


def make_several(
    step: Callable[..., None], given: Iterator[tuple[float, ...]], calls: int
) -> Callable[[], None]:
    """Return what makes so many calls at a time, each with what it is given."""

    def make_all() -> None:
        for arguments in islice(given, calls):
            step(*arguments)

    return make_all


def metric_values(schedule: Schedule) -> list[float]:
    """Return the metric of every call, the last value held; empty where the spec has none.

    Raises:
        SpecError: an expression has no value at some call, or a csv has not been read.
    """
    match schedule.metric:
        case None:
            return []
        case MetricExpression(expression=text):
            return _expression_values(schedule, text)
        case MetricCsv():
            text = "a csv is read from the spec's own folder, and this spec has none"
            raise SpecError([schedule.source.problem((*schedule.metric_key, "csv"), text)])
        case values:
            held = chain(values, repeat(values[-1]))
            return [next(held) for _ in range(schedule.total_calls)]


def parse_metric(schedule: Schedule, text: str) -> Callable[[float], float]:
    """Return the function that a metric's expression is."""
    counts, totals = EXPRESSIONS["expression"], schedule.totals
    return parse_expression(text, counts, totals.keys()).bind(totals)


def _expression_values(schedule: Schedule, text: str) -> list[float]:
    value = parse_metric(schedule, text)
    try:
        return [value(call) for call in range(schedule.total_calls)]
    except ExpressionError as error:
        problem = schedule.source.problem((*schedule.metric_key, "expression"), error.reason)
        raise SpecError([problem]) from None


def metric_remarks(schedule: Schedule, curve: Curve) -> Iterator[Problem]:
    """Yield what is worth saying about a metric that was given: what was made up, and what is odd.

    That the last value is held is a warning where the learning rate moves for it; beside code it
    is a note, as whoever calls it has chosen the metric for it.

    Args:
        schedule: it has a metric.
        curve: of the schedule.
    """
    if isinstance(schedule.metric, tuple):
        count, calls = len(schedule.metric), schedule.total_calls
        subject = f"{schedule.metric_file}:" if schedule.metric_file else "has"
        text = f"{subject} {count} value{'s' * (count != 1)} for {calls} calls"
        if count > calls:
            yield _remark(schedule, "warning", f"{text}; the rest is not used")
        elif count < calls:
            text = f"{text}; the last is held from call {count} on"
            moves = schedule.scheduler.key != FACTORY and _moves_from(curve)
            yield _remark(schedule, "warning" if moves else "note", text)
        yield from _blank_lines(schedule)
    yield from _special_values(schedule, curve)


def _remark(schedule: Schedule, grade: Grade, text: str, *key: str | int) -> Problem:
    return schedule.source.problem((*schedule.metric_key, *key), text, grade)


def unused_metric(schedule: Schedule, scheduler: str) -> Problem:
    """Return that a schedule has a metric, and a scheduler that takes none."""
    return _remark(schedule, "warning", f"is not used; {scheduler} takes none")


def _moves_from(curve: Curve) -> bool:
    """Whether the learning rate moves for a metric that is held."""
    return curve.held_from is not None and bool(np.diff(curve.lr[:, curve.held_from - 1 :]).any())


def _blank_lines(schedule: Schedule) -> Iterator[Problem]:
    """Yield that a csv has blank cells before the last value that is used.

    Where there are half as many as values or more, as Lightning's rows alternate, they are meant.
    """
    lines = schedule.metric_lines[: schedule.total_calls]
    skipped = [line for line in schedule.metric_blanks if line < lines[-1]]
    if 0 < 2 * len(skipped) < len(lines):
        text = f"{schedule.metric_file}:{skipped[0]}: {schedule.metric_name} is blank"
        text += _count_more(skipped, "lines")
        remedy = "what stands below is given a call earlier; write nan for a missing value"
        yield _remark(schedule, "warning", f"{text}; {remedy}")


def _special_values(schedule: Schedule, curve: Curve) -> Iterator[Problem]:
    """Yield that values are no finite numbers: how many were given, and where the first stands."""
    assert curve.metric is not None
    given = curve.metric[schedule.steps_per_call - 1 :: schedule.steps_per_call]
    if isinstance(schedule.metric, tuple):
        given = np.array(schedule.metric[: schedule.total_calls])
    special = np.flatnonzero(~np.isfinite(given)).tolist()
    if not special:
        return
    call, value = special[0], float(given[special[0]])
    more = _count_more(special, "values that are not finite")
    if isinstance(schedule.metric, MetricExpression):
        text = f"is {spell_yaml(value)} at call {(call + 1) * schedule.calls - 1}"
        yield _remark(schedule, "note", f"{text}{more}", "expression")
    elif schedule.metric_lines:
        place = f"{schedule.metric_file}:{schedule.metric_lines[call]}"
        yield _remark(schedule, "note", f"{place}: {schedule.metric_name} is {value}{more}")
    else:
        yield _remark(schedule, "note", f"is {spell_yaml(value)}{more}", call)


def _count_more(items: Sequence[int], what: str) -> str:
    return f", the first of {len(items)} {what}" if len(items) > 1 else ""


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
    return '"=' in json.dumps(tree)


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
