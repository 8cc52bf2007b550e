"""What libraries refuse of arguments whatever the run is, told by the bounds of the catalog."""

import math
from collections.abc import Collection, Iterator, Mapping
from operator import ge, gt, le, lt
from typing import Any

from lrviz.spec.catalog import Entry
from lrviz.spec.wording import spell
from lrviz.spell import spell_number

# An argument, or none for the scheduler itself; and what is wrong.
Wrong = Iterator[tuple[str, str]]

_TESTS = {"least": ge, "above": gt, "most": le, "below": lt}
_WORDS = {"least": "at least", "above": "more than", "most": "at most", "below": "less than"}

Limits = Mapping[str, float | str]


def out_of_bounds(entry: Entry, given: Mapping[str, Any], own: Collection[str]) -> Wrong:
    """Yield what a library refuses whatever the run is; between two arguments if both are sound."""
    sound = True
    for name, bounds in entry.bounds.items():
        fixed = {word: limit for word, limit in bounds.items() if isinstance(limit, int | float)}
        if name in own and not _is_within(given[name], fixed, entry):
            sound = False
            code = f" ({bounds['code']})" if "code" in bounds and given[name] <= 0 else ""
            is_count = entry.counts(name) == "calls"
            got = spell_number(given[name]) if is_count else spell(given[name])
            yield name, f"must be {_spell_limits(fixed)}, got {got}{code}"
    yield from _out_of_place(entry, given, own) if sound else ()


def _is_within(value: object, limits: Limits, entry: Entry) -> bool:
    if not isinstance(value, int | float) or (math.isnan(value) and entry.package == "torch"):
        return True  # torch asks whether a value is outside, which NaN is not
    return all(_TESTS[word](value, limit) for word, limit in limits.items())


def _spell_limits(limits: Limits) -> str:
    if limits.keys() == {"least", "most"}:
        return f"between {limits['least']} and {limits['most']}"
    return " and ".join(f"{_WORDS[word]} {limit}" for word, limit in limits.items())


def _out_of_place(entry: Entry, given: Mapping[str, Any], own: Collection[str]) -> Wrong:
    """Yield the first argument that another one rules out, or two of which one is to be given."""
    pairs = [
        (name, word, str(other))
        for name, bounds in entry.bounds.items()
        for word, other in bounds.items()
        if other in given
    ]
    for name, word, other in pairs:
        value, beside = given[name], given[other]
        if word == "instead_of":
            if value is beside is None:
                yield "", f"needs {other} or {name}"
            elif value is not None and beside is not None:
                yield name, f"cannot stand beside {other}; give one of them"
        elif name not in own or _TESTS[word](value, beside):
            continue
        elif other in own or other not in entry.fills:
            text = f"must be {_WORDS[word]} {other}, {spell(beside)}, got {spell(value)}"
            yield name, text
            return
