"""What a plateau scheduler is given, call by call."""

from itertools import chain, repeat

from lrviz.errors import SpecError
from lrviz.expression import ExpressionError, parse_expression
from lrviz.spec.model import MetricCsv, MetricExpression, Spec


def metric_values(spec: Spec) -> list[float]:
    """Return the metric of every call, the last value held; empty where the spec has none.

    Raises:
        SpecError: an expression has no value at some call, or a csv has not been read.
    """
    match spec.metric:
        case None:
            return []
        case MetricExpression(expression=text):
            return _expression_values(spec, text)
        case MetricCsv():
            text = "a csv is read from the spec's own folder, and this spec has none"
            raise SpecError([spec.source.problem(("metric", "csv"), text)])
        case values:
            held = chain(values, repeat(values[-1]))
            return [next(held) for _ in range(spec.total_calls)]


def _expression_values(spec: Spec, text: str) -> list[float]:
    value = parse_expression(text, ("step",), spec.totals.keys()).bind(spec.totals)
    try:
        return [value(call) for call in range(spec.total_calls)]
    except ExpressionError as error:
        problem = spec.source.problem(("metric", "expression"), error.reason)
        raise SpecError([problem]) from None


def metric_warnings(spec: Spec) -> tuple[str, ...]:
    """Return what is worth saying about the metric, in full lines."""
    if not isinstance(spec.metric, tuple) or len(spec.metric) <= spec.total_calls:
        return ()
    text = f"has {len(spec.metric)} values for {spec.total_calls} calls; the rest is not used"
    return (f"warning: {spec.source.problem(('metric',), text)}",)
