"""Driving: a planned scheduler, its calls, and the curve that is read between them."""

import warnings
from array import array
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch

from lrviz.curve import Curve, SchedulerFacts, Values
from lrviz.drive.metric import metric_values, metric_warnings
from lrviz.drive.plan import Plan, plan_run
from lrviz.errors import KeyPath, SpecError
from lrviz.expression import ExpressionError
from lrviz.run import Run
from lrviz.spec.model import Schedule, Spec

Recorded = list["array[float]"]

# No other scheduler of torch moves momentum, and none moves weight decay.
_MOVE_MOMENTUM = frozenset({"CyclicLR", "OneCycleLR"})


def simulate(spec: Spec) -> Run:
    """Drive the schedulers of a spec through its run and return what they did.

    The installed torch's own scheduler is stepped as a training loop would step it, on an
    optimizer of its own; the values are read before each step.

    Returns:
        The run: for every curve learning rates of shape (param groups, steps), steps counted
        from 0, with momentum and weight decay beside them.

    Raises:
        SpecError: torch cannot drive the spec through the run, or a learning rate is not finite.

    >>> from lrviz.spec import parse_spec
    >>> spec = parse_spec("{epochs: 3, scheduler: {ExponentialLR: {gamma: 0.5}}}")
    >>> simulate(spec).curves[0].lr.tolist()
    [[0.001, 0.0005, 0.00025]]
    """
    driven: list[tuple[Curve, SchedulerFacts]] = []
    failures: list[SpecError] = []
    for schedule in spec.schedules:
        try:
            driven.append(_simulate(schedule))
        except SpecError as error:
            failures.append(error)
    if failures:
        problems = dict.fromkeys(problem for error in failures for problem in error.problems)
        raise SpecError(list(problems)) from failures[0].__cause__
    return Run(
        spec,
        tuple(curve for curve, _ in driven),
        tuple(facts for _, facts in driven),
        tuple(line for schedule in spec.schedules for line in metric_warnings(schedule)),
    )


def _simulate(schedule: Schedule) -> tuple[Curve, SchedulerFacts]:
    optimizer, plan = plan_run(schedule)
    metric = metric_values(schedule)
    takes_metric = plan.node.name == "ReduceLROnPlateau"
    with warnings.catch_warnings():
        # The order warning is false here, and what else torch warns of is about its API.
        warnings.simplefilter("ignore")
        base_lr = tuple(float(group["lr"]) for group in optimizer.param_groups)
        recorded = _drive(schedule, plan, optimizer, metric if takes_metric else None)
    curve = _curve(schedule, optimizer, base_lr, recorded, metric if takes_metric else [])
    _refuse_infinite(schedule, curve)
    return curve, plan.facts


def _drive(
    schedule: Schedule, plan: Plan, optimizer: torch.optim.Optimizer, metric: Sequence[float] | None
) -> tuple[Recorded, Recorded | None]:
    """Return the recorded learning rates and, where they move, momenta: a value a call."""
    groups = optimizer.param_groups
    lr: Recorded = [array("d") for _ in groups]
    momentum: Recorded | None = None
    if any(each.node.name in _MOVE_MOMENTUM for each in plan.walk()):
        momentum = [array("d") for _ in groups] if _momentum_key(groups[0]) else None
    paths: dict[int, KeyPath] = {}
    with _named_failures(schedule, plan, paths, lr[0]):
        scheduler = _build(plan, optimizer, paths)
        optimizer.step()
        _loop(scheduler.step, groups, lr, momentum, schedule.total_calls, metric)
    return lr, momentum


def _build(plan: Plan, optimizer: torch.optim.Optimizer, paths: dict[int, KeyPath]) -> Any:
    given = dict(plan.bound.given)
    if plan.children:
        given["schedulers"] = [_build(child, optimizer, paths) for child in plan.children]
    scheduler: Any = object.__new__(plan.found)
    paths[id(scheduler)] = plan.node.key  # known by then, should its constructor raise
    scheduler.__init__(optimizer=optimizer, **given)
    return scheduler


def _loop(
    step: Callable[..., None],
    groups: Sequence[dict[str, Any]],
    lr: Recorded,
    momentum: Recorded | None,
    calls: int,
    metric: Sequence[float] | None,
) -> None:
    """Record and step, `calls` times. Every microsecond here is a second of a long run."""
    rates = [(values.append, group) for values, group in zip(lr, groups, strict=True)]
    momenta = []
    if momentum is not None and (key := _momentum_key(groups[0])):
        momenta = [(values.append, group) for values, group in zip(momentum, groups, strict=True)]
    given = ((value,) for value in metric) if metric is not None else ((),) * calls
    for arguments in given:
        for append, group in rates:
            append(group["lr"])
        for append, group in momenta:
            append(group["momentum"] if key == "momentum" else group["betas"][0])
        step(*arguments)


def _momentum_key(group: dict[str, Any]) -> str | None:
    """Return what torch's schedulers move in a group: `betas` where there are some."""
    return next((key for key in ("betas", "momentum") if key in group), None)


def _curve(
    schedule: Schedule,
    optimizer: torch.optim.Optimizer,
    base_lr: tuple[float, ...],
    recorded: tuple[Recorded, Recorded | None],
    metric: Sequence[float],
) -> Curve:
    groups = optimizer.param_groups
    each = schedule.steps_per_call
    steps = schedule.total_steps
    lr, momentum = recorded
    return Curve(
        groups=_group_names(schedule),
        lr=_stretch(lr, each),
        base_lr=base_lr,
        momentum=_stretch(momentum, each) if momentum else _constant_momentum(groups, steps),
        weight_decay=_constant(groups, steps),
        metric=_stretch_metric(metric, each) if metric else None,
        label=schedule.label,
        steps_per_epoch=schedule.steps_per_epoch,
    )


def _group_names(schedule: Schedule) -> tuple[str, ...]:
    given = schedule.optimizer.groups
    names = [str(group.get("name") or f"group {index}") for index, group in enumerate(given)]
    return tuple(names) if len(names) > 1 or any("name" in group for group in given) else ("",)


def _stretch(recorded: Recorded, each: int) -> Values:
    """Return values of shape (groups, steps) from one value a call."""
    return np.repeat(np.array(recorded, dtype=np.float64), each, axis=1)


def _stretch_metric(values: Sequence[float], each: int) -> Values:
    """Return shape (steps,): NaN but at the steps that a call follows."""
    stretched = np.full(len(values) * each, np.nan)
    stretched[each - 1 :: each] = values
    return stretched


def _constant_momentum(groups: Sequence[dict[str, Any]], steps: int) -> Values | None:
    key = _momentum_key(groups[0])
    if key is None:
        return None
    values = [group["betas"][0] if key == "betas" else group["momentum"] for group in groups]
    return np.broadcast_to(np.array([[float(value)] for value in values]), (len(groups), steps))


def _constant(groups: Sequence[dict[str, Any]], steps: int) -> Values | None:
    if "weight_decay" not in groups[0]:
        return None
    values = np.array([[float(group["weight_decay"])] for group in groups])
    return np.broadcast_to(values, (len(groups), steps))


def _refuse_infinite(schedule: Schedule, curve: Curve) -> None:
    wrong = np.argwhere(~np.isfinite(curve.lr.T))
    if len(wrong):
        step, group = map(int, wrong[0])
        name = f" of {curve.groups[group]}" if curve.groups[group] else ""
        text = f"the learning rate{name} is {curve.lr[group, step]} at step {step}"
        raise SpecError([schedule.source.problem(schedule.scheduler.key, text)])


@contextmanager
def _named_failures(
    schedule: Schedule, plan: Plan, paths: dict[int, KeyPath], recorded: "array[float]"
) -> Iterator[None]:
    """Turn what torch raises into one line that names scheduler, step and cause."""
    try:
        yield
    except Exception as error:
        key = _failing(error, paths) or plan.node.key
        calls = len(recorded)
        each = schedule.steps_per_call
        when = f"after step {calls * each - 1}" if calls else "when it was built"
        text = f"torch fails {when} with {_spell_cause(error)}"
        if isinstance(error, ExpressionError):
            text = f"{error.reason}, {when}"
        raise SpecError([schedule.source.problem(key, text)]) from error


def _spell_cause(error: Exception) -> str:
    return ": ".join(filter(None, (type(error).__name__, " ".join(str(error).split()))))


def _failing(error: BaseException, paths: dict[int, KeyPath]) -> KeyPath | None:
    """Return the key path of the innermost scheduler on the traceback."""
    found, frame = None, error.__traceback__
    while frame is not None:
        found = paths.get(id(frame.tb_frame.f_locals.get("self"))) or found
        frame = frame.tb_next
    return found
