"""What the `step` of a scheduler of anybody's must be given, as its signature tells."""

import inspect
from collections.abc import Callable, Sequence
from typing import Any

METRICS = frozenset({"metric", "metrics", "loss", "val_loss"})
"""What an argument is called that is a metric."""


def list_parameters(of: Callable[..., Any]) -> list[inspect.Parameter]:
    """Return what a class, function or method takes; nothing where that is not known."""
    try:
        return list(inspect.signature(of).parameters.values())
    except Exception:  # compiled and silent about its arguments, or wrong about them
        return []


def find_required(parameters: Sequence[inspect.Parameter]) -> str:
    """Return the first argument that must be given; empty for none.

    >>> find_required(list_parameters(lambda *rest, epoch=None, metrics: None))
    'metrics'
    """
    variadic = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    required = (
        each.name for each in parameters if each.default is each.empty and each.kind not in variadic
    )
    return next(required, "")


def offers_metric(parameters: Sequence[inspect.Parameter]) -> bool:
    """Whether the first argument of a call is a metric.

    >>> offers_metric(list_parameters(lambda metrics=None: None))
    True
    >>> offers_metric(list_parameters(lambda epoch=None, metrics=None: None))
    False
    """
    return bool(parameters) and parameters[0].name in METRICS
