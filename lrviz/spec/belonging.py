"""Where in a spec belongs what stands elsewhere: the line to write, with the values that are there.

Looked at only where something is wrong. What is returned ends a message; it is empty where nobody
can tell.
"""

import ast
import re
import tomllib
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

from lrviz.spec.catalog import CATALOG, OPTIMIZERS
from lrviz.spec.expression import MAX_LENGTH
from lrviz.spec.length import LENGTH_KEYS
from lrviz.spec.meant import OPEN, read_literal, read_number
from lrviz.spec.sweep import split_name
from lrviz.spec.tree import Tree, find_below, is_number
from lrviz.spec.usual import name_usually
from lrviz.spec.wording import find_close
from lrviz.spec.yamltree import parse_scalar, spell_flow
from lrviz.spell import spell_list

# What others have a name in, beside its arguments, and what these stand in.
NAMES = ("name", "type", "class", "class_path", "_target_")
_INSIDE = ("params", "args", "kwargs", "arguments", "init_args")

# Where a key belongs: at the top or below it, and what it is called there.
_Place = tuple[str, str]
_Homes = Mapping[str, Collection[str]]

# What names a scheduler or an optimizer at the top.
_CLASSES = frozenset((*CATALOG, *OPTIMIZERS, "schedulers"))

# More keys than anybody writes at the top, where each is looked at beside all others.
_MOST_KEYS = 100

_COUNTED = ("steps", "epochs")
_LENGTHS = ("total_iters", "T_max", "total_steps")
_WARMUP = re.compile(r"(?:num_|n_)?warm_?up(?:_(steps|iters|ratio|fraction|epochs))?")


def mend_node(tree: Tree, kind: str, *, in_list: bool = False) -> str:
    """Return the line that names a scheduler or an optimizer, in place of what does not.

    >>> mend_node({"type": "StepLR", "step_size": 2}, "scheduler")
    '; write scheduler: {StepLR: {step_size: 2}}'
    """
    meant = _mean_node(tree, kind)
    is_made = "SequentialLR" in str(meant) and "SequentialLR" not in str(tree)
    line = _spell("" if in_list else kind, meant)
    return line and f"; {line}{', or ChainedScheduler, in which all act at once' * is_made}"


def _spell(key: str, value: Tree) -> str:
    """Return the line to write; empty for nothing, and for what is too long to be read."""
    if value is None or len(str(value)) > MAX_LENGTH:
        return ""
    return f"write {f'{key}: ' * bool(key)}{spell_flow(value)}"


def _mean_node(tree: Any, kind: str) -> Any:
    """Return the scheduler or optimizer that was meant; None where nobody can tell."""
    known: Collection[str] = OPTIMIZERS if kind == "optimizer" else CATALOG
    if isinstance(tree, str):
        return _read_call(tree, kind, known)
    if isinstance(tree, list):
        one = tree[0] if len(tree) == 1 else None
        return _make_sequence(tree) if kind == "scheduler" and len(tree) > 1 else one
    if not isinstance(tree, dict):
        return None
    if word := next((each for each in NAMES if isinstance(tree.get(each), str)), ""):
        inside = next((each for each in map(tree.get, _INSIDE) if isinstance(each, dict)), {})
        rest = {key: each for key, each in tree.items() if key != word and key not in _INSIDE}
        tree = {str(tree[word]): None, **rest, **inside}
    names = [each for each in tree if name_usually(each, kind) in known]
    if kind == "scheduler" and len(names) == len(tree) > 1:
        return _make_sequence([{key: each} for key, each in tree.items()])
    if len(names) != 1:
        return None
    name, given = name_usually(names[0], kind), tree[names[0]]
    beside = {key: each for key, each in tree.items() if key != names[0]}
    rest = {**_mean_arguments(name, given, kind, known), **beside}
    return {name: rest} if rest else name


def _mean_arguments(name: str, given: Tree, kind: str, known: Collection[str]) -> dict[str, Tree]:
    """Return as a mapping the arguments that stand below a name, as something else maybe."""
    if isinstance(given, str):
        pairs = re.sub(r"\s+(?=\w+=)", ", ", re.sub(r"(\w):\s*", r"\1=", given))
        called = _read_call(f"{name}({pairs})", kind, known)
        given = called[name] if isinstance(called, dict) else None
    if isinstance(given, dict):
        return given
    if name in ("SequentialLR", "ChainedScheduler") and isinstance(given, list):
        return _make_sequence(given)[name] if name == "SequentialLR" else {"schedulers": given}
    values = given if isinstance(given, list) else [given] if is_number(given) else []
    merged = {key: each for item in values if isinstance(item, dict) for key, each in item.items()}
    return merged or dict(zip(list_order(name), values, strict=False))


def list_order(name: str) -> Sequence[str]:
    """Return the arguments that a scheduler or an optimizer takes by their order."""
    return (*CATALOG[name].arguments,) if name in CATALOG else _load_table().get(name, "").split()


def _make_sequence(items: Sequence[Tree]) -> dict[str, dict[str, Tree]]:
    """Return schedulers one after another, each after as many calls as it is known to take."""
    milestones: list[Tree] = []
    total: float | None = 0
    for each in items[:-1]:
        below = next(iter(each.values()), None) if isinstance(each, dict) else None
        spans = (find_below(below, (key,)) for key in _LENGTHS)
        span = next((each for each in spans if is_number(each)), None)
        total = None if total is None or span is None else total + span
        milestones.append(OPEN if total is None else total)
    return {"SequentialLR": {"schedulers": list(items), "milestones": milestones}}


def _read_call(text: str, kind: str, known: Collection[str]) -> Any:
    """Return what is called in Python, or named with arguments behind it; None for no name."""
    text = re.sub(r"^([\w.]+)[,\s]+(\w+\s*=.*)$", r"\1(\2)", text[: MAX_LENGTH + 1].strip())
    with suppress(SyntaxError, ValueError, TypeError, RecursionError, MemoryError):
        call = ast.parse(text, mode="eval").body
        name = name_usually(ast.unparse(call.func), kind) if isinstance(call, ast.Call) else ""
        if isinstance(call, ast.Call) and name in known:
            own = (ast.Name, ast.Attribute, ast.Call)  # the optimizer, or the parameters
            first = bool(call.args) and isinstance(call.args[0], own)
            values = [read_literal(each) for each in call.args[first:]]
            named = {each.arg: read_literal(each.value) for each in call.keywords if each.arg}
            given = {**dict(zip(list_order(name), values, strict=False)), **named}
            return {name: given} if given else name
    return None


def place_key(key: str, tree: Mapping[str, Tree], homes: _Homes) -> str:
    """Return the line for a key at a spec's top that is none there; empty for none.

    Args:
        key: that stands there.
        tree: of the spec.
        homes: the keys at the top, which is "", and those below `figure` and `data`.

    >>> place_key("lr", {"lr": 0.1, "optimizer": "Adam"}, {})
    'write optimizer: {Adam: {lr: 0.1}}'
    """
    places = _find_places(tree, homes)
    home = places.get(key, ("", ""))[0]
    if home in _COUNTED:
        return _place_length(tree, [(at, tree[each]) for each, (at, _) in places.items()])
    # All lines are followed, so that each has all that belongs there: names first, a warm-up last.
    beside = {place: each for each, place in places.items() if home and place[0] == home}
    value = tree.get(home, "SGD" if home == "optimizer" and "optim" not in tree else None)
    for place in sorted(beside, key=lambda place: (not place[1], beside[place] not in _CLASSES)):
        put = _put(value, beside[place], place, tree)
        if put is None and place == places[key]:
            return ""
        value = value if put is None else put
    return _spell(home, value) if home else ""


def has_length(tree: Mapping[str, Tree]) -> bool:
    """Whether a key that is none at a spec's top says how long the run is."""
    return any(home in _COUNTED for home, _ in _find_places(tree, {}).values())


def _find_places(tree: Mapping[str, Tree], homes: _Homes) -> dict[str, _Place]:
    """Return where each key at the top belongs; of more than there are in any spec nothing."""
    named = _read_named(tree.get("scheduler"))[0] or next((x for x in tree if x in CATALOG), "")
    known = CATALOG[named].arguments if named in CATALOG else ()
    few = tree if len(tree) <= _MOST_KEYS else ()
    return {key: _find_home(key, tree[key], {"": (), "scheduler": known, **homes}) for key in few}


def _find_home(key: str, value: Tree, homes: _Homes) -> _Place:
    """Return where a key belongs that is none at the top; below an empty key for nowhere."""
    if key in _CLASSES:
        return "optimizer" if key in OPTIMIZERS else "scheduler", key
    if found := [home for home in homes if key in homes[home]]:  # the top first
        return found[0], key
    if _WARMUP.fullmatch(key) and (is_number(value) or str(value).endswith("%")):
        return "scheduler", ""
    home, _, name = _load_table().get(key, "").partition(".")
    return home, name


def _put(value: Tree, key: str, place: _Place, tree: Mapping[str, Tree]) -> Any:
    """Return what stands at a place with one key more in it; None where nobody can tell."""
    (home, name), given = place, tree[key]
    if home in ("figure", "data"):
        open_ = dict.fromkeys(("examples", "batch_size") if home == "data" else (), OPEN)
        return {**open_, **(value if isinstance(value, dict) else {}), name: given}
    if key in _CLASSES:
        return _mean_node(given if key == "schedulers" else {key: given}, home)
    if name:
        named, arguments = _read_named(value)
        if home == "optimizer" and named not in OPTIMIZERS:
            named = find_close(named, OPTIMIZERS) or ""
        return {named: {**arguments, name: given}} if named else None
    if found := _WARMUP.fullmatch(key):
        return _warm_up(given, found[1], {**tree, home: value} if value else tree)
    return given


def _place_length(tree: Mapping[str, Tree], given: Iterable[tuple[str, Tree]]) -> str:
    """Return the line for what is called otherwise: steps are all of a run, and -1 is none."""
    meant = {home: each for home, each in given if not is_number(each) or each > 0}
    home = "steps" if "steps" in (*meant, *tree) else "epochs"
    if home in tree and home not in meant:
        return f"leave it out, as {home} is given"
    others = [each for each in LENGTH_KEYS if each in tree and home == "steps" != each]
    line = _spell(home, meant.get(home, OPEN))
    return f"{line}, in place of {spell_list(others)}" if line and others else line


@cache
def _load_table() -> Mapping[str, str]:
    return tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))


def _warm_up(value: Tree, unit: str | None, tree: Mapping[str, Tree]) -> Tree:
    """Return the scheduler with a warm-up before it."""
    named, arguments = _read_named(tree.get("scheduler"))
    is_share = isinstance(value, str) and value.endswith("%")
    value = parse_scalar(read_number(value)) if isinstance(value, str) else value
    is_share |= isinstance(value, float) and value < 1 and unit != "epochs"
    if named == "OneCycleLR":  # which has a warm-up of its own
        return {named: {**arguments, "pct_start": value}} if is_share else None
    if not is_number(value):
        return None
    called = (tree.get("interval", "step"), tree.get("frequency", 1), tree.get("calls", 1))
    if is_share:
        value = f"=ceil({value:g} * total_calls)"
    elif unit == "epochs" and called == ("step", 1, 1) and "steps" not in tree:
        value = f"=ceil({value} * steps_per_epoch)" if value % 1 else f"={value} * steps_per_epoch"
    elif value % 1 or (unit and called != ("epoch" if unit == "epochs" else "step", 1, 1)):
        return None  # as a length counts whole calls
    if named in CATALOG and "num_warmup_steps" in CATALOG[named].arguments:
        return {named: {**arguments, "num_warmup_steps": value}}
    first: Tree = {"LinearLR": {"start_factor": 0.01, "total_iters": value}}
    then = tree.get("scheduler", OPEN)
    return {"SequentialLR": {"schedulers": [first, then], "milestones": [value]}}


def _read_named(tree: Tree) -> tuple[str, dict[str, Tree]]:
    """Return a name and its arguments; an empty one where a tree names not one thing."""
    return split_name(tree) or ("", {})
