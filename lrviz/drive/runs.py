"""From a spec or a factory to its run: driven within limits, and what is worth saying told once."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from lrviz.curve import Curve, SchedulerFacts
from lrviz.drive.loop import drive_schedule, empty_record
from lrviz.drive.plan import Plan, plan_run
from lrviz.drive.remarks import iter_unread, metric_remarks, unused_metric
from lrviz.errors import Problem, SpecError, UsageError, spec_error
from lrviz.run.driven import Run
from lrviz.spec.model import Schedule, Spec
from lrviz.spec.origin import FACTORY, Factory
from lrviz.spec.parse import MAX_CALLS, MAX_POINTS
from lrviz.system.process import keep_stdout, warn_caller

if TYPE_CHECKING:
    from torch import optim


def simulate(spec: Spec | Callable[..., object], /, **options: Any) -> Run:
    """Return the run of a spec, or of what a factory builds; as `lrviz.simulate`."""
    described = describe(spec, options)
    is_coded = described.schedules[0].factory
    run = _simulate_factory(described) if is_coded else simulate_spec(described)
    if described is not spec:
        warn(run)
    return run


def describe(spec: Spec | Callable[..., object], options: Mapping[str, Any]) -> Spec:
    """Return a spec as it is, and of a factory that of its run; raise as `simulate` does."""
    if isinstance(spec, Spec):
        if options:
            name, value = next(iter(options.items()))
            remedy = f"load(path, overrides=[({name!r}, {str(value)!r})])"
            raise UsageError(f"{name}: a spec says so itself; change it there, or by {remedy}")
        return spec
    from lrviz.drive.training import describe_factory

    return describe_factory(spec, options)


def warn(run: Run) -> None:
    """Warn the caller of what the command would print, notes aside."""
    for problem in run.warnings:
        if problem.grade == "warning":
            warn_caller(str(problem))


def simulate_spec(spec: Spec) -> Run:
    """Drive the schedulers that a spec names; as `simulate`.

    Raises:
        SpecError: torch cannot drive the spec through the run, or a learning rate is not finite.
    """
    with keep_stdout() if spec.packages else nullcontext():
        refuse_too_much(spec)
        driven = _drive_each(spec, drive_schedule)
    curves = tuple(curve for curve, _ in driven)
    return Run(
        spec,
        curves,
        tuple(facts for _, facts in driven),
        (*_iter_warnings(spec, driven), *_iter_unread(spec, curves)),
    )


def _simulate_factory(spec: Spec) -> Run:
    """Drive a spec whose schedulers a factory builds; as `simulate`."""
    factory = spec.schedules[0].factory
    assert factory is not None
    if factory.drawn:
        return _recall(spec, factory)
    from lrviz.drive.built import drive_built
    from lrviz.drive.isolation import run_code
    from lrviz.drive.training import build

    with run_code(spec.schedules[0], factory) as function:
        runs = _drive_each(spec, lambda each: drive_built(spec, each, build(each, function)))
    curves = tuple(run.curves[0] for run in runs)
    warnings = dict.fromkeys(each for run in runs for each in run.warnings)
    return Run(
        replace(runs[0].spec, schedules=tuple(run.spec.schedules[0] for run in runs)),
        curves,
        tuple(run.schedulers[0] for run in runs),
        (*warnings, *_iter_unread(spec, curves)),
    )


def _recall(spec: Spec, factory: Factory) -> Run:
    """Return the run that a figure remembers; nothing is driven, and no code is known."""
    if factory.missing:
        raise spec_error(spec.source.name, factory.missing)
    schedules = tuple(replace(each, factory=None) for each in spec.schedules)
    told = factory.log.notes if factory.log else ()
    remarks = {spec.source.problem((), text, "note"): None for text in told}
    for schedule, curve in zip(schedules, factory.drawn, strict=True):
        if curve.metric is not None:
            remarks.update(dict.fromkeys(metric_remarks(schedule, curve)))
    calls = [each.total_calls for each in schedules]
    facts = (SchedulerFacts(factory.name, FACTORY, {}, frozenset(), n, range(n)) for n in calls)
    known = factory.told or tuple(facts)
    return Run(replace(spec, schedules=schedules), factory.drawn, known, tuple(remarks))


Driven = TypeVar("Driven")


def _drive_each(spec: Spec, drive: Callable[[Schedule], Driven]) -> list[Driven]:
    """Return what driving gives of every schedule; what fails for some names the first of them."""
    driven: list[Driven] = []
    failures: list[SpecError] = []
    found: dict[Problem, list[Schedule]] = {}
    for schedule in spec.schedules:
        try:
            driven.append(drive(schedule))
        except SpecError as error:
            failures.append(error)
            for problem in error.problems:
                found.setdefault(problem, []).append(schedule)
    if failures:
        problems = [_name_curve(*each, len(spec.schedules)) for each in found.items()]
        raise SpecError(problems) from failures[0].__cause__
    return driven


def _name_curve(problem: Problem, schedules: Sequence[Schedule], count: int) -> Problem:
    """Return a problem that says of which of so many curves it is, where its place does not."""
    first = schedules[0]
    if len(schedules) == count or first.source.is_own(problem.key):
        return problem
    more = f" and {len(schedules) - 1} more" if len(schedules) > 1 else ""
    return replace(problem, text=f"{problem.text} (curve '{first.label}'{more})")


def _iter_unread(spec: Spec, curves: Sequence[Curve]) -> Iterator[Problem]:
    may_be = spec.source.overrides or {"curves", "sweep"} & spec.tree.keys()
    return iter_unread(spec, curves) if may_be else iter(())


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
        yield _name_curve(remark, schedules, len(spec.schedules))


_CALLS = "calls are more than {:,}; schedulers inside others and expressions of groups count, too"
_POINTS = "points are more than {:,}; those of schedulers inside others and of momentum count, too"

# The learning rate, momentum, weight decay and the metric.
_MOST_QUANTITIES = 4


def refuse_too_much(spec: Spec) -> None:
    """Raise a SpecError where the schedulers of a spec would do more than one may ask for.

    Nothing is driven. A spec that is far from the limits is not looked at.
    """
    if not _may_be_too_much(spec.schedules):
        return
    planned = _drive_each(spec, plan_run)
    weights = [
        weigh(schedule, *each) for schedule, each in zip(spec.schedules, planned, strict=True)
    ]
    for index, (most, text) in enumerate([(MAX_CALLS, _CALLS), (MAX_POINTS, _POINTS)]):
        counts = [weight[index] for weight in weights]
        if sum(counts) > most:
            heaviest = spec.schedules[counts.index(max(counts))]
            said = f"{sum(counts):,} {text.format(most)}"
            raise SpecError([heaviest.source.problem(heaviest.scheduler.key, said)])


def _may_be_too_much(schedules: Sequence[Schedule]) -> bool:
    """Whether the limits could be passed if all that could count did."""
    points = sum(each.total_steps * each.groups for each in schedules)
    calls = sum(each.total_calls * each.groups * len(each.scheduler.walk()) for each in schedules)
    return calls > MAX_CALLS or points * _MOST_QUANTITIES > MAX_POINTS


def weigh(schedule: Schedule, optimizer: "optim.Optimizer", plan: Plan) -> tuple[int, int]:
    """Return how many calls there are in all, and how many points are made or held."""
    called = [(each.phase.calls, each) for each in plan.walk() if not each.children]
    calls = sum(count * (schedule.groups if each.functions else 1) for count, each in called)
    made = sum(count for count, _ in called) * schedule.groups
    rows = len(empty_record(optimizer.param_groups, plan.moves)) * schedule.groups
    held = (rows + plan.found.takes_metric) * schedule.total_steps
    return calls, max(made, held)
