"""What changed in a spec since its figure was drawn, in words."""

from collections import Counter
from collections.abc import Sequence
from itertools import islice
from typing import NamedTuple

from lrviz.errors import KeyPath, spell_key
from lrviz.figure.record import Record
from lrviz.spec.model import Spec
from lrviz.spec.tree import Tree, find_below, iter_differing_keys
from lrviz.spell import shorten, spell_yaml

MOST_KEYS = 64

_STYLE = ("figure", "style")
_MOST_NAMED = 4
_LONGEST = 40
# Below these the last part of a key path says enough, if no other ends the same.
_PLAIN = ("scheduler", "optimizer", "figure")


class Change(NamedTuple):
    """A key that is not what a figure was drawn from.

    Attributes:
        key: its path.
        old: what it was, in short; None where it was not given.
        new: what it is; None where it is no longer given.
        style: the name of the style that it is a value of, where that is called as before.
    """

    key: KeyPath
    old: str | None
    new: str | None
    style: str = ""


def list_changes(record: Record, spec: Spec) -> tuple[Change, ...]:
    """Return what a spec says otherwise than the figure's; a style by its name, if it has another.

    Without the names, as of an older figure, two styles are their values.
    """
    old: dict[str, Tree] = record.spec
    new, name, style = spec.canonical, find_below(dict(spec.tree), _STYLE), record.style
    kept = style if name == style else ""
    is_given = find_below(old, _STYLE) is not None
    if not kept and bool(style) is is_given and (name is None or isinstance(name, str)):
        old, new = _name_style(old, style), _name_style(new, name)
    found = list[Change]()
    for key in islice(iter_differing_keys(old, new), MOST_KEYS):
        was, now = (_spell(find_below(tree, key)) for tree in (old, new))
        found.append(Change(key, was, now, kept if key[: len(_STYLE)] == _STYLE else ""))
    return tuple(found)


def _name_style(tree: dict[str, Tree], name: Tree) -> dict[str, Tree]:
    """Return plain data with a style's name in place of its values, where it has one."""
    figure = tree.get("figure")
    if not name or not isinstance(figure, dict):
        return tree
    return {**tree, "figure": {**figure, "style": name}}


def _spell(value: Tree) -> str | None:
    """Return a value in short, of a mapping its keys; None for nothing."""
    match value:
        case None:
            return None
        case dict():
            text = f"{{{', '.join(map(str, value))}}}"
        case list():
            text = f"[{', '.join(str(_spell(each)) for each in value[:_LONGEST])}]"
        case str():
            text = value
        case _:
            text = spell_yaml(value)
    return shorten(text, _LONGEST)


def tell_changes(changes: Sequence[Change]) -> str:
    """Return what changed, in a line.

    >>> tell_changes([Change(("scheduler", "StepLR", "gamma"), "0.5", "0.25")])
    'gamma 0.5 -> 0.25'
    >>> tell_changes([Change(("title",), None, "A"), Change(("epochs",), "4", None)])
    'title A added, epochs 4 removed'
    """
    ends = Counter(each.key[-1] for each in changes)
    told = dict.fromkeys(_tell(each, ends[each.key[-1]] == 1) for each in changes)
    more = f" and {len(told) - _MOST_NAMED} more" if len(told) > _MOST_NAMED else ""
    return f"{', '.join(list(told)[:_MOST_NAMED])}{more}"


def _tell(change: Change, is_alone: bool) -> str:
    if change.style:
        return f"style {change.style} has other values"
    last = change.key[-1]
    is_plain = is_alone and change.key[0] in _PLAIN and isinstance(last, str)
    name = str(last) if is_plain else spell_key(change.key)
    if change.old == change.new:  # in short
        return f"{name} changed"
    if change.old is not None and change.new is not None:
        return f"{name} {change.old} -> {change.new}"
    what = "added" if change.old is None else "removed"
    return f"{name} {change.old or change.new} {what}"
