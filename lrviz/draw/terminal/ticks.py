"""Where the ticks of an axis are: at multiples of 1, 2 and 5, as many as there is room for."""

import itertools
import math
from collections.abc import Iterator, Sequence

import numpy as np

from lrviz.draw.terminal.axis import Axis
from lrviz.draw.terminal.numbers import spell_values
from lrviz.spell import spell_magnitudes, spell_steps

MOST = 10
"""The parts that ticks divide an axis into, at most."""

LEAST_ROWS = (1.25, 1.0)
"""From one label of the y axis to the next, in rows: rather the first, or else the second."""

FEW_DECADES = 2.5
"""A log axis that is shorter than this has ticks at 2 and 5 of a decade, too."""

APART = 2
"""The blanks between two labels of the x axis."""

Ticks = dict[int, str]
"""The character of an axis where a tick is, and the tick's label."""


def choose_value_ticks(axis: Axis) -> Ticks:
    """Return the ticks of a y axis.

    >>> choose_value_ticks(Axis(0.0, 0.0011, cells=12))
    {0: '0', 2: '0.0002', 4: '0.0004', 6: '0.0006', 8: '0.0008', 10: '0.0010'}
    >>> choose_value_ticks(Axis(0.01, 1.0, cells=13, log=True))
    {0: '0.01', 2: '0.02', 4: '0.05', 6: '0.1', 8: '0.2', 10: '0.5', 12: '1'}
    """
    choices = list(_iter_values(axis))
    fitting = (each for gap in LEAST_ROWS for each in choices if _has_room(axis, each, gap))
    values = next(fitting, choices[-1][-1:])
    spell = spell_magnitudes if axis.log else spell_values
    return dict(zip(axis.find_cells(values), spell(values), strict=True))


def _iter_values(axis: Axis) -> Iterator[list[float]]:
    """Yield what ticks may stand at, the best choice first: always two values, at least."""
    low, high = axis.limits
    if axis.log:
        yield from _iter_magnitudes(low, high)
    for step in _climb((high - low) / MOST):
        values = _list_multiples(step, low, high)
        if len(values) < 2:
            break
        yield values


def _iter_magnitudes(low: float, high: float) -> Iterator[list[float]]:
    """Yield what ticks of a log axis may stand at: decades, fewer and fewer of them."""
    ends = math.log10(low), math.log10(high)
    if ends[1] - ends[0] < FEW_DECADES:
        decades = range(math.floor(ends[0]), math.ceil(ends[1]) + 1)
        every = [float(f"{scale}e{decade}") for decade in decades for scale in (1, 2, 5)]
        shown = [each for each in every if low * (1 - 1e-9) <= each <= high * (1 + 1e-9)]
        if len(shown) > 1:
            yield shown
    for step in _climb(1):
        places = _list_multiples(step, *ends)
        if len(places) < 2:
            break
        yield [float(f"1e{decade:.0f}") for decade in places]


def _has_room(axis: Axis, values: Sequence[float], rows: float) -> bool:
    gaps = np.diff(axis.place(np.array(values, dtype=np.float64)))
    return bool((np.abs(gaps) >= rows * axis.dots).all())


def choose_step_ticks(axis: Axis, least: float, left: int) -> Ticks:
    """Return the ticks of an x axis.

    Args:
        axis: of steps or of epochs.
        least: from one to the next, unless the axis is shorter: a step, or half an epoch.
        left: the characters that a label may begin before the axis.

    >>> choose_step_ticks(Axis(0.0, 1e6, cells=40), 1, 0)
    {0: '0', 20: '500,000', 39: '1,000,000'}
    >>> choose_step_ticks(Axis(0.0, 1.0, cells=40), 1, 0)
    {0: '0', 39: '1'}
    """
    low, high = axis.limits
    first = max((high - low) / MOST, least)
    if len(_list_multiples(first, low, high)) < 2:
        first = (high - low) / MOST
    for step in _climb(first):
        values = _list_multiples(step, low, high)
        ticks = dict(zip(axis.find_cells(values), spell_steps(values), strict=True))
        if _stand_apart(place_labels(ticks, axis.cells, left)):
            break
    return ticks


def place_labels(ticks: Ticks, cells: int, left: int) -> list[tuple[int, str]]:
    """Return where the labels of an x axis begin, from the left: under their ticks if possible.

    One that is longer than the axis is left out.

    >>> place_labels({0: "0", 10: "100", 20: "200"}, 21, 0)
    [(0, '0'), (9, '100'), (18, '200')]
    """
    return [
        (max(-left, min(cell - len(text) // 2, cells - len(text))), text)
        for cell, text in sorted(ticks.items())
        if len(text) <= left + cells
    ]


def _stand_apart(labels: Sequence[tuple[int, str]]) -> bool:
    return all(
        start + len(text) + APART <= after
        for (start, text), (after, _) in itertools.pairwise(labels)
    )


def _list_multiples(step: float, low: float, high: float) -> list[float]:
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [float(f"{count * step:.15g}") for count in range(first, last + 1)]


def _climb(least: float) -> Iterator[float]:
    """Yield …, 0.5, 1, 2, 5, 10, 20, … from the first that is not below a number.

    >>> list(itertools.islice(_climb(3), 3))
    [5.0, 10.0, 20.0]
    """
    for exponent in itertools.count(math.floor(math.log10(least))):
        for scale in (1, 2, 5):
            step = float(f"{scale}e{exponent}")
            if step >= least * (1 - 1e-9):
                yield step
