"""Driving what training code builds: a scheduler, and perhaps the optimizer that it schedules."""

import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import torch

from lrviz.curve import SchedulerFacts
from lrviz.drive.arguments import Binder
from lrviz.drive.blame import explain_failure, find_culprit
from lrviz.drive.built import Built, accept_scheduler, drive_built, factory_problem, read_rates
from lrviz.drive.each import drive_each
from lrviz.drive.guest import leave_no_trace
from lrviz.drive.libraries import INTERRUPTS
from lrviz.drive.metric import metric_remarks
from lrviz.drive.plan import plan_optimizer
from lrviz.drive.recover import KEY
from lrviz.drive.unread import iter_unread
from lrviz.errors import LrvizError, Problem, SpecError, UsageError
from lrviz.run.driven import Run
from lrviz.spec import Factory, Spec
from lrviz.spec.model import Schedule
from lrviz.spec.problems import Problems
from lrviz.system.startup import admit_guests
from lrviz.system.threads import hide_warnings

Function = Callable[..., object]

OWN_NAMES = ("optimizer", "optim", "opt")
"""An argument of this name is given the optimizer, though it need not be given one."""

_ONE_OR_NONE = "takes an optimizer and returns a scheduler, or takes nothing and returns both"


def simulate_factories(spec: Spec) -> Run:
    """Drive a spec whose schedulers a factory builds; as `simulate`."""
    factory = spec.schedules[0].factory
    assert factory is not None
    if factory.drawn:
        return _recall(spec, factory)
    with factory.guard(), leave_no_trace():
        with _named_failures(spec.schedules[0], "importing it"):
            admit_guests()
            function = factory.load()
        runs = drive_each(spec, lambda each: drive_built(spec, each, build(each, function)))
    curves = tuple(run.curves[0] for run in runs)
    warnings = dict.fromkeys(each for run in runs for each in run.warnings)
    return Run(
        replace(runs[0].spec, schedules=tuple(run.spec.schedules[0] for run in runs)),
        curves,
        tuple(run.schedulers[0] for run in runs),
        (*warnings, *iter_unread(spec, curves)),
    )


def _recall(spec: Spec, factory: Factory) -> Run:
    """Return the run that a figure remembers; nothing is driven, and of the code nothing known."""
    return Run(
        replace(spec, schedules=tuple(replace(each, factory=None) for each in spec.schedules)),
        factory.drawn,
        tuple(
            SchedulerFacts(
                factory.name, KEY, {}, frozenset(), each.total_calls, range(each.total_calls)
            )
            for each in spec.schedules
        ),
        tuple(
            dict.fromkeys(
                remark
                for each, curve in zip(spec.schedules, factory.drawn, strict=True)
                if curve.metric is not None
                for remark in metric_remarks(each, curve)
            )
        ),
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
    binder = Binder(Problems(schedule.source), schedule.groups, schedule.totals)
    optimizer = plan_optimizer(schedule, binder)
    binder.problems.refuse()
    assert optimizer is not None  # without it there was a problem
    base_lr = read_rates(optimizer.param_groups, "lr")
    # False where a composite stands first in a SequentialLR.
    order = "Detected call of `lr_scheduler.step"
    with _named_failures(schedule, "the factory"), hide_warnings(order):
        result = function(optimizer)
    built = _accept(schedule, result, optimizer)
    if {id(group) for group in built.groups} != {id(each) for each in optimizer.param_groups}:
        return built
    added = built.base_lr[len(base_lr) :]  # by the factory
    return replace(built, base_lr=(*base_lr, *added), optimizer="")


def _accept(schedule: Schedule, result: object, given: torch.optim.Optimizer | None) -> Built:
    """Return the scheduler, alone or beside its optimizer, among what a factory returned."""
    items = list(result) if isinstance(result, tuple | list) else [result]
    optimizers = [each for each in items if isinstance(each, torch.optim.Optimizer)]
    others = [each for each in items if not isinstance(each, torch.optim.Optimizer)]
    if len(others) != 1 or len(optimizers) > 1 or others[0] is None:
        got = " and ".join(_spell_kind(each) for each in items) or "nothing"
        what = "a scheduler" if given is not None else "a scheduler and its optimizer"
        raise factory_problem(schedule, f"must return {what}, returned {got}")
    own = getattr(others[0], "optimizer", optimizers[0] if optimizers else given)
    try:
        return accept_scheduler(others[0], type(own).__name__)
    except UsageError as error:
        raise factory_problem(schedule, f"must return a scheduler: {error}") from None


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
        how = " by name" if by_name else ""
        raise factory_problem(schedule, f"wants {names}{how}; a factory {_ONE_OR_NONE}")
    first = parameters[0] if parameters else None
    takes_any = first is not None and first.kind is inspect.Parameter.VAR_POSITIONAL
    return bool(required) or takes_any or (first is not None and first.name in OWN_NAMES)


def _spell_kind(value: object) -> str:
    return "None" if value is None else type(value).__name__


@contextmanager
def _named_failures(schedule: Schedule, what: str) -> Iterator[None]:
    """Turn whatever the user's code raises into one line that names the place and the cause."""
    try:
        yield
    except LrvizError:
        raise
    except BaseException as error:
        if isinstance(error, INTERRUPTS):
            raise
        place = find_culprit(error) or schedule.source.name
        raise SpecError([Problem(place, (), explain_failure(error, what))]) from error
