"""A schedule that is built as often as it is needed, and driven from any call on."""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, nullcontext
from copy import deepcopy
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Any

import numpy as np

from lrviz.curve import Curve, Quantity, SchedulerFacts, Values
from lrviz.drive.blame import PASSED_ON, spell_cause
from lrviz.drive.isolation import run_code
from lrviz.drive.loop import build_scheduler, empty_record, record_run
from lrviz.drive.moved import find_optimizer, read_own_steps
from lrviz.drive.plan import Plan, plan_run
from lrviz.drive.recover import counts_calls
from lrviz.drive.remarks import metric_values, number_steps
from lrviz.drive.runs import simulate
from lrviz.drive.training import build
from lrviz.errors import spec_error
from lrviz.run.driven import Run
from lrviz.spec.model import Schedule, Spec
from lrviz.spec.origin import RESUMED
from lrviz.system.process import keep_stdout

Prepare = Callable[[Any], object]
Step = Callable[..., None]
Quantities = dict[Quantity, Values]


class NoWayError(Exception):
    """Something cannot be built or loaded in a way that others can be; its text says why."""


@dataclass(frozen=True, eq=False)
class Live:
    """What has been built.

    Attributes:
        scheduler: of any library.
        optimizer: which it moves.
        is_stateless: whether it is a function of the step, which is told the step.
    """

    scheduler: Any
    optimizer: Any
    is_stateless: bool = False


@dataclass(frozen=True, eq=False)
class Course:
    """One schedule of a spec.

    Attributes:
        run: of the spec.
        schedule: as it was driven.
        curve: what that gave.
        facts: what torch made of it.
        is_coded: whether a factory builds it.
        make: builds it; takes what is done with its optimizer before, and arguments beside its own.
    """

    run: Run
    schedule: Schedule
    curve: Curve
    facts: SchedulerFacts
    is_coded: bool
    make: Callable[..., Live]

    @cached_property
    def metric(self) -> list[float]:
        """What each call is given; empty for nothing."""
        return metric_values(self.schedule) if self.facts.takes_metric else []

    def calls_before(self, step: int) -> int:
        """Return how many calls have been made when so many steps are done."""
        return step // self.schedule.steps_per_call * self.schedule.calls


def iter_courses(spec: Spec, stack: ExitStack) -> Iterator[Course]:
    """Yield the schedules of a spec, driven; they can be built until the stack is left.

    Raises:
        SpecError: it cannot be driven, or is a figure of code.
    """
    factory, function = spec.schedules[0].factory, None
    if factory and factory.drawn:
        name = factory.name.removeprefix(RESUMED)
        is_resumed = name != factory.name
        why = "of resumed runs" if is_resumed else f"from {name}, which a figure cannot run"
        raise spec_error(spec.source.name, f"drawn {why}; name {name} on the command line")
    run = simulate(spec)  # which enters the code, too, and so comes before
    if factory:
        function = stack.enter_context(run_code(spec.schedules[0], factory))
    elif spec.packages:
        stack.enter_context(keep_stdout())
    driven = zip(spec.schedules, run.spec.schedules, run.curves, run.schedulers, strict=True)
    for own, schedule, curve, facts in driven:
        yield Course(run, schedule, curve, facts, bool(function), _find_maker(own, function))


def _find_maker(schedule: Schedule, function: Callable[..., object] | None) -> Callable[..., Live]:
    if function:
        return partial(_make_coded, schedule, function)
    optimizer, plan = plan_run(schedule)
    _undress(optimizer)
    return partial(_make, plan, optimizer)


def _make(plan: Plan, optimizer: Any, prepare: Prepare | None = None, **more: object) -> Live:
    """Return what a spec names, on a copy of an optimizer."""
    optimizer = deepcopy(optimizer)
    if prepare:
        prepare(optimizer)
    plan = replace(plan, bound=replace(plan.bound, given={**plan.bound.given, **more}))
    try:
        return Live(build_scheduler(plan, optimizer, {}), optimizer)
    except TypeError as error:
        if not more.keys() & set(re.findall(r"\w+", str(error))):
            raise
        raise NoWayError(f"{plan.node.name} takes no {', '.join(more)}") from None


def _make_coded(
    schedule: Schedule,
    function: Callable[..., object],
    prepare: Prepare | None = None,
    **more: object,
) -> Live:
    """Return what a factory builds."""
    if more:
        raise NoWayError("a factory has no constructor to give it to")

    def prepare_dummy(optimizer: Any) -> None:
        _undress(optimizer)
        if prepare:
            prepare(optimizer)

    if prepare and build(schedule, function, _undress).optimizer:
        raise NoWayError("the factory builds optimizer and scheduler at once")
    built = build(schedule, function, prepare_dummy)
    is_stateless = bool(built.call or built.returns)
    return Live(built.scheduler, find_optimizer(built.scheduler), is_stateless)


def _undress(optimizer: Any) -> None:
    """Make a dummy one of torch's own class: a state that holds it is read back by its class."""
    optimizer.__class__ = type(optimizer).__mro__[1]


def go_on(
    live: Live, course: Course, at: int, wrap: Callable[[Step], Step] = lambda step: step
) -> tuple[Quantities, str]:
    """Drive what stands where so many steps are done, to the end of the run.

    Args:
        live: what is driven.
        course: of which it is one.
        at: the steps that are done, not all.
        wrap: makes of what makes one call what is called.

    Returns:
        The values, shape (groups, steps from there on); and why there are no more, empty where all
        are there.
    """
    schedule, groups = course.schedule, live.optimizer.param_groups
    each, done = schedule.steps_per_call, course.calls_before(at)
    begun = at // each * each
    step = live.scheduler.step
    if counts_calls(live.scheduler):
        step = number_steps(live.scheduler, schedule, done)
    recorded = empty_record(groups, ("momentum", "weight_decay"))
    own = read_own_steps(live.scheduler, groups, recorded) if course.is_coded else nullcontext()
    reason = ""
    try:
        with own:
            record_run(schedule, wrap(step), course.metric, groups, recorded, done)
    except PASSED_ON:
        raise
    except BaseException as error:
        last = begun + len(recorded["lr"][0]) * each - 1
        reason = f"after step {last}: {spell_cause(error)}"
    found: Quantities = {}
    for key, rows in recorded.items():
        name: Quantity = "lr" if key == "lr" else "momentum"
        values = np.repeat(np.array(rows), each, axis=1)
        found["weight_decay" if key == "weight_decay" else name] = values[
            :, at - begun : schedule.total_steps - begun
        ]
    return found, reason
