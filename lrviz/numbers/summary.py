"""From curves to the numbers that a figure stores."""

import math
from collections.abc import Iterator, Sequence

import numpy as np

from lrviz.curve import QUANTITIES, Curve, Values
from lrviz.numbers.recorded import (
    MAX_NUMBERS,
    MAX_SERIES,
    STATISTICS,
    Recorded,
    RecordedCurve,
    RecordedQuantity,
)
from lrviz.spec.flow import spell_special


def summarise(run_curves: Sequence[Curve]) -> dict[str, object]:
    """Return the curves' numbers as plain data for JSON, 32,768 at most.

    Every step of a curve of up to 4,096 steps, and else the first, smallest, largest and mean value
    of each of up to 1,024 equal blocks; fewer steps and blocks where there are many series. Where
    even that is too much, only the learning rates are kept. A minimum and a maximum leave NaN out,
    a mean does not.

    >>> curve = Curve(groups=("",), lr=np.array([[0.1, 0.01]]), base_lr=(0.1,))
    >>> summarise([curve])["curves"]
    [{'label': '', 'groups': [''], 'steps': 2, 'block': 1, 'lr': [[0.1, 0.01]]}]
    """
    kept: Sequence[RecordedQuantity] = (*QUANTITIES, "metric")
    most = _largest_series(run_curves, kept)
    if most is None:
        kept = ("lr",)
        most = _largest_series(run_curves, kept) or len(STATISTICS)
    return {"curves": [_summarise_curve(curve, kept, most) for curve in run_curves]}


def record_steps(run_curves: Sequence[Curve]) -> Recorded:
    """Return the curves' numbers, every step of them, to compare and not to store.

    >>> curve = Curve(groups=("",), lr=np.array([[0.1, 0.01]]), base_lr=(0.1,))
    >>> record_steps([curve]).curves[0].series["lr"][0].tolist()
    [[0.1, 0.01]]
    """
    kept: Sequence[RecordedQuantity] = (*QUANTITIES, "metric")
    return Recorded(
        tuple(
            RecordedCurve(
                label=curve.label,
                groups=curve.groups,
                steps=curve.steps,
                block=1,
                series={
                    name: tuple(row[np.newaxis] for row in values)
                    for name, values in _iter_series(curve, kept)
                },
            )
            for curve in run_curves
        )
    )


def coarsen(rows: Sequence[Values], steps: int, block: int, factor: int) -> Values:
    """Return coarser blocks, shape (4, ceil(blocks / factor)).

    Args:
        rows: first, smallest, largest and mean value of each block.
        steps: the number of steps of the curve.
        block: steps a block.
        factor: how many blocks become one.

    >>> step = np.array([1.0, 2.0, 6.0])
    >>> coarsen([step] * 4, steps=3, block=1, factor=2).tolist()
    [[1.0, 6.0], [1.0, 6.0], [2.0, 6.0], [1.5, 6.0]]
    """
    first, low, high, mean = rows
    starts = np.arange(0, len(first), factor)
    lengths = np.minimum(block * factor, steps - block * starts)
    if block > 1:
        mean = mean * np.minimum(block, steps - block * np.arange(len(mean)))
    with np.errstate(invalid="ignore", over="ignore"):
        return np.stack(
            [
                first[starts],
                np.fmin.reduceat(low, starts),
                np.fmax.reduceat(high, starts),
                np.add.reduceat(mean, starts) / lengths,
            ]
        )


def _iter_series(
    curve: Curve, kept: Sequence[RecordedQuantity]
) -> Iterator[tuple[RecordedQuantity, Values]]:
    """Yield a curve's quantities, shape (param groups or 1, steps)."""
    for name in kept:
        if name == "metric":
            values = None if curve.metric is None else curve.metric[np.newaxis]
        else:
            values = curve.quantity(name)
        if values is not None:
            yield name, values


def _largest_series(curves: Sequence[Curve], kept: Sequence[RecordedQuantity]) -> int | None:
    """Return how many numbers a series may have so that all are few enough."""
    moving = [
        (curve.steps, not _is_constant(row))
        for curve in curves
        for _, values in _iter_series(curve, kept)
        for row in values
    ]
    most = MAX_SERIES
    while most >= len(STATISTICS):
        if sum(_series_size(steps, most) if moves else 1 for steps, moves in moving) <= MAX_NUMBERS:
            return most
        most //= 2
    return None


def _block_size(steps: int, most: int) -> int:
    """Return the smallest power of two that makes few enough blocks, or 1 for every step."""
    if steps <= most:
        return 1
    blocks = most // len(STATISTICS)
    return 1 << (-(-steps // blocks) - 1).bit_length()


def _series_size(steps: int, most: int) -> int:
    block = _block_size(steps, most)
    return steps if block == 1 else len(STATISTICS) * -(-steps // block)


def _summarise_curve(
    curve: Curve, kept: Sequence[RecordedQuantity], most: int
) -> dict[str, object]:
    block = _block_size(curve.steps, most)
    return {
        "label": curve.label,
        "groups": list(curve.groups),
        "steps": curve.steps,
        "block": block,
    } | {
        name: [_summarise_series(row, block) for row in values]
        for name, values in _iter_series(curve, kept)
    }


def _summarise_series(row: Values, block: int) -> object:
    if _is_constant(row):
        return _spell(float(row[0]))
    if block == 1:
        return [_spell(value) for value in row.tolist()]
    blocks = coarsen([row] * len(STATISTICS), len(row), 1, block)
    return {
        name: [_spell(value) for value in values.tolist()]
        for name, values in zip(STATISTICS, blocks, strict=True)
    }


def _is_constant(row: Values) -> bool:
    return bool(np.all(row == row[0]) or np.all(np.isnan(row)))


def _spell(value: float) -> float | str | None:
    """Return a number as strict JSON can hold it."""
    if math.isfinite(value):
        return value
    return None if math.isnan(value) else spell_special(value)
