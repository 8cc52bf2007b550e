"""What a plateau scheduler is given, call by call."""

from itertools import chain, repeat

from lrviz.errors import SpecError
from lrviz.expression import ExpressionError, parse_expression
from lrviz.spec.model import MetricCsv, MetricExpression, Schedule


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


def metric_warnings(schedule: Schedule) -> tuple[str, ...]:
    """Return what is worth saying about the metric, in full lines."""
    if not isinstance(schedule.metric, tuple) or len(schedule.metric) <= schedule.total_calls:
        return ()
    text = (
        f"has {len(schedule.metric)} values for {schedule.total_calls} calls; the rest is not used"
    )
    return (f"warning: {schedule.source.problem(schedule.metric_key, text)}",)
