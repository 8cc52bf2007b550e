"""The recorded values of a schedule, and those of them that are enough to draw it."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]
Steps = NDArray[np.int64]
Indices = NDArray[np.intp]
Quantity = Literal["lr", "momentum", "weight_decay", "metric"]
QUANTITIES: tuple[Quantity, ...] = ("lr", "momentum", "weight_decay")  # of every param group
RECORDED: tuple[Quantity, ...] = (*QUANTITIES, "metric")


@dataclass(frozen=True, eq=False)
class Curve:
    """What one schedule gives every param group of one optimizer.

    Point i is read before step i, steps counted from 0: point 0 is what the first batch trains
    with.

    Attributes:
        groups: the param groups' names, one a row; `""` for the only group of an optimizer, and
            `group 0`, `group 1`, … where a spec names none.
        lr: learning rates, shape (groups, steps).
        momentum: `momentum`, or the first of `betas`, shape (groups, steps); None for an
            optimizer with neither.
        weight_decay: shape (groups, steps); None for an optimizer without it.
        metric: what the scheduler was given, shape (steps,): the value of the call that follows
            the step, NaN where no call follows it; None where the scheduler takes none.
        base_lr: each group's learning rate as the optimizer was given it, before the scheduler.
        label: what tells this curve from others in one figure.
        steps_per_epoch: optimizer steps in an epoch.
        held_from: the first step, perhaps behind the last, that follows a call which was given the
            metric's last value once more; None where every call had one of its own.
        at: the steps that the values were read at, ascending, shape (points,), where only some are
            known, as of a log; None where every step is. All shapes are (…, points) then.

    Row 0 of `lr` may be drawn, compared and written like any array:

    >>> Curve(groups=("",), lr=np.array([[0.1, 0.01]]), base_lr=(0.1,)).steps
    2
    """

    groups: tuple[str, ...]
    lr: Values
    base_lr: tuple[float, ...]
    momentum: Values | None = None
    weight_decay: Values | None = None
    metric: Values | None = None
    label: str = ""
    steps_per_epoch: int = 1
    held_from: int | None = None
    at: Steps | None = None

    @property
    def steps(self) -> int:
        """The number of steps, which is that of a group's points unless only some are known."""
        return int(self.lr.shape[1] if self.at is None else self.at[-1] + 1)

    def quantity(self, name: Quantity) -> Values | None:
        """Return one recorded quantity, shape (groups, steps), or None where there is none.

        A metric is one for all groups, shape (1, steps).
        """
        value: Values | None = getattr(self, name)
        return value[np.newaxis] if name == "metric" and value is not None else value

    def unit(self, x: str) -> float:
        """Return how many steps make one unit of an x axis, `step` or `epoch`."""
        return float(self.steps_per_epoch) if x == "epoch" else 1.0


@dataclass(frozen=True)
class SchedulerFacts:
    """What torch made of one scheduler of a spec.

    Attributes:
        name: its class, as the spec names it.
        key: its key path in the spec.
        arguments: every argument it was built with, defaults included, as a spec would write it.
        given: the names of those that the spec gives, or that are filled in from the run.
        calls: how many calls reach it during the run.
        values: those values of the run that it governs, a value a call; empty where it governs
            none. What comes first in a list governs from value 0 on, before any call.
        children: the schedulers inside a SequentialLR or ChainedScheduler, in order.
        module: where its class or function can be imported from.
        attribute: what it is called there.
        takes_metric: whether each call is given a metric.
        functions: the names of those arguments that are functions, or lists of them, which a spec
            writes as expressions.
        kind: the class or function that its arguments are those of, as the catalog names it; empty
            for one that is in no catalog, or does not do what its arguments say.
        begun: the calls that it has had before the run.
        pace: by how much a call moves its count, where that is known to be another number than 1.
    """

    name: str
    key: tuple[str | int, ...]
    arguments: dict[str, object]
    given: frozenset[str]
    calls: int
    values: range
    children: tuple["SchedulerFacts", ...] = field(default=())
    module: str = field(default="", compare=False)
    attribute: str = field(default="", compare=False)
    takes_metric: bool = field(default=False, compare=False)
    functions: frozenset[str] = field(default=frozenset(), compare=False)
    kind: str = field(default="", compare=False)
    begun: int = field(default=0, compare=False)
    pace: float = field(default=1.0, compare=False)

    def walk(self) -> Iterator["SchedulerFacts"]:
        """Yield this scheduler and those inside it."""
        yield self
        for child in self.children:
            yield from child.walk()


def pick_points(values: Values, first: float, last: float, columns: int) -> Indices:
    """Return the indices of the points that show a curve as it is, in order.

    A curve with far more points than the picture has columns is cut into blocks of at most
    one column; of each the first, the lowest, the highest and the last point are kept, so no spike
    is lost and no column is left out.

    Args:
        values: shape (steps,).
        first: the left end of the x axis, in steps.
        last: the right end, in steps.
        columns: of pixels or of characters between the two.

    Returns:
        Indices into values, ascending, with one point more on either side of the axis' ends.

    >>> pick_points(np.array([0.0, 1, 9, 1, 0, 0, 0, 0]), 0, 8, 1).tolist()
    [0, 2, 7]
    """
    low, high = sorted((first, last))
    start = int(np.clip(math.floor(low) - 1, 0, len(values)))
    stop = int(np.clip(math.ceil(high) + 2, 0, len(values)))
    size = (stop - start) // max(1, columns)
    if size < 4:
        return np.arange(start, stop)
    whole = stop - (stop - start) % size
    heads = np.arange(start, whole, size)
    blocks = values[start:whole].reshape(-1, size)
    kept = (heads, heads + blocks.argmin(1), heads + blocks.argmax(1), heads + size - 1)
    return np.unique(np.concatenate((*kept, np.arange(whole, stop))))
