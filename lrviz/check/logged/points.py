"""What was logged, point by point, and where the steps of a plan are in it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import permutations

import numpy as np
from numpy.typing import NDArray

from lrviz.check.logged.changed import Planned
from lrviz.curve import Curve, Steps, Values
from lrviz.run.log import Log, Precision, Series

# Libraries compute one value in two ways, as a closed form or from the last one.
_RELATIVE, _ABSOLUTE = 1e-9, 1e-12

# So many param groups may be in any order.
_MOST_ORDERED = 4

# The unit of the log's steps, how many of the plan's each is, and what may have to be added.
Way = tuple[str, int, tuple[int, ...]]

Pairs = tuple[tuple[int, int], ...]


@dataclass(frozen=True, eq=False)
class Points:
    """Logged learning rates, each with the plan's param group that it is of.

    Attributes:
        pairs: which of the log's series is held against which param group.
        at: the plan's step of each point, but for the offset; shape (points,), as all others.
        group: the param group of each.
        value: what was logged.
        offsets: what is to be added to `at`, the likeliest first.
        unit: what the log's steps count.
        steps: of the plan.
        known: the steps up to which it is known what the plan gives when it goes on.
        precision: of the log.
    """

    pairs: Pairs
    at: Steps
    group: Steps
    value: Values
    offsets: tuple[int, ...]
    unit: str
    steps: int
    known: int
    precision: Precision

    @cached_property
    def largest(self) -> float:
        """The largest that was logged."""
        return float(np.abs(self.value).max(initial=0.0))

    def slack(self, values: Values) -> Values:
        """Return how far a logged value may be from one that was meant."""
        told = self.precision.tolerance(values) * (1 + 1e-6)
        slack: Values = told + np.abs(values) * _RELATIVE + self.largest * _ABSOLUTE
        return slack

    def index(self, offset: int) -> Steps:
        """Return the plan's step of each point; one before the first is as good as the first."""
        index: Steps = np.maximum(self.at + offset, 0)
        return index

    def inside(self, offset: int) -> NDArray[np.bool_]:
        """Return which points are compared: those that any offset puts within the plan.

        So no offset leaves out a point that speaks against it.
        """
        ever = (self.at + max(self.offsets) >= 0) & (self.at + min(self.offsets) < self.steps)
        inside: NDArray[np.bool_] = ever & (self.index(offset) < self.known)
        return inside

    def outside(self, offset: int) -> NDArray[np.bool_]:
        """Return which points are beyond the plan's ends."""
        outside: NDArray[np.bool_] = (self.at + offset < 0) | (self.at + offset >= self.steps)
        return outside

    def agree(self, planned: Values, logged: Values) -> NDArray[np.bool_]:
        """Return which logged values are, to the log's precision, those that were meant."""
        near: NDArray[np.bool_] = np.abs(planned - logged) <= self.slack(planned)
        return near

    def matches(self, values: Values, offset: int) -> NDArray[np.bool_]:
        """Return which of the points that are compared a curve has, shape (groups, steps)."""
        inside = self.inside(offset)
        index, group = self.index(offset)[inside], self.group[inside]
        return self.agree(values[group, index], self.value[inside])

    def reproduced(self, values: Values) -> int | None:
        """Return the offset at which a curve has all points that are compared; None for none."""
        for offset in self.offsets:
            if (found := self.matches(values, offset)).size and found.all():
                return offset
        return None


@dataclass(frozen=True, eq=False)
class Laid:
    """A log laid over one curve of a plan at one offset.

    Attributes:
        planned: the plan of the curve.
        points: what was logged.
        offset: one of theirs.
    """

    planned: Planned
    points: Points
    offset: int

    @property
    def curve(self) -> Curve:
        """The plan's."""
        return self.planned.curve

    @property
    def rank(self) -> tuple[bool, int, int]:
        """What is larger for one that lies better."""
        found = self.points.matches(self.planned.lr, self.offset)
        outside = int(self.points.outside(self.offset).sum())
        return bool(found.size) and bool(found.all()), int(found.sum()), -outside


def spread(items: Steps, most: int) -> Steps:
    """Return so many items at most, evenly spread from the first to the last."""
    chosen = np.unique(np.linspace(0, max(len(items) - 1, 0), most).astype(int))
    spread_out: Steps = items[chosen[: len(items)]]
    return spread_out


def iter_points(log: Log, curve: Curve, known: int) -> Iterator[Points]:
    """Yield every way in which a log can be laid over a curve, the likeliest first.

    Args:
        log: of a run.
        curve: the plan's.
        known: the steps of the curve and of what it gives when it goes on.
    """
    each = curve.steps_per_epoch
    late = "Hugging Face" in log.writer
    by_step: Way = ("step", 1, (-1, 0, 1) if late else (0, -1, 1))
    # Of an epoch that is counted from 1 or from 0: its last step, its first, or what follows it.
    by_epoch: Way = ("epoch", each, (-1, 0, -each, each - 1, each))
    ways = {"step": [by_step], "epoch": [by_epoch], "row": [by_step, by_epoch]}[log.unit]
    if each == 1:
        ways = [("step", 1, by_step[2])] if log.unit != "epoch" else [("epoch", 1, (-1, 0, 1))]
    if log.unit == "epoch" and any(0 in each.steps[:1] for each in log.series):
        ways = [("epoch", each, tuple(dict.fromkeys((each - 1, 0, each, -1, 1 - each))))]
    for unit, stride, offsets in ways:
        for pairs in _pair(log.series, curve.groups):
            rows = [log.series[series] for series, _ in pairs]
            yield Points(
                pairs,
                np.concatenate([row.steps for row in rows]) * stride,
                np.repeat([group for _, group in pairs], [len(row.steps) for row in rows]),
                np.concatenate([row.values for row in rows]),
                offsets,
                unit,
                curve.steps,
                known,
                log.precision,
            )


def _pair(series: Sequence[Series], groups: Sequence[str]) -> list[Pairs]:
    """Return which series may be which param groups: by name, else in any order."""
    if len(groups) == 1:
        return [((each, 0),) for each in range(len(series))]
    if len(series) == 1:
        return [((0, each),) for each in range(len(groups))]
    named = tuple(
        (place, groups.index(max(names, key=len)))
        for place, each in enumerate(series)
        if (names := [group for group in groups if is_named(each.name, group)])
    )
    count = min(len(series), len(groups))
    if len(named) == count:
        return [named]
    orders = permutations(range(len(groups)), count) if len(groups) <= _MOST_ORDERED else ()
    return [tuple(enumerate(each)) for each in orders or (range(count),)]


def is_named(series: str, group: str) -> bool:
    """Whether a series' name ends with the name of a param group.

    >>> is_named("lr-AdamW/head", "head"), is_named("lr_head", "head"), is_named("ahead", "head")
    (True, True, False)
    """
    before = series.removesuffix(group)
    return bool(group) and before != series and not before[-1:].isalnum()
