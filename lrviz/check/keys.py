"""Where two canonical specs part."""

from collections.abc import Iterator

from lrviz.errors import KeyPath
from lrviz.spec.tree import IN_ORDER, Tree, is_same_tree


def iter_differing_keys(old: Tree, new: Tree, key: KeyPath = ()) -> Iterator[KeyPath]:
    """Yield the key paths whose values differ, in the order of the new tree.

    A key that only one of them has is named itself, and so is a list of plain values, and what
    has its own keys in another order where that counts. 1 is 1.0, and NaN is NaN: two trees
    without such a key are the same spec.

    >>> old = {"epochs": 4, "scheduler": {"StepLR": {"step_size": 4}}}
    >>> new = {"epochs": 4.0, "scheduler": {"StepLR": {"step_size": 2, "gamma": 0.5}}}
    >>> list(iter_differing_keys(old, new))
    [('scheduler', 'StepLR', 'step_size'), ('scheduler', 'StepLR', 'gamma')]
    """
    match old, new:
        case dict(), dict():
            for name in (*new, *(name for name in old if name not in new)):
                if name in old and name in new:
                    yield from iter_differing_keys(old[name], new[name], (*key, name))
                else:
                    yield (*key, name)
            if len(key) == 1 and key[0] in IN_ORDER and _is_reordered(old, new):
                yield key
        case list(), list() if len(old) == len(new) and any(
            isinstance(item, dict | list) for item in (*old, *new)
        ):
            for index, (was, now) in enumerate(zip(old, new, strict=True)):
                yield from iter_differing_keys(was, now, (*key, index))
        case list(), list():
            if len(old) != len(new) or not all(map(is_same_tree, old, new)):
                yield key
        case _:
            if not is_same_tree(old, new):
                yield key


def _is_reordered(old: dict[str, Tree], new: dict[str, Tree]) -> bool:
    return old.keys() == new.keys() and list(old) != list(new)
