"""What changed in a spec since its figure was drawn, in words."""

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import NamedTuple

from lrviz.errors import KeyPath, spell_key
from lrviz.figure.record import Record
from lrviz.spec.model import Spec
from lrviz.spec.parse import DEFAULT_OPTIMIZER
from lrviz.spec.tree import Tree, find_below, is_same_tree, iter_differing_keys
from lrviz.spell import shorten, spell_yaml

MOST_KEYS = 64

_STYLE = ("figure", "style")
_LEFT_OUT: Mapping[str, Tree] = {"figure": {}, "optimizer": DEFAULT_OPTIMIZER}
_MOST_NAMED = 4
_LONGEST = 40
# Below these the last part of a key path says enough, if no other ends the same.
_PLAIN = ("scheduler", "optimizer", "figure")


class Change(NamedTuple):
    """A key that is not what a figure was drawn from: what it was, and is, None for not given."""

    key: KeyPath
    old: str | None
    new: str | None


def list_changes(record: Record, spec: Spec) -> tuple[Change, ...]:
    """Return what a spec says otherwise than the figure's, in short; a style by its name.

    Without the names, as of an older figure, two styles are their values.
    """
    old: dict[str, Tree] = record.spec
    new, style = spec.canonical, find_below(dict(spec.tree), _STYLE)
    was, now = (find_below(tree, _STYLE) for tree in (old, new))
    is_named = bool(record.style) is (was is not None) and not isinstance(style, dict)
    if is_named:
        old, new = _name_style(old, record.style), _name_style(new, style)
    before, after = _fill(old), _fill(new)
    if any(iter_differing_keys(before, after)):  # else it only says what holds without it
        old, new = before, after
    keys: list[KeyPath] = list(islice(iter_differing_keys(old, new), MOST_KEYS))
    if is_named and record.style == style and not is_same_tree(was, now):
        keys.append(_STYLE)
    return tuple(
        Change(key, *(_spell(find_below(each, key)) for each in (old, new))) for key in keys
    )


def _fill(tree: dict[str, Tree]) -> dict[str, Tree]:
    """Return plain data with what holds where it is left out."""
    return {**tree, **{key: _LEFT_OUT[key] for key in _LEFT_OUT if key not in tree}}


def _name_style(tree: dict[str, Tree], name: Tree) -> dict[str, Tree]:
    """Return plain data with a style's name in place of its values, where it has one."""
    figure = tree.get("figure") if name else None
    return {**tree, "figure": {**figure, "style": name}} if isinstance(figure, dict) else tree


def _spell(value: Tree) -> str | None:
    """Return a value in short, of a mapping its keys; None for nothing."""
    match value:
        case None:
            return None
        case dict():
            value = f"{{{', '.join(map(str, value))}}}"
        case list():
            value = f"[{', '.join(str(_spell(each)) for each in value[:_LONGEST])}]"
    return shorten(spell_yaml(value), _LONGEST)


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
    key, old, new = change
    is_plain = is_alone and key[0] in _PLAIN and isinstance(key[-1], str)
    name = key[-1] if is_plain else spell_key(key)
    if old is None or new is None:
        return f"{name} {old or new or 'null'} {'added' if old is None else 'removed'}"
    return f"{name} {old} -> {new}" if old != new else f"{name} {old}, whose values changed"
