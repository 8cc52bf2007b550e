"""What part of the learning rates and of the steps a picture in characters shows."""

import math
from collections.abc import Sequence

from lrviz.curve import Values
from lrviz.terminal.axis import LARGEST

Limits = tuple[float, float]

HEADROOM = 1.1
"""Where a linear axis ends, as a multiple of the highest value: the article's rule."""

DECADES = 16
"""A log axis shows as many at most: as many digits as a float has."""

SMALLEST = 1e-280
"""The shortest axis that can be divided."""

FARTHEST = 1e15
"""The farthest that an x axis reaches: beyond, floats do not tell steps apart."""


def find_limits(rows: Sequence[Values], base_lr: float, *, log: bool) -> Limits | None:
    """Return the lower and upper end of the y axis, as a figure has them; None where all is 0.

    Args:
        rows: the learning rates, shape (steps,) each.
        base_lr: the largest learning rate that an optimizer was given; also on the axis.
        log: whether the axis is logarithmic, and so made for what is above 0.

    >>> import numpy as np
    >>> find_limits([np.array([1.0, 0.5])], 2.0, log=False)
    (0.0, 2.2)
    >>> find_limits([np.array([0.0, -1.0])], 0.0, log=True)
    """
    if log:
        return _log_limits(rows, base_lr)
    low = min(0.0, *(float(row.min()) for row in rows))
    high = max(0.0, base_lr, *(float(row.max()) for row in rows))
    ends = _clip(HEADROOM * low), _clip(HEADROOM * high)
    return ends if ends[1] - ends[0] > SMALLEST else None


def _log_limits(rows: Sequence[Values], base_lr: float) -> Limits | None:
    positive = [each for row in rows for each in _find_positive(row)]
    if base_lr > 0:
        positive.append(base_lr)
    if not positive:
        return None
    high = math.log10(max(positive))
    low = max(math.log10(min(positive)), high - DECADES)
    margin = max(0.05 * (high - low), 0.1)
    return 10.0 ** min(max(low - margin, -307.0), 306.0), 10.0 ** min(high + margin, 307.0)


def _find_positive(row: Values) -> Limits | tuple[()]:
    """Return the lowest and the highest value above 0."""
    shown = row if row.min() > 0 else row[row > 0]
    return (float(shown.min()), float(shown.max())) if shown.size else ()


def mend_limits(wanted: Limits, found: Limits, *, log: bool) -> Limits:
    """Return the limits that a spec asks for, as far as a y axis can have them.

    The end that a log axis cannot show is the one that was found; two equal ends are moved apart.

    >>> mend_limits((0, 1), (1e-4, 0.1), log=True), mend_limits((2, 2), (0, 1), log=False)
    ((0.0001, 1.0), (1.6, 2.4))
    """
    low, high = (_clip(float(end)) for end in wanted)
    if log:
        low = max(low, SMALLEST) if low > 0 else found[0]
        high = max(high, SMALLEST) if high > 0 else found[1]
    if abs(high - low) > max(1e-9 * max(abs(low), abs(high)), 0.0 if log else SMALLEST):
        return low, high
    if log:
        return low / 2, low * 2
    reach = abs(low) / 5 if abs(low) > SMALLEST else 0.5
    return _clip(low - reach), _clip(low + reach)


def mend_steps(wanted: Limits) -> Limits:
    """Return the limits that a spec asks for, as far as an axis of steps can have them.

    >>> mend_steps((0, 32)), mend_steps((5, 5)), mend_steps((0, 1e300))
    ((0.0, 32.0), (4.5, 5.5), (0.0, 1000000000000000.0))
    """
    low, high = (min(max(float(end), -FARTHEST), FARTHEST) for end in wanted)
    if abs(high - low) < 1e-9 * max(1.0, abs(low)):
        return low - 0.5, low + 0.5
    return low, high


def _clip(value: float) -> float:
    return min(max(value, -LARGEST), LARGEST)
