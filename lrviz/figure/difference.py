"""Where two figures' numbers part."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from lrviz.curve import RECORDED, Quantity, Values
from lrviz.figure.numbers import (
    STATISTICS,
    STATISTICS_0_1,
    Recorded,
    RecordedCurve,
    coarsen,
    split_steps,
)
from lrviz.spell import spell_yaml

RELATIVE = 1e-9
ABSOLUTE = 1e-12

# How many places are told, in all and of each series.
MOST_STEPS = 24


class Move(NamedTuple):
    """One series that has moved, and where it first did.

    Attributes:
        start: the first step that differs, or the first step of the first block that does.
        stop: one beyond the last step of that place.
        statistic: which of a block's numbers differs; empty where every step is stored.
        old: its value in the old figure.
        new: its value in the new one.
        moved: how many steps, or blocks, differ.
        total: how many there are.
        quantity: what moved.
        curve: the curve's label.
        group: the param group's name; empty for a metric.
        block: steps a block; 1 where every step is stored.
    """

    start: int
    stop: int
    statistic: str
    old: float
    new: float
    moved: int
    total: int
    quantity: Quantity
    curve: str = ""
    group: str = ""
    block: int = 1

    def __str__(self) -> str:
        place, unit = f"at step {self.start}", "steps"
        if self.statistic:
            place = f"in steps {self.start} to {self.stop - 1}: {self.statistic}"
            unit = f"blocks of {self.block:,}"
        names = ", ".join(_plain(name) for name in (self.curve, self.group) if name)
        return (
            f"{self.quantity}{f' ({names})' if names else ''} {place} "
            f"was {spell_yaml(self.old)}, is {spell_yaml(self.new)} "
            f"({self.moved} of {self.total} {unit} differ)"
        )


@dataclass(frozen=True)
class ShapeChange:
    """Something that only one of two figures has.

    Attributes:
        kind: what there is another number or set of.
        old: in the old figure; names, or the number of steps.
        new: in the new figure.
        curve: the curve's label; empty where `kind` is `curves`.
    """

    kind: Literal["curves", "groups", "quantities", "steps"]
    old: tuple[str, ...] | int
    new: tuple[str, ...] | int
    curve: str = ""

    def __str__(self) -> str:
        old, new = (
            str(each) if isinstance(each, int) else ", ".join(map(_plain, each)) or "none"
            for each in (self.old, self.new)
        )
        of = f" of {_plain(self.curve)}" if self.curve else ""
        return f"{self.kind}{of} were {old}, are {new}"


@dataclass(frozen=True)
class NumbersDifference:
    """How two figures' numbers differ: in shape, in value or in both.

    Attributes:
        shape: what only one of them has.
        moves: the series that both have and that differ, the earliest first.
        hidden: steps a block, where all blocks agree and the digest of every value differs; else 0.
        steps: the first places that moved, of all series, for a table.
    """

    shape: tuple[ShapeChange, ...]
    moves: tuple[Move, ...]
    hidden: int = 0
    steps: tuple[Move, ...] = ()

    def __str__(self) -> str:
        if self.hidden:
            return f"values moved that blocks of {self.hidden:,} do not show: their digest differs"
        return "; ".join(map(str, (*self.shape, *self.moves[:1])))


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
    moved: list[list[Move]] = []
    if len(pairs) < max(len(old.curves), len(new.curves)):
        shape.append(ShapeChange("curves", _labels(old), _labels(new)))
    for i, j in pairs:
        shape += _iter_shape(old.curves[i], new.curves[j])
        moved += filter(None, _iter_moves(old.curves[i], new.curves[j]))
    if not shape and not moved:
        differ = exact and old.digest and new.digest and old.digest != new.digest
        return NumbersDifference((), (), max(old.block, new.block)) if differ else None
    first, every = _sort(each[0] for each in moved), _sort(chain.from_iterable(moved))
    return NumbersDifference(tuple(shape), first, steps=every[:MOST_STEPS])


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


def _iter_moves(old: RecordedCurve, new: RecordedCurve) -> Iterator[list[Move]]:
    """Yield of each series that both have where it moved, the first few places."""
    groups = _pair(old.groups, new.groups)
    for quantity in (name for name in RECORDED if name in old.series and name in new.series):
        for i, j in [(0, 0)] if quantity == "metric" else groups:
            found = _find_moves(old, new, old.series[quantity][i], new.series[quantity][j])
            group = "" if quantity == "metric" else new.groups[j]
            yield [each._replace(quantity=quantity, group=group) for each in found]


def _find_moves(old: RecordedCurve, new: RecordedCurve, was: Values, now: Values) -> Iterator[Move]:
    """Yield where two series of the same name differ, the first few places, not yet named."""
    block, steps = max(old.block, new.block), min(old.steps, new.steps)
    count = -(-steps // block) if old.steps == new.steps else steps // block
    both = [_align(*each, block, count) for each in ((old, was), (new, now))]
    was, now = (each[: min(map(len, both))] for each in both)
    moved = ~agree(was, now)
    places = np.flatnonzero(moved.any(axis=0))
    for place in map(int, places[:MOST_STEPS]):
        row = int(moved[:, place].argmax())
        yield Move(
            start=place * block,
            stop=min((place + 1) * block, steps),
            statistic=STATISTICS[row] if block > 1 else "",
            old=float(was[row, place]),
            new=float(now[row, place]),
            moved=len(places),
            total=count,
            quantity="lr",
            curve=new.label,
            block=block,
        )


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


def _plain(text: str) -> str:
    """Return a name as it can be shown: it comes from a picture, and may hold anything."""
    return re.sub(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]", "?", text)
