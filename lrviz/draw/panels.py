"""What is drawn of a run: its panels, and what part of their lines' values is shown."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from lrviz.curve import Quantity, Values
from lrviz.draw.trace import Limits, Places, Row, find_order, merge_rows
from lrviz.run.driven import Run
from lrviz.spec.options import FigureOptions
from lrviz.spec.style import Style
from lrviz.spell import spell_floor

# The farthest that an axis reaches from 0; the difference of two such ends is still finite.
LARGEST = 1e307
SMALLEST = 1e-280  # the shortest axis that can be divided
FARTHEST = 1e15  # the farthest that an x axis reaches: beyond, floats do not tell steps apart
DECADES = 16  # a log axis shows as many at most: as many digits as a float has

# The part of the highest learning rate where a log axis ends if some are below, and the part of any
# line's own peak where it does not end yet.
DEPTH, LEAST_DEPTH = 1e-4, 0.1

HIDDEN = "{what}: {hidden:,} of {count:,} {unit}"  # what a legend says of what is below an axis


@dataclass(frozen=True, eq=False)
class Panel:
    """What a panel shows.

    Attributes:
        quantity: on its y axis.
        rows: one a line.
        lines: the places among every curve's param groups that each line stands for.
        order: as `find_order` gives it, of the first panel's lines.
        seen: the values in view, a row each; no row where there are none.
        xlim: ends of the x axis, in its own unit.
        limits: of the y axis.
        floor: what a log axis has no place for, as `find_floor` gives it.
        given: whether the limits were asked for.
    """

    quantity: Quantity
    rows: tuple[Row, ...]
    lines: tuple[Places, ...]
    order: int
    seen: tuple[Values, ...]
    xlim: Limits
    limits: Limits
    floor: float | None
    given: bool

    @property
    def highest(self) -> float:
        """The highest value in view."""
        return max((float(values.max()) for values in self.seen), default=0.0)

    @property
    def constant(self) -> float | None:
        """The one value of all lines at every step; None where they have several, or none."""
        sides = {end for row in self.rows if row.values.size for end in _find_ends(row.values)}
        is_one = len(sides) == 1 and all(row.values.size for row in self.rows)
        return sides.pop() if is_one else None

    def tell_hidden(self, form: str = HIDDEN) -> str:
        """Return what a log axis has no place for, and of how many values in view how many that is.

        Args:
            form: of the text, with `what`, `hidden`, `count` and `unit`; empty where there is none.
        """
        if self.floor is None:
            return ""
        hidden = sum(int(np.count_nonzero(values <= self.floor)) for values in self.seen)
        count = sum(values.size for values in self.seen)
        unit = "values" if len(self.rows) > 1 else "steps"
        return form.format(what=spell_floor(self.floor), hidden=hidden, count=count, unit=unit)


def plan_panels(run: Run, options: FigureOptions) -> tuple[Panel, ...]:
    """Return the panels of a run's picture."""
    whole = 0.0, max(curve.steps / curve.unit(options.x) for curve in run.curves)
    ends = mend_limits(options.xlim or whole, whole, "linear", FARTHEST)
    every = [tuple(_iter_rows(run, quantity, options.x)) for quantity in options.panels]
    lines = merge_rows(every, run.curves)
    drawn = [tuple(rows[places[0]] for places in lines) for rows in every]
    order = find_order(drawn[0]) if len(run.curves) == 1 else 0
    return tuple(
        _plan_panel(run, options, index, ends, rows, lines, order)
        for index, rows in enumerate(drawn)
    )


def _plan_panel(
    run: Run,
    options: FigureOptions,
    index: int,
    ends: Limits,
    rows: tuple[Row, ...],
    lines: tuple[Places, ...],
    order: int,
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
    return Panel(quantity, rows, lines, order, seen, ends, limits, floor, bool(wanted))


def part_constants(panels: Sequence[Panel], style: Style) -> tuple[list[Panel], list[Panel]]:
    """Return the panels that are worth drawing, and those that a title says all of.

    The first one is always drawn, and so is the learning rate's.
    """
    others = panels[1:] if style.title == "schedule" else ()
    told = [each for each in others if each.quantity != "lr" and each.constant is not None]
    return [each for each in panels if each not in told], told


def _find_ends(values: Values) -> Limits:
    return float(values.min()), float(values.max())


def _iter_rows(run: Run, quantity: Quantity, x: str) -> Iterator[Row]:
    for curve in run.curves:
        values = curve.quantity(quantity)
        for group in range(len(curve.groups)):
            own = np.empty(0) if values is None else values[group]
            yield Row(own, curve.unit(x), curve.held_from, curve.at)


def _list_within(row: Row, ends: Limits, *, beyond: bool = False) -> Values:
    """Return the values between two ends; `beyond`, what a line comes from and goes to, too."""
    low, high = sorted(map(row.index, ends))
    first, last = math.ceil(low), math.floor(high)
    if beyond and row.at is None:
        first, last = math.floor(low), math.ceil(high)
    return row.values[max(first, 0) : max(last + 1, 0)]


def find_limits(values: Sequence[Values], quantity: Quantity, base_lr: float, scale: str) -> Limits:
    """Return the lower and upper end of a panel's y axis.

    A learning rate's starts at 0 and, by the article's rule, ends at 1.1 times the larger of the
    highest value and the optimizer's own.

    >>> find_limits([np.array([1.0, 0.5])], "lr", 2.0, "linear")
    (0.0, 2.2)
    """
    shown = (each[np.isfinite(each) & ((each > 0) | (scale != "log"))] for each in values)
    numbers = np.array([end for each in shown if each.size for end in _find_ends(each)])
    floor = 0.0
    if quantity == "lr":
        peaks = numbers[1::2]
        floor = min(DEPTH * peaks.max(initial=0), LEAST_DEPTH * peaks.min(initial=math.inf))
        numbers = np.append(numbers, base_lr)
    if scale == "log":
        return _log_limits(numbers, floor * (1 - 1e-9))
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


def find_floor(values: Sequence[Values], limits: Limits, *, given: bool) -> float | None:
    """Return what a log axis has no place for: values of so much or less; None where none is.

    That is 0, or the lower end of an axis that would have too many decades with all there is above.

    Args:
        values: what is in view, none of them empty.
        limits: of its axis.
        given: whether these were asked for: what is beyond them is only out of view.

    >>> find_floor([np.array([1.0, 1e-30])], (1e-17, 1.0), given=False)
    1e-17
    >>> find_floor([np.array([1.0, 1e-30])], (1e-17, 1.0), given=True)
    """
    lowest = min((float(each.min()) for each in values), default=math.inf)
    smallest = min((float(each[each > 0].min(initial=math.inf)) for each in values), default=0.0)
    floor = 0.0 if given or smallest >= min(limits) else min(limits)
    return floor if lowest <= floor else None


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


def _log_limits(numbers: Values, floor: float) -> Limits:
    """Return the ends of a log axis, the lower one a floor above 0 where something is below it."""
    positive = numbers[numbers > 0]
    if not len(positive):
        return 0.1, 1.0
    high = math.log10(positive.max())
    low = max(math.log10(max(positive.min(), floor)), high - DECADES)
    margin = max(0.05 * (high - low), 0.1)
    least = (
        max(floor, 1e-307) if positive.min() < floor else 10.0 ** min(max(low - margin, -307), 306)
    )
    return least, 10.0 ** min(high + margin, 307)
