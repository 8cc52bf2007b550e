"""What the changes of a page make of a spec: its plain data before, and after."""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from itertools import count
from typing import Any

from lrviz.drive.signatures import optimizer_class
from lrviz.errors import KeyPath, Problem, UsageError
from lrviz.page.controls import list_totals, read_number
from lrviz.page.form import list_nesting
from lrviz.page.replacing import (
    find_optimizer,
    find_place,
    hold_momentum,
    list_defaults,
    replace_optimizer,
    replace_scheduler,
)
from lrviz.spec.assign import TOO_DEEP, replace_at
from lrviz.spec.catalog import CATALOG, OPTIMIZERS
from lrviz.spec.catalog.examples import scale_example
from lrviz.spec.catalog.external import find_entry_point
from lrviz.spec.parse import DEFAULT_OPTIMIZER
from lrviz.spec.sweep import find_twins, split_name
from lrviz.spec.tree import Tree, find_below, holds
from lrviz.spec.wording import spell, spell_name, suggest, unknown_scheduler
from lrviz.spec.yamltree import MAX_DEPTH, YamlError, parse_yaml

# What says nothing once it is empty.
_OPTIONAL: Sequence[KeyPath] = (("figure",), ("lint",), ("sweep",))

Spec = dict[str, Tree]


class AmendError(ValueError):
    """A change that makes no sense.

    Attributes:
        problem: what is wrong with it, and where.
    """

    def __init__(self, key: KeyPath, text: str) -> None:
        self.problem = Problem("", key, text)
        super().__init__(str(self.problem))


def amend(tree: Spec, changes: Sequence[Mapping[str, Any]], calls: int) -> Spec:
    """Return a spec's plain data after changes, made in their order.

    Args:
        tree: in a spec's own spelling; left as it is.
        changes: each an `op`, the `key` path that it is for, and a `value` or a `name`: `set` to
            YAML and `text` to a text, both empty to leave the key out; `remove`; `choose` another
            scheduler or optimizer; `add` to `schedulers`, `param_groups` or `curves`.
        calls: of the run, or the best guess: what is new is made for so many.

    Raises:
        AmendError: one of them makes no sense.

    >>> spec = {"epochs": 4, "scheduler": {"StepLR": {"step_size": 2}}}
    >>> change = {"op": "set", "key": ["scheduler", "StepLR", "step_size"], "value": "3"}
    >>> amend(spec, [change], 4)["scheduler"]
    {'StepLR': {'step_size': 3}}
    """
    for change in changes:
        path = _read_path(change.get("key"))
        try:
            match change:
                case {"op": "set" | "text", "value": str(value)} if not value.strip():
                    tree = _remove(tree, path) if _holds(tree, path) else tree
                case {"op": "set", "value": str(value)}:
                    tree = replace_at(tree, path, parse_yaml(value)[0])
                case {"op": "text", "value": str(value)}:
                    tree = replace_at(tree, path, value)
                case {"op": "remove"}:
                    tree = _remove(tree, path)
                case {"op": "choose", "name": str(name)}:
                    tree = _choose(tree, path, name, calls)
                case {"op": "add", "name": str(name)}:
                    tree = _add(tree, path, name, calls)
                case _:
                    raise AmendError(path, "no such change")
        except (
            YamlError,
            LookupError,
            UsageError,
        ) as error:  # each says in its argument what is wrong
            raise AmendError(path, str(error.args[0])) from None
    return tree


def _read_path(key: object) -> KeyPath:
    path = tuple(key) if isinstance(key, list | tuple) else ()
    is_sound = all(isinstance(each, str) or (type(each) is int and each >= 0) for each in path)
    if not path or not is_sound:
        raise AmendError((), "a change is for a key path")
    if len(path) > MAX_DEPTH:
        raise AmendError((), TOO_DEEP)
    return path


def _holds(tree: Tree, path: KeyPath) -> bool:
    return holds(find_below(tree, path[:-1]), path[-1])


def _remove(tree: Spec, path: KeyPath) -> Spec:
    """Return a spec without a key or an item; with a child goes the milestone before it."""
    if not _holds(tree, path):
        raise AmendError(path, "nothing stands here")
    at, last = path[:-1], path[-1]
    parent = find_below(tree, at)
    if isinstance(parent, list):
        rest: Tree = [each for place, each in enumerate(parent) if place != last]
    else:
        assert isinstance(parent, dict)  # it holds something
        rest = {key: each for key, each in parent.items() if key != str(last)}
    if not rest and (at == ("curves",) or at[-1:] == ("schedulers",)):
        raise AmendError(path, "is the last one here; choose another in its place")
    tree = replace_at(tree, at, rest)
    if at[-2:] == ("SequentialLR", "schedulers"):
        milestone = (*at[:-1], "milestones", max(int(last) - 1, 0))
        tree = _remove(tree, milestone) if _holds(tree, milestone) else tree
    if not rest and (at in _OPTIONAL or isinstance(rest, list)):
        tree = _remove(tree, at)
    return tree


def _choose(tree: Spec, path: KeyPath, name: str, calls: int) -> Spec:
    """Return a spec with another scheduler or optimizer at a key path."""
    old, holder = find_below(tree, path), path[:-1]
    if path[-1] == "optimizer":
        if name not in OPTIMIZERS or optimizer_class(name) is None:
            raise AmendError(
                path, f"unknown optimizer {spell_name(name)}; {suggest(name, OPTIMIZERS)}"
            )
        usual = old if _holds(tree, path) else DEFAULT_OPTIMIZER
        tree = replace_at(tree, path, replace_optimizer(usual, name))
        return _settle_momentum(tree, holder)
    if path[-1] != "scheduler" and path[-2:-1] != ("schedulers",):
        raise AmendError(path, "names no scheduler and no optimizer")
    _refuse_unknown(path, name)
    place = find_place(tree, path, calls)
    tree = replace_at(tree, path, replace_scheduler(old, name, place))
    return _settle_calls(tree, path, name, calls) if path[-1] == "scheduler" else tree


def _refuse_unknown(path: KeyPath, name: str) -> None:
    if name not in CATALOG and ":" not in name and not find_entry_point(name):
        raise AmendError(path, unknown_scheduler(name))


def _settle_calls(tree: Spec, path: KeyPath, name: str, calls: int) -> Spec:
    """Return a spec in which a scheduler is given its metric, and called when it wants to be."""
    entry, holder = CATALOG.get(name), path[:-1]
    told = {**tree, **_as_mapping(find_below(tree, holder))}
    if entry and entry.takes_metric and "metric" not in told:
        metric, _ = parse_yaml(scale_example(entry.metric, calls))
        tree = replace_at(tree, (*holder, "metric"), metric)
    if entry is None or not entry.has_own_interval:
        return tree
    for key in ("frequency", "calls"):  # timm's loop knows neither
        if told.get(key, 1) != 1:
            tree = replace_at(tree, (*holder, key), 1)
    if "interval" not in told:
        return tree
    if "t_in_epochs" not in entry.arguments:
        return replace_at(tree, (*holder, "interval"), "epoch")
    return replace_at(tree, (*path, name, "t_in_epochs"), told["interval"] == "epoch")


def _settle_momentum(tree: Spec, holder: KeyPath) -> Spec:
    """Return a spec whose schedulers leave alone the momentum that their optimizer lacks."""
    holders = [holder]
    if not holder:
        curves = _as_mapping(tree.get("curves"))
        holders += [("curves", each) for each in curves if not holds(curves[each], "optimizer")]
    for each in holders:
        path = (*each, "scheduler")
        if _holds(tree, path) and not find_place(tree, path, 1).has_momentum:
            tree = replace_at(tree, path, hold_momentum(find_below(tree, path)))
    return tree


def _as_mapping(tree: Tree) -> dict[str, Tree]:
    return tree if isinstance(tree, dict) else {}


def _add(tree: Spec, path: KeyPath, name: str, calls: int) -> Spec:
    """Return a spec with one more of what a key path has several of."""
    if path == ("curves",):
        return _add_curve(tree, name)
    if path[-1] not in ("schedulers", "param_groups") or len(path) < 3:
        raise AmendError(path, "has no place for one more")
    items = find_below(tree, path) or []
    if not isinstance(items, list):
        raise AmendError(path, f"must be a list, got {spell(items)}")
    if path[-1] == "schedulers":
        return _add_scheduler(tree, path, items, name, calls)
    _, given = split_name(find_optimizer(tree, path)) or ("", {})
    names = [str(each["name"]) for each in items if isinstance(each, dict) and "name" in each]
    group: Tree = {"name": _make_unique(name, names)} if name else {}
    lr = given.get("lr", list_defaults(str(path[-2])).get("lr"))
    return replace_at(tree, path, [*items, {**_as_mapping(group), "lr": lr}])


def _add_scheduler(
    tree: Spec, path: KeyPath, children: Sequence[Tree], name: str, calls: int
) -> Spec:
    """Return a spec with one more scheduler inside another, in the middle of what is left."""
    _refuse_unknown(path, name)
    if name not in list_nesting():
        raise AmendError(path, f"{spell_name(name)} cannot be added inside another scheduler")
    if path[-2] == "SequentialLR" and children:
        at = (*path[:-1], "milestones")
        given = find_below(tree, at)
        milestones = given if isinstance(given, list) else []
        last = read_number(milestones[-1], list_totals(tree, calls)) if milestones else 0
        if last is None:
            raise AmendError(at, "ends in no number that is known here; give it one")
        end = find_place(tree, (*path[:-2], ""), calls).calls
        tree = replace_at(tree, at, [*milestones, max(int(last) + 1, int(last + end) // 2)])
    tree = replace_at(tree, path, [*children, name])
    own = (*path, len(children))
    made = replace_scheduler(None, name, find_place(tree, own, calls))
    return replace_at(tree, own, made)


def _add_curve(tree: Spec, label: str) -> Spec:
    """Return a spec with one more curve, like the last."""
    if "sweep" in tree:
        raise AmendError(("curves",), "cannot stand beside `sweep`; leave that out")
    curves = tree.get("curves")
    if isinstance(curves, dict) and curves:
        last = list(curves)[-1]
        new = {_make_unique(label or last, list(curves)): deepcopy(curves[last])}
        return {**tree, "curves": {**curves, **new}}
    name, _ = split_name(tree.get("scheduler")) or ("", {})
    if not name:
        raise AmendError(("scheduler",), "names no scheduler; choose one first")
    labels = (name, _make_unique(label or name, [name]))
    made: Tree = {each: {"scheduler": deepcopy(tree["scheduler"])} for each in labels}
    rest = {key: each for key, each in tree.items() if key != "curves"}
    pairs = (("curves", made) if key == "scheduler" else (key, each) for key, each in rest.items())
    return dict(pairs)


def _make_unique(name: str, taken: Sequence[str]) -> str:
    """Return a name, numbered where one reads like it already.

    >>> _make_unique("StepLR", ["StepLR"])
    'StepLR 2'
    """
    names = (name if number == 1 else f"{name} {number}" for number in count(1))
    return next(each for each in names if len(taken) not in find_twins([*taken, each]))
