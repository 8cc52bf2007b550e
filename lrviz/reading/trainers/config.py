"""A trainer's config as plain data: YAML, JSON or TOML, with what it says of its own keys put in.

`${a.b}` stands for what the same file has there, `${.b}` for what lies beside it. Any other, as
`${oc.env:HOME}`, and one that leads back to itself, stays the text that it is: whoever needs a
value there says that it is to be written out.
"""

import json
import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import PurePath

from lrviz.errors import KeyPath, Position, Problem, SpecError, spec_error
from lrviz.spec.loose import MAX_DEPTH, MAX_NODES, parse_loose
from lrviz.spec.origin import Source
from lrviz.spec.tree import Tree, find_below, holds
from lrviz.spec.yamltree import YamlError
from lrviz.system.files import ENCODINGS

MAX_BYTES = 1_000_000

_READERS: Mapping[str, Callable[[str], Tree]] = {".json": json.loads, ".toml": tomllib.loads}

# How often one reference may lead to another.
_MOST_STEPS = 8

_REFERENCE = re.compile(r"\$\{([^${}:]+)\}")


@dataclass(frozen=True)
class Config:
    """A trainer's config.

    Attributes:
        source: the file, and where its keys stand, as far as that is known.
        tree: what it holds, its references to its own keys resolved.
    """

    source: Source
    tree: dict[str, Tree]


def parse_config(data: bytes, name: str) -> Config:
    r"""Return the config in a file's bytes.

    It is JSON or TOML where the file's name ends so, and else JSON where it is that, or YAML.

    Raises:
        SpecError: it is none, or beyond what a config may hold.

    >>> parse_config(b"lr: 2e-5\nmodel: {lr: '${lr}'}", "a.yaml").tree["model"]
    {'lr': 2e-05}
    """
    if len(data) > MAX_BYTES:
        raise spec_error(name, f"larger than {MAX_BYTES // 1_000_000} MB, which no config is")
    try:
        text = data.decode(ENCODINGS.get(data[:2], "utf-8-sig"))
    except UnicodeDecodeError as error:
        raise spec_error(name, f"not text: byte {error.start} is not UTF-8") from None
    tree, positions = _parse(text, name)
    if not isinstance(tree, dict):
        got = "a list" if isinstance(tree, list) else "empty" if tree is None else "a text"
        remedy = "; write its arguments one a line, as `learning_rate: 2e-5`" * (got == "a text")
        raise spec_error(name, f"{got}, where a config has keys{remedy}")
    source = Source(name, positions)
    return Config(source, Resolver(tree, source).resolve_all())


def _parse(text: str, name: str) -> tuple[Tree, dict[KeyPath, Position]]:
    """Return what a text holds, and where, as far as its language tells."""
    ending = PurePath(name).suffix.lower()
    try:
        if ending in _READERS:
            return _READERS[ending](text), {}
        if text.lstrip().startswith("{"):
            with suppress(ValueError, RecursionError):
                return json.loads(text), {}
        return parse_loose(text)
    except YamlError as error:
        raise SpecError([Problem(name, error.key, error.reason, error.position)]) from None
    except RecursionError:
        raise spec_error(name, f"nested more than {MAX_DEPTH} deep") from None
    except ValueError as error:
        language, reason = ending[1:].upper(), str(error)
        raise spec_error(name, f"not {language}: {reason[:1].lower()}{reason[1:]}") from None


class Resolver:
    """Puts in what a config says of its own keys.

    Args:
        root: the config.
        source: where it came from.
    """

    def __init__(self, root: dict[str, Tree], source: Source) -> None:
        self._root, self._source, self._count, self._made = root, source, 0, 0

    def resolve_all(self) -> dict[str, Tree]:
        """Return the config with every reference to its own keys resolved.

        Raises:
            SpecError: that makes more of it than a config may hold, or it is nested too deeply.
        """
        return {key: self._resolve(each, (key,), ()) for key, each in self._root.items()}

    def _resolve(self, value: Tree, key: KeyPath, via: Sequence[KeyPath]) -> Tree:
        self._count += 1
        if self._count > MAX_NODES:
            text = f"more than {MAX_NODES:,} values, with what references repeat"
            raise SpecError([self._source.problem(key[:1], text)])
        if len(key) > MAX_DEPTH:
            raise SpecError([self._source.problem(key[:1], f"nested more than {MAX_DEPTH} deep")])
        match value:
            case dict():
                return {at: self._resolve(each, (*key, at), via) for at, each in value.items()}
            case list():
                return [self._resolve(each, (*key, at), via) for at, each in enumerate(value)]
            case str() if whole := _REFERENCE.fullmatch(value):
                return self._follow(whole, key, via)
            case str() if "${" in value:
                text = self._charge(value, key)
                return _REFERENCE.sub(lambda each: self._quote(each, key, via), text)
            case str() | bool() | int() | float() | None:
                return value
        return str(value)  # a date of TOML

    def _follow(self, found: re.Match[str], key: KeyPath, via: Sequence[KeyPath]) -> Tree:
        """Return what a reference stands for; its own text where that is not in the file."""
        name = found[1].strip()
        beside = len(name) - len(name.lstrip("."))
        parts = [int(each) if each.isdecimal() else each for each in re.findall(r"[^.\[\]]+", name)]
        target = (*(key[:-beside] if beside else ()), *parts)
        if target in via or len(via) > _MOST_STEPS or not _has(self._root, target):
            return found[0]
        return self._resolve(find_below(self._root, target), target, (*via, target))

    def _quote(self, found: re.Match[str], key: KeyPath, via: Sequence[KeyPath]) -> str:
        value = self._follow(found, key, via)
        return self._charge(found[0] if isinstance(value, dict | list) else str(value), key)

    def _charge(self, part: str, key: KeyPath) -> str:
        """Return a part of a text, counted before the whole is put together."""
        self._made += len(part)
        if self._made > MAX_BYTES:
            raise SpecError([self._source.problem(key[:1], "more than 1 MB, made by references")])
        return part


def _has(tree: Tree, key: KeyPath) -> bool:
    return all(holds(find_below(tree, key[:at]), part) for at, part in enumerate(key))
