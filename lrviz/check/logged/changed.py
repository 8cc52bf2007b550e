"""One curve's plan, changed and driven: what a run would have logged that did otherwise."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from lrviz.curve import Curve, SchedulerFacts, Steps, Values
from lrviz.errors import KeyPath, LrvizError
from lrviz.run.driven import Run
from lrviz.spec.model import Node, Schedule, Spec
from lrviz.spec.origin import FACTORY
from lrviz.spec.tree import Tree

Drive = Callable[[Spec], Run]

# Of one change, as driving takes a second for some hundred thousand.
_MOST_CALLS = 2_000_000
_AHEAD, AT_ONCE = 8, 100_000
MOST_A_STEP = 64


@dataclass(frozen=True, eq=False)
class Planned:
    """The plan of one curve.

    Attributes:
        run: the driven plan.
        place: of its curves, which.
        drive: drives a changed spec; what torch refuses is no explanation.
        logged: no log has more of its steps.
    """

    run: Run
    place: int
    drive: Drive
    logged: int

    @property
    def schedule(self) -> Schedule:
        """What the spec says of it."""
        return self.run.spec.schedules[self.place]

    @property
    def curve(self) -> Curve:
        """What it gives."""
        return self.run.curves[self.place]

    @property
    def facts(self) -> SchedulerFacts:
        """What torch made of it."""
        return self.run.schedulers[self.place]

    @property
    def is_changeable(self) -> bool:
        """Whether the spec says how to drive it; a factory's schedule is known by its curve."""
        return self.schedule.scheduler.key[:1] != FACTORY

    @cached_property
    def pinned(self) -> Schedule:
        """The schedule with its arguments as they are, however long it is driven."""
        told = self.schedule.totals
        return replace(
            self.schedule, scheduler=_settle(self.schedule.scheduler, self.facts), told=told
        )

    @property
    def last(self) -> int:
        """The last of the steps of `lr` that may have been logged."""
        return min(int(self.lr.shape[1]), self.logged) - 1

    @cached_property
    def _beyond(self) -> tuple[Steps, Values]:
        """The calls before each step of two epochs more, and what is read before any call."""
        steps = self.curve.steps
        made = self.calls_before(np.arange(steps, steps + 2 * self.schedule.steps_per_epoch))
        return made, self.extend(int(made[-1]) + 1)

    @cached_property
    def lr(self) -> Values:
        """What the curve gives, and as far as torch does it, what it gives for two epochs more."""
        made, values = self._beyond
        return np.hstack([self.curve.lr, values[:, made[made < values.shape[1]]]])

    @cached_property
    def by_call(self) -> Values:
        """What is read before each call, also of those beyond the run; shape (groups, calls)."""
        wanted = min((self.last + 1) * _AHEAD * self.schedule.calls, AT_ONCE)
        _, values = self._beyond
        return values if wanted <= values.shape[1] else self.extend(wanted)

    def extend(self, calls: int) -> Values:
        """Return what is read before each of so many calls, or of those that torch can make."""
        alone = replace(self.pinned, frequency=1, calls=1)
        if alone.interval == "epoch":
            alone = replace(alone, steps_per_epoch=1)
        for count in (min(calls, _MOST_CALLS), self.schedule.total_values):
            if self.is_changeable:
                values = self.give(_last(alone, count))
                if values is not None:
                    return values
        return self.curve.lr[:, :: self.schedule.steps_per_call]

    def calls_before(self, steps: Steps | Sequence[int]) -> Steps:
        """Return how many calls come before each of some steps."""
        made: Steps = np.asarray(steps) // self.schedule.steps_per_call * self.schedule.calls
        return made

    def give(self, schedule: Schedule) -> Values | None:
        """Return the learning rates of a changed plan, None where torch refuses it."""
        try:
            return self.drive(replace(self.run.spec, schedules=(schedule,))).curves[0].lr
        except LrvizError:
            return None

    def change(
        self, scheduler: Node | None = None, rates: Sequence[float] = (), steps: int = 0
    ) -> Values | None:
        """Return the learning rates with another scheduler, or from other ones of the optimizer.

        Args:
            scheduler: in place of the plan's.
            rates: one a param group; none for the plan's.
            steps: of a run whose length is another, and all formulas with it; 0 for the plan's.

        Returns:
            Shape (groups, steps of `lr`), NaN behind the last that may have been logged; None
            where torch refuses it.
        """
        changed = _last(self.pinned, self.last + 1)
        if steps:
            changed = _last(self.schedule, steps)
        if scheduler is not None:
            changed = replace(changed, scheduler=scheduler)
        if rates:
            changed = replace(changed, optimizer=_rate(changed.optimizer, rates))
        values = self.give(changed) if self.is_changeable else None
        return None if values is None else pad(values, self.lr.shape[1])

    def argue(self, arguments: Mapping[KeyPath, Tree]) -> Node:
        """Return the scheduler with other values of some arguments, by their key paths."""
        return _argue(self.pinned.scheduler, arguments)


def pad(values: Values, steps: int) -> Values:
    """Return values at so many steps, NaN where nothing is known."""
    padded = np.full((len(values), steps), np.nan)
    known = values[:, :steps]
    padded[:, : known.shape[1]] = known
    return padded


def _last(schedule: Schedule, steps: int) -> Schedule:
    """Return a schedule that lasts so many steps; a last epoch that is begun is rounded up."""
    each = schedule.steps_per_epoch
    return replace(schedule, epochs=steps // each if steps % each == 0 else (steps - 0.5) / each)


def _settle(node: Node, facts: SchedulerFacts) -> Node:
    """Return a scheduler whose formulas are numbers, and with what is filled in from the run."""
    told = {name: _plain(facts.arguments[name]) for name in facts.given - facts.functions}
    pairs = zip(node.children, facts.children, strict=False)
    children = tuple(_settle(*each) for each in pairs)
    return replace(node, arguments={**node.arguments, **told}, children=children)


def _plain(value: object) -> Tree:
    return list(value) if isinstance(value, tuple) else value  # type: ignore[return-value]


def _argue(node: Node, arguments: Mapping[KeyPath, Tree]) -> Node:
    own = {key[-1]: value for key, value in arguments.items() if key[:-1] == node.key}
    children = tuple(_argue(child, arguments) for child in node.children)
    return replace(node, arguments={**node.arguments, **own}, children=children)  # type: ignore[dict-item]


def _rate(optimizer: Node, rates: Sequence[float]) -> Node:
    groups = tuple(
        {**each, "lr": rate} for each, rate in zip(optimizer.groups, rates, strict=False)
    )
    return replace(optimizer, arguments={**optimizer.arguments, "lr": rates[0]}, groups=groups)
