"""One more of what a spec has several of: schedulers in another, param groups, curves."""

from collections.abc import Sequence
from copy import deepcopy
from functools import partial
from itertools import count

from lrviz.errors import KeyPath
from lrviz.page.controls import list_totals, read_number
from lrviz.page.form import list_nesting
from lrviz.page.replacing import (
    change_schedulers,
    find_place,
    list_defaults,
    regroup,
    replace_scheduler,
)
from lrviz.spec.assign import replace_at
from lrviz.spec.catalog import CATALOG
from lrviz.spec.parse import DEFAULT_OPTIMIZER
from lrviz.spec.sweep import find_twins, split_name
from lrviz.spec.tree import Tree, find_below
from lrviz.spec.wording import spell, unknown_scheduler

Spec = dict[str, Tree]


def add(tree: Spec, path: KeyPath, name: str, calls: int) -> Spec:
    """Return a spec with one more of what a key path has several of.

    Args:
        tree: of the spec.
        path: `schedulers`, `param_groups` or `curves`.
        name: of the scheduler, or what a group or curve is to be called.
        calls: of the run.

    Raises:
        LookupError: there is no place for one more.
    """
    if path == ("curves",):
        return _add_curve(tree, name)
    if path[-1] not in ("schedulers", "param_groups") or len(path) < 3:
        raise LookupError("has no place for one more")
    items = find_below(tree, path) or []
    if not isinstance(items, list):
        raise LookupError(f"must be a list, got {spell(items)}")
    if path[-1] == "schedulers":
        return _add_scheduler(tree, path, items, name, calls)
    _, given = split_name(find_below(tree, path[:-2]) or DEFAULT_OPTIMIZER) or ("", {})
    names = [str(each["name"]) for each in items if isinstance(each, dict) and "name" in each]
    group: Spec = {"name": _make_unique(name, names)} if name else {}
    lr = given.get("lr", list_defaults(str(path[-2])).get("lr"))
    tree = change_schedulers(tree, path[:-3], partial(regroup, max(1, len(items)), None))
    return replace_at(tree, path, [*items, {**group, "lr": lr}])


def _add_scheduler(
    tree: Spec, path: KeyPath, children: Sequence[Tree], name: str, calls: int
) -> Spec:
    """Return a spec with one more scheduler inside another, in the middle of what is left."""
    if name not in list_nesting(str(path[-2])):
        said = f"{name} does not go with others in a {path[-2]}"
        raise LookupError(said if name in CATALOG else unknown_scheduler(name))
    if path[-2] == "SequentialLR" and children:
        at = (*path[:-1], "milestones")
        given = find_below(tree, at)
        milestones = given if isinstance(given, list) else []
        last = read_number(milestones[-1], list_totals(tree, calls)) if milestones else 0
        if last is None:
            raise LookupError("milestones end in no number that is known here; give it one")
        end = find_place(tree, (*path[:-2], ""), calls).calls
        if last + 3 > end:
            raise LookupError(
                f"the milestones leave too few of {end} calls for one more; make the run longer"
            )
        tree = replace_at(tree, at, [*milestones, max(int(last) + 1, int(last + end) // 2)])
    tree = replace_at(tree, path, [*children, name])
    own = (*path, len(children))
    made = replace_scheduler(None, name, find_place(tree, own, calls))
    return replace_at(tree, own, made)


def _add_curve(tree: Spec, label: str) -> Spec:
    """Return a spec with one more curve, like the last."""
    if "sweep" in tree:
        raise LookupError("cannot stand beside `sweep`; leave that out")
    curves = tree.get("curves")
    if isinstance(curves, dict) and curves:
        last = list(curves)[-1]
        new = {_make_unique(label or last, list(curves)): deepcopy(curves[last])}
        return {**tree, "curves": {**curves, **new}}
    name, _ = split_name(tree.get("scheduler")) or ("", {})
    if not name:
        raise LookupError("there is no scheduler to draw twice; choose one first")
    labels = (name, _make_unique(label or name, [name]))
    made: Tree = {each: {"scheduler": deepcopy(tree["scheduler"])} for each in labels}
    return {
        "curves" if key == "scheduler" else key: made if key == "scheduler" else each
        for key, each in tree.items()
        if key != "curves"
    }


def _make_unique(name: str, taken: Sequence[str]) -> str:
    """Return a name, numbered where one reads like it already.

    >>> _make_unique("StepLR", ["StepLR"])
    'StepLR 2'
    """
    names = (name if number == 1 else f"{name} {number}" for number in count(1))
    return next(each for each in names if len(taken) not in find_twins([*taken, each]))
