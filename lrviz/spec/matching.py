"""Which entries of a mapping or list have become which of another."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import NamedTuple

from lrviz.errors import KeyPath
from lrviz.spec.tree import IN_ORDER, Tree

# Entries are paired as they stand where there are more pairs of them than this.
_MOST_PAIRS = 40_000

# A key and its value; the key of an item in a list is empty.
Entry = tuple[str, Tree]


class Match(NamedTuple):
    """An entry and what has become of it.

    Attributes:
        at: its number, or that of the entry which a new one follows; -1 for none.
        old: itself; None for a new one.
        new: what is in its place; None where it is gone.
    """

    at: int
    old: Entry | None
    new: Entry | None


def match_entries(old: Tree, new: Tree, key: KeyPath) -> list[Match]:
    """Return what becomes of the entries of a mapping or list, in the order that is to be.

    Entries of a mapping are the same by their keys, items of a list if they are equal, or of one
    name; those between are the same as they stand. A key that is new comes behind the one before
    it, and all others stay in their order where that is nothing.

    >>> for each in match_entries(["StepLR", {"LinearLR": {}}], [{"LinearLR": {"a": 1}}], ()):
    ...     print(*each)
    0 ('', 'StepLR') None
    1 ('', {'LinearLR': {}}) ('', {'LinearLR': {'a': 1}})
    """
    was, now = _list_entries(old), _list_entries(new)
    tiers: tuple[Callable[[Entry], str], ...] = (_spell_value, _name)
    if isinstance(old, dict) and isinstance(new, dict):
        tiers = (lambda entry: entry[0], _spell_value)
        if not is_ordered(key):
            now = [(name, new[name]) for name in _keep_order(old, new)]
    found, last = [], -1
    for at, to in _pair(was, now, tiers):
        last = last if at is None else at
        gone, come = None if at is None else was[at], None if to is None else now[to]
        found.append(Match(last, gone, come))
    return found


def spell_exactly(tree: Tree, key: KeyPath) -> str:
    """Return what tells apart what stands at a key path: types, and order where that counts.

    >>> spell_exactly({"a": 1, "b": 2}, ()) == spell_exactly({"b": 2, "a": 1}, ())
    True
    >>> spell_exactly({"a": 1, "b": 2}, ("curves",)) == spell_exactly({"b": 2, "a": 1}, ("curves",))
    False
    """
    top = tree if isinstance(tree, dict) and not key else {}
    ordered = [tree] if is_ordered(key) else map(top.get, IN_ORDER)
    orders = [list(each) if isinstance(each, dict) else None for each in ordered]
    return json.dumps([tree, orders], sort_keys=True)


def is_ordered(key: KeyPath) -> bool:
    """Whether the order of the keys counts of what stands at a key path."""
    return len(key) == 1 and key[0] in IN_ORDER


def _list_entries(tree: Tree) -> list[Entry]:
    if isinstance(tree, dict):
        return list(tree.items())
    return [("", each) for each in tree] if isinstance(tree, list) else []


def _pair(
    old: Sequence[Entry], new: Sequence[Entry], tiers: Sequence[Callable[[Entry], str]]
) -> Iterator[tuple[int | None, int | None]]:
    """Yield the numbers of pairs, None for nothing: the same in the first tier, else the next."""
    if not tiers or len(old) * len(new) > _MOST_PAIRS:
        yield from zip_longest(range(len(old)), range(len(new)))
        return
    was, now = list(map(tiers[0], old)), list(map(tiers[0], new))
    for tag, a, b, c, d in SequenceMatcher(None, was, now, autojunk=False).get_opcodes():
        for at, to in _pair(old[a:b], new[c:d], () if tag == "equal" else tiers[1:]):
            yield None if at is None else a + at, None if to is None else c + to


def _keep_order(old: Mapping[str, Tree], new: Mapping[str, Tree]) -> list[str]:
    """Return the keys of a new tree in the order of the old.

    >>> _keep_order({"b": 1, "a": 1}, {"a": 1, "c": 1, "b": 1})
    ['b', 'a', 'c']
    """
    names = [name for name in old if name in new]
    for before, name in zip((None, *new), new, strict=False):
        if name not in old:
            names.insert(names.index(before) + 1 if before is not None else 0, name)
    return names


def _spell_value(entry: Entry) -> str:
    return spell_exactly(entry[1], ("",))


def _name(entry: Entry) -> str:
    """Return what an item of a list is known by: a param group's name, or a scheduler's."""
    match entry[1]:
        case {"name": name}:
            return str(name)
        case dict() as named:
            return next(iter(named), "")
        case str() as name:
            return name
    return ""
