"""What a run costs beyond the calls and points that its length tells.

A composite calls what stands inside it, an expression is called for every param group, and momentum
that moves is held beside the learning rates. All of that counts towards the limits of a spec.
"""

from collections.abc import Sequence

import torch

from lrviz.drive.blame import drive_each
from lrviz.drive.plan import Plan, plan_run
from lrviz.drive.readings import empty_record
from lrviz.errors import SpecError
from lrviz.spec.model import Schedule, Spec
from lrviz.spec.schedules import MAX_CALLS, MAX_POINTS

_CALLS = "calls are more than {:,}; schedulers inside others and expressions of groups count, too"
_POINTS = "points are more than {:,}; those of schedulers inside others and of momentum count, too"

_MOST_QUANTITIES = 4
"""The learning rate, momentum, weight decay and the metric."""


def refuse_too_much(spec: Spec) -> None:
    """Raise a SpecError where the schedulers of a spec would do more than one may ask for.

    Nothing is driven. A spec that is far from the limits is not looked at.
    """
    if not _may_be_too_much(spec.schedules):
        return
    planned = drive_each(spec, plan_run)
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
    calls = sum(
        each.total_calls * each.groups * sum(1 for _ in each.scheduler.walk()) for each in schedules
    )
    return calls > MAX_CALLS or points * _MOST_QUANTITIES > MAX_POINTS


def weigh(schedule: Schedule, optimizer: torch.optim.Optimizer, plan: Plan) -> tuple[int, int]:
    """Return how many calls there are in all, and how many points are made or held."""
    called = [(each.phase.calls, each) for each in plan.walk() if not each.children]
    calls = sum(count * (schedule.groups if _has_functions(each) else 1) for count, each in called)
    made = sum(count for count, _ in called) * schedule.groups
    moving = {name for each in plan.walk() for name in each.found.moves}
    rows = len(empty_record(optimizer.param_groups, moving)) * schedule.groups
    held = (rows + plan.found.takes_metric) * schedule.total_steps
    return calls, max(made, held)


def _has_functions(plan: Plan) -> bool:
    return any(
        any(map(callable, value if isinstance(value, list) else [value]))
        for value in plan.bound.given.values()
    )
