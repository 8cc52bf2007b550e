"""One scheduler as the rules read it, with the part of the run that is its own.

Lengths and places are counted in calls, as torch's arguments are: under `interval: epoch` a run of
4 epochs has 4 values a group, whatever its steps.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TypeGuard

from lrviz.curve import SchedulerFacts, Values
from lrviz.errors import Grade, KeyPath
from lrviz.linter.remedy import Fix
from lrviz.spec.catalog import CATALOG, Entry
from lrviz.spec.catalog.external import USUAL_ROLES
from lrviz.spec.expression import evaluate
from lrviz.spec.origin import FACTORY
from lrviz.spec.tree import Tree

# The share of its peak below which a learning rate trains nothing.
UNDERFLOW = 1e-6

RESTARTS = "CosineAnnealingWarmRestarts"

# By what a scheduler is known beside its roles: no argument tells what it does; it is given one.
UNTOLD, METRIC = "untold", "metric"

Fixes = tuple[Fix, ...]

LAMBDAS = frozenset({"LambdaLR", "MultiplicativeLR"})

# The roles of the one argument with the calls until a scheduler ends, turns or drops.
LENGTHS = ("length", "decay", "ramp", "approach", "hold", "period", "cycle", "half_cycle")


@dataclass(frozen=True, eq=False)
class Part:
    """One scheduler, and the values of the run that it governs.

    Attributes:
        facts: what torch made of it.
        parent: the composite that it stands in; None for none.
        start: the first value of the run that it governs, counted from 0.
        length: how many values it governs.
        lr: those values, shape (groups, length).
        is_last: whether it goes on to the end of the run.
        rows: which of the optimizer's groups these are.
    """

    facts: SchedulerFacts
    parent: SchedulerFacts | None
    start: int
    length: int
    lr: Values
    is_last: bool
    rows: list[int]

    @property
    def name(self) -> str:
        """Its class; of one that changes nothing of a class of torch's, that class."""
        return self.facts.kind or self.facts.name

    @property
    def entry(self) -> Entry | None:
        """What the catalog knows of it; None for nothing."""
        return CATALOG.get(self.facts.kind)

    @cached_property
    def roles(self) -> Mapping[str, str]:
        """Its arguments by what they are to the schedule; guessed of what is in no catalog."""
        known = USUAL_ROLES if self.entry is None else self.entry.roles
        return {role: each for each, role in known.items() if each in self.facts.arguments}

    @cached_property
    def tags(self) -> frozenset[str]:
        """By what it is known to the rules that are about it."""
        words = [UNTOLD] * self.is_untold + [METRIC] * self.facts.takes_metric
        return frozenset({self.name, *self.roles, *words})

    @property
    def is_untold(self) -> bool:
        """Whether no argument tells what it does, so that its curve must."""
        return not self.facts.children and (self.entry is None or self.name in LAMBDAS)

    @property
    def grade(self) -> Grade | None:
        """How bad it is at most what its arguments say; None where these are known."""
        return "note" if self.entry is None else None

    @property
    def within(self) -> str:
        """The class of the composite that it stands in; empty for none."""
        return (self.parent.kind or self.parent.name) if self.parent else ""

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
        """How far the factor of a straight line rises, or falls below 0; 0 for everything else."""
        rise = self.value("floor_share") - self.value("start_share")
        return rise if "ramp" in self.roles else 0.0

    @property
    def warmup(self) -> float:
        """The calls of its way up; NaN for none."""
        is_up = self.climb > 0 or ("hold" in self.roles and 0 < self.value("start_share") < 1)
        return self.planned if is_up else self.value("warmup")

    @property
    def length_name(self) -> str:
        """The argument that says how many calls it is planned for, should it have one."""
        return self.role("stable" if math.isfinite(self.value("stable")) else "", *LENGTHS)

    @property
    def planned(self) -> float:
        """What that says: the calls until it ends, turns or drops; NaN for no number."""
        by_epochs = self.number("epochs") * self.number("steps_per_epoch")
        return self.number(self.length_name, by_epochs)

    @cached_property
    def horizon(self) -> float:
        """The calls after which it is at its end; NaN where it has none of its own."""
        end = math.nan
        if math.isfinite(self.value("stable")):
            end = self.value("warmup") + self.planned + self.value("decay")
        elif "length" in self.roles:
            end = self.before + self.planned * self._laps
        elif {"decay", "approach"} & self.roles.keys() or self.climb < 0:
            end = self.planned
        return end - self.facts.begun

    @property
    def wanted(self) -> float:
        """What its length is to be, so that it ends where its part of the run does."""
        if math.isfinite(self.value("stable")):
            return self.length - self.value("warmup") - self.value("decay")
        laps = self._laps
        whole = self.length + self.facts.begun - self.before
        return whole if laps == 1 else float(whole // laps) if laps < whole else math.nan

    @property
    def first_restart(self) -> float:
        """The calls until its first restart, where any are asked for; NaN where not."""
        is_asked = "cycle" in self.roles or self.value("cycles") > 1
        return self.planned + self.before if is_asked else math.nan

    @property
    def before(self) -> float:
        """The calls that come before its length, as a warm-up may."""
        fill = self.entry.fills.get(self.length_name) if self.entry else None
        if fill is None:
            return 0.0
        given = self.facts.arguments.items()
        numbers = {each: float(value) for each, value in given if isinstance(value, int | float)}
        return -evaluate(fill.formula, {**numbers, "total_calls": 0.0})

    @property
    def _laps(self) -> float:
        """How many of its lengths follow one another."""
        cycles, growth = self.value("cycles", 1.0), self.value("growth", 1.0)
        if growth == 1 or not 0 < cycles < 64:
            return cycles
        return float(sum(growth**cycle for cycle in range(round(cycles))))

    @property
    def milestones(self) -> list[float]:
        """The calls at which it drops, as far as a list says them."""
        counted = [each - 1 for each in self.numbers(self.role("ordinals"))]
        return [self.shift + each for each in counted or self.numbers(self.role("milestones"))]

    @property
    def shift(self) -> float:
        """The calls after which its drops are counted."""
        return self.value("warmup", 0.0) if self.facts.arguments.get(self.role("prefix")) else 0.0

    def role(self, *roles: str) -> str:
        """Return the argument that has the first of these roles that one has; empty for none."""
        return next((self.roles[role] for role in roles if role in self.roles), "")

    def value(self, role: str, default: float = math.nan) -> float:
        """Return the number of the argument that has a role, as `number`."""
        return self.number(self.role(role), default)

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
        values = self.numbers(name) if math.isnan(value) else [value] * (max(self.rows) + 1)
        return [values[row] for row in self.rows if row < len(values)]

    def key(self, *names: str) -> KeyPath:
        """Return the key path of the first of these arguments that is given, or its own."""
        given = [name for name in names if name in self.facts.given]
        return (*self.facts.key, *given[:1])

    def fix(self, name: str, value: Tree, comment: str = "", *, is_certain: bool = False) -> Fixes:
        """Return the remedy that gives an argument another value; none where none is sure.

        OneCycleLR's length may be given in epochs, and a schedule may have begun before the run.
        """
        is_elsewhere = name == self.length_name and math.isnan(self.number(name))
        if not name or is_elsewhere or self.facts.begun:
            return ()
        is_certain = is_certain and not self.is_built_elsewhere
        return (Fix((*self.facts.key, name), value, is_certain, (), comment),)

    def given(self, name: str, value: Tree) -> "Part":
        """Return the same scheduler with another value of an argument."""
        arguments = {**self.facts.arguments, name: value}
        return replace(self, facts=replace(self.facts, arguments=arguments))

    def fit(self) -> Fixes:
        """Return the remedy that ends it with its part of the run; none where it then holds."""
        name, wanted = self.length_name, self.wanted
        is_sure = self._laps == 1 and self.entry is not None
        if not wanted >= 1 or "approach" in self.roles:
            return ()
        is_filled = self.entry is not None and name in self.entry.fills and is_sure
        is_filled = is_filled and name != self.role("stable") and not self.is_built_elsewhere
        value = int(wanted) if wanted % 1 == 0 else wanted
        return self.fix(name, value, ", or leave it out" * is_filled, is_certain=is_sure)


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)
