"""Which points of a curve are drawn, and where along the x axis."""

import math

import numpy as np
from numpy.typing import NDArray

from lrviz.curve import Quantity, Values
from lrviz.run import Run
from lrviz.spec.options import FigureOptions
from lrviz.thumbnail import Thumbnail

Indices = NDArray[np.intp]

COLUMNS = 512
"""The columns, at most, that a thumbnail keeps points for: more than a cell of a sheet has."""


def pick_points(values: Values, first: float, last: float, columns: int) -> Indices:
    """Return the indices of the points that show a curve as it is, in order.

    A curve with far more points than the figure has pixel columns is cut into blocks of at most
    one column; of each the first, the lowest, the highest and the last point are kept, so no spike
    is lost and no pixel is left out.

    Args:
        values: shape (steps,).
        first: the left end of the x axis, in steps.
        last: the right end, in steps.
        columns: pixel columns between the two.

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


def list_rows(run: Run, quantity: Quantity) -> list[Values]:
    """Return the values of every param group of every curve; none where it has no such quantity."""
    rows: list[Values] = []
    for curve in run.curves:
        values = curve.quantity(quantity)
        rows += [np.empty(0)] * len(curve.groups) if values is None else list(values)
    return rows


def has_hidden(run: Run, options: FigureOptions) -> bool:
    """Whether a panel has values for which its axis has no place: 0 or below, on a log axis."""
    return options.yscale == "log" and any(
        bool((row <= 0).any()) for panel in options.panels for row in list_rows(run, panel)
    )


def take_thumbnail(run: Run) -> Thumbnail:
    """Return what a sheet shows of a run."""
    rows = []
    for curve in run.curves:
        for values in curve.lr:
            points = pick_points(values, 0, run.steps, COLUMNS)
            rows.append((points.astype(np.float64), values[points]))
    base = max((max(curve.base_lr, default=0.0) for curve in run.curves), default=0.0)
    return Thumbnail(tuple(rows), run.steps, base)
