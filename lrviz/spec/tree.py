"""A spec as plain data: what stands where, and when two say the same; and what a metric may be."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, TypeGuard, get_args

from lrviz.errors import KeyPath

# Plain data, as YAML and JSON give it.
Tree = None | bool | int | float | str | list["Tree"] | dict[str, "Tree"]

# When a scheduler is called: after every step, or after the last of each epoch.
Interval = Literal["step", "epoch"]

# What a function of the step returns: a learning rate, or a factor of the optimizer's.
Returns = Literal["lr", "factor"]
RETURNS: tuple[Returns, ...] = get_args(Returns)

# The families of trainers' configs that a spec can be made of.
Trainer = Literal["axolotl", "huggingface", "timm", "deepspeed", "targets"]


@dataclass(frozen=True)
class MetricExpression:
    """A metric as an expression in `step`, the call's index."""

    expression: str


@dataclass(frozen=True)
class MetricCsv:
    """A metric in a column of a csv file, not yet read."""

    csv: str
    column: str


Metric = tuple[float, ...] | MetricExpression | MetricCsv


# The arguments that are functions in torch, and what a spec calls their parameter.
EXPRESSIONS: Mapping[str, tuple[str, ...]] = {
    "lr_lambda": ("epoch", "step", "call"),
    "scale_fn": ("x",),
    "expression": ("step", "call"),  # of a metric
}

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
    return not any(iter_differing_keys(dict(one), dict(other)))


def iter_differing_keys(old: Tree, new: Tree, key: KeyPath = ()) -> Iterator[KeyPath]:
    """Yield the key paths whose values differ, in the order of the new tree.

    A key that only one of them has is named itself, and so is a list of plain values, and what
    has its own keys in another order where that counts. Two trees without such a key are the same
    spec.

    >>> old = {"epochs": 4, "scheduler": {"StepLR": {"step_size": 4}}}
    >>> new = {"epochs": 4.0, "scheduler": {"StepLR": {"step_size": 2, "gamma": 0.5}}}
    >>> list(iter_differing_keys(old, new))
    [('scheduler', 'StepLR', 'step_size'), ('scheduler', 'StepLR', 'gamma')]
    """
    match old, new:
        case dict(), dict():
            for name in dict.fromkeys((*new, *old)):
                if name in old and name in new:
                    yield from iter_differing_keys(old[name], new[name], (*key, name))
                else:
                    yield (*key, name)
            is_ordered = len(key) == 1 and key[0] in IN_ORDER
            if is_ordered and old.keys() == new.keys() and list(old) != list(new):
                yield key
        case list(), list() if len(old) == len(new) and any(
            isinstance(item, dict | list) for item in (*old, *new)
        ):
            for index, (was, now) in enumerate(zip(old, new, strict=True)):
                yield from iter_differing_keys(was, now, (*key, index))
        case _ if not is_same_tree(old, new):
            yield key


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
