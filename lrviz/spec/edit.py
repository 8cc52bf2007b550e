"""Single values of a spec's text, replaced; every other character stays as it is."""

import json
import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import yaml

from lrviz.errors import KeyPath
from lrviz.spec.assign import with_value
from lrviz.spec.catalog import CATALOG, OPTIMIZERS
from lrviz.spec.tree import Tree, find_below, holds
from lrviz.spec.usual import move, spell_usually
from lrviz.spec.yamltree import YamlError, parse_scalar, parse_yaml, spell_flow

_BOM = "\ufeff"
BREAK = re.compile(r"\r\n|[\r\n\x85\u2028\u2029]")
_REST_OF_LINE = re.compile(r"[ \t]*(?:#[^\r\n\x85\u2028\u2029]*)?(?=[\r\n\x85\u2028\u2029]|$)")

OTHERS = "the file is laid out so that other values would change"


class EditError(ValueError):
    """A value that cannot be replaced without touching anything else; why not, in lower case."""


class Value(NamedTuple):
    """What stands at a key path.

    Attributes:
        key: the key path, the name of a bare scheduler or optimizer included.
        given: whether anything stands there.
        tree: what; None where nothing does, too.
    """

    key: KeyPath
    given: bool
    tree: Tree = None


class Edit(NamedTuple):
    """A part of a text, and what takes its place."""

    start: int
    end: int
    new: str


def make_edits(text: str, edits: Iterable[Edit]) -> str:
    """Return a text once edits are made, those at one place in their order.

    Raises:
        EditError: something is to stand where another edit takes text away.

    >>> make_edits("abc", [Edit(1, 2, ""), Edit(0, 1, "d")])
    'dc'
    """
    parts, done = [], 0
    for edit in sorted(edits, key=lambda each: (each.start, each.end)):
        if edit.new and edit.start < done:
            raise EditError("two values stand in one place")
        parts += [text[done : edit.start], edit.new]
        done = max(done, edit.end)
    return "".join((*parts, text[done:]))


class Document:
    """A YAML text, read once; an EditError says that it is none."""

    def __init__(self, text: str) -> None:
        self._mark = _BOM if text.startswith(_BOM) else ""
        self._text = text.removeprefix(_BOM)
        try:
            self._tree = parse_yaml(self._text)[0]
        except YamlError as error:
            raise EditError(error.reason) from None
        self._root = yaml.compose(self._text, Loader=yaml.SafeLoader)
        tree = self._tree if isinstance(self._tree, dict) else {}
        self._usual, moves = spell_usually(tree)
        self._written = {usual: written for written, usual in moves.items()}

    def find(self, key: KeyPath) -> Value:
        """Return what stands at a key path."""
        key = self._find_written(key)
        given = not key or holds(find_below(self._tree, key[:-1]), key[-1])
        return Value(key, given, find_below(self._tree, key))

    def replace(self, values: Sequence[tuple[KeyPath, Tree]]) -> str:
        """Return the text in which values are others, or are added where their keys are missing.

        Comments, order, spacing, quotes, line endings and a byte order mark stay. The result has
        been read again: its plain data is that of the text but for the values.

        Args:
            values: key paths, in which the name of a bare scheduler or optimizer may be left out,
                and what each is to be.

        Raises:
            EditError: that cannot be done in certainty, or not at once.

        >>> Document("epochs: 4  # short").replace([(("epochs",), 8)])
        'epochs: 8  # short'
        """
        edits = [edit for key, value in values for edit in self.edit(key, value)]
        changed = make_edits(self._text, edits)
        expected = self._tree
        for key, value in values:
            expected = with_value(expected, _name_bare(expected, self._find_written(key)), value)
        try:
            same = json.dumps(parse_yaml(changed)[0]) == json.dumps(expected)
        except YamlError:
            same = False
        if not same:
            raise EditError(OTHERS)
        return self._mark + changed

    def _find_written(self, key: KeyPath) -> KeyPath:
        """Return where the text has what a spec has at a key path."""
        return _name_bare(self._tree, move(key, self._written))

    def edit(self, key: KeyPath, value: Tree) -> list[Edit]:
        """Return what is to be done to the text to replace one value; as `replace`."""
        key = self._find_written(key)
        try:
            with_value(self._tree, key, value)
        except LookupError as error:
            raise EditError(str(error.args[0])) from None
        if self._root is None:
            raise EditError("the file is empty")
        node, rest = self._root, key
        while rest and (child := _find_child(node, rest[0])):
            node, rest = child, rest[1:]
        if not rest:
            return self._replace(node, value)
        if any(isinstance(part, int) for part in rest):
            raise EditError("there is no such item in the file")
        for part in reversed(rest[1:]):
            value = {str(part): value}
        if isinstance(node, yaml.MappingNode):
            return [self._insert(node, str(rest[0]), value)]
        return self._replace(node, {str(rest[0]): value})  # a bare name, or nothing

    def _replace(self, node: yaml.Node, value: Tree) -> list[Edit]:
        if not isinstance(node, yaml.ScalarNode):
            raise EditError("more than one value stands there")
        start, end = node.start_mark.index, find_end(self._text, node)
        said = parse_scalar(node.value) if node.style is None else node.value
        if json.dumps(said) == json.dumps(value):
            return []
        if node.style in ("|", ">") and "#" in BREAK.split(self._text[start:end])[0]:
            raise EditError("there is a comment in the value")
        new = spell_flow(value, quotes=node.style or "")
        if start == end:  # nothing stands here, not even a colon if this is `{Name}`
            before = self._text[:start].rstrip()[-1:]
            new = f" {new}" if before in (":", "-") else f": {new}"
        return [Edit(start, end, new)]

    def _insert(self, node: yaml.MappingNode, name: str, value: Tree) -> Edit:
        """Return the edit that adds a key behind the last one."""
        entry = f"{spell_flow(name)}: {spell_flow(value)}"
        if not node.value:
            start = node.start_mark.index + 1
            return Edit(start, start, entry)
        last = node.value[-1][1]
        end = find_end(self._text, last)
        if node.flow_style:
            return Edit(end, end, f", {entry}")
        rest = _REST_OF_LINE.match(self._text, end)
        if rest is None or _ends_in_literal(last):
            raise EditError("the key is not in the file, and cannot be added in certainty")
        line_break = BREAK.search(self._text)
        indent = " " * node.value[0][0].start_mark.column
        new = f"{line_break[0] if line_break else chr(10)}{indent}{entry}"
        return Edit(rest.end(), rest.end(), new)


def _name_bare(tree: Tree, key: KeyPath) -> KeyPath:
    """Return the key path with the name of a bare scheduler or optimizer that it leads through.

    >>> _name_bare({"scheduler": "LinearLR"}, ("scheduler", "total_iters"))
    ('scheduler', 'LinearLR', 'total_iters')
    """
    for at, part in enumerate(key):
        if isinstance(tree, str) and tree != part and (tree in CATALOG or tree in OPTIMIZERS):
            return (*key[:at], tree, *key[at:])
        tree = find_below(tree, (part,))
    return key


def _find_child(node: yaml.Node, part: str | int) -> yaml.Node | None:
    """Return what a mapping or list has under a key or number; None for nothing."""
    if isinstance(node, yaml.MappingNode):
        return next((value for name, value in node.value if name.value == part), None)
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int):
        return next(iter(node.value[part : part + 1]), None)
    return None


def find_end(text: str, node: yaml.Node) -> int:
    """Return where a node ends: what follows a block is none of it."""
    if isinstance(node, yaml.CollectionNode) and not node.flow_style:
        return find_end(text, _find_last(node))
    start, end = node.start_mark.index, node.end_mark.index
    return start + len(text[start:end].rstrip()) if _ends_in_literal(node) else int(end)


def find_rest(text: str, end: int) -> int:
    """Return where the line ends on which a value ends, with the comment behind."""
    rest = _REST_OF_LINE.match(text, end)
    if rest is None:
        raise EditError(OTHERS)
    return rest.end()


def find_tail(text: str, end: int, column: int) -> int:
    """Return where an entry of a block ends with the comments behind and below it.

    Args:
        text: YAML.
        end: where the value of the entry ends.
        column: of the entry, counted from 0; comments below are its own where they are deeper.
    """
    end, line_break = find_rest(text, end), f"(?>{BREAK.pattern})"
    blank, deeper = rf"{line_break}[ \t]*(?={line_break})", rf" {{{column + 1}}}[ \t]*(?=#)"
    below = re.compile(rf"(?>{blank})*{line_break}{deeper}")
    while found := below.match(text, end):
        end = find_rest(text, found.end())
    return end


def _find_last(node: yaml.CollectionNode) -> yaml.Node:
    last = node.value[-1]
    found: yaml.Node = last[1] if isinstance(last, tuple) else last
    return found


def _ends_in_literal(node: yaml.Node) -> bool:
    """Whether the last leaf of a node is a text over several lines, which the next could join."""
    if isinstance(node, yaml.CollectionNode):
        return bool(node.value) and _ends_in_literal(_find_last(node))
    return getattr(node, "style", None) in ("|", ">")
