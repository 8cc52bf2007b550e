"""What a figure stores of its curves, as values and as JSON tells it.

One curve is `{"label", "groups", "steps", "block"}`, and for every quantity a list of one series a
param group (`metric`: of one). A series that never moves is one number. One that does is a list of
every step where `block` is 1, and else `{"first", "min", "max", "mean"}`, each a list of one number
a block of so many steps, the last block being shorter where the steps do not fill it. `block` is a
power of two, so that of two figures the finer can always be made as coarse as the other. NaN is
null, and the infinities are spelled as YAML spells them.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeVar

import numpy as np

from lrviz.curve import QUANTITIES, Quantity, Values
from lrviz.errors import ImageError
from lrviz.spec.nodes import MAX_GROUPS
from lrviz.spec.schedules import MAX_CURVES, MAX_POINTS

RecordedQuantity = Quantity | Literal["metric"]
RECORDED: tuple[RecordedQuantity, ...] = (*QUANTITIES, "metric")
STATISTICS = ("first", "min", "max", "mean")

MAX_NUMBERS = 32_768
MAX_SERIES = 4_096
"""The most numbers of one series: every step, or a quarter as many blocks of four."""

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
            (4, blocks) with the rows of `STATISTICS`; (1, 1) for one that never moves.
    """

    label: str
    groups: tuple[str, ...]
    steps: int
    block: int
    series: Mapping[RecordedQuantity, tuple[Values, ...]]


@dataclass(frozen=True, eq=False)
class Recorded:
    """What a figure stores of its curves."""

    curves: tuple[RecordedCurve, ...]

    @property
    def size(self) -> int:
        """How many numbers are stored."""
        return sum(
            series.size
            for curve in self.curves
            for quantity in curve.series.values()
            for series in quantity
        )


def parse_numbers(data: object) -> Recorded:
    """Return the numbers that JSON holds.

    Raises:
        ImageError: they are not what `summarise` gives.

    >>> curve = {"label": "", "groups": [""], "steps": 2, "block": 1, "lr": [[0.1, 0.01]]}
    >>> parse_numbers({"curves": [curve]}).curves[0].series["lr"][0].tolist()
    [[0.1, 0.01]]
    >>> parse_numbers({"curves": [curve | {"steps": 3}]})
    Traceback (most recent call last):
        ...
    lrviz.errors.ImageError: its numbers are damaged: lr: 2 numbers where 3 belong
    """
    curves = _take(data, "curves", list)
    if not 1 <= len(curves) <= MAX_CURVES:
        raise _damaged(f"{len(curves)} curves")
    recorded = Recorded(tuple(map(_parse_curve, curves)))
    if recorded.size > MAX_NUMBERS:
        raise _damaged(f"more than {MAX_NUMBERS:,}")
    return recorded


def _parse_curve(data: object) -> RecordedCurve:
    groups = _take(data, "groups", list)
    steps, block = _take(data, "steps", int), _take(data, "block", int)
    if not 1 <= len(groups) <= MAX_GROUPS or not all(type(group) is str for group in groups):
        raise _damaged("groups: not the names of param groups")
    if not 1 <= steps <= MAX_POINTS:
        raise _damaged(f"steps: not from 1 to {MAX_POINTS:,}")
    most = MAX_SERIES if block == 1 else MAX_SERIES // len(STATISTICS)
    if block < 1 or block.bit_count() != 1 or -(-steps // block) > most:
        raise _damaged("block: does not fit the steps")
    series = {
        quantity: _parse_quantity(data, quantity, 1 if quantity == "metric" else len(groups))
        for quantity in RECORDED
        if isinstance(data, dict) and quantity in data
    }
    if "lr" not in series:
        raise _damaged("no lr")
    return RecordedCurve(_take(data, "label", str), tuple(groups), steps, block, series)


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
        return np.array([[_parse_number(data, quantity)]])
    rows = [data] if block == 1 else [_take(data, name, list) for name in STATISTICS]
    for row in rows:
        if not isinstance(row, list) or len(row) != length:
            raise _damaged(f"{quantity}: {len(row)} numbers where {length} belong")
    return np.array([[_parse_number(number, quantity) for number in row] for row in rows])


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
