"""Driving a scheduler that somebody else has built, from where it stands."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from itertools import zip_longest
from typing import Any

import torch

from lrviz.curve import SchedulerFacts
from lrviz.drive.blame import factory_problem, named_failures
from lrviz.drive.loop import empty_record, make_calls
from lrviz.drive.moved import find_groups, read_own_steps, read_rates
from lrviz.drive.recover import counts_calls, note_pace, recover_facts
from lrviz.drive.remarks import metric_remarks, metric_values, number_steps, unused_metric
from lrviz.drive.signatures import METRICS, read_step
from lrviz.errors import Problem, SpecError, UsageError
from lrviz.run.driven import Run
from lrviz.spec.length import Length
from lrviz.spec.model import Node, Schedule, Spec
from lrviz.spec.nodes import MAX_GROUPS
from lrviz.spec.origin import FACTORY
from lrviz.spec.parse import MAX_POINTS
from lrviz.spec.style import MAX_TEXT
from lrviz.spec.tree import Interval, Returns, Tree
from lrviz.system.process import hide_warnings


def counted_interval(scheduler: Any) -> Interval | None:
    """Return when timm's loop steps one of its schedulers; None for all others."""
    if not counts_calls(scheduler):
        return None
    return "epoch" if getattr(scheduler, "t_in_epochs", True) else "step"


@dataclass(frozen=True, eq=False)
class Built:
    """What a factory gave.

    Attributes:
        scheduler: not stepped yet.
        groups: the param groups that it writes to.
        base_lr: their learning rates before it.
        optimizer: the name of the optimizer's class; empty for the schedule's own.
        call: what is told the number of each step before it; empty for a scheduler's own `step`.
        returns: what a function of the step returns; empty for no such function.
        calls: when it is called, as the trainer that it was returned to has been told.
        epochs: what was returned as the length of its run; None for nothing.
        notes: what has been guessed, and how to say otherwise.
    """

    scheduler: Any
    groups: Sequence[dict[str, Any]]
    base_lr: tuple[float, ...]
    optimizer: str = ""
    call: str = ""
    returns: Returns | None = None
    calls: Mapping[str, Any] = field(default_factory=dict)
    epochs: int | None = None
    notes: tuple[str, ...] = ()


def drive_built(spec: Spec, schedule: Schedule, built: Built, done: int = 0) -> Run:
    """Return the run of one scheduler, from where it stands.

    Its optimizer is not stepped: that might change the parameters, and no scheduler looks.

    Args:
        spec: what else there is to know.
        schedule: of the scheduler.
        built: the scheduler.
        done: the calls it has had, where it does not count them itself.

    Raises:
        SpecError: it cannot be driven through the run, or a learning rate is not finite.
    """
    schedule = _describe(spec, schedule, built)
    calls = schedule.total_calls
    facts = recover_facts(built.scheduler, schedule.total_values, range(calls + 1))
    if schedule.metric is not None and read_step(built.scheduler.step)[1]:
        facts = replace(facts, takes_metric=True)
    metric = metric_values(schedule) if facts.takes_metric else None
    if metric == []:
        text = f"{facts.name} needs a metric, a list or an expression, as "
        text += "--set 'metric={expression: exp(-call / 9)}' (in Python metric=)"
        raise SpecError([schedule.source.problem(schedule.metric_key, text)])
    groups, step = built.groups, built.scheduler.step
    if counts_calls(built.scheduler):
        step = number_steps(built.scheduler, schedule, done)
    recorded = empty_record(groups, ("momentum", "weight_decay"))
    rates = recorded["lr"][0]

    def name_call() -> str:
        call = f"{built.call or 'step'}()"
        return f"{call} after step {len(rates) * schedule.steps_per_call - 1}"

    with (
        hide_warnings(),  # that of the order is false here
        named_failures(schedule, name_call),
        nullcontext() if built.call else read_own_steps(built.scheduler, groups, recorded),
    ):
        curve = make_calls(schedule, step, metric or [], groups, built.base_lr, recorded)
    if built.call:  # what the optimizer was given is of no account
        curve = replace(curve, base_lr=tuple(curve.lr.max(axis=1).tolist()))
    facts = note_pace(facts, built.scheduler)
    remarks = metric_remarks(schedule, curve) if metric else ()
    told = list(built.notes)
    if built.epochs not in (None, schedule.epochs) and "epochs" in spec.tree:
        text = f"{built.epochs} epochs were returned beside {facts.name}"
        told.append(f"{text}; the run has {schedule.epochs}")
    notes = (schedule.source.problem((), text, "note") for text in told)
    warnings = (*_unused(spec, schedule, built, facts), *remarks, *notes)
    # What it says itself, which whoever reads the spec has to know.
    own = {key: getattr(schedule, key) for key in ("epochs", "interval", "frequency")}
    said = {key: value for key, value in own.items() if value != getattr(spec.schedules[0], key)}
    tree = {**spec.tree, **said, **({"returns": built.returns} if built.returns else {})}
    spec = replace(spec, tree=tree, schedules=(schedule,))
    return Run(spec, (curve,), (facts,), warnings)


def accept_scheduler(scheduler: Any, optimizer: str = "") -> Built:
    """Return a scheduler that can be driven, with the groups that it writes to.

    Raises:
        UsageError: it is none.
    """
    if isinstance(scheduler, type):
        raise UsageError(f"{scheduler.__name__} is a class; it must be given its optimizer")
    if isinstance(scheduler, torch.optim.Optimizer):
        raise UsageError(f"{type(scheduler).__name__} is an optimizer, and no scheduler")
    name = type(scheduler).__name__
    if not callable(getattr(scheduler, "step", None)):
        is_several = isinstance(scheduler, list | tuple | set | frozenset)
        remedy = "; return the scheduler itself" if is_several else ""
        raise UsageError(f"{name} is no scheduler: it has no step(){remedy}")
    wanted, _ = read_step(scheduler.step)
    if wanted and wanted not in METRICS and not counts_calls(scheduler):
        raise UsageError(f"step() of {name} wants {wanted}, which lrviz cannot give it")
    groups = find_groups(scheduler)
    key = "initial_lr" if all("initial_lr" in group for group in groups) else "lr"
    return Built(scheduler, groups, read_rates(groups, key), optimizer)


def _describe(spec: Spec, schedule: Schedule, built: Built) -> Schedule:
    """Return the schedule as what is driven: of a class, on an optimizer, by no factory."""
    if missing := schedule.factory and schedule.factory.missing:
        if not built.epochs:
            raise factory_problem(schedule, missing)
        schedule = replace(schedule, epochs=built.epochs)
    own = counted_interval(built.scheduler)
    said = {"interval": own} if own else built.calls
    said = {key: value for key, value in said.items() if key not in spec.tree}
    schedule = replace(schedule, **said)
    usual = {"interval": own, "frequency": 1, "calls": 1} if own else {}
    for key in (key for key, value in usual.items() if getattr(schedule, key) != value):
        which = {"step": "updates", "epoch": "epochs"}[str(own)]
        text = f"{type(built.scheduler).__name__} counts {which}; leave {key} out"
        raise SpecError([schedule.source.problem((key,), text)])
    length = Length(schedule.epochs, schedule.steps_per_epoch, is_in_steps="steps" in spec.tree)
    if schedule.interval == "epoch" and length.why_not_by_epoch:
        whose = (
            ", as Lightning does unless told otherwise" if "interval" in said and not own else ""
        )
        text = f"is called every epoch{whose}; {length.why_not_by_epoch}: --interval step"
        raise factory_problem(schedule, text)
    if not schedule.total_calls:
        text = f"makes no call in {schedule.intervals:,} {schedule.interval}s"
        raise SpecError([schedule.source.problem(("frequency",), text)])
    if len(built.groups) > MAX_GROUPS:
        raise factory_problem(
            schedule, f"{len(built.groups)} param groups are more than {MAX_GROUPS}"
        )
    points = schedule.total_steps * len(built.groups)
    if points > MAX_POINTS:
        raise factory_problem(schedule, f"{points:,} points are more than {MAX_POINTS:,}")
    optimizer = schedule.optimizer
    groups = tuple(_name_group(group) for group in built.groups)
    if built.optimizer:
        optimizer = Node(built.optimizer, ("optimizer",), {}, groups=groups)
    elif len(groups) > schedule.groups or any(groups):  # the factory has added or named some
        nothing: Mapping[str, Tree] = {}
        known = zip_longest(optimizer.groups, groups, fillvalue=nothing)
        optimizer = replace(optimizer, groups=tuple({**spec, **own} for spec, own in known))
    scheduler = Node(type(built.scheduler).__name__, FACTORY, {})
    return replace(schedule, optimizer=optimizer, scheduler=scheduler, factory=None)


def _name_group(group: Mapping[str, Any]) -> dict[str, Tree]:
    name = str(group.get("name") or "")[:MAX_TEXT]
    return {"name": name} if name and name.isprintable() else {}


def _unused(
    spec: Spec, schedule: Schedule, built: Built, facts: SchedulerFacts
) -> Iterator[Problem]:
    """Yield what the spec says to no effect."""
    text = "is not used; the factory has an optimizer of its own"
    sweep = spec.tree.get("sweep")
    for key in sweep if built.optimizer and isinstance(sweep, dict) else ():
        if key.partition(".")[0] == "optimizer":  # one curve would lie on the other
            raise SpecError([schedule.source.problem(("sweep", key), text)])
    if built.optimizer and "optimizer" in spec.tree:
        place, at = schedule.source.find(("optimizer",))
        is_lr = place.startswith("--lr ")
        yield Problem(place, () if is_lr else ("optimizer",), text, at, "warning")
    asked = spec.schedules[0].factory
    if asked and asked.returns and not built.returns:
        what = f"returns is not used; {facts.name} is no function of the step"
        yield schedule.source.problem((), what, "warning")
    if schedule.metric is not None and not facts.takes_metric:
        yield unused_metric(schedule, facts.name)
