"""One value of a spec's text, replaced; every other character stays as it is."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

import yaml

from lrviz.errors import KeyPath
from lrviz.spec.assign import with_value
from lrviz.spec.catalog import CATALOG, OPTIMIZERS
from lrviz.spec.flow import spell_flow
from lrviz.spec.tree import Tree, find_below, holds
from lrviz.spec.yamltree import YamlError, parse_scalar, parse_yaml

_BOM = "\ufeff"
_BREAK = re.compile(r"\r\n|[\r\n\x85\u2028\u2029]")
_REST_OF_LINE = re.compile(r"[ \t]*(?:#[^\r\n\x85\u2028\u2029]*)?(?=[\r\n\x85\u2028\u2029]|$)")


class EditError(ValueError):
    """A value that cannot be replaced without touching anything else.

    Attributes:
        reason: why not, in lower case.
    """

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


@dataclass(frozen=True)
class Value:
    """What stands at a key path.

    Attributes:
        key: the key path, the name of a bare scheduler or optimizer included.
        given: whether anything stands there.
        tree: what; None where nothing does, too.
    """

    key: KeyPath
    given: bool
    tree: Tree = None


@dataclass(frozen=True)
class Edit:
    """A part of a text, and what takes its place."""

    start: int
    end: int
    new: str


def replace_value(text: str, key: KeyPath, value: Tree) -> str:
    """Return a YAML text in which one value is another, or is added where its key is missing.

    Comments, order, spacing, quotes, line endings and a byte order mark stay. The result has been
    read again: its plain data is that of the text but for the value.

    Args:
        text: one YAML document.
        key: the value's key path; a bare `Name` is the same as `Name: {}`, and may be left out.
        value: what it is to be.

    Raises:
        EditError: that cannot be done in certainty.

    >>> replace_value("epochs: 4  # short", ("epochs",), 8)
    'epochs: 8  # short'
    """
    return Document(text).replace([(key, value)])


class Document:
    """A YAML text, read once; an EditError says that it is none."""

    def __init__(self, text: str) -> None:
        self._mark = _BOM if text.startswith(_BOM) else ""
        self._text = text.removeprefix(_BOM)
        self._tree = _parse(self._text)
        self._root = yaml.compose(self._text, Loader=yaml.SafeLoader)

    def find(self, key: KeyPath) -> Value:
        """Return what stands at a key path."""
        key = _name_bare(self._tree, key)
        given = not key or holds(find_below(self._tree, key[:-1]), key[-1])
        return Value(key, given, find_below(self._tree, key))

    def replace(self, values: Sequence[tuple[KeyPath, Tree]]) -> str:
        """Return the text in which values are others, as `replace_value`.

        Raises:
            EditError: that cannot be done in certainty, or not at once.
        """
        changed, end = self._text, len(self._text)
        edits = [edit for key, value in values for edit in self.edit(key, value)]
        for edit in sorted(edits, key=lambda each: -each.start):
            if edit.end > end:
                raise EditError("two values stand in one place")
            changed, end = changed[: edit.start] + edit.new + changed[edit.end :], edit.start
        expected = self._tree
        for key, value in values:
            expected = with_value(expected, _name_bare(expected, key), value)
        try:
            same = json.dumps(parse_yaml(changed)[0]) == json.dumps(expected)
        except YamlError:
            same = False
        if not same:
            raise EditError("the file is laid out so that other values would change")
        return self._mark + changed

    def edit(self, key: KeyPath, value: Tree) -> list[Edit]:
        """Return what is to be done to the text to replace one value; as `replace`."""
        key = _name_bare(self._tree, key)
        try:
            with_value(self._tree, key, value)
        except LookupError as error:
            raise EditError(str(error.args[0])) from None
        if self._root is None:
            raise EditError("the file is empty")
        return _Editor(self._text).edits(self._root, key, value)


def find_value(text: str, key: KeyPath) -> Value:
    """Return what stands at a key path of a YAML text."""
    return Document(text).find(key)


def _parse(text: str) -> Tree:
    try:
        return parse_yaml(text)[0]
    except YamlError as error:
        raise EditError(error.reason) from None


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


class _Editor:
    """Finds what is to be replaced in a text, by the marks of its nodes."""

    def __init__(self, text: str) -> None:
        self._text = text

    def edits(self, root: yaml.Node, key: KeyPath, value: Tree) -> list[Edit]:
        """Return the edits that give the text its value, none overlapping another."""
        node, rest = root, list(key)
        while rest:
            child = find_child(node, rest[0])
            if child is None:
                break
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
        if isinstance(node, yaml.ScalarNode):
            return self._replace_scalar(node, value)
        if (
            isinstance(node, yaml.SequenceNode)
            and isinstance(value, list)
            and len(value) == len(node.value)
        ):
            items = zip(node.value, value, strict=True)
            return [edit for item, new in items for edit in self._replace(item, new)]
        self._refuse_comments(node)
        start, end = node.start_mark.index, find_end(self._text, node)
        if isinstance(node, yaml.CollectionNode) and node.flow_style:
            return [Edit(start, end, spell_flow(value))]
        before = self._text[:start].rstrip()  # a block stands on lines of its own
        if "#" in _BREAK.split(before)[-1]:
            raise EditError("there is a comment in the value")
        return [Edit(len(before), end, " " + spell_flow(value))]

    def _replace_scalar(self, node: yaml.ScalarNode, value: Tree) -> list[Edit]:
        start, end = node.start_mark.index, find_end(self._text, node)
        said = parse_scalar(node.value) if node.style is None else node.value
        if json.dumps(said) == json.dumps(value):
            return []
        if node.style in ("|", ">") and "#" in _BREAK.split(self._text[start:end])[0]:
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
        if rest is None or ends_in_literal(last):
            raise EditError("the key is not in the file, and cannot be added in certainty")
        indent = " " * node.value[0][0].start_mark.column
        return Edit(rest.end(), rest.end(), f"{self._line_break()}{indent}{entry}")

    def _line_break(self) -> str:
        found = _BREAK.search(self._text)
        return found[0] if found else "\n"

    def _refuse_comments(self, node: yaml.Node) -> None:
        inside = self._text[node.start_mark.index : find_end(self._text, node)]
        offset = node.start_mark.index
        for leaf in reversed(list_leaves(node)):
            start, end = leaf.start_mark.index - offset, find_end(self._text, leaf) - offset
            inside = inside[:start] + inside[end:]
        if "#" in inside:
            raise EditError("there is a comment in the value")


def find_child(node: yaml.Node, part: str | int) -> yaml.Node | None:
    """Return what a mapping or list has under a key or number; None for nothing."""
    if isinstance(node, yaml.MappingNode):
        found = [value for name, value in node.value if name.value == part]
        return found[0] if found else None
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        item: yaml.Node = node.value[part]
        return item
    return None


def list_leaves(node: yaml.Node) -> list[yaml.Node]:
    """Return the scalars of a node, keys included, in order."""
    if isinstance(node, yaml.MappingNode):
        return [leaf for pair in node.value for each in pair for leaf in list_leaves(each)]
    if isinstance(node, yaml.SequenceNode):
        return [leaf for each in node.value for leaf in list_leaves(each)]
    return [node]


def find_end(text: str, node: yaml.Node) -> int:
    """Return where a node ends: what follows a block is none of it."""
    if isinstance(node, yaml.CollectionNode) and not node.flow_style:
        last = node.value[-1]
        return find_end(text, last[1] if isinstance(last, tuple) else last)
    end: int = node.end_mark.index
    if ends_in_literal(node):
        start = node.start_mark.index
        return start + len(text[start:end].rstrip())
    return end


def ends_in_literal(node: yaml.Node) -> bool:
    """Whether the last leaf of a node is a text over several lines, which the next could join."""
    leaf = list_leaves(node)[-1] if list_leaves(node) else node
    return isinstance(leaf, yaml.ScalarNode) and leaf.style in ("|", ">")
