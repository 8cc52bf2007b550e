"""How a value is laid out in YAML by a person: on one line, or as a block on several."""

from collections.abc import Iterator

from lrviz.spec.tree import Tree, is_number
from lrviz.spec.yamltree import spell_flow

# The most characters of a mapping, or of a list of texts, on one line.
_WIDEST = 80


def iter_lines(tree: Tree, step: int = 2, is_open: bool = False) -> Iterator[str]:
    r"""Yield the lines of a block.

    Args:
        tree: a mapping or a list with something in it.
        step: the blanks that each level of mappings is indented by.
        is_open: whether mappings in mappings are blocks even where they fit a line.

    >>> warm_up = {"LinearLR": {"total_iters": 4}}
    >>> print(*iter_lines({"schedulers": [warm_up, "StepLR"], "milestones": [4]}), sep="\n")
    schedulers:
      - LinearLR: {total_iters: 4}
      - StepLR
    milestones: [4]
    """
    for name, value in tree.items() if isinstance(tree, dict) else ():
        if _is_short(value) and not (is_open and is_full(value) and isinstance(value, dict)):
            yield f"{spell_flow(name)}: {spell_flow(value)}"
        else:
            yield f"{spell_flow(name)}:"
            yield from (" " * step + line for line in iter_lines(value, step, is_open))
    for item in tree if isinstance(tree, list) else ():
        is_line = _is_short(item) or not isinstance(item, dict)
        first, *rest = [spell_flow(item)] if is_line else iter_lines(item, step)
        yield from (f"- {first}", *(f"  {line}" for line in rest))


def is_full(tree: Tree) -> bool:
    """Whether a value is a mapping or list with something in it."""
    return isinstance(tree, dict | list) and bool(tree)


def is_flat(tree: Tree) -> bool:
    """Whether there is no mapping inside a value, but for empty ones."""
    below = tree.values() if isinstance(tree, dict) else tree if isinstance(tree, list) else ()
    return all(is_flat(each) and not (isinstance(each, dict) and each) for each in below)


def is_large(tree: Tree) -> bool:
    """Whether a value is too much for one line even if it stood on one.

    >>> [is_large(each) for each in ({"StepLR": {"gamma": 0.1}}, [{"name": "bias"}], [0.1] * 99)]
    [False, True, False]
    """
    return _is_wide(tree) or (is_full(tree) and "[{" in spell_flow(tree))


def _is_short(tree: Tree) -> bool:
    return is_flat(tree) and not _is_wide(tree)


def _is_wide(tree: Tree) -> bool:
    """Whether a value is too wide for a line; numbers never are, of which a metric has many."""
    is_text = isinstance(tree, dict) or (isinstance(tree, list) and not all(map(is_number, tree)))
    return is_text and len(spell_flow(tree)) > _WIDEST
