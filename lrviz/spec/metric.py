"""The metric of a schedule as a spec writes it: a list, an expression, or a column of a csv."""

from lrviz.errors import KeyPath
from lrviz.spec.expression import ExpressionError, parse_expression
from lrviz.spec.model import Metric, MetricCsv, MetricExpression, Tree
from lrviz.spec.nodes import TOTALS
from lrviz.spec.wording import spell

MAX_METRIC = 16_384


def read_metric(tree: Tree, key: KeyPath, problems: list[tuple[KeyPath, str]]) -> Metric | None:
    """Return the metric; None, and what is wrong is added.

    >>> read_metric([0.9, 0.7], ("metric",), [])
    (0.9, 0.7)
    """
    match tree:
        case list() if 0 < len(tree) <= MAX_METRIC:
            wrong = [
                ((*key, index), f"must be a number, got {spell(item)}")
                for index, item in enumerate(tree)
                if isinstance(item, bool) or not isinstance(item, int | float)
            ]
            problems += wrong
            return None if wrong else tuple(map(float, tree))  # type: ignore[arg-type]
        case list():
            problems.append((key, f"must have 1 to {MAX_METRIC:,} values, got {len(tree)}"))
        case {"expression": str() | int() | float() as text, **rest} if not rest or _is_cut(text):
            return _read_expression(str(text), (*key, "expression"), problems)
        case {"csv": str(path), "column": str(column), **rest} if not rest:
            return MetricCsv(path, column)
        case _:
            remedy = "`{expression: …}` in `step`, or `{csv: FILE, column: NAME}`"
            problems.append((key, f"must be a list of numbers, {remedy}"))
    return None


def _read_expression(text: str, key: KeyPath, problems: list[tuple[KeyPath, str]]) -> Metric | None:
    try:
        parse_expression(text, ("step",), TOTALS)
    except ExpressionError as error:
        problems.append((key, error.reason))
        return None
    return MetricExpression(text)


def _is_cut(text: str | float) -> bool:
    """Whether YAML has split a formula at a comma: its own message says so."""
    return isinstance(text, str) and text.count("(") != text.count(")")
