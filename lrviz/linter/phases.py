"""What the rules read: every scheduler of a schedule with the part of the run that is its own.

Lengths and places are counted in calls here, as torch's arguments are: under `interval: epoch` a
run of 4 epochs has 4 values a group, whatever its steps.
"""

import math
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import TypeGuard
from weakref import WeakKeyDictionary

import numpy as np

from lrviz.curve import Curve, SchedulerFacts, Values
from lrviz.errors import KeyPath
from lrviz.linter.rule import Case, Fix
from lrviz.spec.model import Schedule, Spec


@dataclass(frozen=True, eq=False)
class Part:
    """One scheduler, and the values of the run that it governs.

    Attributes:
        facts: what torch made of it.
        parent: the composite that it stands in; None for none.
        start: the first value that it governs, counted from 0 over the run.
        end: one more than the last.
        lr: those values, shape (groups, end - start).
    """

    facts: SchedulerFacts
    parent: SchedulerFacts | None
    start: int
    end: int
    lr: Values

    @property
    def name(self) -> str:
        """Its class."""
        return self.facts.name

    @property
    def length(self) -> int:
        """How many values it governs."""
        return self.end - self.start

    @property
    def within(self) -> str:
        """The class of the composite that it stands in; empty for none."""
        return self.parent.name if self.parent else ""

    @property
    def is_built_elsewhere(self) -> bool:
        """Whether a factory built it: its arguments are known in part, and stand in no spec."""
        return self.facts.key[:1] == ("factory",)

    def has_siblings(self) -> bool:
        """Whether its composite has other schedulers."""
        return self.parent is not None and len(self.parent.children) > 1

    def number(self, name: str) -> float | None:
        """Return an argument's value; None where it is no finite number."""
        value = self.facts.arguments.get(name)
        return _finite(value)

    def numbers(self, name: str) -> list[float]:
        """Return the numbers of a list; empty where the argument is none."""
        value = self.facts.arguments.get(name)
        return [float(each) for each in value] if _is_numbers(value) else []

    def rates(self, name: str) -> list[float]:
        """Return an argument's value for every group; empty where it is neither one nor many."""
        value = self.number(name)
        return [value] * len(self.lr) if value is not None else self.numbers(name)

    def key(self, *names: str) -> KeyPath:
        """Return the key path of the first of these arguments that is given, or its own."""
        for name in names:
            if name in self.facts.given:
                return (*self.facts.key, name)
        return self.facts.key

    def fix(self, name: str, value: int | str) -> Fix | None:
        """Return the remedy that gives an argument another value; None for a factory's."""
        return None if self.is_built_elsewhere else Fix((*self.facts.key, name), value)


@dataclass(frozen=True, eq=False)
class View:
    """A case as the rules read it, computed once for all of them.

    Attributes:
        spec: the whole spec.
        schedule: what the spec says of this curve.
        base_lr: each group's learning rate as the optimizer was given it.
        lr: learning rates, one a call, shape (groups, calls).
        metric: what the scheduler was given, one a call; None where it takes none.
        parts: every scheduler, composites before what stands in them.
    """

    spec: Spec
    schedule: Schedule
    base_lr: tuple[float, ...]
    lr: Values
    metric: Values | None
    parts: tuple[Part, ...]

    @property
    def calls(self) -> int:
        """How many values each group has: as many as there are calls."""
        return int(self.lr.shape[1])

    @property
    def top(self) -> Part:
        """The scheduler that the others stand in, or the only one."""
        return self.parts[0]

    @property
    def last(self) -> Part:
        """The scheduler that the run ends with; the last of several that are called together."""
        return next(part for part in reversed(self.parts) if self.is_last(part))

    @cached_property
    def _named(self) -> dict[str, list[Part]]:
        named: dict[str, list[Part]] = {}
        for part in self.parts:
            named.setdefault(part.name, []).append(part)
        return named

    @cached_property
    def peak(self) -> Values:
        """The highest learning rate of every group."""
        return np.asarray(self.lr.max(axis=1))

    @cached_property
    def floor(self) -> Values:
        """The lowest learning rate of every group."""
        return np.asarray(self.lr.min(axis=1))

    def of(self, *names: str) -> Iterator[Part]:
        """Yield the schedulers of these classes that the run comes to."""
        for name in names:
            for part in self._named.get(name, ()):
                if part.length:
                    yield part

    def all_of(self, *names: str) -> Iterator[Part]:
        """Yield the schedulers of these classes, whether the run comes to them or not."""
        for name in names:
            yield from self._named.get(name, ())

    def children(self, part: Part) -> list[Part]:
        """Return the parts of a composite, in order."""
        return [each for each in self.parts if each.parent is part.facts]

    def is_last(self, part: Part) -> bool:
        """Whether a part goes on to the end of the run."""
        return part.length > 0 and part.end == self.calls

    def step(self, call: int) -> int:
        """Return the step that trains with a value."""
        return call * self.schedule.steps_per_call


_VIEWS: WeakKeyDictionary[Curve, View] = WeakKeyDictionary()


def view_of(case: Case) -> View:
    """Return a case as the rules read it; every rule reads the same one."""
    view = _VIEWS.get(case.curve)
    if view is None or view.schedule is not case.schedule or view.top.facts is not case.facts:
        view = _VIEWS[case.curve] = _build_view(case)
    return view


def _build_view(case: Case) -> View:
    each = case.schedule.steps_per_call
    curve = case.curve
    lr = curve.lr[:, ::each]
    return View(
        spec=case.spec,
        schedule=case.schedule,
        base_lr=curve.base_lr,
        lr=lr,
        metric=None if curve.metric is None else curve.metric[each - 1 :: each],
        parts=tuple(_iter_parts(case.facts, None, 0, lr.shape[1], lr)),
    )


def _iter_parts(
    facts: SchedulerFacts, parent: SchedulerFacts | None, start: int, end: int, lr: Values
) -> Iterator[Part]:
    yield Part(facts, parent, start, end, lr[:, start:end])
    spans = [(start, end)] * len(facts.children)
    if facts.name == "SequentialLR":
        milestones = facts.arguments.get("milestones")
        known = [float(each) for each in milestones] if _is_numbers(milestones) else []
        spans = _sequential_spans(known, len(facts.children), start, end)
    for child, (first, last) in zip(facts.children, spans, strict=True):
        yield from _iter_parts(child, facts, first, last, lr)


def _sequential_spans(
    milestones: Sequence[float], children: int, start: int, end: int
) -> list[tuple[int, int]]:
    """Return the values that each child governs, as torch picks it: by bisection.

    >>> _sequential_spans([8], 2, 0, 32)
    [(0, 8), (8, 32)]
    """
    inside = {math.ceil(each) for each in milestones if 0 < each < end - start}
    spans = dict.fromkeys(range(children), (end, end))
    for left, right in pairwise([*sorted({0, *inside}), end - start]):
        child = bisect_right(milestones, left)
        first, _ = spans.get(child, (end, end))
        spans[child] = (min(first, start + left), start + right)
    return [spans[index] for index in range(children)]


def _finite(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if math.isfinite(value) else None


def _is_numbers(value: object) -> TypeGuard[Sequence[float]]:
    return isinstance(value, list | tuple) and all(
        isinstance(each, int | float) and not isinstance(each, bool) for each in value
    )
