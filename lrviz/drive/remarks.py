"""What schedulers are given, call by call, a metric or a number; and what is worth saying of it."""

from collections.abc import Callable, Iterator, Sequence
from itertools import chain, count, repeat
from typing import Any

import numpy as np

from lrviz.curve import Curve
from lrviz.errors import Grade, Problem, SpecError
from lrviz.spec.expression import ExpressionError, parse_expression
from lrviz.spec.model import MetricCsv, MetricExpression, Schedule
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


def _expression_values(schedule: Schedule, text: str) -> list[float]:
    value = parse_expression(text, ("step",), schedule.totals.keys()).bind(schedule.totals)
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
            moves = schedule.scheduler.key != ("factory",) and _moves_from(curve)
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
    """Yield that lines of a csv were skipped, before the last value that is used."""
    lines = schedule.metric_lines[: schedule.total_calls]
    skipped = [line for line in schedule.metric_blanks if line < lines[-1]]
    if skipped:
        text = f"{schedule.metric_file}:{skipped[0]}: is blank{_count_more(skipped, 'lines')}"
        remedy = "what stands below is given a call earlier; write nan for a missing value"
        yield _remark(schedule, "warning", f"{text}; {remedy}")


def _special_values(schedule: Schedule, curve: Curve) -> Iterator[Problem]:
    """Yield that values are no finite numbers: how many were given, and where the first stands."""
    assert curve.metric is not None
    values = curve.metric[schedule.steps_per_call - 1 :: schedule.steps_per_call]
    given = values[: len(schedule.metric)] if isinstance(schedule.metric, tuple) else values
    special = np.flatnonzero(~np.isfinite(given)).tolist()
    if not special:
        return
    call, value = special[0], float(given[special[0]])
    more = _count_more(special, "values that are not finite")
    if isinstance(schedule.metric, MetricExpression):
        text = f"is {spell_yaml(value)} at call {call}"
        yield _remark(schedule, "note", f"{text}{more}", "expression")
    elif schedule.metric_lines:
        place = f"{schedule.metric_file}:{schedule.metric_lines[call]}"
        yield _remark(schedule, "note", f"{place}: {schedule.metric_name} is {value}{more}")
    else:
        yield _remark(schedule, "note", f"is {spell_yaml(value)}{more}", call)


def _count_more(items: Sequence[int], what: str) -> str:
    return f", the first of {len(items)} {what}" if len(items) > 1 else ""
