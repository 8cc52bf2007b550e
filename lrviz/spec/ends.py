"""What the end of a key path stands for, as people type it: `gamma` for all of it."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TypeVar

from lrviz.errors import KeyPath, Problem, SpecError, spell_key
from lrviz.spec.assign import Override, assign, spell_setting
from lrviz.spec.catalog import CATALOG, OPTIMIZERS
from lrviz.spec.keys import Data, Shape
from lrviz.spec.length import convert_length
from lrviz.spec.options import FigureOptions, LintOptions
from lrviz.spec.origin import Problems, Source
from lrviz.spec.sweep import MAX_CURVES, split_name
from lrviz.spec.tree import Tree, find_below
from lrviz.spec.wording import find_close
from lrviz.spec.yamltree import parse_scalar, spell_flow

T = TypeVar("T")

MOST_LISTED = 24  # keys that an answer names

# What optimizers take beside what they take by its order: which of them what, is for torch to say.
BESIDE = (
    *("maximize", "foreach", "fused", "capturable", "differentiable"),
    *("decoupled_weight_decay", "param_groups"),
)

_SECTIONS = (("figure", FigureOptions), ("lint", LintOptions), ("data", Data))


def find_keys(key: str, ranks: Mapping[str, int]) -> list[str]:
    """Return the key paths that a text may stand for: one, unless it fits several, or none.

    A whole key path stands for itself. The end of one stands for what is there, and where nothing
    is for what could be: an argument that was left out. What an optimizer has for all of its param
    groups goes before what one of them has, unless each has its own.

    Args:
        key: what was typed.
        ranks: of the spec, as `rank_keys` has them.

    >>> tree = {"epochs": 4, "scheduler": {"StepLR": {"step_size": 2}}}
    >>> [find_keys(key, rank_keys(tree)) for key in ("gamma", "SGD.lr", "dpi")]
    [['scheduler.StepLR.gamma'], ['optimizer.SGD.lr'], ['figure.dpi']]
    """
    if (first := key.split(".")[0]) in Shape.model_fields:
        is_cut = any(each.startswith(f"{first}.") for each in _skip_to(key, ranks))
        return [key] if key in ranks or not is_cut else []
    found = [name for name in ranks if f".{name}".endswith(f".{key}")]
    first_rank = min((ranks[each] for each in found), default=0)
    return [name for name in found if ranks[name] == first_rank]


def _find_named(key: str, tree: Tree, ranks: Mapping[str, int]) -> list[str]:
    """Return the key paths of an argument that param groups of a name take: head.lr."""
    name, _, last = key.rpartition(".")
    named = [
        at for at in _iter_below(tree, ()) if at[-1] == "name" and find_below(tree, at) == name
    ]
    return [each for at in named if (each := spell_key((*at[:-1], last))) in ranks]


def _skip_to(key: str, names: Iterable[str]) -> list[str]:
    """Return the key paths that a text is, but for parts that it leaves out."""
    parts, ending = key.split("."), f".{key}".rpartition(".")[2]
    named = ((name, iter(name.split("."))) for name in names if name.endswith(ending))
    return [name for name, rest in named if all(part in rest for part in parts)]


def rank_keys(tree: Mapping[str, Tree]) -> dict[str, int]:
    """Return the key paths of all that is there or could be, and how far from what is meant.

    An optimizer's LR is there, always; what each of its param groups has of its own is meant last.
    """
    top = dict(tree)
    named = {key: top[key] for key in top if key not in ("sweep", "metric")}  # of these no ends
    there = dict.fromkeys(_iter_below(named, ()))
    ranks: dict[str, int] = {}
    for path in (*there, *_iter_possible(top)):
        groups = find_below(top, (*path[:-1], "param_groups"))
        own = (
            [find_below(each, path[-1:]) for each in groups] if isinstance(groups, list) else [None]
        )
        is_there = path in there or path[-1] == "lr"
        ranks.setdefault(
            spell_key(path), 2 * ("param_groups" in path) + (not is_there) if None in own else 4
        )
    return ranks


def _iter_below(tree: Tree, at: KeyPath) -> Iterator[KeyPath]:
    """Yield the key paths of all that has a name, and of what is in lists."""
    listed = enumerate(tree) if isinstance(tree, list) else ()
    items = [(index, each) for index, each in listed if isinstance(each, dict | list)]
    for name, each in tree.items() if isinstance(tree, dict) else items:
        yield (*at, name)
        yield from _iter_below(each, (*at, name))


def _iter_possible(tree: dict[str, Tree]) -> Iterator[KeyPath]:
    """Yield the key paths of what could be in a spec."""
    yield from ((name,) for name in Shape.model_fields)
    for section, model in _SECTIONS:
        if section in tree or section != "data":
            yield from ((section, name) for name in model.model_fields)
    found = tree.get("curves")
    curves: dict[str, Tree] = found if isinstance(found, dict) else {}
    is_shared = any("optimizer" not in each for each in curves.values() if isinstance(each, dict))
    usual: Tree = {"optimizer": "SGD", **tree} if is_shared or not curves else tree
    for at, each in ((), usual), *((("curves", name), each) for name, each in curves.items()):
        for kind in ("scheduler", "optimizer"):
            yield from _iter_arguments(find_below(each, (kind,)), (*at, kind))


def _iter_arguments(tree: Tree, at: KeyPath) -> Iterator[KeyPath]:
    """Yield the key paths of what a scheduler or optimizer takes, and what is inside it."""
    from lrviz.spec.belonging import list_order  # wanted only where something is set

    name, given = split_name(tree) or ("", {})
    taken = (*list_order(name), *BESIDE * (name in OPTIMIZERS))
    yield from ((*at, name, argument) for argument in taken)
    for kind in ("schedulers", "param_groups"):
        items = given.get(kind)
        for index, each in enumerate(items if isinstance(items, list) else ()):
            own = (*at, name, kind, index)
            yield from (
                _iter_arguments(each, own) if name in CATALOG else ((*own, one) for one in taken)
            )


def assign_meant(
    tree: dict[str, Tree], source: Source, override: Override
) -> tuple[dict[str, Tree], Source]:
    """Return the tree with one value replaced or added, as `assign`; its key may be an end.

    Raises:
        SpecError: as `assign`; or the key stands for nothing, or for several places.
    """
    option = convert_length(tree, override.key, parse_scalar(override.value))
    if option and (other := option.split()[0].strip("-"),) not in source.overrides:
        text = f"cannot stand beside the spec's {other}; give {option} instead"
        raise SpecError([Problem(override.spelt, (override.key,), text)])
    ranks = rank_keys(tree)
    found = find_keys(override.key, ranks) or _find_named(override.key, tree, ranks)
    if len(found) == 1:
        return assign(tree, source, override, found[0])
    text = _explain(override.key, ranks, found, lambda key: spell_setting(key, override.value))
    raise SpecError([Problem(override.spelt, (), text)])


def widen_sweep(tree: dict[str, Tree], problems: Problems) -> tuple[dict[str, Tree], Problems]:
    """Return the tree with whole key paths in its sweep, and problems that know their places.

    What is wrong with them is added.
    """
    sweep, source = tree.get("sweep"), problems.source
    if not isinstance(sweep, dict) or len(sweep) > MAX_CURVES:  # which is said where it is read
        return tree, problems
    ranks = rank_keys(tree)
    whole = {key: _find_swept(key, tree, ranks, problems) for key in sweep}
    counts = Counter(whole.values())
    for key in (each for each in whole if whole[each] != each and counts[whole[each]] > 1):
        problems.say(("sweep", key), f"is {whole[key]} again; give all its values at once")

    def move(places: Mapping[KeyPath, T]) -> dict[KeyPath, T]:
        below = {at: whole.get(str(at[1])) for at in places if at[:1] == ("sweep",) != at}
        ends = {at: ("sweep", end, *at[2:]) for at, end in below.items() if end}
        return {ends.get(at, at): each for at, each in places.items()}

    positions, overrides = move(source.positions), move(source.overrides)
    source = replace(source, positions=positions, overrides=overrides)
    return {**tree, "sweep": {whole[key]: each for key, each in sweep.items()}}, problems.of(source)


def _find_swept(key: str, tree: Tree, ranks: Mapping[str, int], problems: Problems) -> str:
    """Return the whole key path of a sweep; one that is none as it is, and that is added."""
    if len(found := find_keys(key, ranks) or _find_named(key, tree, ranks)) == 1:
        return found[0]
    is_option = problems.source.find(("sweep", key))[0].startswith("--sweep")
    values = spell_flow(find_below(tree, ("sweep", key)))
    option = partial(spell_setting, value=values, option="--sweep")
    problems.say(("sweep", key), _explain(key, ranks, found, option if is_option else str))
    return key


def _explain(
    key: str, ranks: Mapping[str, int], found: Sequence[str], spell: Callable[[str], str]
) -> str:
    """Return what is wrong with a key that stands for nothing or several places, and a remedy."""
    if found:
        more = " or another" * (len(found) > MOST_LISTED)
        places = " or ".join(map(spell, found[:MOST_LISTED]))
        return f"stands for {len(found)} keys; give {places}{more}"
    last, ends = key.split(".")[-1], list(dict.fromkeys(each.split(".")[-1] for each in ranks))
    meant = _skip_to(key, ranks) or [each for each in ranks if each.endswith(f".{last}")]
    meant = meant or [close for close in (find_close(last, ends),) if close]
    if meant:
        return f"no such key; did you mean {' or '.join(map(spell, meant))}?"
    there = dict.fromkeys(each.split(".")[-1] for each, rank in ranks.items() if not rank % 2)
    listed = [each for each in there if not each.isdecimal()][:MOST_LISTED]
    return f"no such key; known: {', '.join(listed)}{', …' * (len(there) > MOST_LISTED)}"
