"""What is drawn of a run: its panels, and the values of their lines."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lrviz.curve import Curve, Quantity, Values
from lrviz.draw.scale import Limits, find_floor, find_limits, mend_limits, mend_steps
from lrviz.run.driven import Run
from lrviz.spec.options import FigureOptions

Indices = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Row:
    """What a line shows.

    Attributes:
        values: of a param group, shape (steps,); none where it has no such quantity.
        seen: those of them that the x axis shows.
        unit: its steps in one unit of the x axis.
        held: the first step that follows a held metric; None where none does.
    """

    values: Values
    seen: Values
    unit: float
    held: int | None


@dataclass(frozen=True, eq=False)
class Panel:
    """What a panel shows.

    Attributes:
        quantity: on its y axis.
        rows: one a line: every param group of every curve.
        xlim: ends of the x axis, in its own unit.
        limits: of the y axis.
        floor: what a log axis has no place for, as `find_floor` gives it.
        given: whether the limits were asked for.
    """

    quantity: Quantity
    rows: tuple[Row, ...]
    xlim: Limits
    limits: Limits
    floor: float | None
    given: bool

    @property
    def highest(self) -> float:
        """The highest value in view."""
        return max((float(row.seen.max()) for row in self.rows if row.seen.size), default=0.0)


def plan_panels(run: Run, options: FigureOptions) -> tuple[Panel, ...]:
    """Return the panels of a run's picture."""
    length = max(curve.steps / find_unit(curve, options.x) for curve in run.curves)
    ends = mend_steps(options.xlim or (0.0, length))
    return tuple(_plan_panel(run, options, index, ends) for index in range(len(options.panels)))


def _plan_panel(run: Run, options: FigureOptions, index: int, ends: Limits) -> Panel:
    quantity, scale = options.panels[index], options.yscale
    rows = tuple(_iter_rows(run, quantity, options.x, ends))
    values = [row.values for row in rows]
    if scale == "log":  # it is made for what is in view
        values = [_list_within(row.values, ends, row.unit, beyond=True) for row in rows]
    base = max(max(curve.base_lr, default=0.0) for curve in run.curves)
    limits = find_limits(values, quantity, base, scale)
    wanted = options.ylim if not index else None  # they are the first panel's
    if wanted:
        limits = mend_limits(wanted, limits, scale)
    seen, given = [row.seen for row in rows], wanted is not None
    floor = find_floor(seen, limits, given=given) if scale == "log" else None
    return Panel(quantity, rows, ends, limits, floor, given)


def _iter_rows(run: Run, quantity: Quantity, x: str, ends: Limits) -> Iterator[Row]:
    for curve in run.curves:
        values, unit = curve.quantity(quantity), find_unit(curve, x)
        for group in range(len(curve.groups)):
            own = np.empty(0) if values is None else values[group]
            yield Row(own, _list_within(own, ends, unit), unit, curve.held_from)


def _list_within(values: Values, ends: Limits, unit: float, *, beyond: bool = False) -> Values:
    """Return the values between two ends; `beyond`, what a line comes from and goes to, too."""
    low, high = sorted(ends)
    first, last = math.ceil(low * unit), math.floor(high * unit)
    if beyond:
        first, last = math.floor(low * unit), math.ceil(high * unit)
    return values[max(first, 0) : max(last + 1, 0)]


def explain_empty(panel: Panel) -> str:
    """Return why limits of a spec's own leave nothing to be seen; empty where they do not."""
    seen = [row.seen for row in panel.rows if row.seen.size]
    if not seen:
        return "xlim: no step of the run is in view"
    low, high = sorted(panel.limits)
    if panel.given and all(row.max() < low or row.min() > high for row in seen):
        return "ylim: no value is in view"
    return ""


def find_unit(curve: Curve, x: str) -> float:
    """Return how many steps of a curve make one unit of an x axis, `step` or `epoch`."""
    return float(curve.steps_per_epoch) if x == "epoch" else 1.0


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
