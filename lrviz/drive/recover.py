"""What is known of a scheduler that somebody else has built."""

import inspect
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import torch

from lrviz.curve import SchedulerFacts
from lrviz.drive.signatures import METRICS, read_step
from lrviz.drive.spans import count_calls, split_values
from lrviz.errors import KeyPath
from lrviz.spec.catalog import SCHEDULERS, THIRD_PARTY
from lrviz.spec.nodes import NOT_ARGUMENTS
from lrviz.spec.origin import FACTORY

_PLAIN = (type(None), bool, int, float, str)

# The methods by which torch's schedulers compute: a subclass that has its own is another schedule.
_COMPUTES = ("get_lr", "_get_closed_form_lr", "_reduce_lr")

_TRANSFORMERS = "transformers.optimization"

_PRIVATE = {"milestones": "_milestones", "anneal_strategy": "_anneal_func_type"}


def recover_facts(
    scheduler: Any, calls: int, values: range, above: KeyPath = FACTORY
) -> SchedulerFacts:
    """Return what is known of a scheduler before it is stepped.

    Arguments are known of torch's own schedulers, where these keep them, of subclasses that make
    of them what torch does, and of what the functions of transformers build.

    Args:
        scheduler: stands where the run begins.
        calls: of the run.
        values: those that it governs, and what the last call moves.
        above: the key path of what it stands in.
    """
    found, base = type(scheduler), _find_base(type(scheduler))
    kind, arguments = _find_function(scheduler)
    given = {name for name, value in arguments.items() if value is not None}
    if base and not kind:
        kind, arguments = base.__name__, dict(_iter_arguments(scheduler, base))
        usual = inspect.signature(base).parameters
        given = {name for name, value in arguments.items() if value != usual[name].default}
    inside = list(getattr(scheduler, "_schedulers", ()))
    name = kind.removeprefix("transformers.") if kind in THIRD_PARTY else found.__name__
    spans, key = [values] * len(inside), (*above, name)
    if base is torch.optim.lr_scheduler.SequentialLR:
        spans = split_values(scheduler._milestones, len(inside), values, scheduler.last_epoch)
    return SchedulerFacts(
        name=found.__name__,
        key=key,
        arguments=arguments,
        given=frozenset(given),
        calls=count_calls(values),
        values=values[: calls - values.start],
        children=tuple(
            recover_facts(each, calls, span, (*key, "schedulers", index))
            for index, (each, span) in enumerate(zip(inside, spans, strict=True))
        ),
        module=found.__module__,
        takes_metric=wants_metric(scheduler),
        kind=kind,
        begun=max(count_steps(scheduler), 0) if values.start == 0 else 0,
    )


def _find_function(scheduler: Any) -> tuple[str, dict[str, object]]:
    """Return the function of transformers that built a LambdaLR, and what it was given; if any.

    Each binds what it is given to a function of its own, whose name begins as its own does.
    """
    functions = getattr(scheduler, "lr_lambdas", None) or [None]
    function = functions[0] if all(each == functions[0] for each in functions) else None
    if not (isinstance(function, partial) and function.func.__module__ == _TRANSFORMERS):
        return "", {}
    named = [each for each in THIRD_PARTY if _is_within(each, function.func.__name__)]
    name = max(named, key=len, default="")
    if function.keywords.get("min_lr_rate") and name.endswith(".get_cosine_schedule_with_warmup"):
        name = name.replace("cosine", "cosine_with_min_lr")  # both are bound to one function
    known = THIRD_PARTY[name].arguments if name else ()
    return name, {each: value for each, value in function.keywords.items() if each in known}


def _is_within(name: str, function: str) -> bool:
    return function.startswith(f"_{name.removeprefix('transformers.')}")


def _find_base(found: type) -> type | None:
    """Return the class of torch's that computes what a scheduler does; None for none."""
    for base in found.__mro__:
        if base.__module__.startswith("torch.optim."):
            same = all(getattr(found, each, 0) is getattr(base, each, 0) for each in _COMPUTES)
            return base if same and base.__name__ in SCHEDULERS else None
    return None


def count_steps(scheduler: Any) -> int:
    """Return how often a scheduler, or the one that it wraps, counts to have been stepped."""
    inside = getattr(scheduler, "scheduler", scheduler)
    count = getattr(inside, "last_epoch", 0)
    return count if isinstance(count, int) else 0


def note_pace(facts: SchedulerFacts, scheduler: Any) -> SchedulerFacts:
    """Return what is known of schedulers once they have been driven: of an odd one what it does."""
    pace = (count_steps(scheduler) - facts.begun) / max(facts.calls, 1)
    if pace not in (0, 1) and (pace > 1.5 or facts.values.start == 0):  # a later phase starts anew
        unknown: dict[str, object] = {}
        return replace(facts, kind="", arguments=unknown, given=frozenset(), children=(), pace=pace)
    inside = zip(facts.children, getattr(scheduler, "_schedulers", ()), strict=True)
    return replace(facts, children=tuple(note_pace(*each) for each in inside))


def wants_metric(scheduler: Any) -> bool:
    """Whether a scheduler does nothing of use without a metric."""
    inside = getattr(scheduler, "lr_scheduler", None)  # timm's has torch's, and an optional metric
    if counts_calls(scheduler):
        return isinstance(inside, torch.optim.lr_scheduler.ReduceLROnPlateau)
    return read_step(scheduler.step)[0] in METRICS


def counts_calls(scheduler: Any) -> bool:
    """Whether a scheduler is told the number of each call, as timm's are."""
    timms = hasattr(scheduler, "step_update") and hasattr(scheduler, "param_group_field")
    return timms and read_step(scheduler.step)[0] == "epoch"


def _iter_arguments(scheduler: Any, base: type) -> Iterator[tuple[str, object]]:
    for name in inspect.signature(base).parameters:
        value = vars(scheduler).get(_PRIVATE.get(name, name), vars(scheduler).get(name, base))
        if isinstance(value, Counter):
            value = sorted(value.elements())
        items = value if isinstance(value, list) else [value]
        if name not in NOT_ARGUMENTS and all(isinstance(each, _PLAIN) for each in items):
            yield name, value
    if base is torch.optim.lr_scheduler.CyclicLR:  # which keeps their sum, and the share of one
        up = scheduler.total_size * scheduler.step_ratio
        yield from (("step_size_up", up), ("step_size_down", scheduler.total_size - up))
