"""Plain data, and when two trees of it say the same."""

Tree = None | bool | int | float | str | list["Tree"] | dict[str, "Tree"]
"""Plain data, as YAML and JSON give it."""


def is_same_tree(one: Tree, other: Tree) -> bool:
    """Whether two trees say the same: 1 is 1.0, NaN is NaN, and the order of keys is nothing.

    >>> is_same_tree({"a": 1, "b": [0.5]}, {"b": [0.5], "a": 1.0})
    True
    """
    return freeze(one) == freeze(other)


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
