"""What part of a quantity's range an axis shows, in a figure and in a terminal."""

import math
from collections.abc import Sequence

import numpy as np

from lrviz.curve import Quantity, Values

Limits = tuple[float, float]

# The farthest that an axis reaches from 0; the difference of two such ends is still finite.
LARGEST = 1e307
SMALLEST = 1e-280  # the shortest axis that can be divided
FARTHEST = 1e15  # the farthest that an x axis reaches: beyond, floats do not tell steps apart
DECADES = 16  # a log axis shows as many at most: as many digits as a float has


def find_limits(values: Sequence[Values], quantity: Quantity, base_lr: float, scale: str) -> Limits:
    """Return the lower and upper end of a panel's y axis.

    A learning rate's starts at 0 and, by the article's rule, ends at 1.1 times the larger of the
    highest value and the optimizer's own.

    >>> find_limits([np.array([1.0, 0.5])], "lr", 2.0, "linear")
    (0.0, 2.2)
    """
    numbers = np.array([end for each in values for end in _find_ends(each, scale)])
    if quantity == "lr":
        numbers = np.append(numbers, base_lr)
    if scale == "log":
        return _log_limits(numbers)
    if not len(numbers):
        return 0.0, 1.0
    low, high = float(numbers.min()), float(numbers.max())
    if quantity == "lr":
        low, high = _clip(1.1 * min(low, 0.0)), _clip(1.1 * max(high, 0.0))
        return (low, high) if high - low > SMALLEST else (0.0, 1.0)
    return _own_range(low, high)


def _find_ends(values: Values, scale: str) -> Limits | tuple[()]:
    """Return the lowest and the highest value that an axis of this scale can show."""
    low, high = (values.min(), values.max()) if values.size else (math.nan, math.nan)
    if not (math.isfinite(low) and math.isfinite(high)) or (scale == "log" and low <= 0):
        shown = values[np.isfinite(values) & ((values > 0) | (scale != "log"))]
        return (float(shown.min()), float(shown.max())) if shown.size else ()
    return float(low), float(high)


def mend_steps(wanted: Limits) -> Limits:
    """Return the limits that were asked for, as far as an axis of steps can have them.

    >>> mend_steps((0, 32)), mend_steps((5, 5)), mend_steps((0, 1e300))
    ((0.0, 32.0), (4.5, 5.5), (0.0, 1000000000000000.0))
    """
    low, high = (min(max(float(end), -FARTHEST), FARTHEST) for end in wanted)
    if abs(high - low) < 1e-9 * max(1.0, abs(low)):
        return low - 0.5, low + 0.5
    return low, high


def mend_limits(wanted: Limits, found: Limits, scale: str) -> Limits:
    """Return the limits that were asked for, as far as a y axis can have them.

    The end that a log axis cannot show is the one that was found; two equal ends are moved apart.

    >>> mend_limits((0, 1), (1e-4, 0.1), "log"), mend_limits((2, 2), (0, 1), "linear")
    ((0.0001, 1.0), (1.6, 2.4))
    """
    low, high = (_clip(float(end)) for end in wanted)
    if scale == "log":
        low = max(low, SMALLEST) if low > 0 else found[0]
        high = max(high, SMALLEST) if high > 0 else found[1]
    if abs(high - low) > max(1e-9 * max(abs(low), abs(high)), SMALLEST * (scale == "linear")):
        return low, high
    return _around(low) if scale == "linear" else (low / 2, low * 2)


def raise_limits(limits: Limits, highest: float, band: float, scale: str) -> Limits:
    """Return limits that leave a part of the axis above the highest value empty.

    >>> raise_limits((0.0, 1.0), 0.9, 0.25, "linear"), raise_limits((0.0, 1.0), 0.5, 0.25, "linear")
    ((0.0, 1.2), (0.0, 1.0))
    """
    low, high = limits
    if scale == "log":
        if highest <= 0:
            return limits
        start = math.log10(low)
        wanted = start + (math.log10(highest) - start) / (1 - band)
        return low, max(high, 10.0 ** min(wanted, 307.0))
    return low, max(high, _clip(low + (_clip(highest) - low) / (1 - band)))


def find_floor(values: Sequence[Values], limits: Limits, *, given: bool) -> float | None:
    """Return what a log axis has no place for: values of so much or less; None where none is.

    That is 0, or the lower end of an axis that would have too many decades with all there is above.

    Args:
        values: what the panel shows, any shapes.
        limits: of its axis.
        given: whether these were asked for: what is beyond them is only out of view.

    >>> find_floor([np.array([1.0, 0.0])], (0.1, 1.0), given=False)
    0.0
    >>> find_floor([np.array([1.0, 1e-30])], (1e-17, 1.0), given=False)
    1e-17
    >>> find_floor([np.array([1.0, 1e-30])], (1e-17, 1.0), given=True)
    """
    lowest = min((float(each.min()) for each in values if each.size), default=math.inf)
    smallest = min(float(each[each > 0].min(initial=math.inf)) for each in values)
    floor = 0.0 if given or smallest >= min(limits) else min(limits)
    return floor if lowest <= floor else None


def round_up(least: float) -> float:
    """Return the smallest of …, 0.5, 1, 2, 5, 10, 20, … that is not below a number.

    >>> [round_up(each) for each in (0.3, 1, 3, 11)]
    [0.5, 1.0, 5.0, 20.0]
    """
    decade = 10.0 ** math.floor(math.log10(least))
    return next(
        (nice * decade for nice in (1, 2, 5) if nice * decade >= least * (1 - 1e-9)), 10 * decade
    )


def _own_range(low: float, high: float) -> Limits:
    """Return a range and a tenth of it on either side, but none below 0 that is not needed."""
    if max(abs(low), abs(high)) < SMALLEST:
        return 0.0, 1.0
    if high - low <= 1e-9 * max(abs(low), abs(high)):
        return _around(high)
    margin = high / 10 - low / 10
    bottom = low - margin
    return _clip(max(bottom, 0.0) if low >= 0 else bottom), _clip(high + margin)


def _around(value: float) -> Limits:
    value = min(max(value, -LARGEST / 2), LARGEST / 2)
    reach = abs(value) / 5 if abs(value) > SMALLEST else 0.5
    return _clip(value - reach), _clip(value + reach)


def _log_limits(numbers: Values) -> Limits:
    positive = numbers[numbers > 0]
    if not len(positive):
        return 0.1, 1.0
    high = math.log10(positive.max())
    low = max(math.log10(positive.min()), high - DECADES)
    margin = max(0.05 * (high - low), 0.1)
    return 10.0 ** min(max(low - margin, -307), 306), 10.0 ** min(high + margin, 307)


def _clip(value: float) -> float:
    return min(max(value, -LARGEST), LARGEST)
