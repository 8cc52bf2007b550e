"""A scheduler or optimizer that takes another's place, as a spec spells it.

It keeps what means the same in both; the rest is the catalog's example, made as long as its part of
the run is and as high as the optimizer's LR.
"""

from collections.abc import Callable, Mapping
from copy import deepcopy
from typing import Any, NamedTuple

from lrviz.drive.signatures import installed_optimizer_arguments
from lrviz.errors import KeyPath
from lrviz.page.controls import list_totals, read_number
from lrviz.page.form import find_installed, list_nesting
from lrviz.page.sliders import is_rate
from lrviz.spec.assign import replace_at
from lrviz.spec.catalog import CATALOG, COMPOSITES, OPTIMIZERS, Entry
from lrviz.spec.catalog.examples import scale_example
from lrviz.spec.parse import DEFAULT_OPTIMIZER
from lrviz.spec.sweep import split_name
from lrviz.spec.tree import Tree, find_below, holds, is_number
from lrviz.spec.yamltree import parse_yaml

_KEPT = ("lr", "weight_decay", "momentum", "betas", "param_groups")


class Place(NamedTuple):
    """What a scheduler's arguments follow from.

    Attributes:
        calls: of the run that reach it.
        lr: the optimizer's; None where that is not known.
        has_momentum: whether the optimizer has `momentum` or `betas`.
        is_whole: whether these are all calls of the run.
    """

    calls: int
    lr: float | None
    has_momentum: bool
    is_whole: bool = True


def _find_optimizer(tree: dict[str, Tree], path: KeyPath) -> Tree:
    """Return the optimizer of what stands at a key path."""
    own = (*path[:2], "optimizer") if path[0] == "curves" else ("optimizer",)
    found = [each for each in (own, ("optimizer",)) if holds(find_below(tree, each[:-1]), each[-1])]
    return find_below(tree, found[0]) if found else DEFAULT_OPTIMIZER


def find_place(tree: dict[str, Tree], path: KeyPath, calls: int) -> Place:
    """Return what the arguments of a scheduler at a key path follow from."""
    whole, totals = calls, list_totals(tree, calls)
    for end, part in enumerate(path[:-1]):
        if part == "schedulers" and path[end - 1] == "SequentialLR":
            milestones = find_below(tree, (*path[:end], "milestones"))
            given = milestones if isinstance(milestones, list) else []
            ends = [0, *(read_number(each, totals) for each in given), calls, None, None]
            begin, until = ends[int(path[end + 1]) :][:2]
            if begin is not None and until is not None:
                calls = max(1, int(until - begin))
    name, arguments = split_name(_find_optimizer(tree, path)) or ("", {})
    known = list_defaults(name)
    lr = read_number(arguments.get("lr", known.get("lr")), totals)
    return Place(calls, lr, not known.keys().isdisjoint({"momentum", "betas"}), calls == whole)


def list_defaults(optimizer: str) -> Mapping[str, Any]:
    """Return what the arguments of an optimizer are by default; nothing for an unknown one."""
    known = installed_optimizer_arguments(optimizer) if optimizer in OPTIMIZERS else []
    return {each.name: each.default for each in known}


def example_of(entry: Entry, place: Place) -> dict[str, Tree]:
    """Return the arguments of a scheduler's example, for a place in a run.

    >>> example_of(CATALOG["CosineAnnealingLR"], Place(64, 0.1, True))
    {'T_max': '=total_calls', 'eta_min': 0.001}
    >>> example_of(CATALOG["CosineAnnealingLR"], Place(64, 0.1, True, is_whole=False))
    {'T_max': 64, 'eta_min': 0.001}
    """
    example, _ = parse_yaml(scale_example(entry.example, place.calls))
    usual, _ = parse_yaml(entry.optimizer)
    _, optimizer = split_name(usual) or ("", {})
    lr = optimizer.get("lr", 1e-3)
    ratio = place.lr / lr if place.lr and is_number(lr) else 1.0
    return _fit(entry, example if isinstance(example, dict) else {}, place, ratio)


def _fit(entry: Entry, example: Mapping[str, Tree], place: Place, ratio: float) -> dict[str, Tree]:
    fitted: dict[str, Tree] = {}
    for name, value in example.items():
        if is_rate(name, entry.roles.get(name, "")) and is_number(value):
            value = float(f"{value * ratio:.6g}")
        elif isinstance(value, str) and "total_calls" in value and not place.is_whole:
            number = read_number(value, {"total_calls": place.calls})
            value = value if number is None else int(number)
        elif isinstance(value, list):
            named = [split_name(each) or ("", {}) for each in value]
            if all(name in CATALOG for name, _ in named):
                value = [{name: _fit(CATALOG[name], own, place, ratio)} for name, own in named]
        fitted[name] = value
    if "cycle_momentum" in entry.arguments and not place.has_momentum:
        fitted["cycle_momentum"] = False
    return fitted


def replace_scheduler(old: Tree, name: str, place: Place) -> Tree:
    """Return the scheduler of a name in the place of another.

    What is in no catalog has no example: its arguments are left to be given.

    >>> old = {"StepLR": {"step_size": 4, "gamma": 0.3}}
    >>> replace_scheduler(old, "MultiStepLR", Place(32, 1e-3, True))
    {'MultiStepLR': {'milestones': [8, 24, 28], 'gamma': 0.3}}
    """
    was, given = split_name(old) or ("", {})
    entry, children = CATALOG.get(name), given.get("schedulers")
    inside = children if was in COMPOSITES and isinstance(children, list) else []
    if name in COMPOSITES and inside:
        return _compose(name, inside, place)
    if name in COMPOSITES and was in list_nesting(name):
        return _compose(name, [old], place)
    if kept := next((each for each in inside if (split_name(each) or ("",))[0] == name), None):
        return deepcopy(kept)
    if entry is None:
        return name
    example = example_of(entry, place)
    meanings = CATALOG[was].arguments if was in CATALOG else {}
    is_counted_alike = ("t_in_epochs" in meanings) == ("t_in_epochs" in entry.arguments)
    kept = {
        argument: deepcopy(value)
        for argument, value in given.items()
        if argument in meanings
        and meanings[argument] == entry.arguments.get(argument)
        and (is_counted_alike or not entry.counts(argument))
    }
    for argument, limits in entry.bounds.items():
        pair = (argument, str(limits.get("instead_of", argument)))
        if any(each in kept for each in pair):
            example = {key: value for key, value in example.items() if key not in pair}
    return {name: {**example, **kept}} if example or kept else name


def _compose(name: str, children: list[Tree], place: Place) -> Tree:
    """Return a composite of schedulers, which follow one another at even distances."""
    arguments: dict[str, Tree] = {"schedulers": deepcopy(children)}
    if name == "SequentialLR":
        parts = len(children)
        arguments["milestones"] = [max(n, n * place.calls // parts) for n in range(1, parts)]
    return {name: arguments}


def replace_optimizer(old: Tree, name: str) -> Tree:
    """Return the optimizer of a name in the place of another.

    >>> replace_optimizer({"SGD": {"lr": 0.1, "momentum": 0.9}}, "AdamW")
    {'AdamW': {'lr': 0.1}}
    """
    _, given = split_name(old) or ("", {})
    known = {each.name for each in installed_optimizer_arguments(name)}
    kept = {key: deepcopy(given[key]) for key in _KEPT if key in given}
    kept = {key: value for key, value in kept.items() if key in (*known, "param_groups")}
    groups = kept.get("param_groups")
    if isinstance(groups, list):
        names = {*known, "name"}
        kept["param_groups"] = [
            {key: value for key, value in each.items() if key in names}
            for each in groups
            if isinstance(each, dict)
        ]
    return {name: kept} if kept else name


def change_schedulers(
    tree: dict[str, Tree], holder: KeyPath, change: Callable[[Tree], Tree]
) -> dict[str, Tree]:
    """Return a spec in which the schedulers of an optimizer are others.

    Args:
        tree: of the spec.
        holder: where the optimizer stands; at the top it is that of all curves without their own.
        change: returns what a scheduler is to be, with all that is inside it.
    """
    curves = tree.get("curves") if not holder else None
    labels = [*curves] if isinstance(curves, dict) else []
    own = [each for each in labels if not holds(find_below(curves, (each,)), "optimizer")]
    for at in (holder, *(("curves", each) for each in own)):
        if scheduler := find_below(tree, (*at, "scheduler")):
            tree = replace_at(tree, (*at, "scheduler"), _change_all(scheduler, change))
    return tree


def _change_all(tree: Tree, change: Callable[[Tree], Tree]) -> Tree:
    name, given = split_name(tree) or ("", {})
    children = given.get("schedulers")
    if name in COMPOSITES and isinstance(children, list):
        return {name: {**given, "schedulers": [_change_all(each, change) for each in children]}}
    return change(tree)


def hold_momentum(tree: Tree) -> Tree:
    """Return a scheduler that leaves alone the momentum that its optimizer lacks.

    >>> hold_momentum("OneCycleLR")
    {'OneCycleLR': {'cycle_momentum': False}}
    """
    name, given = split_name(tree) or ("", {})
    if name in CATALOG and "cycle_momentum" in CATALOG[name].arguments:
        return {name: {**given, "cycle_momentum": False}}
    return tree


def regroup(groups: int, removed: int | None, tree: Tree) -> Tree:
    """Return a scheduler whose lists have a value for every param group again.

    Args:
        groups: how many there were.
        removed: the one that is gone; None for one more, which is like the last.
        tree: the scheduler.

    >>> regroup(2, None, {"LambdaLR": {"lr_lambda": [1, "epoch"]}})
    {'LambdaLR': {'lr_lambda': [1, 'epoch', 'epoch']}}
    """
    name, given = split_name(tree) or ("", {})
    found = find_installed(name) if name in CATALOG else None
    changed = dict(given)
    for argument in found.arguments.values() if found else ():
        value = given.get(argument.name)
        if argument.kind.per_group and isinstance(value, list) and len(value) == groups:
            kept = [each for place, each in enumerate(value) if place != removed]
            changed[argument.name] = kept if removed is not None else [*value, value[-1]]
    return {name: changed} if changed != given else tree
