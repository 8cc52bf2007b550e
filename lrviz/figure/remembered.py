"""What a figure of code tells of its schedulers: written, and read as the hostile input it is."""

import math
from collections.abc import Iterator, Sequence
from typing import NoReturn

from lrviz.curve import SchedulerFacts
from lrviz.errors import ImageError
from lrviz.spec.origin import FACTORY
from lrviz.spec.style import MAX_TEXT
from lrviz.spell import spell_number

_MAX_DEPTH = 20
_MAX_SCHEDULERS = 4096
_MOST = 10_000_000


def spell_schedulers(schedulers: Sequence[SchedulerFacts]) -> list[object] | None:
    """Return schedulers as plain data for JSON; None where they pass a limit of what is read.

    >>> facts = SchedulerFacts("StepLR", (), {"gamma": 0.5}, frozenset(["gamma"]), 8, range(8))
    >>> spell_schedulers([facts])
    [{'name': 'StepLR', 'given': {'gamma': 0.5}, 'calls': 8, 'values': [0, 8, 1], 'children': []}]
    """
    try:
        told: list[object] = list(map(_spell, schedulers))
        parse_schedulers(told, len(schedulers))
    except (ImageError, RecursionError):
        return None
    return told


def _spell(facts: SchedulerFacts) -> dict[str, object]:
    given = {key: _plain(value) for key, value in facts.arguments.items() if key in facts.given}
    values = [facts.values.start, facts.values.stop, facts.values.step]
    data = {"name": facts.name, "given": given, "calls": facts.calls, "values": values}
    return data | {"children": list(map(_spell, facts.children))}


def _plain(value: object) -> object:
    match value:
        case list() | tuple():
            return list(map(_plain, value))
        case int() | float() if not math.isfinite(value) or _is_large(value):
            return spell_number(value)
        case None | bool() | int() | float():
            return value
    return "".join(each if each.isprintable() else "\ufffd" for each in str(value)[:MAX_TEXT])


def _is_large(value: object) -> bool:
    return isinstance(value, int) and abs(value) > _MOST


def parse_schedulers(data: object, count: int) -> tuple[SchedulerFacts, ...]:
    """Return the facts that JSON holds, one for each of so many curves.

    Raises:
        ImageError: they are not what `spell_schedulers` gives.

    >>> parse_schedulers([], 1)
    Traceback (most recent call last):
        ...
    lrviz.errors.ImageError: its record is damaged: schedulers: not one for every curve
    """
    if not isinstance(data, list) or len(data) != count:
        _refuse("not one for every curve")
    left = iter(range(_MAX_SCHEDULERS))
    return tuple(_parse(each, 1, left) for each in data)


def _parse(data: object, depth: int, left: Iterator[int]) -> SchedulerFacts:
    if depth > _MAX_DEPTH or next(left, None) is None:
        _refuse("too many, or nested too deep")
    match data:
        case {
            "name": str() as name,
            "given": dict() as given,
            "calls": calls,
            "values": [start, stop, step],
            "children": list() as inside,
        }:
            pass
        case _:
            _refuse("not what is known of one")
    whole = [calls, start, stop, step]
    if not all(type(each) is int and 0 <= each <= _MOST for each in whole) or not step:
        _refuse("not the calls and values of a run")
    if not all(_is_plain(each, depth) for each in (name, *given, *given.values())):
        _refuse("not plain data")
    children = tuple(_parse(each, depth + 1, left) for each in inside)
    values = range(start, stop, step)
    return SchedulerFacts(name, FACTORY, given, frozenset(given), calls, values, children)


def _is_plain(value: object, depth: int) -> bool:
    match value:
        case list():
            return depth < _MAX_DEPTH and all(_is_plain(each, depth + 1) for each in value)
        case str():
            return len(value) <= MAX_TEXT and value.isprintable()
        case float():
            return math.isfinite(value)
    return value is None or (isinstance(value, int) and not _is_large(value))


def _refuse(what: str) -> NoReturn:
    raise ImageError(f"its record is damaged: schedulers: {what}")
