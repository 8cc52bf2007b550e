"""What is drawn of a run: its lines, and what is left of them on a sheet."""

import math

import numpy as np
from numpy.typing import NDArray

from lrviz.curve import Curve, Quantity, Values
from lrviz.draw.scale import Limits, find_floor, find_limits, mend_limits, mend_steps
from lrviz.run.driven import Run, Thumbnail
from lrviz.spec.options import FigureOptions

# The columns, at most, that a thumbnail keeps points for: more than a cell of a sheet has.
COLUMNS = 512


def list_rows(run: Run, quantity: Quantity) -> list[Values]:
    """Return the values of every param group of every curve; none where it has no such quantity."""
    rows: list[Values] = []
    for curve in run.curves:
        values = curve.quantity(quantity)
        rows += [np.empty(0)] * len(curve.groups) if values is None else list(values)
    return rows


def list_units(run: Run, x: str) -> list[float]:
    """Return the steps in one unit of an x axis, for every line."""
    return [find_unit(curve, x) for curve in run.curves for _ in curve.groups]


def list_held(run: Run) -> list[int | None]:
    """Return for every line the first step that follows a held metric; None where none does."""
    return [curve.held_from for curve in run.curves for _ in curve.groups]


def find_range(run: Run, options: FigureOptions, index: int) -> tuple[Limits, float | None]:
    """Return the limits of a panel's y axis, and what it has no place for, as `find_floor` does."""
    quantity, scale = options.panels[index], options.yscale
    rows = list_rows(run, quantity)
    seen = visible = rows
    if scale == "log" and options.xlim is not None:  # it is made for what is in view
        ends = mend_steps(options.xlim)
        units = list_units(run, options.x)
        visible = [list_within(row, ends, unit) for row, unit in zip(rows, units, strict=True)]
        seen = [list_seen(row, ends, unit) for row, unit in zip(rows, units, strict=True)]
    base = max(max(curve.base_lr, default=0.0) for curve in run.curves)
    limits = find_limits(visible, quantity, base, scale)
    given = options.ylim if not index else None  # they are the first panel's
    if given:
        limits = mend_limits(given, limits, scale)
    floor = find_floor(seen, limits, given=given is not None) if scale == "log" else None
    return limits, floor


def take_thumbnail(run: Run) -> Thumbnail:
    """Return what a sheet shows of a run."""
    rows = []
    for curve in run.curves:
        for values in curve.lr:
            points = pick_points(values, 0, run.steps, COLUMNS)
            rows.append((points.astype(np.float64), values[points]))
    base = max((max(curve.base_lr, default=0.0) for curve in run.curves), default=0.0)
    return Thumbnail(tuple(rows), run.steps, base)


Indices = NDArray[np.intp]


def find_unit(curve: Curve, x: str) -> float:
    """Return how many steps of a curve make one unit of an x axis, `step` or `epoch`."""
    return float(curve.steps_per_epoch) if x == "epoch" else 1.0


def list_within(values: Values, limits: tuple[float, float], unit: float) -> Values:
    """Return the values that an x axis shows, and those that a line comes from and goes to.

    Args:
        values: one a step.
        limits: of the axis, in either order.
        unit: the steps in one unit of the axis.

    >>> list_within(np.arange(8), (1.5, 2.0), 2.0).tolist()
    [3, 4]
    """
    low, high = sorted(limits)
    return values[max(math.floor(low * unit), 0) : max(math.ceil(high * unit) + 1, 0)]


def list_seen(values: Values, limits: tuple[float, float], unit: float) -> Values:
    """Return the values that an x axis shows, and no others; as `list_within`.

    >>> list_seen(np.arange(8), (1.5, 2.0), 2.0).tolist()
    [3, 4]
    >>> list_seen(np.arange(8), (1.6, 2.4), 2.0).tolist()
    [4]
    """
    low, high = sorted(limits)
    return values[max(math.ceil(low * unit), 0) : max(math.floor(high * unit) + 1, 0)]


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
