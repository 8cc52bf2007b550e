"""From curves to the numbers that a figure stores: every step, or blocks of a long curve."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from lrviz.curve import RECORDED, Curve, Quantity, Steps, Values

# The numbers of a block; the last one depends on the order of its values.
STATISTICS = ("first", "min", "max", "mean", "order")

# Those that version 0.1 stored.
STATISTICS_0_1 = STATISTICS[:4]

MAX_NUMBERS = 32_768
# The most steps that are stored one by one; longer curves have a quarter as many blocks.
MAX_SERIES = 4_096

_FEWEST = 4


@dataclass(frozen=True, eq=False)
class RecordedCurve:
    """What is stored of one curve.

    Attributes:
        label: what tells it from others in one figure.
        groups: the param groups' names.
        steps: the number of steps; of a log, of its points, which are stored as steps are.
        block: steps a block; 1 where every step is stored.
        series: a quantity's series, one a param group, for `metric` one: shape (1, steps), or
            (5, blocks) with the rows of `STATISTICS`, four of them from version 0.1; (1, 1) for one
            that never moves.
        at: the step of every point of a log, or of the first one of each block; None for a curve.
    """

    label: str
    groups: tuple[str, ...]
    steps: int
    block: int
    series: Mapping[Quantity, tuple[Values, ...]]
    at: Steps | None = None


@dataclass(frozen=True, eq=False)
class Recorded:
    """What a figure stores of its curves.

    Attributes:
        curves: one a schedule.
        digest: of every value of them, as 64 letters and digits; empty where every value is stored,
            and from version 0.1.
    """

    curves: tuple[RecordedCurve, ...]
    digest: str = ""

    @property
    def block(self) -> int:
        """The steps of the largest block; 1 where every step is stored."""
        return max(curve.block for curve in self.curves)


def summarise(curves: Sequence[Curve]) -> Recorded:
    """Return what is stored of some curves, 32,768 numbers at most.

    Every step of a curve of up to 4,096 steps, and else the first, smallest, largest and mean value
    of each of up to 1,024 equal blocks, and a mean with the weights of the steps, which tells their
    order; fewer steps and blocks where there are many series. Where even that is too much, only
    the learning rates are kept. A minimum and a maximum leave NaN out, a mean does not, and for the
    order it is 0. What is not stored step by step has a digest of every value beside it.
    """
    kept = RECORDED
    most = _choose(curves, kept)
    if most is None:
        kept = ("lr",)
        most = _choose(curves, kept)
        assert most is not None  # 64 curves of 64 groups are 4,096 series
    recorded = tuple(_record(each, kept, most) for each in curves)
    is_whole = kept == RECORDED and all(curve.block == 1 for curve in recorded)
    return Recorded(recorded, "" if is_whole else _digest(curves))


def record_steps(curves: Sequence[Curve]) -> Recorded:
    """Return the curves' numbers, every step of them, to compare and not to store."""
    return Recorded(tuple(_record(each, RECORDED, each.lr.shape[1]) for each in curves))


def _record(curve: Curve, kept: Sequence[Quantity], most: int) -> RecordedCurve:
    steps = curve.lr.shape[1]
    block = block_size(steps, most)
    series = {
        name: tuple(_summarise_series(row, block) for row in values)
        for name, values in iter_series(curve, kept)
    }
    at = None if curve.at is None else curve.at[::block]
    return RecordedCurve(curve.label, curve.groups, steps, block, series, at)


def _summarise_series(row: Values, block: int) -> Values:
    if is_constant(row):
        return row[np.newaxis, :1]
    return row[np.newaxis] if block == 1 else split_steps(row, block)


def iter_series(
    curve: Curve, kept: Sequence[Quantity] = RECORDED
) -> Iterator[tuple[Quantity, Values]]:
    """Yield a curve's quantities, shape (param groups or 1, steps)."""
    for name in kept:
        if (values := getattr(curve, name)) is not None:
            yield name, values[np.newaxis] if name == "metric" else values


def is_constant(values: Values) -> bool:
    """Whether all values are the same, or all NaN."""
    return bool(np.all(values == values[0]) or np.all(np.isnan(values)))


def choose_series(moving: Sequence[tuple[int, bool]], statistics: int) -> int | None:
    """Return up to how many steps are stored one by one, so that all numbers are few enough.

    None where even one block a series is too much.

    Args:
        moving: of every series its steps, and whether its values move; those of others are one.
        statistics: how many numbers a block has.

    >>> choose_series([(5000, True)] * 7, statistics=5)  # 7 * 5 * 625 numbers
    4096
    """
    most = MAX_SERIES
    while most >= _FEWEST:
        sizes = (_size(steps, most, statistics) if moves else 1 for steps, moves in moving)
        if sum(sizes) <= MAX_NUMBERS:
            return most
        most //= 2
    return None


def block_size(steps: int, most: int) -> int:
    """Return the smallest power of two that makes few enough blocks, or 1 for every step.

    Args:
        steps: of the curve.
        most: as `choose_series` gives it.
    """
    if steps <= most:
        return 1
    return 1 << (-(-steps // (most // _FEWEST)) - 1).bit_length()


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
    for shift, factor in ((16, 0x7FEB352D), (15, 0x846CA68B), (16, 1)):
        hashed ^= hashed >> shift
        hashed *= np.uint32(factor)
    return hashed / 2**32


def _digest(curves: Sequence[Curve]) -> str:
    """Return what every recorded value goes into, as 64 letters and digits: -0.0 is 0.0."""
    digest = hashlib.sha256()
    for curve in curves:
        for name, values in iter_series(curve):
            digest.update(json.dumps([curve.label, curve.groups, name, values.shape]).encode())
            for row in values:
                told = row[:1] if is_constant(row) else row
                canonical = np.where(np.isnan(told), np.nan, told + 0.0)
                digest.update(canonical.astype("<f8").data)
    return digest.hexdigest()


def _choose(curves: Sequence[Curve], kept: Sequence[Quantity]) -> int | None:
    moving = [
        (len(row), not is_constant(row))
        for curve in curves
        for _, values in iter_series(curve, kept)
        for row in values
    ]
    return choose_series(moving, len(STATISTICS))


def _size(steps: int, most: int, statistics: int) -> int:
    block = block_size(steps, most)
    return steps if block == 1 else statistics * -(-steps // block)
