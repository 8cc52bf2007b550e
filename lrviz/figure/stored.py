"""A figure's record, as `record` tells of it, is read: hostile until proven otherwise."""

import json
import math
import re
from collections.abc import Mapping
from itertools import pairwise
from typing import NoReturn, TypeVar, cast

import numpy as np

from lrviz.curve import RECORDED, Quantity, Steps, Values
from lrviz.errors import ImageError
from lrviz.figure.chunks import MAX_RECORD
from lrviz.figure.numbers import (
    MAX_NUMBERS,
    STATISTICS,
    STATISTICS_0_1,
    Recorded,
    RecordedCurve,
    block_size,
    choose_series,
    is_constant,
)
from lrviz.figure.record import FORMAT, Record
from lrviz.spec.nodes import MAX_GROUPS
from lrviz.spec.parse import MAX_POINTS
from lrviz.spec.style import MAX_TEXT
from lrviz.spec.sweep import MAX_CURVES
from lrviz.spec.tree import Tree
from lrviz.spec.yamltree import NO_TEXT
from lrviz.system.versions import Versions

_MAX_DEPTH = 40
_MAX_REASON = 100
_WITH_NUMBERS = ("optimizer", "scheduler", "metric", "curves", "sweep")
# Keys below them that hold a text, be it spelled like a number.
_TEXTS = ("name", "expression", "column")
_SPELLED = {".nan": math.nan, ".inf": math.inf, "-.inf": -math.inf}
_LARGEST = float(np.finfo(np.float64).max)
_LATEST = 1 << 53  # a step of a log: beyond, floats do not tell them apart
_T = TypeVar("_T")


def parse_record(text: str) -> Record:
    """Return what a record says; nothing in it is trusted, and the spec is yet to be checked.

    Raises:
        ImageError: it is not what `build_record` gives.

    >>> parse_record('{"format": 2}')
    Traceback (most recent call last):
        ...
    lrviz.errors.ImageError: drawn by a newer lrviz: its record has a format beyond 1
    """
    data = _load(text)
    if not isinstance(data, dict) or type(data.get("format")) is not int:
        raise _spoilt("format: missing, or no number")
    if data["format"] > FORMAT:
        raise ImageError(f"drawn by a newer lrviz: its record has a format beyond {FORMAT}")
    if data["format"] < FORMAT:
        raise _spoilt("format: less than 1")
    for key in ("spec", "versions"):
        if not isinstance(data.get(key), dict):
            if "sheet" in data:
                raise ImageError("a sheet of several figures; name one of them, or its spec")
            raise _spoilt(f"{key}: missing, or no mapping")
    spec, numbers = data["spec"], data.get("numbers")
    return Record(
        spec={_text(key): _restore(spec[key], 1, key in _WITH_NUMBERS) for key in spec},
        versions=_parse_versions(data["versions"]),
        numbers=None if numbers is None else parse_numbers(numbers),
        style=_text(str(data.get("style") or "")[:MAX_TEXT]),
        schedulers=data.get("schedulers"),
    )


def _load(text: str) -> object:
    if len(text) > MAX_RECORD:
        raise ImageError(f"its record is larger than {MAX_RECORD:,} characters")
    try:
        data: object = json.loads(text, object_pairs_hook=_unique, parse_constant=_refuse_constant)
        if "\\ud" in text.lower():  # half a pair cannot be encoded, and so never be shown
            json.dumps(data, ensure_ascii=False).encode()
    except RecursionError as cause:
        raise _spoilt("nested too deep") from cause
    except ImageError:
        raise
    except ValueError as cause:  # a number of too many digits is one, too
        raise _spoilt(f"not JSON: {str(cause)[:_MAX_REASON]}") from cause
    return data


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    mapping = dict(pairs)
    if len(mapping) < len(pairs):
        raise _spoilt("a key is given twice")
    return mapping


def _refuse_constant(name: str) -> NoReturn:
    raise _spoilt(f"{name} is not JSON")


def _parse_versions(data: dict[str, object]) -> Versions:
    for name, value in data.items():
        for item in (name, *(value if isinstance(value, list) else [value])):
            if not isinstance(item, str) or len(item) > MAX_TEXT or NO_TEXT.search(item):
                raise _spoilt("versions: not text")
    return cast(Versions, data)


def _restore(tree: Tree, depth: int, with_numbers: bool) -> Tree:
    """Return the spec's plain data, its numbers as they were."""
    if depth > _MAX_DEPTH:
        raise _spoilt("nested too deep")
    match tree:
        case dict():
            return {
                _text(key): _restore(each, depth + 1, with_numbers and key not in _TEXTS)
                for key, each in tree.items()
            }
        case list():
            return [_restore(each, depth + 1, with_numbers) for each in tree]
        case str() if with_numbers and tree in _SPELLED:
            return _SPELLED[tree]
        case str():
            return _text(tree)
    return tree


def _text(text: str) -> str:
    """Return a text as YAML can hold it."""
    if NO_TEXT.search(text):
        raise _spoilt("spec: a control character")
    return text


def _spoilt(what: str) -> ImageError:
    return ImageError(f"its record is damaged: {what}")


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
    names = [each for each in groups if isinstance(each, str) and each.isprintable()]
    fits = len(names) == len(groups) and max(map(len, names), default=0) <= MAX_TEXT
    wrong = {
        "groups: not the names of param groups": not (fits and 1 <= len(groups) <= MAX_GROUPS),
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
    return RecordedCurve(label, tuple(groups), steps, block, series, _parse_at(data, series))


def _parse_at(data: dict[str, object], series: Mapping[Quantity, object]) -> Steps | None:
    if "at" not in data:
        return None
    at, count = _take(data, "at", list), -(-_take(data, "steps", int) // _take(data, "block", int))
    fits = len(at) == count and all(type(each) is int and 0 <= each < _LATEST for each in at)
    if not fits or any(later <= step for step, later in pairwise(at)) or series.keys() != {"lr"}:
        raise _damaged("at: not the steps of a log")
    return np.array(at, dtype=np.int64)


def _parse_series(data: object, quantity: Quantity, length: int, block: int) -> Values:
    if not isinstance(data, list | dict):
        series = np.array([[_parse_number(data, quantity)]])
    else:
        names = STATISTICS if "order" in data else STATISTICS_0_1
        rows = [data] if block == 1 else [_take(data, name, list) for name in names]
        for row in rows:
            if not isinstance(row, list) or len(row) != length:
                raise _damaged(f"{quantity}: {len(row)} numbers where {length} belong")
        series = np.array([[_parse_number(number, quantity) for number in row] for row in rows])
        values, gaps = series[:3].ravel(), np.isnan(series[:4]).ravel()
        if is_constant(values) and is_constant(gaps):
            raise _damaged(f"{quantity}: never moves, and is no number")
    if quantity == "lr" and not np.isfinite(series[:3]).all():  # their mean may be infinite
        raise _damaged("lr: not finite")
    return series


def _parse_number(data: object, quantity: Quantity) -> float:
    match data:
        case None:
            return math.nan
        case ".inf" | "-.inf":
            return _SPELLED[data]
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
