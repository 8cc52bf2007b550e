"""From curves to the numbers that a figure stores."""

import hashlib
import json
import math
from collections.abc import Iterator, Sequence

import numpy as np

from lrviz.curve import QUANTITIES, Curve, Values
from lrviz.figure.stored import (
    STATISTICS,
    Recorded,
    RecordedCurve,
    RecordedQuantity,
    block_size,
    choose_series,
    is_constant,
)
from lrviz.spell import spell_yaml

_EVERY: tuple[RecordedQuantity, ...] = (*QUANTITIES, "metric")


def summarise(run_curves: Sequence[Curve]) -> dict[str, object]:
    """Return the curves' numbers as plain data for JSON, 32,768 at most.

    Every step of a curve of up to 4,096 steps, and else the first, smallest, largest and mean value
    of each of up to 1,024 equal blocks, and a mean with the weights of the steps, which tells their
    order; fewer steps and blocks where there are many series. Where even that is too much, only
    the learning rates are kept. A minimum and a maximum leave NaN out, a mean does not, and for the
    order it is 0. What is not stored step by step has a digest of every value beside it.

    >>> curve = Curve(groups=("",), lr=np.array([[0.1, 0.01]]), base_lr=(0.1,))
    >>> summarise([curve])["curves"]
    [{'label': '', 'groups': [''], 'steps': 2, 'block': 1, 'lr': [[0.1, 0.01]]}]
    """
    kept = _EVERY
    most = _choose_series(run_curves, kept)
    if most is None:
        kept = ("lr",)
        most = _choose_series(run_curves, kept)
        assert most is not None  # 64 curves of 64 groups are 4,096 series
    data: dict[str, object] = {
        "curves": [_summarise_curve(curve, kept, most) for curve in run_curves]
    }
    if kept != _EVERY or any(curve.steps > most for curve in run_curves):
        data["digest"] = digest_values(run_curves)
    return data


def digest_values(run_curves: Sequence[Curve]) -> str:
    """Return what every recorded value goes into, as 64 letters and digits: -0.0 is 0.0."""
    digest = hashlib.sha256()
    for curve in run_curves:
        for name, values in _iter_series(curve, _EVERY):
            digest.update(json.dumps([curve.label, curve.groups, name, values.shape]).encode())
            for row in values:
                told = row[:1] if is_constant(row) else row
                canonical = np.where(np.isnan(told), np.nan, told + 0.0)
                digest.update(canonical.astype("<f8").data)
    return digest.hexdigest()


def record_steps(run_curves: Sequence[Curve]) -> Recorded:
    """Return the curves' numbers, every step of them, to compare and not to store.

    >>> curve = Curve(groups=("",), lr=np.array([[0.1, 0.01]]), base_lr=(0.1,))
    >>> record_steps([curve]).curves[0].series["lr"][0].tolist()
    [[0.1, 0.01]]
    """
    return Recorded(
        tuple(
            RecordedCurve(
                label=curve.label,
                groups=curve.groups,
                steps=curve.steps,
                block=1,
                series={
                    name: tuple(row[np.newaxis] for row in values)
                    for name, values in _iter_series(curve, _EVERY)
                },
            )
            for curve in run_curves
        )
    )


def split_steps(row: Values, block: int) -> Values:
    """Return the blocks of a series of every step, shape (5, ceil(steps / block)).

    >>> split_steps(np.array([1.0, 2.0, 6.0]), block=2)[:4].tolist()
    [[1.0, 6.0], [1.0, 6.0], [2.0, 6.0], [1.5, 6.0]]
    """
    with np.errstate(invalid="ignore", over="ignore"):
        weighted = np.where(np.isnan(row), 0.0, row) * _weigh(len(row))
    return coarsen([row, row, row, row, weighted], len(row), 1, block)


def coarsen(rows: Sequence[Values], steps: int, block: int, factor: int) -> Values:
    """Return coarser blocks, shape (rows, ceil(blocks / factor)).

    Args:
        rows: first, smallest, largest and mean value of each block, and, if known, the order's.
        steps: the number of steps of the curve.
        block: steps a block.
        factor: how many blocks become one.

    >>> one, two = np.array([1.0, 2.0, 6.0]), np.array([0.0, 8.0, 3.0])
    >>> coarsen([one, one, one, one, two], steps=5, block=2, factor=2).tolist()
    [[1.0, 6.0], [1.0, 6.0], [2.0, 6.0], [1.5, 6.0], [4.0, 3.0]]
    """
    first, low, high, *means = rows
    starts = np.arange(0, len(first), factor)
    lengths = np.minimum(block * factor, steps - block * starts)
    if block > 1:
        weights = np.minimum(block, steps - block * np.arange(len(first)))
        means = [mean * weights for mean in means]
    with np.errstate(invalid="ignore", over="ignore"):
        return np.stack(
            [
                first[starts],
                np.fmin.reduceat(low, starts),
                np.fmax.reduceat(high, starts),
                *(np.add.reduceat(mean, starts) / lengths for mean in means),
            ]
        )


def _weigh(steps: int) -> Values:
    """Return a fixed weight for every step, from 0 to 1, as irregular as a hash is.

    Steps that change places change a sum of so weighted values, however regular the change is; and
    as a weight is the step's own, the sums of two blocks add up to that of both.
    """
    hashed = np.arange(1, steps + 1, dtype=np.uint32)  # by https://nullprogram.com/blog/2018/07/31/
    hashed ^= hashed >> 16
    hashed *= np.uint32(0x7FEB352D)
    hashed ^= hashed >> 15
    hashed *= np.uint32(0x846CA68B)
    hashed ^= hashed >> 16
    return hashed / 2**32


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


def _choose_series(curves: Sequence[Curve], kept: Sequence[RecordedQuantity]) -> int | None:
    moving = [
        (curve.steps, not is_constant(row))
        for curve in curves
        for _, values in _iter_series(curve, kept)
        for row in values
    ]
    return choose_series(moving, len(STATISTICS))


def _summarise_curve(
    curve: Curve, kept: Sequence[RecordedQuantity], most: int
) -> dict[str, object]:
    block = block_size(curve.steps, most)
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
    if is_constant(row):
        return _spell(float(row[0]))
    if block == 1:
        return [_spell(value) for value in row.tolist()]
    return {
        name: [_spell(value) for value in values.tolist()]
        for name, values in zip(STATISTICS, split_steps(row, block), strict=True)
    }


def _spell(value: float) -> float | str | None:
    """Return a number as strict JSON can hold it."""
    if math.isfinite(value):
        return value
    return None if math.isnan(value) else spell_yaml(value)
