"""What the rules read: one schedule of a spec, its curve, and every scheduler with its own part."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from lrviz.curve import Curve, SchedulerFacts, Values
from lrviz.linter.part import LENGTHS, Part
from lrviz.linter.remedy import INTERVAL, Fix
from lrviz.spec.model import Schedule, Spec
from lrviz.spec.tree import Interval


@dataclass(frozen=True, eq=False)
class View:
    """One schedule and its curve, as the rules read them.

    Attributes:
        spec: the whole spec.
        schedule: what the spec says of this curve.
        base_lr: each group's learning rate as the optimizer was given it, but for frozen ones.
        lr: learning rates, one a call, shape (groups, calls).
        peak: the highest learning rate of every group.
        metric: what the scheduler was given, one a call; None where it takes none.
        parts: every scheduler, composites before what stands in them.
    """

    spec: Spec
    schedule: Schedule
    base_lr: tuple[float, ...]
    lr: Values
    peak: Values
    metric: Values | None
    parts: tuple[Part, ...]

    @property
    def calls(self) -> int:
        """How many values each group has: as many as there are calls."""
        return int(self.lr.shape[1])

    @property
    def last(self) -> Part:
        """The scheduler that the run ends with; the last of several that are called together."""
        return next(part for part in reversed(self.parts) if part.is_last)

    def children(self, part: Part) -> list[Part]:
        """Return the parts of a composite, in order."""
        return [each for each in self.parts if each.parent is part.facts]

    def step(self, call: int) -> int:
        """Return the step that trains with a value."""
        return self.schedule.step_after(call)

    def if_steps(self, length: float, part: Part) -> tuple[Fix, ...]:
        """Return the same where a length makes sense in steps, and none in calls, one an epoch."""
        is_likely = self.calls < length < self.schedule.total_steps
        is_likely = is_likely and self.schedule.interval == "epoch"
        return self.call_every("step", part) if is_likely else ()

    def in_steps(self, part: Part) -> tuple[Fix, ...]:
        """Return the remedy that counts in steps what a schedule for steps counts in epochs."""
        entry = part.entry
        if entry is None or entry.package == "torch" or entry.has_own_interval:
            return ()  # which may be called every epoch
        return self.scale(self.schedule.steps_per_epoch, part)

    def scale(self, by: int, *parts: Part) -> tuple[Fix, ...]:
        """Return the remedy that multiplies the lengths of schedulers, and where they drop."""
        fixes: list[Fix] = []
        for part in parts:
            names = dict.fromkeys(map(part.role, ("length", "stable", "warmup", *LENGTHS)))
            for name in (each for each in names if each in part.facts.given):
                if (length := part.number(name)) > 0:
                    fixes += part.fix(name, int(length) * by)
            if milestones := part.numbers(name := part.role("milestones") or "milestones"):
                fixes += part.fix(name, [int(each) * by for each in milestones])
        return (fixes[0].beside(*fixes[1:]),) if fixes else ()

    def call_every(self, unit: Interval, part: Part, comment: str = "") -> tuple[Fix, ...]:
        """Return the remedy by which a scheduler is called at every step, or every epoch."""
        fix, flag = Fix(INTERVAL, unit, False, (), comment), part.role("unit")
        if flag:
            fix = fix._replace(also=(((*part.facts.key, flag), unit == "epoch"),))
        is_fixed = part.entry and part.entry.has_own_interval and not flag
        return () if is_fixed or part.is_built_elsewhere else (fix,)


def build_view(spec: Spec, schedule: Schedule, facts: SchedulerFacts, curve: Curve) -> View:
    """Return one schedule of a spec and its curve as the rules read them."""
    each, calls = schedule.steps_per_call, schedule.calls
    base_lr = np.array(curve.base_lr)
    # A frozen group has no schedule to speak of, unless there is no other.
    rows = np.flatnonzero(base_lr) if base_lr.any() else np.arange(len(base_lr))
    lr = curve.lr[:, ::each] if len(rows) == len(base_lr) else curve.lr[rows, ::each]
    if calls > 1:  # a value for every call, of which the first at a time trains
        lr = np.repeat(lr, calls, axis=1)[:, : schedule.total_values]
    peak = np.asarray(lr.max(axis=1))
    metric = None if curve.metric is None else np.repeat(curve.metric[each - 1 :: each], calls)
    parts = tuple(_iter_parts(facts, None, lr, rows.tolist()))
    return View(spec, schedule, tuple(base_lr[rows].tolist()), lr, peak, metric, parts)


def _iter_parts(
    facts: SchedulerFacts, parent: SchedulerFacts | None, lr: Values, rows: list[int]
) -> Iterator[Part]:
    values = facts.values
    is_last = len(values) > 0 and values.stop == lr.shape[1]
    own = lr[:, values.start : values.stop]
    yield Part(facts, parent, values.start, len(values), own, is_last, rows)
    for child in facts.children:
        yield from _iter_parts(child, facts, lr, rows)
