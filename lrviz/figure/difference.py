"""Where two figures' numbers part."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from lrviz.curve import RECORDED, Values
from lrviz.figure.moves import ABSOLUTE, RELATIVE, Move, NumbersDifference, ShapeChange
from lrviz.figure.numbers import (
    STATISTICS,
    STATISTICS_0_1,
    Recorded,
    RecordedCurve,
    coarsen,
    split_steps,
)

# How many places are told, in all and of each series.
MOST_STEPS = 24


class _Moved(NamedTuple):
    """Where one series moved: the first few places, the one that moved most, and the end.

    The end is None where it is stored in blocks.
    """

    places: list[Move]
    largest: Move
    end: Move | None


def compare_numbers(old: Recorded, new: Recorded, exact: bool = False) -> NumbersDifference | None:
    """Return how two figures' numbers differ, or None where they agree.

    Numbers agree within 1e-9 of the larger or within 1e-12, and NaN agrees with NaN. Curves and
    param groups belong together by name. Where one has more steps, the steps of both are compared;
    where one has coarser blocks, the other's are made as coarse.

    Args:
        old: of one figure.
        new: of the other.
        exact: whether the digests, where both have one, must be the same: what drove them is.
    """
    pairs = _pair(_labels(old), _labels(new))
    shape: list[ShapeChange] = []
    moved: list[_Moved] = []
    if len(pairs) < max(len(old.curves), len(new.curves)):
        shape.append(ShapeChange("curves", _labels(old), _labels(new)))
    for i, j in pairs:
        shape += _iter_shape(old.curves[i], new.curves[j])
        moved += _iter_moves(old.curves[i], new.curves[j])
    if not shape and not moved:
        differ = exact and old.digest and new.digest and old.digest != new.digest
        return NumbersDifference((), (), max(old.block, new.block)) if differ else None
    first = _sort(each.places[0] for each in moved)
    every = _sort(chain.from_iterable(each.places for each in moved))[:MOST_STEPS]
    if not moved:
        return NumbersDifference(tuple(shape), ())
    most = max(moved, key=lambda each: (each.largest.share, -each.largest.start))
    return NumbersDifference(tuple(shape), first, 0, every, most.largest, most.end)


def _sort(moves: Iterable[Move]) -> tuple[Move, ...]:
    return tuple(sorted(moves, key=lambda move: move.start))


def _pair(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
    """Return the places of the names that both have; of equal names the nth is the nth."""
    places = {key: place for place, key in enumerate(_numbered(new))}
    return [(i, places[key]) for i, key in enumerate(_numbered(old)) if key in places]


def _numbered(names: Sequence[str]) -> Iterator[tuple[str, int]]:
    seen: Counter[str] = Counter()
    for name in names:
        seen[name] += 1
        yield name, seen[name]


def _labels(recorded: Recorded) -> tuple[str, ...]:
    return tuple(curve.label for curve in recorded.curves)


def _iter_shape(old: RecordedCurve, new: RecordedCurve) -> Iterator[ShapeChange]:
    if old.steps != new.steps:
        yield ShapeChange("steps", old.steps, new.steps, new.label)
    if len(_pair(old.groups, new.groups)) < max(len(old.groups), len(new.groups)):
        yield ShapeChange("groups", old.groups, new.groups, new.label)
    if old.series.keys() != new.series.keys():
        yield ShapeChange("quantities", tuple(old.series), tuple(new.series), new.label)


def _iter_moves(old: RecordedCurve, new: RecordedCurve) -> Iterator[_Moved]:
    """Yield where each series that both have and that moved did."""
    groups = _pair(old.groups, new.groups)
    for quantity in (name for name in RECORDED if name in old.series and name in new.series):
        for i, j in [(0, 0)] if quantity == "metric" else groups:
            group = "" if quantity == "metric" else new.groups[j]
            named = Move(0, 0, "", 0.0, 0.0, 0, 0, quantity, new.label, group)
            series = old.series[quantity][i], new.series[quantity][j]
            if (moved := _find_moves(old, new, *series, named)) is not None:
                yield moved


def _find_moves(
    old: RecordedCurve, new: RecordedCurve, was: Values, now: Values, named: Move
) -> _Moved | None:
    """Return where two series of the same name differ; None where they do not."""
    block, steps = max(old.block, new.block), min(old.steps, new.steps)
    count = -(-steps // block) if old.steps == new.steps else steps // block
    ends = [float(each[0, -1]) for each in (was, now)]
    both = [_align(*each, block, count) for each in ((old, was), (new, now))]
    was, now = (each[: min(map(len, both))] for each in both)
    moved = ~agree(was, now)
    places = np.flatnonzero(moved.any(axis=0))
    if not len(places):
        return None
    sizes = np.abs([was, now])
    peak = float(np.max(sizes[np.isfinite(sizes)], initial=0.0))
    named = named._replace(moved=len(places), total=count, block=block, peak=peak)

    def tell(row: int, place: int) -> Move:
        return named._replace(
            start=place * block,
            stop=min((place + 1) * block, steps),
            statistic=STATISTICS[row] if block > 1 else "",
            old=float(was[row, place]),
            new=float(now[row, place]),
        )

    with np.errstate(invalid="ignore", over="ignore"):
        apart = np.where(moved, np.nan_to_num(np.abs(now - was), nan=np.inf), -1.0)
    first = [tell(int(moved[:, each].argmax()), each) for each in map(int, places[:MOST_STEPS])]
    most = int(np.argmax(apart >= apart.max() * (1 - RELATIVE)))  # the first of several
    last = max(old.steps, new.steps) - 1
    end = named._replace(start=last, stop=last + 1, old=ends[0], new=ends[1])
    return _Moved(first, tell(*divmod(most, count)), end if block == 1 else None)


def _align(curve: RecordedCurve, series: Values, block: int, count: int) -> Values:
    """Return a series in blocks of so many steps, the first few of them.

    One that never moves has no order.
    """
    if series.size == 1:
        rows = 1 if block == 1 else len(STATISTICS_0_1)
        return np.broadcast_to(series, (rows, count))
    if curve.block == 1 < block:
        series = split_steps(series[0], block)
    elif curve.block < block:
        series = coarsen(list(series), curve.steps, curve.block, block // curve.block)
    return series[:, :count]


def agree(old: Values, new: Values) -> NDArray[np.bool_]:
    """Return where values are the same, but for what rounding may change; NaN is NaN.

    Args:
        old: every step in one row, or statistics of blocks in as many rows as there are.
        new: likewise.
    """
    sizes = np.fmax(np.abs(old), np.abs(new))
    if len(sizes) > 1:  # a mean is as exact as what it is the mean of
        sizes[3:] = np.fmax(sizes[1], sizes[2])
    with np.errstate(invalid="ignore", over="ignore"):
        near = np.abs(old - new) <= np.maximum(ABSOLUTE, RELATIVE * sizes)
    near &= np.isfinite(old) & np.isfinite(new)
    same: NDArray[np.bool_] = (old == new) | (np.isnan(old) & np.isnan(new)) | near
    return same
