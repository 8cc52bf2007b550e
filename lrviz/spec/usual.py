"""What others write that a spec takes for what it means, put as a spec spells it.

torch's classes by their dotted names, or as Lightning's `class_path` and hydra's `_target_`; the
short names of the Trainer's schedules; and `math.` or `np.` in expressions. Everything behind sees
the spec's own spelling, so that two specs that say the same are equal.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from functools import cache

from lrviz.errors import KeyPath
from lrviz.spec.catalog import CATALOG, OPTIMIZERS, SCHEDULERS, THIRD_PARTY
from lrviz.spec.expression import plain
from lrviz.spec.nodes import EXPRESSIONS
from lrviz.spec.origin import Source
from lrviz.spec.tree import Tree

_TORCH = ("torch", "optim", "lr_scheduler")

# What hydra is told beside a class's arguments, and its curve does not show.
_HYDRA = ("_partial_", "_recursive_", "_convert_")

# What holds a scheduler or an optimizer, or a list of them.
_NODES = ("scheduler", "schedulers", "optimizer")

# What holds texts that are no formulas, though they begin like one.
_TEXTS = ("title", "figure", "lint")

_KEY = re.compile(r"((?:^|\.)(?:scheduler|optimizer|schedulers\.\d+)\.)([A-Za-z]\w*(?:\.\w+)*)")

# The key path of what is in another place than where the spec's own spelling has it, and that.
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
    >>> name_usually("timm.scheduler.CosineLRScheduler"), name_usually("torch.StepLR")
    ('timm.CosineLRScheduler', 'torch.StepLR')
    """
    if name in CATALOG or name in OPTIMIZERS:
        return name
    package, _, rest = name.partition(".")
    *path, last = rest.split(".")
    is_own = last in SCHEDULERS and "lr_scheduler" in (package, *path)
    if package in _TORCH and (is_own or (last in OPTIMIZERS and "optim" in (package, *path))):
        return last
    if package in THIRD_PARTY.packages and f"{package}.{last}" in THIRD_PARTY:
        return f"{package}.{last}"
    return name if word == "optimizer" else list_short().get(name, name)


def key_usually(key: str) -> str:
    """Return a key path, as `--set` spells it, with names as a spec spells them.

    >>> key_usually("optimizer.torch.optim.SGD.lr"), key_usually("scheduler.linear")
    ('optimizer.SGD.lr', 'scheduler.transformers.get_linear_schedule_with_warmup')
    """

    def name(found: re.Match[str]) -> str:
        parts, word = found[2].split("."), found[1].rpartition(".")[0].rpartition(".")[2]
        for end in range(len(parts), 0, -1):
            own = ".".join(parts[:end])
            if (usual := name_usually(own, word)) != own:
                return found[1] + ".".join((usual, *parts[end:]))
        return found[0]

    return _KEY.sub(name, key)


def take(tree: dict[str, Tree], source: Source) -> tuple[dict[str, Tree], Source]:
    """Return a spec's plain data as a spec spells it, and the source that knows its places."""
    taken, moves = spell_usually(tree)

    def move(key: KeyPath) -> KeyPath:
        ends = range(len(key), 0, -1)
        end = next((each for each in ends if key[:each] in moves), 0)
        return (*moves.get(key[:end], ()), *key[end:])

    at = {move(key): place for key, place in reversed(source.positions.items())}
    given = {move(key): text for key, text in source.overrides.items()}
    return taken, replace(source, positions=at, overrides=given)


def spell_usually(tree: dict[str, Tree]) -> tuple[dict[str, Tree], Moves]:
    """Return a spec's plain data as a spec spells it, and what that has moved.

    >>> spell_usually({"optimizer": {"optim.SGD": {"lr": 1}}})[0]
    {'optimizer': {'SGD': {'lr': 1}}}
    """
    reader = _Reader()
    taken = {
        key: value if key in _TEXTS else reader.read(value, (key,), (key,))
        for key, value in tree.items()
    }
    return taken, reader.moves


class _Reader:
    """Reads plain data, and notes what is moved."""

    def __init__(self) -> None:
        self.moves: Moves = {}

    def read(self, tree: Tree, old: KeyPath, new: KeyPath, word: str = "") -> Tree:
        """Return what stands somewhere; `word` says what it is, where its own key does not."""
        word = word or str(new[-1]).rpartition(".")[2]
        is_node = word in _NODES
        match tree:
            case {"class_path": str(name), **rest} if is_node and rest.keys() <= {"init_args"}:
                return self._unwrap(name, rest.get("init_args"), "class_path", old, new)
            case {"_target_": str(name), **rest} if is_node:
                rest = {key: each for key, each in rest.items() if key not in _HYDRA}
                return self._unwrap(name, rest, "_target_", old, new)
            case dict():
                return dict(self._read_pair(pair, old, new, is_node) for pair in tree.items())
            case list():
                items = enumerate(tree)
                return [self.read(each, (*old, at), (*new, at), word) for at, each in items]
            case str() if is_node:
                name = name_usually(tree, word)
                self.moves |= {} if name == tree else {(*old, tree): (*new, name)}
                return name
            case str() if word in EXPRESSIONS or tree.startswith("="):
                return plain(tree)
        return tree

    def _read_pair(
        self, pair: tuple[str, Tree], old: KeyPath, new: KeyPath, is_node: bool
    ) -> tuple[str, Tree]:
        key, value = pair
        name = name_usually(key, str(new[-1])) if is_node else key
        name = key_usually(key) if old == ("sweep",) else name
        if name != key:
            self.moves[*old, key] = (*new, name)
        return name, self.read(value, (*old, key), (*new, name))

    def _unwrap(self, path: str, given: Tree, word: str, old: KeyPath, new: KeyPath) -> Tree:
        """Return `Name: {arguments}` for a class and what stands below or beside it."""
        name = name_usually(path, str(new[-1]))
        to = (*new, name)
        self.moves[*old, word] = to
        if not isinstance(given, dict) or not given:
            return {name: given} if given else name
        at = (*old, "init_args") if word == "class_path" else old
        self.moves |= {(*at, key): (*to, key) for key in given} if at == old else {at: to}
        return {name: self.read(given, at, to)}
