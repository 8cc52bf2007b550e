"""Where the ticks are, and how they are labelled."""

import math
from collections.abc import Callable, Sequence

from matplotlib.axis import Axis
from matplotlib.ticker import (
    Formatter,
    LogLocator,
    MaxNLocator,
    MultipleLocator,
    NullFormatter,
    NullLocator,
)

from lrviz.draw.scale import Limits
from lrviz.spell import spell_magnitudes, spell_steps, spell_ticks

MOST_MAJOR = 10
LEAST_GAP = 3.6
"""Points from one minor tick to the next, at least."""

MOST_MINOR = 990
"""The minor ticks, at most, however long the axis; matplotlib warns of more."""


class PlainFormatter(Formatter):
    """Labels every tick with its whole value."""

    def __init__(self, spell: Callable[[Sequence[float]], list[str]]) -> None:
        self.spell = spell

    def __call__(self, x: float, pos: int | None = None) -> str:
        """Return the label of one tick."""
        return self.spell([x])[0]

    def format_ticks(self, values: Sequence[float]) -> list[str]:
        """Return the labels of all ticks of an axis."""
        return self.spell(values)


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


def set_step_ticks(axis: Axis, spacing: tuple[float, float | None], plain: bool) -> None:
    """Put ticks on an x axis at multiples of two distances."""
    major, minor = spacing
    axis.set_major_locator(MultipleLocator(major))
    axis.set_minor_locator(MultipleLocator(minor) if minor else NullLocator())
    if plain:
        axis.set_major_formatter(PlainFormatter(spell_steps))


def set_value_ticks(axis: Axis, limits: Limits, scale: str, plain: bool) -> None:
    """Put ticks on a y axis whose scale and limits are set."""
    if scale == "linear":
        if plain:
            axis.set_major_formatter(PlainFormatter(spell_ticks))
        return
    decades = abs(math.log10(limits[1] / limits[0]))
    axis.set_major_formatter(PlainFormatter(spell_magnitudes))
    axis.set_minor_formatter(NullFormatter())
    if decades < 1:
        axis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
        axis.set_minor_locator(NullLocator())
    elif decades < 2.5:
        axis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
