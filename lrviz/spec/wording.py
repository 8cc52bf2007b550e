"""How messages spell values and names of a spec, and what a wrong name may have been meant for."""

import re
from collections.abc import Iterable, Sequence
from difflib import get_close_matches

from lrviz.spec.catalog import CATALOG, SCHEDULERS, THIRD_PARTY
from lrviz.spec.catalog.external import MAX_NAME, remedy
from lrviz.spell import LONGEST, shorten, spell_yaml

# The largest number that a message writes out.
READABLE = 10**15

# The most names that a remedy lists.
MOST_NAMED = 6


def spell(value: object) -> str:
    """Return a value as YAML spells it, shortened.

    >>> [spell(value) for value in (True, None, 0.001, float("inf"), "cos", [1, 2])]
    ['true', 'null', '0.001', '.inf', "'cos'", '[1, 2]']
    """
    match value:
        case list() | tuple():
            text = f"[{', '.join(map(spell, value[:LONGEST]))}]"
        case dict():
            text = "a mapping"
        case str():
            text = f"'{value}'"
        case _:
            text = spell_yaml(value)
    return shorten(text)


def spell_count(count: int) -> str:
    """Return a number as people read it: beyond `READABLE`, which floats may not hold, in short.

    >>> spell_count(10**15), spell_count(2345 * 10**600)
    ('1,000,000,000,000,000', '2.3e603')
    """
    digits = str(count)
    short = f"{digits[0]}.{digits[1:2]}e{len(digits) - 1}"
    return f"{count:,}" if count <= READABLE else short


def spell_name(name: str) -> str:
    """Return a name in quotes, letters that could be mistaken for others spelt out."""
    text = name.encode("ascii", "backslashreplace").decode()
    return f"'{text}'" if len(text) <= MAX_NAME else f"'{text[:MAX_NAME]}…'"


def suggest(name: str, known: Sequence[str]) -> str:
    """Return a remedy for a name that is not among the known ones.

    >>> suggest("StepLr", ("StepLR", "LinearLR"))
    "did you mean 'StepLR'?"
    """
    close = find_close(name, known)
    return f"did you mean '{close}'?" if close else f"known: {', '.join(known)}"


def unknown_scheduler(name: str, allowed: Iterable[str] = ()) -> str:
    """Return what is wrong with a name that is no scheduler's, and a remedy.

    Args:
        name: that a spec has.
        allowed: what may be named beside the catalog.

    >>> unknown_scheduler("Saw", ["mine:Saw"])
    "unknown scheduler 'Saw'; did you mean 'mine:Saw'?"
    >>> unknown_scheduler("get_wsd_schedule")
    "unknown scheduler 'get_wsd_schedule'; did you mean 'transformers.get_wsd_schedule'?"
    >>> unknown_scheduler("OneC")
    "unknown scheduler 'OneC'; did you mean 'OneCycleLR'?"
    """
    last = re.split("[.:]", name)[-1]
    close = next((each for each in allowed if each.rpartition(":")[2] == last), None)
    remedy = f"did you mean '{close}'?" if close else _suggest_scheduler(name)
    return f"unknown scheduler {spell_name(name)}; {remedy}"


def _suggest_scheduler(name: str) -> str:
    words = re.split("[.:]", name)
    last = words[-1]
    if words[0] not in ("torch", *THIRD_PARTY.packages) and (allow := remedy(name)):
        return allow
    own = last if last in SCHEDULERS else None
    others = (each for each in THIRD_PARTY if each.rpartition(".")[2] == last)
    close = own or next(others, None) or find_close(name, tuple(SCHEDULERS))
    if close := close or find_close(name, tuple(THIRD_PARTY)):
        return f"did you mean '{close}'?"
    if inside := [each for each in CATALOG if name and name.lower() in each.lower()]:
        return f"there are {', '.join(inside[:MOST_NAMED])}"
    return remedy(name) or suggest(name, tuple(SCHEDULERS))


def find_close(name: str, known: Sequence[str]) -> str | None:
    """Return the known name that a wrong one was meant for; None for a guess."""
    lowered = {each.lower(): each for each in known}
    begun = [each for each in lowered if each.startswith(name.lower())]
    close = begun if name and len(begun) == 1 else get_close_matches(name.lower(), lowered, n=1)
    return lowered[close[0]] if close and _is_near(name.lower(), close[0]) else None


def _is_near(name: str, close: str) -> bool:
    """Whether one is the other with letters left out, added or in another order; or nearly so."""
    rest, is_short = iter(close), len(name) < 4
    is_part = close in name or (not is_short and all(letter in rest for letter in name))
    is_same = sorted(name) == sorted(close)
    cutoff = 0.8 if is_short else 0.75
    return is_part or is_same or bool(get_close_matches(name, [close], cutoff=cutoff))
