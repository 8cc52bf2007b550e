"""Which points of a curve an axis shows, and which of them show it as it is."""

import math

import numpy as np
from numpy.typing import NDArray

from lrviz.curve import Curve, Values

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
