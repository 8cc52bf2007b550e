"""A spec as plain data: when two say the same, where one came from, and what is wrong with it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeGuard

from lrviz.errors import Grade, KeyPath, Position, Problem, SpecError

# Plain data, as YAML and JSON give it.
Tree = None | bool | int | float | str | list["Tree"] | dict[str, "Tree"]

# When a scheduler is called: after every step, or after the last of each epoch.
Interval = Literal["step", "epoch"]

# Keys of a spec whose own keys are in order: one a curve, which are coloured and named in turn.
IN_ORDER = ("curves", "sweep")


def is_number(value: object) -> TypeGuard[int | float]:
    """Whether plain data is a number: true is none."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def holds(tree: Tree, part: str | int) -> bool:
    """Whether a mapping has a key, or a list an item of that number."""
    if isinstance(tree, list):
        return isinstance(part, int) and part < len(tree)
    return isinstance(tree, dict) and str(part) in tree


def find_below(tree: Tree, key: KeyPath) -> Tree:
    """Return what stands at a key path; None for nothing.

    >>> find_below({"sweep": {"epochs": [4, 8]}}, ("sweep", "epochs", 1))
    8
    """
    for part in key:
        if isinstance(tree, dict):
            tree = tree.get(str(part))
        else:
            tree = tree[int(part)] if isinstance(tree, list) and holds(tree, part) else None
    return tree


def is_same_tree(one: Tree, other: Tree) -> bool:
    """Whether two trees say the same: 1 is 1.0, NaN is NaN, and the order of keys is nothing.

    >>> is_same_tree({"a": 1, "b": [0.5]}, {"b": [0.5], "a": 1.0})
    True
    """
    return freeze(one) == freeze(other)


def is_same_spec(one: Mapping[str, Tree], other: Mapping[str, Tree]) -> bool:
    """Whether the plain data of two specs says the same: as two trees, and in the same order.

    >>> is_same_spec({"curves": {"a": None, "b": None}}, {"curves": {"b": None, "a": None}})
    False
    """
    same_order = all(list_keys(one.get(key)) == list_keys(other.get(key)) for key in IN_ORDER)
    return same_order and is_same_tree(dict(one), dict(other))


def list_keys(tree: Tree) -> list[str]:
    """Return the keys of a mapping in order; none of anything else."""
    return list(tree) if isinstance(tree, dict) else []


def freeze(tree: Tree) -> object:
    """Return a hashable value that is equal where two trees are: 1 is 1.0, NaN is NaN."""
    match tree:
        case dict():
            return frozenset((key, freeze(value)) for key, value in tree.items())
        case list():
            return tuple(map(freeze, tree))
        case bool():
            return ("flag", tree)
        case float() if tree != tree:
            return ("nan",)
    return tree


@dataclass(frozen=True)
class Source:
    """Where a spec came from, so that what is wrong can be shown in its place.

    Attributes:
        name: the file as the user named it.
        positions: the place of every key and list item.
        overrides: key paths that `--set` gave, and the option and text of each.
        swept: key paths that a sweep gives a value, and the key path of that value.
    """

    name: str = "<spec>"
    positions: Mapping[KeyPath, Position] = field(default_factory=dict)
    overrides: Mapping[KeyPath, str] = field(default_factory=dict)
    swept: Mapping[KeyPath, KeyPath] = field(default_factory=dict)

    def problem(self, key: KeyPath, text: str, grade: Grade = "error") -> Problem:
        """Return the problem at a key, or at the nearest to it that stands somewhere."""
        for place in self._near(key):
            if place in self.overrides:
                return Problem(self.overrides[place], key, text, grade=grade)
            if place in self.positions:
                return Problem(self.name, key, text, self.positions[place], grade)
        return Problem(self.name, key, text, grade=grade)

    def _near(self, key: KeyPath) -> Iterator[KeyPath]:
        """Yield a key and its parents; below the root what lies below it, which has made it."""
        yield from _walk_up(self.swept.get(self._swept(key), key))
        for below in (*self.swept, *self.overrides):
            if key and below[: len(key)] == key:
                yield from _walk_up(self.swept.get(below, below))
        yield ()

    def is_own(self, key: KeyPath) -> bool:
        """Whether a key stands for something of one curve only."""
        return key[:1] == ("curves",) or self._swept(key) in self.swept

    def _swept(self, key: KeyPath) -> KeyPath:
        """Return the part of a key that a sweep gives a value; all of it where none does."""
        return next((each for each in _walk_up(key) if each in self.swept), key)


def _walk_up(key: KeyPath) -> Iterator[KeyPath]:
    """Yield a key path and its parents, but not the root."""
    return (key[:end] for end in range(len(key), 0, -1))


class Problems:
    """What is wrong with a spec.

    Attributes:
        source: where the spec came from.
        found: in the order in which it was found; what is said twice is one.

    >>> problems = Problems(Source("a.yaml"))
    >>> problems.say(("epochs",), "must be at least 1, got 0")
    >>> print(*problems.found)
    a.yaml: epochs: must be at least 1, got 0
    """

    def __init__(self, source: Source, found: dict[Problem, None] | None = None) -> None:
        self.source = source
        self.found = {} if found is None else found

    def say(self, key: KeyPath, text: str) -> None:
        """Add what is wrong at a key path."""
        self.found.setdefault(self.source.problem(key, text))

    def of(self, source: Source) -> "Problems":
        """Return the same problems, to which those of another source are added, as a sweep's."""
        return Problems(source, self.found)

    def refuse(self) -> None:
        """Do nothing where nothing is wrong.

        Raises:
            SpecError: all of it.
        """
        if self.found:
            raise SpecError(list(self.found))
