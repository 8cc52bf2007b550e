"""What a figure stores of its curves, as values and as JSON tells it.

One curve is `{"label", "groups", "steps", "block"}`, and for every quantity a list of one series a
param group (`metric`: of one). A series that never moves is one number. One that does is a list of
every step where `block` is 1, and else `{"first", "min", "max", "mean", "order"}`, each a list of
one number a block of so many steps, the last block being shorter where the steps do not fill it.
`block` is a power of two, so that of two figures the finer can always be made as coarse as the
other. NaN is null, and the infinities are spelled as YAML spells them.

Where anything is not stored step by step, `digest` beside the curves is one of every value.
Version 0.1 stored neither it nor `order`.
"""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from lrviz.curve import Curve, Values
from lrviz.errors import ImageError
from lrviz.figure.numbers import (
    MAX_NUMBERS,
    RECORDED,
    STATISTICS,
    RecordedQuantity,
    block_size,
    choose_series,
    is_constant,
    iter_series,
)
from lrviz.spec.nodes import MAX_GROUPS
from lrviz.spec.parse import MAX_POINTS
from lrviz.spec.style import MAX_TEXT
from lrviz.spec.sweep import MAX_CURVES
from lrviz.spec.yamltree import NO_TEXT

STATISTICS_0_1 = STATISTICS[:4]
"""Those that version 0.1 stored."""

_INFINITIES = {".inf": math.inf, "-.inf": -math.inf}
_LARGEST = float(np.finfo(np.float64).max)
_T = TypeVar("_T")


@dataclass(frozen=True, eq=False)
class RecordedCurve:
    """What is stored of one curve.

    Attributes:
        label: what tells it from others in one figure.
        groups: the param groups' names.
        steps: the number of steps.
        block: steps a block; 1 where every step is stored.
        series: a quantity's series, one a param group, for `metric` one: shape (1, steps), or
            (5, blocks) with the rows of `STATISTICS`, four of them from version 0.1; (1, 1) for one
            that never moves.
    """

    label: str
    groups: tuple[str, ...]
    steps: int
    block: int
    series: Mapping[RecordedQuantity, tuple[Values, ...]]


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
    def size(self) -> int:
        """How many numbers are stored."""
        return sum(series.size for _, series in self.iter_series())

    @property
    def block(self) -> int:
        """The steps of the largest block; 1 where every step is stored."""
        return max(curve.block for curve in self.curves)

    def iter_series(self) -> Iterator[tuple[RecordedCurve, Values]]:
        """Yield every series and the curve that it is of."""
        for curve in self.curves:
            for quantity in curve.series.values():
                for series in quantity:
                    yield curve, series


def record_steps(curves: Sequence[Curve]) -> Recorded:
    """Return the curves' numbers, every step of them, to compare and not to store.

    >>> curve = Curve(groups=("",), lr=np.array([[0.1, 0.01]]), base_lr=(0.1,))
    >>> record_steps([curve]).curves[0].series["lr"][0].tolist()
    [[0.1, 0.01]]
    """
    every = (
        {name: tuple(row[np.newaxis] for row in values) for name, values in iter_series(curve)}
        for curve in curves
    )
    return Recorded(
        tuple(
            RecordedCurve(curve.label, curve.groups, curve.steps, 1, series)
            for curve, series in zip(curves, every, strict=True)
        )
    )


def parse_numbers(data: object) -> Recorded:
    """Return the numbers that JSON holds.

    Raises:
        ImageError: they are not what `summarise` gives.

    >>> curve = {"label": "", "groups": [""], "steps": 2, "block": 1, "lr": [[0.1, 0.01]]}
    >>> parse_numbers({"curves": [curve]}).curves[0].series["lr"][0].tolist()
    [[0.1, 0.01]]
    """
    curves = _take(data, "curves", list)
    if not 1 <= len(curves) <= MAX_CURVES:
        raise _damaged(f"{len(curves)} curves")
    recorded = Recorded(tuple(map(_parse_curve, curves)), _parse_digest(data))
    if recorded.size > MAX_NUMBERS:
        raise _damaged(f"more than {MAX_NUMBERS:,}")
    _refuse_other_blocks(recorded)
    return recorded


def _parse_digest(data: object) -> str:
    if not isinstance(data, dict) or "digest" not in data:
        return ""
    digest = _take(data, "digest", str)
    if not re.fullmatch("[0-9a-f]{64}", digest):
        raise _damaged("digest: not one of SHA-256")
    return digest


def _refuse_other_blocks(recorded: Recorded) -> None:
    """Refuse blocks that lrviz does not choose: coarse ones would hide what moved."""
    every = list(recorded.iter_series())
    statistics = {len(series) for curve, series in every if series.size > 1 and curve.block > 1}
    if len(statistics) > 1:
        raise _damaged("order: missing")
    moving = [(curve.steps, series.size > 1) for curve, series in every]
    most = choose_series(moving, statistics.pop() if statistics else len(STATISTICS))
    if most is None or any(each.block != block_size(each.steps, most) for each in recorded.curves):
        raise _damaged("block: does not fit the numbers")


def _parse_curve(data: object) -> RecordedCurve:
    groups, label = _take(data, "groups", list), _take(data, "label", str)
    steps, block = _take(data, "steps", int), _take(data, "block", int)
    if not 1 <= len(groups) <= MAX_GROUPS or not all(map(_is_name, groups)):
        raise _damaged("groups: not the names of param groups")
    if NO_TEXT.search(label):  # that of a sweep may be of any length
        raise _damaged("label: a control character")
    if not 1 <= steps <= MAX_POINTS:
        raise _damaged(f"steps: not from 1 to {MAX_POINTS:,}")
    if steps * len(groups) > MAX_POINTS:
        raise _damaged(f"more than {MAX_POINTS:,} points")
    if block < 1:
        raise _damaged("block: does not fit the steps")
    series = {
        quantity: _parse_quantity(data, quantity, 1 if quantity == "metric" else len(groups))
        for quantity in RECORDED
        if isinstance(data, dict) and quantity in data
    }
    if "lr" not in series:
        raise _damaged("no lr")
    return RecordedCurve(label, tuple(groups), steps, block, series)


def _is_name(group: object) -> bool:
    return isinstance(group, str) and group.isprintable() and len(group) <= MAX_TEXT


def _parse_quantity(
    data: Mapping[str, object], quantity: RecordedQuantity, rows: int
) -> tuple[Values, ...]:
    items = _take(data, quantity, list)
    steps, block = _take(data, "steps", int), _take(data, "block", int)
    if len(items) != rows:
        raise _damaged(f"{quantity}: {len(items)} series where {rows} belong")
    return tuple(_parse_series(item, quantity, -(-steps // block), block) for item in items)


def _parse_series(data: object, quantity: RecordedQuantity, length: int, block: int) -> Values:
    if not isinstance(data, list | dict):
        return _refuse_infinite(np.array([[_parse_number(data, quantity)]]), quantity)
    names = STATISTICS if "order" in data else STATISTICS_0_1
    rows = [data] if block == 1 else [_take(data, name, list) for name in names]
    for row in rows:
        if not isinstance(row, list) or len(row) != length:
            raise _damaged(f"{quantity}: {len(row)} numbers where {length} belong")
    series = np.array([[_parse_number(number, quantity) for number in row] for row in rows])
    if _is_still(series):
        raise _damaged(f"{quantity}: never moves, and is no number")
    return _refuse_infinite(series, quantity)


def _refuse_infinite(series: Values, quantity: RecordedQuantity) -> Values:
    """Refuse a learning rate that cannot be driven; the mean of a finite one may be infinite."""
    if quantity == "lr" and not np.isfinite(series[:3]).all():
        raise _damaged("lr: not finite")
    return series


def _is_still(series: Values) -> bool:
    """Whether there is but one value: then lrviz stores it once."""
    if len(series) == 1:
        return is_constant(series[0])
    first, low, high, mean = series[:4]
    return is_constant(first) and bool(
        np.array_equal(low, first, equal_nan=True)
        and np.array_equal(high, first, equal_nan=True)
        and np.array_equal(np.isnan(mean), np.isnan(first))
    )


def _parse_number(data: object, quantity: RecordedQuantity) -> float:
    match data:
        case None:
            return math.nan
        case ".inf" | "-.inf":
            return _INFINITIES[data]
        case int() | float() if not isinstance(data, bool) and abs(data) <= _LARGEST:
            return float(data)
    raise _damaged(f"{quantity}: not a number")


def _take(data: object, key: str, kind: type[_T]) -> _T:
    value = data.get(key) if isinstance(data, dict) else None
    if type(value) is not kind:
        raise _damaged(f"{key}: missing, or of a wrong type")
    return value


def _damaged(what: str) -> ImageError:
    return ImageError(f"its numbers are damaged: {what}")
