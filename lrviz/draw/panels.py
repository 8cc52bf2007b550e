"""What is drawn of a run: its panels, and what part of their lines' values is shown."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from lrviz.curve import Indices, Quantity, Steps, Values, pick_points
from lrviz.draw.trace import (
    DEPTH,
    LEAST_DEPTH,
    Lines,
    Places,
    find_constant,
    find_floor,
    find_log_limits,
    find_order,
    merge_rows,
)
from lrviz.run.driven import Run
from lrviz.spec.options import FigureOptions

Limits = tuple[float, float]

# The farthest that an axis reaches from 0; the difference of two such ends is still finite.
LARGEST = 1e307
SMALLEST = 1e-280  # the shortest axis that can be divided
FARTHEST = 1e15  # the farthest that an x axis reaches: beyond, floats do not tell steps apart

# As many lines are told apart one by one; more that stand in an order are read as one family.
MOST_APART = 6


@dataclass(frozen=True, eq=False)
class Row:
    """What a line shows.

    Attributes:
        values: of a param group, shape (steps,); none where it has no such quantity.
        unit: its values in one unit of the x axis.
        held: the first step that follows a held metric; None where none does.
        at: the steps of the values of a log, which no line connects; None where every step has one.
        offset: where the first value stands on the x axis.
        end: where the run ends there.
    """

    values: Values
    unit: float
    held: int | None = None
    at: Steps | None = None
    offset: float = 0.0
    end: float = 0.0

    def place(self, indices: Indices) -> Values:
        """Return where values stand on the x axis."""
        steps = np.asarray(indices if self.at is None else self.at[indices])
        return self.offset + steps / self.unit

    def index(self, x: float) -> float:
        """Return the index of what stands at a place on the x axis; of a log a fraction, too."""
        step, at = (x - self.offset) * self.unit, self.at
        return step if at is None else float(np.interp(step, at, range(len(at)), -1, len(at)))

    def pick(self, ends: Limits, columns: int) -> tuple[Values, Indices]:
        """Return where the points stand that show it, and their indices; as `pick_points`."""
        points = pick_points(self.values, self.index(ends[0]), self.index(ends[1]), columns)
        return self.place(points), points

    def thin(self, each: int) -> "Row":
        """Return the last of every so many values: what a metric is at the steps that calls follow.

        >>> row = Row(np.array([math.nan, 3.0, math.nan, 2.0]), unit=2.0, held=4).thin(2)
        >>> row.values.tolist(), row.place(np.arange(2)).tolist(), row.held
        ([3.0, 2.0], [0.5, 1.5], 1)
        """
        held = None if self.held is None else self.held // each - 1
        values, offset = self.values[each - 1 :: each], (each - 1) / self.unit
        return replace(self, values=values, unit=self.unit / each, held=held, offset=offset)


@dataclass(frozen=True, eq=False)
class Panel:
    """What a panel shows.

    Attributes:
        quantity: on its y axis.
        rows: one a line.
        lines: which param groups they stand for.
        seen: the values in view, a row each; no row where there are none.
        xlim: ends of the x axis, in its own unit.
        limits: of the y axis.
        floor: what a log axis has no place for, as `find_floor` gives it.
        given: whether the limits were asked for.
        told: the one value of all lines, which the title says in place of the panel; else None.
    """

    quantity: Quantity
    rows: tuple[Row, ...]
    lines: Lines
    seen: tuple[Values, ...]
    xlim: Limits
    limits: Limits
    floor: float | None
    given: bool
    told: float | None

    @property
    def highest(self) -> float:
        """The highest value in view."""
        return max((float(values.max()) for values in self.seen), default=0.0)


def plan_panels(run: Run, options: FigureOptions) -> tuple[Panel, ...]:
    """Return the panels of a run's picture."""
    every = [tuple(_iter_rows(run, quantity, options.x)) for quantity in options.panels]
    own = [rows for rows, name in zip(every, options.panels, strict=True) if name != "metric"]
    owners = [owner for owner, curve in enumerate(run.curves) for _ in curve.groups]
    whole = 0.0, max(row.end for row in every[0])
    ends = mend_limits(options.xlim or whole, whole, "linear", FARTHEST)
    lines: Sequence[Places] = [(place,) for place in range(len(owners))]
    if own and len(owners) > len(run.curves):
        values = ([row.values for row in rows] for rows in zip(*own, strict=True))
        lines = merge_rows(zip(owners, values, strict=True))
    order, drawn = 0, [tuple(rows[places[0]] for places in lines) for rows in every]
    if len(lines) > MOST_APART and len(run.curves) == 1:
        order = find_order([row.values for row in drawn[0]])
    told = Lines(tuple(lines), order)
    return tuple(
        _plan_panel(run, options, index, ends, rows, told) for index, rows in enumerate(drawn)
    )


def _plan_panel(
    run: Run, options: FigureOptions, index: int, ends: Limits, rows: tuple[Row, ...], lines: Lines
) -> Panel:
    quantity, scale = options.panels[index], options.yscale
    seen = tuple(filter(len, (_list_within(row, ends) for row in rows)))
    is_log = scale == "log"  # such an axis is made for what is in view
    values = [_list_within(row, ends, beyond=True) if is_log else row.values for row in rows]
    base = max(max(curve.base_lr, default=0.0) for curve in run.curves)
    limits = find_limits(values, quantity, base, scale)
    wanted = options.ylim if not index else None  # they are the first panel's
    if wanted:
        limits = mend_limits(wanted, limits, scale)
    floor = find_floor(seen, limits, given=bool(wanted)) if is_log else None
    # The first panel is always drawn, and so is the learning rate's.
    is_titled = options.style.title == "schedule" and run.spec.title != ""
    can_be_told = is_titled and index and quantity not in ("lr", "metric")
    told = find_constant([row.values for row in rows]) if can_be_told else None
    return Panel(quantity, rows, lines, seen, ends, limits, floor, bool(wanted), told)


def _iter_rows(run: Run, quantity: Quantity, x: str) -> Iterator[Row]:
    for place, curve in enumerate(run.curves):
        values, unit = curve.quantity(quantity), curve.unit(x)
        for group in range(len(curve.groups)):
            own = np.empty(0) if values is None or group >= len(values) else values[group]
            row = Row(own, unit, curve.held_from, curve.at, end=curve.steps / unit)
            is_given = quantity == "metric" and own.size  # one for all groups, and call by call
            yield row.thin(run.spec.schedules[place].steps_per_call) if is_given else row


def _list_within(row: Row, ends: Limits, *, beyond: bool = False) -> Values:
    """Return the values between two ends; `beyond`, what a line comes from and goes to, too."""
    low, high = sorted(map(row.index, ends))
    first, last = math.ceil(low), math.floor(high)
    if beyond and row.at is None:
        first, last = math.floor(low), math.ceil(high)
    found = row.values[max(first, 0) : max(last + 1, 0)]
    finite = np.isfinite(found)
    return found if finite.all() else found[finite]


def find_limits(values: Sequence[Values], quantity: Quantity, base_lr: float, scale: str) -> Limits:
    """Return the lower and upper end of a panel's y axis.

    A learning rate's starts at 0 and, by the article's rule, ends at 1.1 times the larger of the
    highest value and the optimizer's own.

    >>> find_limits([np.array([1.0, 0.5])], "lr", 2.0, "linear")
    (0.0, 2.2)
    """
    shown = (each[np.isfinite(each) & ((each > 0) | (scale != "log"))] for each in values)
    numbers = np.array([end for each in shown if each.size for end in (each.min(), each.max())])
    floor = 0.0
    if quantity == "lr":
        peaks = numbers[1::2]
        floor = min(DEPTH * peaks.max(initial=0), LEAST_DEPTH * peaks.min(initial=math.inf))
        numbers = np.append(numbers, base_lr)
    if scale == "log":
        return find_log_limits(numbers, floor * (1 - 1e-9))
    if not len(numbers):
        return 0.0, 1.0
    low, high = float(numbers.min()), float(numbers.max())
    if quantity == "lr":
        low, high = max(1.1 * min(low, 0.0), -LARGEST), min(1.1 * max(high, 0.0), LARGEST)
        return (low, high) if high - low > SMALLEST else (0.0, 1.0)
    return _own_range(low, high)


def mend_limits(wanted: Limits, found: Limits, scale: str, farthest: float = LARGEST) -> Limits:
    """Return the limits that were asked for, as far as an axis can have them.

    The end that a log axis cannot show is the one that was found; two equal ends are moved apart.

    >>> mend_limits((0, 1), (1e-4, 0.1), "log"), mend_limits((2, 2), (0, 1), "linear")
    ((0.0001, 1.0), (1.6, 2.4))
    >>> mend_limits((0, 1e300), (0, 1), "linear", FARTHEST)
    (0.0, 1000000000000000.0)
    """
    low, high = (min(max(float(end), -farthest), farthest) for end in wanted)
    if scale == "log":
        low = max(low, SMALLEST) if low > 0 else found[0]
        high = max(high, SMALLEST) if high > 0 else found[1]
    if abs(high - low) > max(1e-9 * max(abs(low), abs(high)), SMALLEST * (scale == "linear")):
        return low, high
    return _around(low) if scale == "linear" else (low / 2, low * 2)


def round_up(least: float) -> float:
    """Return the smallest of …, 0.5, 1, 2, 5, 10, 20, … that is not below a number.

    >>> [round_up(each) for each in (0.3, 1, 3, 11)]
    [0.5, 1.0, 5.0, 20.0]
    """
    decade = 10.0 ** math.floor(math.log10(least))
    return next(nice * decade for nice in (1, 2, 5, 10) if nice * decade >= least * (1 - 1e-9))


def _own_range(low: float, high: float) -> Limits:
    """Return a range and a tenth of it on either side, but none below 0 that is not needed."""
    if max(abs(low), abs(high)) < SMALLEST:
        return 0.0, 1.0
    if high - low <= 1e-9 * max(abs(low), abs(high)):
        return _around(high)
    margin, lowest = high / 10 - low / 10, 0.0 if low >= 0 else -LARGEST
    return max(low - margin, lowest), min(high + margin, LARGEST)


def _around(value: float) -> Limits:
    value = min(max(value, -LARGEST / 2), LARGEST / 2)
    reach = abs(value) / 5 if abs(value) > SMALLEST else 0.5
    return value - reach, value + reach
