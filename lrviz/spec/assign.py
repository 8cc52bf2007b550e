"""`--set KEY=VALUE`: one value of a spec, given on the command line."""

from collections.abc import Sequence
from dataclasses import replace
from shlex import quote
from typing import NamedTuple

from lrviz.errors import KeyPath, Problem, SpecError, spell_key
from lrviz.spec.catalog import CATALOG, OPTIMIZERS
from lrviz.spec.origin import Source
from lrviz.spec.style import MAX_TEXT
from lrviz.spec.tree import Tree, find_below
from lrviz.spec.wording import spell_name, suggest
from lrviz.spec.yamltree import MAX_DEPTH, YamlError, parse_yaml, spell_flow
from lrviz.spell import shorten

# More dots than any key path has: one a key, and one a character of a name.
MAX_DOTS = MAX_DEPTH + MAX_TEXT

# The most digits of a list item's number.
MAX_DIGITS = 9

TOO_DEEP = f"leads too deep; a spec is nested at most {MAX_DEPTH} deep"


class Override(NamedTuple):
    """One value of a spec that was given beside it, and the option that gave it.

    >>> Override("epochs", "0", "--epochs").spelt, Override("epochs", "0").spelt
    ('--epochs 0', '--set epochs=0')
    """

    key: str
    value: str
    option: str = "--set"

    @property
    def spelt(self) -> str:
        """What was typed."""
        if self.key == "sweep":
            return f"--sweep {self.value.strip('{}')}"
        between = f"{self.key}=" if self.option == "--set" else ""
        return f"{self.option} {between}{self.value}"


Overrides = Sequence[tuple[str, str] | Override]


def spell_setting(key: str, value: str, option: str = "--set") -> str:
    """Return an option as a shell takes it.

    >>> print(spell_setting("metric", "[1, 2]"))
    --set 'metric=[1, 2]'
    """
    return f"{option} {quote(f'{key}={value}')}"


def assign(
    tree: dict[str, Tree], source: Source, override: Override, key: str = ""
) -> tuple[dict[str, Tree], Source]:
    """Return the tree with one value replaced or added, and the source that knows of it.

    Args:
        tree: left as it is.
        source: where the tree came from.
        override: a key path as messages spell it, list items by number; and YAML, read as in a
            spec.
        key: the whole key path, where the override has only an end of it.

    Raises:
        SpecError: the key path leads through something that is no mapping or list, or through
            another scheduler or optimizer than stands there.

    >>> assign({"epochs": 4}, Source(), Override("optimizer.SGD.lr", "1e-2"))[0]
    {'epochs': 4, 'optimizer': {'SGD': {'lr': 0.01}}}
    """
    key, value, text = key or override.key, override.value, override.spelt
    path: KeyPath = ()
    try:
        path = split_key(key, tree)
        parsed, _ = parse_yaml(value)
        changed = replace_at(tree, path, parsed)
    except (YamlError, LookupError) as error:  # each says in its argument what is wrong
        raise SpecError([Problem(text, path, str(error.args[0]))]) from None
    said = {path: text}
    if key == "sweep" and isinstance(parsed, dict):  # each was an option of its own
        texts = {name: shorten(spell_flow(each)) for name, each in parsed.items()}
        said = {(key, name): f"--sweep {name}={text}" for name, text in texts.items()}
        said |= {(key,): "--sweep"}
    return changed, replace(source, overrides={**source.overrides, **said})


def split_key(key: str, tree: Tree = None) -> KeyPath:
    """Return the key path that a text spells; a name with dots in it is one part.

    Args:
        key: parts parted by dots, list items by number.
        tree: what it leads into; names with dots are those that stand there, and the catalog's.

    Raises:
        LookupError: it leads deeper than a spec may be nested.

    >>> split_key("optimizer.SGD.param_groups.0.lr")
    ('optimizer', 'SGD', 'param_groups', 0, 'lr')
    >>> split_key("scheduler.timm.CosineLRScheduler.t_initial")
    ('scheduler', 'timm.CosineLRScheduler', 't_initial')
    """
    if key.count(".") > MAX_DOTS:
        raise LookupError(TOO_DEEP)
    path: list[str | int] = []
    parts = key.split(".")
    while parts:
        if len(path) == MAX_DEPTH:
            raise LookupError(TOO_DEEP)
        ends = range(len(parts), 1, -1)
        end = next((each for each in ends if _is_name(".".join(parts[:each]), tree)), 1)
        name, parts = ".".join(parts[:end]), parts[end:]
        path.append(int(name) if name.isdecimal() and len(name) <= MAX_DIGITS else name)
        tree = find_below(tree, (path[-1],))
    return tuple(path)


def _is_name(name: str, tree: Tree) -> bool:
    return name in CATALOG or (isinstance(tree, dict) and name in tree) or name == tree


def replace_at(tree: dict[str, Tree], path: KeyPath, value: Tree) -> dict[str, Tree]:
    """Return a spec's plain data in which one value is replaced or added.

    Raises:
        LookupError: the path leads through something that is no mapping or list, or through
            another scheduler or optimizer than stands there.
    """
    for end, part in enumerate(path):
        if kind := _kind(path[:end]):
            own = find_below(tree, path[:end])
            if isinstance(own, dict) and len(own) == 1:
                own = next(iter(own))
            if isinstance(own, str) and part != own:
                raise LookupError(_explain_other(kind, str(part), own, path[:end]))
    changed = with_value(tree, path, value)
    assert isinstance(changed, dict)
    return changed


def _kind(key: KeyPath) -> str | None:
    """Return what a name at a key path is of: `scheduler`, `optimizer`, or nothing."""
    last = key[2] if len(key) == 3 and key[0] == "curves" else key[0] if len(key) == 1 else ""
    if last in ("scheduler", "optimizer"):
        return str(last)
    return "scheduler" if key[-2:-1] == ("schedulers",) else None


def _explain_other(kind: str, name: str, own: str, key: KeyPath) -> str:
    if name in CATALOG or name in OPTIMIZERS:
        remedy = f"to replace it, give all of {spell_key(key)}"
        return f"the spec has {own} here, not {name}; {remedy}"
    close = suggest(name, (own,))
    remedy = close if close.startswith("did") else f"the spec has {own} here"
    return f"unknown {kind} {spell_name(name)}; {remedy}"


def with_value(tree: Tree, path: KeyPath, value: Tree) -> Tree:
    """Return a tree in which one value is replaced or added.

    Raises:
        LookupError: the path leads through something that is no mapping or list.
    """
    if not path:
        return value
    first, rest = path[0], path[1:]
    if isinstance(tree, list):
        if not isinstance(first, int) or first >= len(tree):
            raise LookupError(f"no item {first} in a list of {len(tree)}")
        return [*tree[:first], with_value(tree[first], rest, value), *tree[first + 1 :]]
    if isinstance(tree, str) and first == tree:
        tree = {}  # a bare `Name` is the same as `Name: {}`
        return {str(first): with_value(tree, rest, value)}
    if tree is None:
        tree = {}
    if not isinstance(tree, dict):
        raise LookupError("leads through a value that has no keys")
    return {**tree, str(first): with_value(tree.get(str(first)), rest, value)}
