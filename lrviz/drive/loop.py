"""Driving: every schedule of a spec, its calls, and what is read between them."""

from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from itertools import count
from typing import Any

import numpy as np
import torch

from lrviz.curve import Curve, SchedulerFacts
from lrviz.drive.blame import drive_each, name_argument, name_curve
from lrviz.drive.installed import INTERRUPTS, spell_cause
from lrviz.drive.plan import Plan, plan_run
from lrviz.drive.readings import Recorded, build_curve, empty_record
from lrviz.drive.remarks import iter_unread, metric_remarks, metric_values, unused_metric
from lrviz.drive.weight import refuse_too_much
from lrviz.errors import KeyPath, Problem, SpecError
from lrviz.run.driven import Run
from lrviz.spec.expression import ExpressionError
from lrviz.spec.model import Node, Schedule, Spec
from lrviz.system.process import hide_warnings, keep_stdout


def simulate_spec(spec: Spec) -> Run:
    """Drive the schedulers that a spec names; as `lrviz.drive.simulate`.

    Raises:
        SpecError: torch cannot drive the spec through the run, or a learning rate is not finite.
    """
    with keep_stdout() if spec.packages else nullcontext():
        refuse_too_much(spec)
        driven = drive_each(spec, _drive_schedule)
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


def _drive_schedule(schedule: Schedule) -> tuple[Curve, SchedulerFacts]:
    planned = plan_run(schedule)
    try:
        return _drive_plan(schedule, *planned)
    except SpecError as error:
        named = name_argument(schedule, error, lambda other: _drive_plan(other, *plan_run(other)))
        raise named from error.__cause__


def _drive_plan(
    schedule: Schedule, optimizer: torch.optim.Optimizer, plan: Plan
) -> tuple[Curve, SchedulerFacts]:
    metric = metric_values(schedule) if plan.found.takes_metric else None
    # The order warning is false here, and what else torch warns of is about its API.
    with hide_warnings():
        base_lr = tuple(float(group["lr"]) for group in optimizer.param_groups)
        recorded = _drive(schedule, plan, optimizer, metric)
    curve = build_curve(schedule, optimizer.param_groups, base_lr, recorded, metric or [])
    refuse_infinite(schedule, curve)
    return curve, plan.facts


def _drive(
    schedule: Schedule, plan: Plan, optimizer: torch.optim.Optimizer, metric: Sequence[float] | None
) -> Recorded:
    """Return the recorded learning rates and what else may move."""
    groups = optimizer.param_groups
    moving = {name for each in plan.walk() for name in each.found.moves}
    recorded = empty_record(groups, moving)
    plans: dict[int, Plan] = {}
    with _named_failures(schedule, plan, plans, recorded["lr"][0]):
        scheduler = _build(plan, optimizer, plans)
        optimizer.step()
        step = number_steps(scheduler, schedule) if plan.found.counts else scheduler.step
        given: Iterable[tuple[float, ...]] = ((),) * schedule.total_calls
        if metric is not None:
            given = ((value,) for value in metric)
        record_calls(step, given, groups, recorded)
    return recorded


def _build(plan: Plan, optimizer: torch.optim.Optimizer, plans: dict[int, Plan]) -> Any:
    given = dict(plan.bound.given)
    if plan.children:
        given["schedulers"] = [_build(child, optimizer, plans) for child in plan.children]
    scheduler = plan.found.build(optimizer=optimizer, **given)
    plans[id(scheduler)] = plan
    return scheduler


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


def record_calls(
    step: Callable[..., None],
    given: Iterable[tuple[float, ...]],
    groups: Sequence[dict[str, Any]],
    recorded: Recorded,
) -> None:
    """Record and step, once for all that is given. A microsecond here is a second of a long run."""
    rates = [(each.append, group) for each, group in zip(recorded["lr"], groups, strict=True)]
    others = [
        (each.append, group, key)
        for key in recorded.keys() - {"lr"}
        for each, group in zip(recorded[key], groups, strict=True)
    ]
    for arguments in given:
        for append, group in rates:
            append(group["lr"])
        for append, group, key in others:
            append(group[key][0] if key == "betas" else group[key])
        step(*arguments)


def refuse_infinite(schedule: Schedule, curve: Curve) -> None:
    """Raise a SpecError where a learning rate is not finite."""
    wrong = np.argwhere(~np.isfinite(curve.lr.T))
    if len(wrong):
        step, group = map(int, wrong[0])
        name = f" of {curve.groups[group]}" if curve.groups[group] else ""
        text = f"the learning rate{name} is {curve.lr[group, step]} at step {step} (LR025)"
        raise SpecError([schedule.source.problem(schedule.scheduler.key, text)])


@contextmanager
def _named_failures(
    schedule: Schedule, plan: Plan, plans: dict[int, Plan], recorded: "array[float]"
) -> Iterator[None]:
    """Turn what a library raises into one line that names scheduler, step and cause."""
    try:
        yield
    except BaseException as error:
        if isinstance(error, INTERRUPTS):
            raise
        failed = _failing(error, plans) or plan
        calls = len(recorded)
        each = schedule.steps_per_call
        when = f"after step {calls * each - 1}" if calls else "when it was built"
        key = failed.node.key
        text = f"{failed.found.package} fails {when} with {spell_cause(error)}"
        if isinstance(error, ExpressionError):
            key, text = _find_expression(failed.node, error.text), f"{error.reason}, {when}"
        raise SpecError([schedule.source.problem(key, text)]) from error


def _find_expression(node: Node, text: str) -> KeyPath:
    """Return the key path of a scheduler's expression; of several alike the first."""
    for name, value in node.arguments.items():
        if value == text:
            return (*node.key, name)
        if isinstance(value, list) and text in value:
            return (*node.key, name, value.index(text))
    return node.key


def _failing(error: BaseException, plans: dict[int, Plan]) -> Plan | None:
    """Return the plan of the innermost scheduler on the traceback, built or being built."""
    found, frame = None, error.__traceback__
    while frame is not None:
        values = frame.tb_frame.f_locals
        if frame.tb_frame.f_code is _build.__code__:
            found = values["plan"]
        found = plans.get(id(values.get("self"))) or found
        frame = frame.tb_next
    return found
