"""The numbers of a figure as its JSON tells them; what is read is hostile until proven otherwise.

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
from typing import TypeVar

import numpy as np

from lrviz.curve import Values
from lrviz.errors import ImageError
from lrviz.figure.numbers import (
    MAX_NUMBERS,
    RECORDED,
    STATISTICS,
    STATISTICS_0_1,
    Recorded,
    RecordedCurve,
    RecordedQuantity,
    block_size,
    choose_series,
    is_constant,
)
from lrviz.spec.nodes import MAX_GROUPS
from lrviz.spec.parse import MAX_POINTS
from lrviz.spec.style import MAX_TEXT
from lrviz.spec.sweep import MAX_CURVES
from lrviz.spec.yamltree import NO_TEXT
from lrviz.spell import spell_json

_INFINITIES = {".inf": math.inf, "-.inf": -math.inf}
_LARGEST = float(np.finfo(np.float64).max)
_T = TypeVar("_T")


def spell_numbers(recorded: Recorded) -> dict[str, object]:
    """Return numbers as plain data for JSON.

    >>> series = {"lr": (np.array([[0.1, 0.01]]),)}
    >>> spell_numbers(Recorded((RecordedCurve("", ("",), 2, 1, series),)))["curves"]
    [{'label': '', 'groups': [''], 'steps': 2, 'block': 1, 'lr': [[0.1, 0.01]]}]
    """
    data: dict[str, object] = {"curves": [_spell_curve(each) for each in recorded.curves]}
    return data | ({"digest": recorded.digest} if recorded.digest else {})


def _spell_curve(curve: RecordedCurve) -> dict[str, object]:
    data = {"label": curve.label, "groups": [*curve.groups], "steps": curve.steps}
    series = {name: list(map(_spell_series, each)) for name, each in curve.series.items()}
    return data | {"block": curve.block} | series


def _spell_series(series: Values) -> object:
    rows = series.tolist()
    if not np.isfinite(series).all():
        rows = [list(map(spell_json, row)) for row in rows]
    if len(rows) > 1:
        return dict(zip(STATISTICS, rows, strict=True))
    return rows[0] if series.size > 1 else rows[0][0]


def parse_numbers(data: object) -> Recorded:
    """Return the numbers that JSON holds.

    Raises:
        ImageError: they are not what `spell_numbers` gives of what `summarise` does.

    >>> curve = {"label": "", "groups": [""], "steps": 2, "block": 1, "lr": [[0.1, 0.01]]}
    >>> parse_numbers({"curves": [curve]}).curves[0].series["lr"][0].tolist()
    [[0.1, 0.01]]
    """
    told = _take(data, "curves", list)
    if not 1 <= len(told) <= MAX_CURVES:
        raise _damaged(f"{len(told)} curves")
    curves, digest = tuple(map(_parse_curve, told)), ""
    if isinstance(data, dict) and "digest" in data:
        digest = _take(data, "digest", str)
        if not re.fullmatch("[0-9a-f]{64}", digest):
            raise _damaged("digest: not one of SHA-256")
    every = [(curve, row) for curve in curves for rows in curve.series.values() for row in rows]
    if sum(series.size for _, series in every) > MAX_NUMBERS:
        raise _damaged(f"more than {MAX_NUMBERS:,}")
    statistics = {len(series) for curve, series in every if series.size > 1 and curve.block > 1}
    if len(statistics) > 1:
        raise _damaged("order: missing")
    moving = [(curve.steps, series.size > 1) for curve, series in every]
    most = choose_series(moving, *(statistics or [len(STATISTICS)]))
    # Blocks that lrviz does not choose may be so coarse that they hide what moved.
    if most is None or any(each.block != block_size(each.steps, most) for each in curves):
        raise _damaged("block: does not fit the numbers")
    return Recorded(curves, digest)


def _parse_curve(data: object) -> RecordedCurve:
    groups, label = _take(data, "groups", list), _take(data, "label", str)
    steps, block = _take(data, "steps", int), _take(data, "block", int)
    wrong = {
        "groups: not the names of param groups": not (
            1 <= len(groups) <= MAX_GROUPS and all(map(_is_name, groups))
        ),
        "label: a control character": NO_TEXT.search(label),  # it may be of any length
        f"steps: not from 1 to {MAX_POINTS:,}": not 1 <= steps <= MAX_POINTS,
        f"more than {MAX_POINTS:,} points": steps * len(groups) > MAX_POINTS,
        "block: does not fit the steps": block < 1,
    }
    for reason in filter(wrong.__getitem__, wrong):
        raise _damaged(reason)
    assert isinstance(data, dict)
    series = {}
    for name in (each for each in RECORDED if each in data):
        items, rows = _take(data, name, list), 1 if name == "metric" else len(groups)
        if len(items) != rows:
            raise _damaged(f"{name}: {len(items)} series where {rows} belong")
        length = -(-steps // block)
        series[name] = tuple(_parse_series(item, name, length, block) for item in items)
    if "lr" not in series:
        raise _damaged("no lr")
    return RecordedCurve(label, tuple(groups), steps, block, series)


def _is_name(group: object) -> bool:
    return isinstance(group, str) and group.isprintable() and len(group) <= MAX_TEXT


def _parse_series(data: object, quantity: RecordedQuantity, length: int, block: int) -> Values:
    if not isinstance(data, list | dict):
        series = np.array([[_parse_number(data, quantity)]])
    else:
        names = STATISTICS if "order" in data else STATISTICS_0_1
        rows = [data] if block == 1 else [_take(data, name, list) for name in names]
        for row in rows:
            if not isinstance(row, list) or len(row) != length:
                raise _damaged(f"{quantity}: {len(row)} numbers where {length} belong")
        series = np.array([[_parse_number(number, quantity) for number in row] for row in rows])
        if _is_still(series):
            raise _damaged(f"{quantity}: never moves, and is no number")
    if quantity == "lr" and not np.isfinite(series[:3]).all():  # their mean may be infinite
        raise _damaged("lr: not finite")
    return series


def _is_still(series: Values) -> bool:
    """Whether there is but one value: then lrviz stores it once."""
    values, gaps = series[:3].ravel(), np.isnan(series[:4]).ravel()
    return is_constant(values) and is_constant(gaps)


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
