"""What the end of a key path stands for, as people type it: `gamma` for all of it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial

from pydantic import BaseModel

from lrviz.errors import KeyPath, Problem, SpecError, spell_key
from lrviz.spec.assign import Override, assign, spell_setting
from lrviz.spec.catalog import CATALOG, OPTIMIZERS
from lrviz.spec.keys import Data, Shape
from lrviz.spec.length import convert_length
from lrviz.spec.options import FigureOptions, LintOptions
from lrviz.spec.origin import Problems, Source
from lrviz.spec.sweep import split_name
from lrviz.spec.tree import Tree, find_below
from lrviz.spec.wording import suggest
from lrviz.spec.yamltree import parse_scalar, spell_flow

# What the optimizers of torch take, one or the other: which of them takes what is for torch to say.
OPTIMIZER_ARGUMENTS = (
    *("lr", "momentum", "weight_decay", "betas", "eps", "dampening", "nesterov", "amsgrad"),
    *("alpha", "centered", "momentum_decay", "decoupled_weight_decay", "rho", "lr_decay", "lambd"),
    *("initial_accumulator_value", "t0", "beta2_decay", "d", "etas", "step_sizes", "ns_steps"),
    *("ns_coefficients", "adjust_lr_fn", "max_iter", "max_eval", "tolerance_grad", "history_size"),
    *("tolerance_change", "line_search_fn", "maximize", "foreach", "fused", "capturable"),
    *("differentiable", "param_groups"),
)

_SECTIONS: Mapping[str, type[BaseModel]] = {
    "figure": FigureOptions,
    "lint": LintOptions,
    "data": Data,
}


def find_keys(key: str, tree: Mapping[str, Tree]) -> list[str]:
    """Return the key paths that a text may stand for: one, unless it fits several, or none.

    A whole key path stands for itself. The end of one stands for what is there, and where nothing
    is for what could be: an argument that was left out. What an optimizer has for all of its param
    groups goes before what one of them has, unless each has its own.

    >>> tree = {"epochs": 4, "scheduler": {"StepLR": {"step_size": 2}}}
    >>> [find_keys(key, tree) for key in ("gamma", "SGD.lr", "dpi")]
    [['scheduler.StepLR.gamma'], ['optimizer.SGD.lr'], ['figure.dpi']]
    """
    there, possible = _list_keys(tree)
    if key.split(".")[0] in Shape.model_fields:
        names = list(map(spell_key, (*there, *possible)))
        return [key] if key in names or not _skip_to(key, names) else []
    found = [
        [path for path in paths if f".{spell_key(path)}".endswith(f".{key}")]
        for paths in (there, possible)
    ]
    outer = [[path for path in paths if _is_for_all(path, tree)] for paths in found]
    inner = [[path for path in paths if "param_groups" in path] for paths in found]
    fitting = next(filter(None, (*outer, *inner)), [])
    return list(dict.fromkeys(map(spell_key, fitting)))


def _is_for_all(path: KeyPath, tree: Mapping[str, Tree]) -> bool:
    """Whether a value is no param group's own, nor replaced by that of each."""
    groups = find_below(dict(tree), (*path[:-1], "param_groups"))
    own = [find_below(each, path[-1:]) for each in groups] if isinstance(groups, list) else [None]
    return "param_groups" not in path and None in own


def _skip_to(key: str, names: Sequence[str]) -> list[str]:
    """Return the key paths that a text is, but for parts that it leaves out."""
    parts = key.split(".")
    ending = [
        (name, iter(name.split("."))) for name in names if f".{name}".endswith(f".{parts[-1]}")
    ]
    return [name for name, rest in ending if all(part in rest for part in parts)]


def _list_keys(tree: Mapping[str, Tree]) -> tuple[list[KeyPath], list[KeyPath]]:
    """Return the key paths of what is there, and of what could be; an LR is there, always."""
    there = list(_iter_below({key: each for key, each in tree.items() if key != "sweep"}, ()))
    possible: list[KeyPath] = [(name,) for name in Shape.model_fields]
    for section, model in _SECTIONS.items():
        if section in tree or section != "data":
            possible += [(section, name) for name in model.model_fields]
    curves = tree.get("curves")
    own = (
        {name: each for name, each in curves.items() if isinstance(each, dict)}
        if isinstance(curves, dict)
        else {}
    )
    is_shared = not own or not all("optimizer" in each for each in own.values())
    possible += _iter_curve({"optimizer": "SGD", **tree} if is_shared else tree, ())
    for name, each in own.items():
        possible += _iter_curve(each, ("curves", name))
    return [*(path for path in possible if path[-1] == "lr"), *there], possible


def _iter_curve(tree: Mapping[str, Tree], at: KeyPath) -> Iterator[KeyPath]:
    yield from _iter_scheduler(tree.get("scheduler"), (*at, "scheduler"))
    yield from _iter_optimizer(tree.get("optimizer"), (*at, "optimizer"))


def _iter_below(tree: Tree, at: KeyPath) -> Iterator[KeyPath]:
    """Yield the key paths of all that is in a mapping or list."""
    named = (
        tree if isinstance(tree, dict) else dict(enumerate(tree if isinstance(tree, list) else ()))
    )
    for name, each in named.items():
        yield (*at, name)
        yield from _iter_below(each, (*at, name))


def _iter_scheduler(tree: Tree, at: KeyPath) -> Iterator[KeyPath]:
    """Yield the key paths of what a scheduler of the catalog takes, and those inside it."""
    name, given = split_name(tree) or ("", {})
    if entry := CATALOG.get(name):
        yield from ((*at, name, each) for each in entry.arguments)
    inside = given.get("schedulers")
    for index, each in enumerate(inside if isinstance(inside, list) else ()):
        yield from _iter_scheduler(each, (*at, name, "schedulers", index))


def _iter_optimizer(tree: Tree, at: KeyPath) -> Iterator[KeyPath]:
    name, given = split_name(tree) or ("", {})
    groups = given.get("param_groups")
    count = len(groups) if isinstance(groups, list) else 0
    for argument in OPTIMIZER_ARGUMENTS if name in OPTIMIZERS else ():
        yield (*at, name, argument)
        yield from ((*at, name, "param_groups", index, argument) for index in range(count))


def assign_meant(
    tree: dict[str, Tree], source: Source, override: Override
) -> tuple[dict[str, Tree], Source]:
    """Return the tree with one value replaced or added, as `assign`; its key may be an end.

    Raises:
        SpecError: as `assign`; or the key stands for nothing, or for several places.
    """
    if option := convert_length(tree, override.key, parse_scalar(override.value)):
        other = option.split()[0].strip("-")
        text = f"cannot stand beside the spec's {other}; give {option} instead"
        raise SpecError([Problem(override.spelt, (override.key,), text)])
    if len(found := find_keys(override.key, tree)) == 1:
        return assign(tree, source, override, found[0])
    text = _explain(override.key, tree, found, lambda key: spell_setting(key, override.value))
    raise SpecError([Problem(override.spelt, (), text)])


def widen_sweep(tree: dict[str, Tree], problems: Problems) -> tuple[dict[str, Tree], Problems]:
    """Return the tree with whole key paths in its sweep, and problems that know their places.

    What is wrong with them is added.
    """
    sweep, source, whole = tree.get("sweep"), problems.source, dict[str, str]()
    for key, values in sweep.items() if isinstance(sweep, dict) else ():
        found = find_keys(key, tree)
        if len(found) != 1:
            is_option = source.find(("sweep", key))[0].startswith("--sweep")
            option = partial(spell_setting, value=spell_flow(values), option="--sweep")
            problems.say(("sweep", key), _explain(key, tree, found, option if is_option else str))
        elif found[0] in whole.values():
            problems.say(("sweep", key), f"is {found[0]} again; give all its values at once")
        whole[key] = found[0] if len(found) == 1 else key

    def move(key: KeyPath) -> KeyPath:
        is_below = key[:1] == ("sweep",) and key[1:2]
        return ("sweep", whole[str(key[1])], *key[2:]) if is_below else key

    if not isinstance(sweep, dict) or list(whole) == list(whole.values()):
        return tree, problems
    places, given = source.positions.items(), source.overrides.items()
    moved = replace(
        source,
        positions={move(key): each for key, each in places},
        overrides={move(key): each for key, each in given},
    )
    return {**tree, "sweep": {whole[key]: each for key, each in sweep.items()}}, problems.of(moved)


def _explain(
    key: str, tree: Mapping[str, Tree], found: Sequence[str], spell: Callable[[str], str]
) -> str:
    """Return what is wrong with a key that stands for nothing or several places, and a remedy."""
    if found:
        return f"stands for {len(found)} keys; give {' or '.join(map(spell, found))}"
    there, possible = _list_keys(tree)
    names, last = list(map(spell_key, (*there, *possible))), key.split(".")[-1]
    ends = list(dict.fromkeys(str(each[-1]) for each in (*there, *possible)))
    meant = _skip_to(key, names) or [each for each in names if each.endswith(f".{last}")]
    meant = meant or [each for each in ends if suggest(last, ends) == f"did you mean '{each}'?"]
    if meant:
        return f"no such key; did you mean {' or '.join(map(spell, dict.fromkeys(meant)))}?"
    values = (each for each in there if not isinstance(find_below(dict(tree), each), dict))
    known = dict.fromkeys(each[-1] for each in values if isinstance(each[-1], str))
    return f"no such key; known: {', '.join(known)}"
