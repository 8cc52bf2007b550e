"""What the changes of a page make of a spec: of its plain data, and of the text that holds it."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from lrviz.drive.signatures import optimizer_class
from lrviz.drive.whole import with_torch
from lrviz.errors import KeyPath, Problem, SpecError, UsageError
from lrviz.page.adding import add
from lrviz.page.replacing import (
    change_schedulers,
    find_place,
    hold_momentum,
    regroup,
    replace_optimizer,
    replace_scheduler,
)
from lrviz.spec.assign import TOO_DEEP, replace_at
from lrviz.spec.catalog import CATALOG, OPTIMIZERS
from lrviz.spec.catalog.examples import scale_example
from lrviz.spec.catalog.external import find_entry_point
from lrviz.spec.edit import EditError
from lrviz.spec.parse import DEFAULT_OPTIMIZER
from lrviz.spec.rewrite import rewrite
from lrviz.spec.tree import Tree, find_below, holds
from lrviz.spec.usual import spell_usually
from lrviz.spec.wording import spell_name, suggest, unknown_scheduler
from lrviz.spec.yamltree import MAX_DEPTH, YamlError, parse_yaml

# What says nothing once it is empty.
_OPTIONAL: Sequence[KeyPath] = (("figure",), ("lint",), ("sweep",))

Spec = dict[str, Tree]


class AmendError(SpecError):
    """A change that makes no sense.

    Attributes:
        problem: what is wrong with it, and where.
    """

    def __init__(self, key: KeyPath, text: str) -> None:
        self.problem = Problem("", key, text)
        super().__init__([self.problem])


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
        path = tuple(change["key"])
        if not 0 < len(path) <= MAX_DEPTH:
            raise AmendError((), TOO_DEEP if path else "a change is for a key path")
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
                    tree = add(tree, path, name, calls)
                case _:
                    raise AmendError(path, "no such change")
        except (YamlError, LookupError, UsageError) as error:  # says in its argument what is
            raise AmendError(path, str(error.args[0])) from None
    return tree


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
    if at[-1:] == ("param_groups",):
        tree = change_schedulers(tree, at[:-3], partial(regroup, len(parent), int(last)))
    if not rest and (at in _OPTIONAL or (at[-1:] == ("param_groups",) and rest == [])):
        tree = _remove(tree, at)
    return tree


def _choose(tree: Spec, path: KeyPath, name: str, calls: int) -> Spec:
    """Return a spec with another scheduler or optimizer at a key path."""
    old, holder = find_below(tree, path), path[:-1]
    if path[-1] == "optimizer":
        if name not in OPTIMIZERS or optimizer_class(name) is None:
            said = f"unknown optimizer {spell_name(name)}; {suggest(name, OPTIMIZERS)}"
            raise AmendError(path, said)
        usual = old if _holds(tree, path) else DEFAULT_OPTIMIZER
        tree = replace_at(tree, path, replace_optimizer(usual, name))
        if not find_place(tree, (*holder, "scheduler"), calls).has_momentum:
            tree = change_schedulers(tree, holder, hold_momentum)
        return tree
    if path[-1] != "scheduler" and path[-2:-1] != ("schedulers",):
        raise AmendError(path, "names no scheduler and no optimizer")
    if name not in CATALOG and ":" not in name and not find_entry_point(name):
        raise AmendError(path, unknown_scheduler(name))
    place = find_place(tree, path, calls)
    tree = replace_at(tree, path, replace_scheduler(old, name, place))
    return _settle_calls(tree, path, name, calls) if path[-1] == "scheduler" else tree


def _settle_calls(tree: Spec, path: KeyPath, name: str, calls: int) -> Spec:
    """Return a spec in which a scheduler is given its metric, and called when it wants to be."""
    entry, holder = CATALOG.get(name), path[:-1]
    own = find_below(tree, holder)
    told = {**tree, **(own if isinstance(own, dict) else {})}
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


def read_tree(text: str) -> dict[str, Tree] | None:
    """Return the plain data of a text, as a spec spells it; None where it is no mapping."""
    try:
        tree = parse_yaml(text)[0]
    except YamlError:
        return None
    return spell_usually(tree)[0] if isinstance(tree, dict) else None


def change_text(
    text: str, changes: Sequence[Mapping[str, Any]], calls: int
) -> tuple[str, list[Problem]]:
    """Return a text after changes, and what is wrong with those that could not be made."""
    tree, problems = read_tree(text) if changes else None, list[Problem]()
    if tree is None:
        return text, problems
    for change in changes:
        try:
            tree = with_torch(partial(amend, tree, [change], calls))
        except AmendError as error:
            problems.append(error.problem)
    try:
        return rewrite(text, tree), problems
    except EditError as error:
        said = f"{error}; change it in the YAML"
        return text, [*problems, Problem("", tuple(changes[0]["key"]), said)]
