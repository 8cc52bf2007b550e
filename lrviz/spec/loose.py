"""YAML as training programs read it, to plain data: anchors, aliases and merges are followed.

A number is one as people write it: `2e-5`, a text to YAML 1.1, is taken for what was meant, as the
programs do. Tags stand for objects, and are refused. All of it ends within limits, however much a
hostile text makes of little.
"""

from collections.abc import Iterator

import yaml

from lrviz.errors import KeyPath, Position
from lrviz.spec.tree import Tree
from lrviz.spec.yamltree import YamlError, parse_scalar, position_of, telling_errors

MAX_DEPTH = 30
MAX_NODES = 20_000

_CORE = "tag:yaml.org,2002:"
_PLAIN = frozenset(
    _CORE + each for each in ("map", "seq", "str", "int", "float", "bool", "null", "timestamp")
)
_MERGE = f"{_CORE}merge"


def parse_loose(text: str) -> tuple[Tree, dict[KeyPath, Position]]:
    r"""Return the plain data of one YAML document and where each key and list item stands.

    Raises:
        YamlError: no YAML, more than one document, a key twice, a tag, or past a limit.

    >>> parse_loose("a: &one {lr: 2e-5, drop: yes}\nb: {<<: *one, lr: 1e-5}")[0]["b"]
    {'lr': 1e-05, 'drop': True}
    """
    with telling_errors(text):
        node = _Loader(text).get_single_node()
        reader = _Reader()
        return (None if node is None else reader.read(node, ())), reader.positions


class _Loader(yaml.SafeLoader):
    """Reads nodes, no more and no deeper than a config may have."""

    _depth = _count = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        self._count += 1
        self._depth += 1
        event: yaml.Event = self.peek_event()  # type: ignore[no-untyped-call]
        at = position_of(event.start_mark)
        _refuse_too_much(self._depth, self._count, at)
        node = super().compose_node(parent, index)
        self._depth -= 1
        return node


def _refuse_too_much(depth: int, count: int, at: Position) -> None:
    if depth > MAX_DEPTH:
        raise YamlError(f"nested more than {MAX_DEPTH} deep", at)
    if count > MAX_NODES:
        raise YamlError(f"more than {MAX_NODES:,} values, with what aliases (*) repeat", at)


class _Reader:
    """Reads the tree from nodes, of which an alias may have made many out of one."""

    def __init__(self) -> None:
        self.positions: dict[KeyPath, Position] = {}
        self._count = 0

    def read(self, node: yaml.Node, key: KeyPath, depth: int = 0) -> Tree:
        """Return what a node holds."""
        at = position_of(node.start_mark)
        self._count += 1
        _refuse_too_much(depth, self._count, at)
        if node.tag not in _PLAIN:
            tag = node.tag.replace(_CORE, "!!")
            raise YamlError(f"a tag ({tag}), which may make any object; write plain data", at, key)
        self.positions.setdefault(key, at)
        if isinstance(node, yaml.SequenceNode):
            return [self.read(each, (*key, at), depth + 1) for at, each in enumerate(node.value)]
        if isinstance(node, yaml.MappingNode):
            return dict(self._read_pairs(node, key, depth))
        text = str(node.value)
        if getattr(node, "style", None) is not None:  # in quotes
            return text
        is_flag = node.tag == f"{_CORE}bool"
        return text.lower() in ("yes", "on", "true") if is_flag else parse_scalar(text)

    def _read_pairs(
        self, node: yaml.MappingNode, key: KeyPath, depth: int
    ) -> Iterator[tuple[str, Tree]]:
        """Yield what is merged into a mapping, the first last, then its own keys, which win."""
        lines: dict[str, int] = {}
        for name, value in (each for each in node.value if each[0].tag == _MERGE):
            several = value.value if isinstance(value, yaml.SequenceNode) else [value]
            for each in reversed(several):
                merged = self.read(each, key, depth + 1)
                if not isinstance(merged, dict):
                    at = position_of(name.start_mark)
                    raise YamlError("only a mapping can be merged (<<)", at, key)
                yield from merged.items()
        for name, value in (each for each in node.value if each[0].tag != _MERGE):
            at = position_of(name.start_mark)
            if not isinstance(name, yaml.ScalarNode):
                raise YamlError("a key must be a word", at, key)
            own = (*key, str(name.value))
            if name.value in lines:
                raise YamlError(f"given twice (first at line {lines[name.value]})", at, own)
            lines[name.value] = at.line
            self.positions[own] = at
            yield name.value, self.read(value, own, depth + 1)
