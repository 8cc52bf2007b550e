"""What the rules read: every scheduler of a schedule with the part of the run that is its own.

Lengths and places are counted in calls here, as torch's arguments are: under `interval: epoch` a
run of 4 epochs has 4 values a group, whatever its steps.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple, TypeGuard

import numpy as np

from lrviz.curve import Curve, SchedulerFacts, Values
from lrviz.errors import KeyPath
from lrviz.spec.model import Schedule, Spec
from lrviz.spec.origin import FACTORY
from lrviz.spec.tree import Tree

# The share of its peak below which a learning rate trains nothing.
UNDERFLOW = 1e-6

# The schedulers that have an end of their own, a LinearLR where it falls.
ANNEALS = ("CosineAnnealingLR", "PolynomialLR", "LinearLR", "OneCycleLR")

RESTARTS = "CosineAnnealingWarmRestarts"

# The argument with the calls until a scheduler ends, turns or drops, unless `total_iters`.
LENGTHS: Mapping[str, str] = {
    **{"CosineAnnealingLR": "T_max", RESTARTS: "T_0", "OneCycleLR": "total_steps"},
    **{"CyclicLR": "step_size_up", "StepLR": "step_size"},
}

# The argument with the factor that a scheduler begins with.
FACTORS: Mapping[str, str] = {"ConstantLR": "factor", "LinearLR": "start_factor"}


class Fix(NamedTuple):
    """A remedy that is certain and local: one value of the spec, replaced.

    Attributes:
        key: the value's key path.
        value: what it is to be.
    """

    key: KeyPath
    value: Tree


@dataclass(frozen=True, eq=False)
class Part:
    """One scheduler, and the values of the run that it governs.

    Attributes:
        facts: what torch made of it.
        parent: the composite that it stands in; None for none.
        name: its class.
        start: the first value of the run that it governs, counted from 0.
        length: how many values it governs.
        lr: those values, shape (groups, length).
        is_last: whether it goes on to the end of the run.
    """

    facts: SchedulerFacts
    parent: SchedulerFacts | None
    name: str
    start: int
    length: int
    lr: Values
    is_last: bool

    @property
    def within(self) -> str:
        """The class of the composite that it stands in; empty for none."""
        return self.parent.name if self.parent else ""

    @property
    def siblings(self) -> list[str]:
        """The classes of the other schedulers of its composite."""
        beside = self.parent.children if self.parent else ()
        return [each.name for each in beside if each is not self.facts]

    @property
    def is_built_elsewhere(self) -> bool:
        """Whether a factory built it: its arguments are known in part, and stand in no spec."""
        return self.facts.key[:1] == FACTORY

    @property
    def climb(self) -> float:
        """How far a LinearLR's factor rises, or falls below 0; 0 for everything else."""
        rise = self.number("end_factor") - self.number("start_factor")
        return rise if self.name == "LinearLR" else 0.0

    @property
    def length_name(self) -> str:
        """The argument that says how many calls it is planned for, should it have one."""
        return LENGTHS.get(self.name, "total_iters")

    @property
    def planned(self) -> float:
        """The calls that it is planned for: until it ends, turns or drops; NaN for no number."""
        by_epochs = self.number("epochs") * self.number("steps_per_epoch")
        return self.number(self.length_name, by_epochs if self.name == "OneCycleLR" else math.nan)

    @property
    def is_anneal(self) -> bool:
        """Whether it anneals towards an end of its own: a warm-up has none."""
        is_warmup = self.name == "LinearLR" and not self.climb < 0
        return self.name in ANNEALS and not is_warmup and self.planned > 0

    def number(self, name: str, default: float = math.nan) -> float:
        """Return an argument's value, or a default where it is no finite number.

        No comparison with NaN holds: of an argument that is missing a rule sees nothing.
        """
        value = self.facts.arguments.get(name)
        return float(value) if _is_number(value) and math.isfinite(value) else default

    def numbers(self, name: str) -> list[float]:
        """Return the numbers of a list; empty where the argument is none."""
        values = self.facts.arguments.get(name)
        if not isinstance(values, list | tuple) or not all(map(_is_number, values)):
            return []
        return list(map(float, values))

    def rates(self, name: str) -> list[float]:
        """Return an argument's value for every group; empty where it is neither one nor many."""
        value = self.number(name)
        return self.numbers(name) if math.isnan(value) else [value] * len(self.lr)

    def key(self, *names: str) -> KeyPath:
        """Return the key path of the first of these arguments that is given, or its own."""
        for name in names:
            if name in self.facts.given:
                return (*self.facts.key, name)
        return self.facts.key

    def fix(self, name: str, value: int | str) -> Fix | None:
        """Return the remedy that gives an argument another value; None where none is certain.

        A factory's arguments stand in no spec, and OneCycleLR's length may be given in epochs.
        """
        is_in_epochs = name == "total_steps" and name not in self.facts.given
        certain = not (self.is_built_elsewhere or is_in_epochs)
        return Fix((*self.facts.key, name), value) if certain else None


@dataclass(frozen=True, eq=False)
class View:
    """One schedule and its curve, as the rules read them.

    Attributes:
        spec: the whole spec.
        schedule: what the spec says of this curve.
        base_lr: each group's learning rate as the optimizer was given it.
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
        return call * self.schedule.steps_per_call


def build_view(spec: Spec, schedule: Schedule, facts: SchedulerFacts, curve: Curve) -> View:
    """Return one schedule of a spec and its curve as the rules read them."""
    each = schedule.steps_per_call
    lr = curve.lr[:, ::each]
    peak = np.asarray(lr.max(axis=1))
    metric = None if curve.metric is None else curve.metric[each - 1 :: each]
    parts = tuple(_iter_parts(facts, None, lr))
    return View(spec, schedule, curve.base_lr, lr, peak, metric, parts)


def _iter_parts(facts: SchedulerFacts, parent: SchedulerFacts | None, lr: Values) -> Iterator[Part]:
    values, name = facts.values, facts.name
    is_last = len(values) > 0 and values.stop == lr.shape[1]
    own = lr[:, values.start : values.stop]
    yield Part(facts, parent, name, values.start, len(values), own, is_last)
    for child in facts.children:
        yield from _iter_parts(child, facts, lr)


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)
