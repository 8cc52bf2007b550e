"""What a scheduler that somebody else has built says of itself."""

import inspect
from collections import Counter
from collections.abc import Iterator
from typing import Any

import torch

from lrviz.curve import SchedulerFacts
from lrviz.drive.libraries import NoSchedulerError
from lrviz.drive.phases import count_calls, split_values
from lrviz.drive.stepping import METRICS, find_required, list_parameters, offers_metric
from lrviz.spec.model import Interval
from lrviz.spec.nodes import NOT_ARGUMENTS

KEY = ("factory",)

_PLAIN = (type(None), bool, int, float, str)
_PRIVATE = {"milestones": "_milestones", "anneal_strategy": "_anneal_func_type"}


def own_interval(scheduler: Any) -> Interval | None:
    """Return when timm's loop steps one of its schedulers; None for all others."""
    if not counts_calls(scheduler):
        return None
    return "epoch" if getattr(scheduler, "t_in_epochs", True) else "step"


def recover_facts(scheduler: Any, calls: int, values: range | None = None) -> SchedulerFacts:
    """Return what is known of a scheduler before it is stepped.

    Arguments are known of torch's own schedulers alone, where these keep them.

    Args:
        scheduler: stands where the run begins.
        calls: of the run.
        values: those that it governs, and what the last call moves; all unless given.
    """
    values = range(calls + 1) if values is None else values
    found = type(scheduler)
    arguments = dict(_iter_arguments(scheduler))
    parameters = inspect.signature(found).parameters if arguments else {}
    inside = list(getattr(scheduler, "_schedulers", ()))
    spans = [values] * len(inside)
    if found is torch.optim.lr_scheduler.SequentialLR:
        spans = split_values(scheduler._milestones, len(inside), values, scheduler.last_epoch)
    return SchedulerFacts(
        name=found.__name__,
        key=KEY,
        arguments=arguments,
        given=frozenset(
            name for name, value in arguments.items() if value != parameters[name].default
        ),
        calls=count_calls(values),
        values=values[: calls - values.start],
        children=tuple(
            recover_facts(each, calls, span) for each, span in zip(inside, spans, strict=True)
        ),
        module=found.__module__,
        takes_metric=wants_metric(scheduler),
    )


def wants_metric(scheduler: Any) -> bool:
    """Whether a scheduler does nothing of use without a metric."""
    inside = getattr(scheduler, "lr_scheduler", None)  # timm's has torch's, and an optional metric
    if counts_calls(scheduler):
        return isinstance(inside, torch.optim.lr_scheduler.ReduceLROnPlateau)
    return _wanted(scheduler) in METRICS


def takes_metric(scheduler: Any) -> bool:
    """Whether a scheduler's `step` may be given a metric first, or must be."""
    return wants_metric(scheduler) or offers_metric(list_parameters(scheduler.step))


def _wanted(scheduler: Any) -> str:
    """Return the first argument that a scheduler's `step` must be given; empty for none."""
    return find_required(list_parameters(scheduler.step))


def refuse_step(scheduler: Any) -> None:
    """Raise for a scheduler that wants to be told what lrviz does not know.

    Raises:
        NoSchedulerError: it has no `step`, or one with arguments of its own.
    """
    name = type(scheduler).__name__
    if not callable(getattr(scheduler, "step", None)):
        remedy = (
            "; return the scheduler itself" if isinstance(scheduler, dict | list | tuple) else ""
        )
        raise NoSchedulerError(f"{name} is no scheduler: it has no step(){remedy}")
    wanted = _wanted(scheduler)
    if wanted and wanted not in METRICS and not counts_calls(scheduler):
        raise NoSchedulerError(f"step() of {name} wants {wanted}, which lrviz cannot give it")


def counts_calls(scheduler: Any) -> bool:
    """Whether a scheduler is told the number of each call, as timm's are."""
    return _wanted(scheduler) == "epoch" and hasattr(scheduler, "step_update")


def _iter_arguments(scheduler: Any) -> Iterator[tuple[str, object]]:
    found = type(scheduler)
    if not found.__module__.startswith("torch.optim."):
        return
    for name in inspect.signature(found).parameters:
        value = vars(scheduler).get(_PRIVATE.get(name, name), vars(scheduler).get(name, found))
        if isinstance(value, Counter):
            value = sorted(value.elements())
        items = value if isinstance(value, list) else [value]
        if name not in NOT_ARGUMENTS and all(isinstance(each, _PLAIN) for each in items):
            yield name, value
