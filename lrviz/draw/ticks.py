"""Where the ticks of an axis are."""

import math

MOST_MAJOR = 10
LEAST_GAP = 3.6  # points from one minor tick to the next, at least
MOST_MINOR = 990  # the minor ticks, at most, however long the axis; matplotlib warns of more


def choose_spacing(
    span: float, epoch: float, step: float, points: float, label: float
) -> tuple[float, float | None]:
    """Return the distances of major and of minor ticks along the x axis.

    A major tick every epoch and a minor one every step, as long as there is room; else every 2, 5,
    10, … epochs, and a minor one every epoch or none. Less than two epochs are divided evenly.

    Args:
        span: length of the axis, in its own unit.
        epoch: an epoch, in the same unit.
        step: a step, in the same unit.
        points: length of the axis.
        label: the room that a label needs, in points.

    >>> choose_spacing(32, 8, 1, 558, 14)
    (8.0, 1)
    >>> choose_spacing(90 * 100, 100, 1, 558, 29)
    (1000.0, 100)
    """
    most = min(max(points / max(label, 1), 1), MOST_MAJOR)
    if span >= 2 * epoch:
        major = epoch * max(1.0, round_up(span / epoch / most))
    else:
        major = max(round_up(span / most), min(step, span) // 1)
    fitting = (
        unit
        for unit in (step, epoch)
        if unit < major
        and _divides(unit, major)
        and points * unit >= LEAST_GAP * span
        and span <= MOST_MINOR * unit
    )
    return major, next(fitting, None)


def _divides(unit: float, major: float) -> bool:
    return abs(major / unit - round(major / unit)) < 1e-6


def round_up(least: float) -> float:
    """Return the smallest of …, 0.5, 1, 2, 5, 10, 20, … that is not below a number.

    >>> [round_up(each) for each in (0.3, 1, 3, 11)]
    [0.5, 1.0, 5.0, 20.0]
    """
    decade = 10.0 ** math.floor(math.log10(least))
    return next(
        (nice * decade for nice in (1, 2, 5) if nice * decade >= least * (1 - 1e-9)), 10 * decade
    )
