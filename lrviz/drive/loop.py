"""Driving one schedule: its calls, what is read between them, and the curve that it makes."""

from array import array
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from itertools import repeat
from typing import TYPE_CHECKING, Any

import numpy as np

from lrviz.curve import Curve, SchedulerFacts, Values
from lrviz.drive.blame import PASSED_ON, explain_failure, name_argument
from lrviz.drive.plan import Plan, plan_run
from lrviz.drive.remarks import make_several, metric_values, number_steps
from lrviz.errors import SpecError
from lrviz.spec.model import Schedule
from lrviz.system.process import hide_warnings

if TYPE_CHECKING:
    from torch.optim import Optimizer

Group = Mapping[str, Any]

# What was read, by the param groups' key: one array a group, one value a call.
Recorded = dict[str, list["array[float]"]]


def drive_schedule(schedule: Schedule) -> tuple[Curve, SchedulerFacts]:
    """Return what one scheduler of a spec does, and what torch made of it.

    Raises:
        SpecError: it cannot be driven through the run, or a learning rate is not finite.
    """
    planned = plan_run(schedule)
    try:
        return _drive(schedule, *planned)
    except SpecError as error:
        named = name_argument(schedule, error, lambda other: _drive(other, *plan_run(other)))
        raise named from error.__cause__


def _drive(schedule: Schedule, optimizer: "Optimizer", plan: Plan) -> tuple[Curve, SchedulerFacts]:
    metric = metric_values(schedule) if plan.found.takes_metric else []
    groups = optimizer.param_groups
    base_lr = tuple(float(group["lr"]) for group in groups)
    recorded = empty_record(groups, plan.moves)
    plans: dict[int, Plan] = {}
    rates = recorded["lr"][0]
    try:
        with hide_warnings():  # that of the order is false here, and others are about torch's API
            scheduler = build_scheduler(plan, optimizer, plans)
            optimizer.step()
            step = number_steps(scheduler, schedule) if plan.found.counts else scheduler.step
            curve = make_calls(schedule, step, metric, groups, base_lr, recorded)
    except PASSED_ON:
        raise
    except BaseException as error:
        failed = _failing(error, plans) or plan
        raise explain_failure(schedule, failed, len(rates), error) from error
    return curve, plan.facts


def build_scheduler(plan: Plan, optimizer: "Optimizer", plans: dict[int, Plan]) -> Any:
    """Return the scheduler of a plan; it and those inside it are noted by their ids."""
    given = dict(plan.bound.given)
    if plan.children:
        given["schedulers"] = [build_scheduler(child, optimizer, plans) for child in plan.children]
    scheduler = plan.found.build(optimizer=optimizer, **given)
    plans[id(scheduler)] = plan
    return scheduler


def make_calls(
    schedule: Schedule,
    step: Callable[..., None],
    metric: Sequence[float],
    groups: Sequence[dict[str, Any]],
    base_lr: tuple[float, ...],
    recorded: Recorded,
) -> Curve:
    """Return the curve of a scheduler that stands before its first call, which `step` makes.

    Args:
        schedule: of the scheduler.
        step: makes one call.
        metric: what each call is given; empty for nothing.
        groups: what the scheduler writes to.
        base_lr: the groups' learning rates without it.
        recorded: empty, of `empty_record`.

    Raises:
        SpecError: a learning rate is not finite.
    """
    record_run(schedule, step, metric, groups, recorded)
    curve = _build_curve(schedule, groups, base_lr, recorded, metric)
    _refuse_infinite(schedule, curve)
    return curve


def record_run(
    schedule: Schedule,
    step: Callable[..., None],
    metric: Sequence[float],
    groups: Sequence[dict[str, Any]],
    recorded: Recorded,
    done: int = 0,
) -> None:
    """Make the calls that are left once so many are done, and record; else as `make_calls`."""
    left = schedule.total_calls - done
    given = zip(metric[done:]) if metric else repeat((), left)
    if (calls := schedule.calls) > 1:
        step, given = make_several(step, given, calls), repeat((), left // calls)
    _record_calls(step, given, groups, recorded)
    if schedule.total_steps % schedule.steps_per_call:  # the steps that no call follows
        _record_calls(lambda: None, [()], groups, recorded)


def _record_calls(
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


def _refuse_infinite(schedule: Schedule, curve: Curve) -> None:
    """Raise a SpecError where a learning rate is not finite."""
    wrong = np.argwhere(~np.isfinite(curve.lr.T))
    if len(wrong):
        step, group = map(int, wrong[0])
        name = f" of {curve.groups[group]}" if curve.groups[group] else ""
        text = f"the learning rate{name} is {curve.lr[group, step]} at step {step} (LR025)"
        raise SpecError([schedule.source.problem(schedule.scheduler.key, text)])


def _failing(error: BaseException, plans: dict[int, Plan]) -> Plan | None:
    """Return the plan of the innermost scheduler on the traceback, built or being built."""
    found, frame = None, error.__traceback__
    while frame is not None:
        values = frame.tb_frame.f_locals
        if frame.tb_frame.f_code is build_scheduler.__code__:
            found = values["plan"]
        found = plans.get(id(values.get("self"))) or found
        frame = frame.tb_next
    return found


def empty_record(groups: Sequence[Group], moving: Collection[str]) -> Recorded:
    """Return where the values go: of learning rates, and of what else may move.

    Args:
        groups: of the optimizer.
        moving: of `momentum` and `weight_decay`, what the scheduler may move.
    """
    keys = {"momentum": _momentum_key(groups), "weight_decay": "weight_decay"}
    found = ["lr", *(keys[name] for name in sorted(moving))]
    return {key: [array("d") for _ in groups] for key in found if _is_everywhere(key, groups)}


def _build_curve(
    schedule: Schedule,
    groups: Sequence[Group],
    base_lr: tuple[float, ...],
    recorded: Recorded,
    metric: Sequence[float],
) -> Curve:
    """Return the curve of a schedule that has been driven; what did not move is as it is now.

    What was recorded is taken out of where it was, so that a long run is in memory once.
    """
    each, steps = schedule.steps_per_call, schedule.total_steps

    def read(key: str) -> Values | None:
        if key not in recorded:
            return _constant(groups, key, steps)
        return _stretch(recorded.pop(key), each, steps)

    return Curve(
        groups=_group_names(schedule),
        lr=_stretch(recorded.pop("lr"), each, steps),
        base_lr=base_lr,
        momentum=read(_momentum_key(groups)),
        weight_decay=read("weight_decay"),
        metric=_stretch_metric(metric[schedule.calls - 1 :: schedule.calls], each, steps)
        if metric
        else None,
        label=schedule.label,
        steps_per_epoch=schedule.steps_per_epoch,
        held_from=schedule.held_from if metric else None,
    )


def _is_everywhere(key: str, groups: Sequence[Group]) -> bool:
    """Whether all groups have a value: what only some have cannot be drawn in one figure."""
    return all(key in group for group in groups)


def _momentum_key(groups: Sequence[Group]) -> str:
    """Return what torch's schedulers move in groups: `betas` where there are some."""
    return "betas" if _is_everywhere("betas", groups) else "momentum"


def _group_names(schedule: Schedule) -> tuple[str, ...]:
    """Return a name for every group, no two alike: one may be called as another is by its place."""
    given = schedule.optimizer.groups
    names: list[str] = []
    for index, group in enumerate(given):
        own, count = str(group.get("name") or f"group {index}"), 1
        name = own
        while name in names:
            count += 1
            name = f"{own} ({count})"
        names.append(name)
    return tuple(names) if len(names) > 1 or any("name" in group for group in given) else ("",)


def _stretch(recorded: Sequence["array[float]"], each: int, steps: int) -> Values:
    """Return values of shape (groups, steps) from one for so many; what was read stays so."""
    values = np.array(recorded, dtype=np.float64)
    if each > 1:
        values = np.repeat(values, each, axis=1)[:, :steps]
    values.setflags(write=False)
    return values


def _stretch_metric(values: Sequence[float], each: int, steps: int) -> Values:
    """Return shape (steps,): NaN but at the steps that a call follows."""
    stretched = np.full(steps, np.nan)
    stretched[each - 1 :: each] = values
    stretched.setflags(write=False)
    return stretched


def _constant(groups: Sequence[Group], key: str, steps: int) -> Values | None:
    if not _is_everywhere(key, groups):
        return None
    values = [group[key][0] if key == "betas" else group[key] for group in groups]
    return np.broadcast_to(np.array([[float(value)] for value in values]), (len(groups), steps))
