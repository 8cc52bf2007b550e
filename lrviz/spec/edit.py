"""One value of a spec's text, replaced; every other character stays as it is."""

import json
import re
from dataclasses import dataclass

import yaml

from lrviz.catalog import CATALOG, OPTIMIZERS
from lrviz.errors import KeyPath
from lrviz.spec.assign import with_value
from lrviz.spec.flow import spell_flow
from lrviz.spec.marks import ends_in_literal, find_child, find_end, list_leaves
from lrviz.spec.model import Tree
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
class _Edit:
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
    mark, text = (_BOM, text[1:]) if text.startswith(_BOM) else ("", text)
    tree = _parse(text)
    key = _name_bare(tree, key)
    try:
        expected = with_value(tree, key, value)
    except LookupError as error:
        raise EditError(str(error.args[0])) from None
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    if root is None:
        raise EditError("the file is empty")
    changed = text
    for edit in sorted(_Editor(text).edits(root, key, value), key=lambda each: -each.start):
        changed = changed[: edit.start] + edit.new + changed[edit.end :]
    try:
        same = json.dumps(parse_yaml(changed)[0]) == json.dumps(expected)
    except YamlError:
        same = False
    if not same:
        raise EditError("the file is laid out so that other values would change")
    return mark + changed


def find_value(text: str, key: KeyPath) -> Value:
    """Return what stands at a key path of a YAML text.

    Raises:
        EditError: the text is no YAML.
    """
    tree = _parse(text.removeprefix(_BOM))
    key = _name_bare(tree, key)
    for part in key:
        if isinstance(tree, dict) and part in tree:
            tree = tree[str(part)]
        elif isinstance(tree, list) and isinstance(part, int) and part < len(tree):
            tree = tree[part]
        else:
            return Value(key, given=False)
    return Value(key, given=True, tree=tree)


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
        if isinstance(tree, dict):
            tree = tree.get(str(part))
        elif isinstance(tree, list) and isinstance(part, int) and part < len(tree):
            tree = tree[part]
        else:
            break
    return key


class _Editor:
    """Finds what is to be replaced in a text, by the marks of its nodes."""

    def __init__(self, text: str) -> None:
        self._text = text

    def edits(self, root: yaml.Node, key: KeyPath, value: Tree) -> list[_Edit]:
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

    def _replace(self, node: yaml.Node, value: Tree) -> list[_Edit]:
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
            return [_Edit(start, end, spell_flow(value))]
        before = self._text[:start].rstrip()  # a block stands on lines of its own
        if "#" in _BREAK.split(before)[-1]:
            raise EditError("there is a comment in the value")
        return [_Edit(len(before), end, " " + spell_flow(value))]

    def _replace_scalar(self, node: yaml.ScalarNode, value: Tree) -> list[_Edit]:
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
        return [_Edit(start, end, new)]

    def _insert(self, node: yaml.MappingNode, name: str, value: Tree) -> _Edit:
        """Return the edit that adds a key behind the last one."""
        entry = f"{spell_flow(name)}: {spell_flow(value)}"
        if not node.value:
            start = node.start_mark.index + 1
            return _Edit(start, start, entry)
        last = node.value[-1][1]
        end = find_end(self._text, last)
        if node.flow_style:
            return _Edit(end, end, f", {entry}")
        rest = _REST_OF_LINE.match(self._text, end)
        if rest is None or ends_in_literal(last):
            raise EditError("the key is not in the file, and cannot be added in certainty")
        indent = " " * node.value[0][0].start_mark.column
        return _Edit(rest.end(), rest.end(), f"{self._line_break()}{indent}{entry}")

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
