"""What shape a rise or fall has, measured on its values."""

import numpy as np

from lrviz.curve import Values
from lrviz.run.stretch import Indices

ALIKE = 1e-6
"""Ratios may differ by this share, and values part from a shape by this share of their range."""

CLOSE = 0.01
"""How far the ends may part from a cosine: its very top lies mostly between two calls, and the
value at the later of them is one of the next rise or fall."""

FEWEST = 6
"""Fewer values than these lie along too many curves to say that it is a cosine."""

MOST_MEASURED = 10_000
"""Of more values than these so many are measured: as they only rise or only fall, those between
have nowhere to go."""

SAMPLES = 32
"""A cosine's frequency is measured between about as many values."""

SHORTEST_ARC = 0.5
"""A shorter arc of a cosine, in radians, is too near to a parabola to be told from it."""


def find_ratio(values: Values, changes: Indices) -> float:
    """Return what every change multiplies by; 0 where they differ, or no value could say.

    Ratios are compared by how far they are from 1, so that a slow straight line has none:

    >>> find_ratio(np.array([1, 0.5, 0.5, 0.25]), np.array([1, 3]))
    0.5
    >>> find_ratio(np.array([1, 1 - 1e-7, 1 - 2e-7, 1 - 4e-7]), np.array([1, 2, 3]))
    0.0
    """
    ratios = values[changes] / values[changes - 1]
    first = float(ratios[0])
    allowed = ALIKE * min(abs(first), abs(first - 1))
    return first if 0 < first < np.inf and (np.abs(ratios - first) <= allowed).all() else 0.0


def find_manner(values: Values) -> str:
    """Return how values that only rise or only fall do it, or nothing where no word is known.

    >>> times = np.linspace(0, 3, 10)
    >>> [find_manner(values) for values in (2 - times, np.cos(times), np.exp(times))]
    ['in a straight line', 'along a cosine', '']
    """
    count = len(values)
    measured = np.linspace(0, count - 1, min(count, MOST_MEASURED)).astype(np.intp)
    if is_straight(values, measured):
        return "in a straight line"
    return "along a cosine" if is_cosine(values, measured) else ""


def is_straight(values: Values, measured: Indices) -> bool:
    """Whether at least three values lie along a straight line."""
    slope = (values[-1] - values[0]) / (len(values) - 1)
    return len(values) > 2 and _fits(values[measured], values[0] + slope * measured)


def is_cosine(values: Values, measured: Indices) -> bool:
    """Whether values lie along an arc of a cosine, wherever on it they begin and end.

    The frequency is found from a few of the values, height and phase are fitted to these, and
    then all that are measured must lie along the cosine that was found.
    """
    # Where there are enough without them, the ends do not take part: see `CLOSE`.
    ends = 1 if len(values) > FEWEST + 1 else 0
    stride = max(1, (len(values) - 1) // SAMPLES)
    samples = np.arange(ends, len(values) - ends, stride)
    angle = _find_frequency(values[samples]) / stride
    if len(values) < FEWEST or not angle * (len(values) - 1) >= SHORTEST_ARC:
        return False
    turned = angle * samples
    waves = np.column_stack([np.ones_like(turned), np.cos(turned), np.sin(turned)])
    middle, along, across = np.linalg.lstsq(waves, values[samples], rcond=None)[0]
    phase = np.arctan2(across, along)
    shape = middle + np.hypot(along, across) * np.cos(angle * measured - phase)
    found = values[measured]
    return _fits(found[1:-1], shape[1:-1]) and _fits(found[[0, -1]], shape[[0, -1]], CLOSE)


def _find_frequency(values: Values) -> float:
    """Return the angle from each value to the next, were they along a cosine; 0 where none fits.

    Along any cosine the slopes on both sides of a slope add up to it times twice the cosine of
    that angle. This is so nowhere else: along a parabola they are twice it, along an exponential
    more.
    """
    slopes = np.diff(values)
    middle, beside = slopes[1:-1], slopes[:-2] + slopes[2:]
    cosine = float(beside @ middle / (middle @ middle)) / 2
    return float(np.arccos(cosine)) if abs(cosine) < 1 else 0.0


def _fits(values: Values, shape: Values, allowed: float = ALIKE) -> bool:
    return bool((np.abs(values - shape) <= allowed * abs(values[-1] - values[0])).all())
