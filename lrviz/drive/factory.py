"""Driving what training code builds: a scheduler, and perhaps the optimizer that it schedules."""

import inspect
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import torch

from lrviz.drive.arguments import Binder
from lrviz.drive.blame import explain_failure, find_culprit
from lrviz.drive.copying import find_groups
from lrviz.drive.guest import leave_no_trace
from lrviz.drive.libraries import NoSchedulerError
from lrviz.drive.loop import number_steps, record_calls, refuse_infinite
from lrviz.drive.metric import metric_values, metric_warnings
from lrviz.drive.plan import plan_optimizer
from lrviz.drive.readings import Recorded, build_curve, empty_record
from lrviz.drive.recover import counts_calls, recover_facts, refuse_step
from lrviz.errors import LrvizError, Problem, SpecError, UsageError
from lrviz.run import Run
from lrviz.spec import Spec
from lrviz.spec.model import Node, Schedule, Tree
from lrviz.spec.nodes import MAX_GROUPS
from lrviz.spec.schedules import MAX_POINTS
from lrviz.spec.values import MAX_TEXT

Function = Callable[..., object]

OWN_NAMES = ("optimizer", "optim", "opt")
"""An argument of this name is given the optimizer, though it need not be given one."""

_ONE_OR_NONE = "takes an optimizer and returns a scheduler, or takes nothing and returns both"


@dataclass(frozen=True, eq=False)
class Built:
    """What a factory gave.

    Attributes:
        scheduler: not stepped yet.
        groups: the param groups that it writes to.
        base_lr: their learning rates before it.
        optimizer: the name of the optimizer's class; empty for the schedule's own.
    """

    scheduler: Any
    groups: Sequence[dict[str, Any]]
    base_lr: tuple[float, ...]
    optimizer: str = ""


def simulate_factories(spec: Spec) -> Run:
    """Drive a spec whose schedulers a factory builds; as `simulate`."""
    factory = spec.schedules[0].factory
    assert factory is not None
    with factory.guard(), leave_no_trace():
        with _named_failures(spec.schedules[0], "importing it"):
            function = factory.load()
        runs = [
            drive_built(spec, schedule, build(schedule, function)) for schedule in spec.schedules
        ]
    return Run(
        replace(spec, schedules=tuple(run.spec.schedules[0] for run in runs)),
        tuple(run.curves[0] for run in runs),
        tuple(run.schedulers[0] for run in runs),
        tuple(dict.fromkeys(line for run in runs for line in run.warnings)),
    )


def build(schedule: Schedule, function: Function) -> Built:
    """Return what a factory builds; it is given a dummy optimizer of the schedule's, if any.

    Raises:
        SpecError: the optimizer is wrong, the factory raises, or returns something else.
    """
    if not _takes_optimizer(schedule, function):
        with _named_failures(schedule, "the factory"):
            result = function()
        return _accept(schedule, result, None)
    binder = Binder(schedule.groups, schedule.totals)
    optimizer = plan_optimizer(schedule, binder)
    if binder.problems or optimizer is None:
        raise SpecError([schedule.source.problem(key, text) for key, text in binder.problems])
    base_lr = _rates(optimizer.param_groups, "lr")
    with _named_failures(schedule, "the factory"):
        result = function(optimizer)
    built = _accept(schedule, result, optimizer)
    same = {id(group) for group in built.groups} == {id(each) for each in optimizer.param_groups}
    return replace(built, base_lr=base_lr, optimizer="") if same else built


def drive_built(spec: Spec, schedule: Schedule, built: Built) -> Run:
    """Return the run of one scheduler, from where it stands.

    Its optimizer is not stepped: that might change the parameters, and no scheduler looks.

    Raises:
        SpecError: it cannot be driven through the run, or a learning rate is not finite.
    """
    schedule = _describe(schedule, built)
    facts = recover_facts(built.scheduler, schedule.total_calls)
    metric = metric_values(schedule) if facts.takes_metric else None
    if metric == []:
        text = f"{facts.name} needs a metric: a list, an expression or a csv"
        raise SpecError([schedule.source.problem(schedule.metric_key, text)])
    # What only some groups have cannot be drawn in one figure.
    keys = set.intersection(*(set(group) for group in built.groups))
    readable = [{key: group[key] for key in keys} for group in built.groups]
    recorded = empty_record(readable, ("momentum", "weight_decay"))
    step = number_steps(built.scheduler, schedule) if counts_calls(built.scheduler) else None
    given = [(value,) for value in metric] if metric else ((),) * schedule.total_calls
    with warnings.catch_warnings(), _named_calls(schedule, recorded):
        warnings.simplefilter("ignore")  # the order warning is false here
        record_calls(step or built.scheduler.step, given, built.groups, recorded)
    curve = build_curve(schedule, readable, built.base_lr, recorded, metric or [])
    refuse_infinite(schedule, curve)
    lines = [*_unused(spec, schedule, built), *(metric_warnings(schedule) if metric else ())]
    return Run(replace(spec, schedules=(schedule,)), (curve,), (facts,), tuple(lines))


def accept_scheduler(scheduler: object, optimizer: str = "") -> Built:
    """Return a scheduler that can be driven, with the groups that it writes to.

    Raises:
        UsageError: it is none.
    """
    try:
        refuse_step(scheduler)
    except NoSchedulerError as error:
        raise UsageError(str(error)) from None
    groups = find_groups(scheduler)
    key = "initial_lr" if all("initial_lr" in group for group in groups) else "lr"
    return Built(scheduler, groups, _rates(groups, key), optimizer)


def _accept(schedule: Schedule, result: object, given: torch.optim.Optimizer | None) -> Built:
    """Return the scheduler, alone or beside its optimizer, among what a factory returned."""
    items = list(result) if isinstance(result, tuple | list) else [result]
    optimizers = [each for each in items if isinstance(each, torch.optim.Optimizer)]
    others = [each for each in items if not isinstance(each, torch.optim.Optimizer)]
    if len(others) != 1 or len(optimizers) > 1 or others[0] is None:
        got = " and ".join(_spell_kind(each) for each in items) or "nothing"
        what = "a scheduler" if given is not None else "a scheduler and its optimizer"
        raise _problem(schedule, f"must return {what}, returned {got}")
    own = getattr(others[0], "optimizer", optimizers[0] if optimizers else given)
    try:
        return accept_scheduler(others[0], type(own).__name__)
    except UsageError as error:
        raise _problem(schedule, f"must return a scheduler: {error}") from None


def _takes_optimizer(schedule: Schedule, function: Function) -> bool:
    try:
        parameters = list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):  # compiled, and silent about its arguments
        return True
    variadic = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    required = [
        each for each in parameters if each.default is each.empty and each.kind not in variadic
    ]
    by_name = [each for each in required if each.kind is inspect.Parameter.KEYWORD_ONLY]
    if len(required) > 1 or by_name:
        names = ", ".join(each.name for each in required)
        raise _problem(schedule, f"wants {names}; a factory {_ONE_OR_NONE}")
    return bool(required) or bool(parameters and parameters[0].name in OWN_NAMES)


def _describe(schedule: Schedule, built: Built) -> Schedule:
    """Return the schedule as what is driven: of a class, on an optimizer, by no factory."""
    if len(built.groups) > MAX_GROUPS:
        raise _problem(schedule, f"{len(built.groups)} param groups are more than {MAX_GROUPS}")
    points = schedule.total_steps * len(built.groups)
    if points > MAX_POINTS:
        raise _problem(schedule, f"{points:,} points are more than {MAX_POINTS:,}")
    optimizer = schedule.optimizer
    if built.optimizer:
        groups = tuple(_name_group(group) for group in built.groups)
        optimizer = Node(built.optimizer, ("optimizer",), {}, groups=groups)
    scheduler = Node(type(built.scheduler).__name__, ("factory",), {})
    return replace(schedule, optimizer=optimizer, scheduler=scheduler, factory=None)


def _name_group(group: dict[str, Any]) -> dict[str, Tree]:
    name = str(group.get("name") or "")[:MAX_TEXT]
    return {"name": name} if name and name.isprintable() else {}


def _unused(spec: Spec, schedule: Schedule, built: Built) -> Iterator[str]:
    """Yield what the spec says to no effect, in full lines."""
    sweep = spec.tree.get("sweep")
    swept = isinstance(sweep, dict) and any(key.startswith("optimizer.") for key in sweep)
    if built.optimizer and ("optimizer" in spec.tree or swept):
        text = "is not used; the factory has an optimizer of its own"
        yield f"warning: {schedule.source.problem(('optimizer',), text)}"


def _rates(groups: Sequence[dict[str, Any]], key: str) -> tuple[float, ...]:
    return tuple(float(group[key]) for group in groups)


def _spell_kind(value: object) -> str:
    return "None" if value is None else type(value).__name__


def _problem(schedule: Schedule, text: str) -> SpecError:
    return SpecError([Problem(schedule.source.name, (), text)])


@contextmanager
def _named_failures(schedule: Schedule, what: str) -> Iterator[None]:
    """Turn whatever the user's code raises into one line that names the place and the cause."""
    try:
        yield
    except LrvizError:
        raise
    except (Exception, SystemExit) as error:
        place = find_culprit(error) or schedule.source.name
        raise SpecError([Problem(place, (), explain_failure(error, what))]) from error


@contextmanager
def _named_calls(schedule: Schedule, recorded: Recorded) -> Iterator[None]:
    """Turn what a call raises into one line that names the step, too."""
    try:
        yield
    except (Exception, SystemExit) as error:
        calls = len(recorded["lr"][0])
        what = f"step() after step {calls * schedule.steps_per_call - 1}"
        place = find_culprit(error) or schedule.source.name
        raise SpecError([Problem(place, (), explain_failure(error, what))]) from error
