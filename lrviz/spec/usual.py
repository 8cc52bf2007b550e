"""What others write that a spec takes for what it means, put as a spec spells it.

torch's classes by their dotted names, or as Lightning's `class_path` and hydra's `_target_`; the
short names of the Trainer's schedules; and `math.` or `np.` in expressions. Everything behind sees
the spec's own spelling, so that two specs that say the same are equal.
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache

from lrviz.errors import KeyPath
from lrviz.spec.catalog import CATALOG, OPTIMIZERS, SCHEDULERS, THIRD_PARTY
from lrviz.spec.expression import plain
from lrviz.spec.origin import Source
from lrviz.spec.tree import EXPRESSIONS, Tree

_SCHEDULERS_IN = ("lr_scheduler", "swa_utils")
_TORCH = ("torch", "optim", *_SCHEDULERS_IN)

# What Lightning and hydra name a class by, and what hydra is told beside its arguments.
_PATHS = ("class_path", "_target_")
_HYDRA = ("_partial_", "_recursive_", "_convert_")

# What holds a scheduler or an optimizer, or a list of them.
_NODES = ("scheduler", "schedulers", "optimizer")

# What holds texts that are no formulas, though they begin like one.
_TEXTS = ("title", "figure", "lint")

# Where the spec's own spelling has what stands at a key path, as far as that is another place.
Moves = dict[KeyPath, KeyPath]


@cache
def list_short() -> Mapping[str, str]:
    """Return the schedulers that the Trainer of transformers knows by a short name, by that.

    >>> list_short()["cosine"]
    'transformers.get_cosine_schedule_with_warmup'
    """
    own = [CATALOG[name] for name in THIRD_PARTY if name.startswith("transformers.")]
    return {each.short: each.name for each in own if each.short}


def name_usually(name: str, word: str = "scheduler") -> str:
    """Return a scheduler's or optimizer's name as a spec spells it; any other as it is.

    >>> name_usually("torch.optim.lr_scheduler.StepLR"), name_usually("optim.adamw.AdamW")
    ('StepLR', 'AdamW')
    >>> name_usually("linear"), name_usually("torch.StepLR")
    ('transformers.get_linear_schedule_with_warmup', 'torch.StepLR')
    """
    if name in CATALOG or name in OPTIMIZERS:
        return name
    package, *path, last = name.split(".") if "." in name else ("", name)
    is_own = last in SCHEDULERS and any(each in _SCHEDULERS_IN for each in (package, *path))
    if package in _TORCH and (is_own or (last in OPTIMIZERS and "optim" in (package, *path))):
        return last
    return name if word == "optimizer" else list_short().get(name, name)


def take(tree: dict[str, Tree], source: Source) -> tuple[dict[str, Tree], Source]:
    """Return a spec's plain data as a spec spells it, and the source that knows its places."""
    taken, moves = spell_usually(tree)
    at = {move(key, moves): place for key, place in reversed([*source.positions.items()])}
    given = {move(key, moves): text for key, text in source.overrides.items()}
    return taken, replace(source, positions=at, overrides=given)


def move(key: KeyPath, moves: Moves) -> KeyPath:
    """Return where something is once what it stands in has been moved.

    >>> move(("optimizer", "optim.SGD", "lr"), {("optimizer", "optim.SGD"): ("optimizer", "SGD")})
    ('optimizer', 'SGD', 'lr')
    """
    end = next((each for each in range(len(key), 0, -1) if key[:each] in moves), 0)
    return (*moves.get(key[:end], ()), *key[end:])


def spell_usually(tree: Mapping[str, Tree]) -> tuple[dict[str, Tree], Moves]:
    """Return a spec's plain data as a spec spells it, and what that has moved.

    >>> spell_usually({"optimizer": {"optim.SGD": {"lr": 1}}})[0]
    {'optimizer': {'SGD': {'lr': 1}}}
    """
    moves: Moves = {}
    kept = {key: tree[key] for key in _TEXTS if key in tree}
    taken = {key: _read(value, (key,), (key,), key, moves) for key, value in tree.items()}
    return taken | kept, moves


def _read(tree: Tree, old: KeyPath, new: KeyPath, word: str, moves: Moves) -> Tree:
    """Return what stands somewhere, `word` saying what it is, and note what is moved."""
    is_node = word in _NODES
    if isinstance(tree, dict):
        for key in _PATHS if is_node else ():
            if isinstance(path := tree.get(key), str):
                name = name_usually(path, word)
                given = _unwrap(tree, key, old, (*new, name), moves)
                return {name: given} if given else name
        taken: dict[str, Tree] = {}
        for key, value in tree.items():
            name = name_usually(key, word) if is_node and len(tree) == 1 else key
            moves |= {(*old, key): (*new, name)} if name != key else {}
            inner = key.rpartition(".")[2] if old == ("sweep",) else name
            taken[name] = _read(value, (*old, key), (*new, name), inner, moves)
        return taken
    if isinstance(tree, list):
        items = enumerate(tree)
        return [_read(each, (*old, at), (*new, at), word, moves) for at, each in items]
    if isinstance(tree, str) and is_node:
        name = name_usually(tree, word)
        moves |= {(*old, tree): (*new, name)} if name != tree else {}
        return name
    is_expression = isinstance(tree, str) and (word in EXPRESSIONS or tree.startswith("="))
    return plain(str(tree)) if is_expression else tree


def _unwrap(tree: dict[str, Tree], key: str, old: KeyPath, to: KeyPath, moves: Moves) -> Tree:
    """Return the arguments of what a path names: below `init_args`, or beside it."""
    moves[*old, key] = to
    if key == "class_path" and tree.keys() <= {key, "init_args"}:
        moves[*old, "init_args"] = to
        return _read(tree.get("init_args"), (*old, "init_args"), to, "", moves)
    below = {name: each for name, each in tree.items() if name not in (key, *_HYDRA)}
    moves |= {(*old, name): (*to, name) for name in below}
    return _read(below, old, to, "", moves)
