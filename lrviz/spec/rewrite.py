"""A spec's text made to say another tree: little of it changes, and comments and layout stay."""

import re
from bisect import bisect
from collections.abc import Iterator, Mapping
from typing import NamedTuple, TypeGuard

import yaml

from lrviz.errors import KeyPath
from lrviz.spec.edit import (
    BREAK,
    OTHERS,
    Document,
    Edit,
    EditError,
    find_end,
    find_rest,
    find_tail,
    make_edits,
)
from lrviz.spec.layout import is_flat, is_full, is_large, iter_lines
from lrviz.spec.matching import Entry, match_entries, spell_exactly
from lrviz.spec.tree import Tree
from lrviz.spec.usual import spell_usually
from lrviz.spec.yamltree import MAX_DEPTH, YamlError, parse_yaml, spell_flow

_COLON = re.compile(r"[ \t]*:")
_COMMA = re.compile(r"\s*,[ \t]*")


def rewrite(text: str, tree: Mapping[str, Tree]) -> str:
    r"""Return a YAML text that says a tree, made of one that says another.

    Values are changed where they stand; keys and items are added or removed by lines. Comments,
    order, spacing, quotes, line endings and a byte order mark stay; what is removed or replaced
    takes the comments inside and behind it along. The result has been read again.

    Args:
        text: of a spec.
        tree: plain data that the text is to say; only the order of curves and of a sweep counts.

    Raises:
        EditError: the text is none of a spec, or laid out so that this cannot be done.

    >>> rewrite("epochs: 4  # short\n", {"epochs": 8, "figure": {"x": "epoch"}})
    'epochs: 8  # short\nfigure: {x: epoch}\n'
    """
    return _Rewriting(text).say(tree)


class _Head(NamedTuple):
    """What a value in a block stands behind: where a colon or dash ends, and its line's column."""

    end: int
    column: int
    is_dash: bool


class _Place(NamedTuple):
    """Where an entry of a mapping or list stands; `head` is None between brackets."""

    start: int
    end: int
    value: yaml.Node
    head: _Head | None
    key: yaml.Node | None


class _Rewriting(Document):
    """A text on its way to another tree; what is nested deeper than `_deepest` is made anew."""

    def say(self, tree: Mapping[str, Tree]) -> str:
        """Return the text that says a tree; see `rewrite`."""
        if self._root is None or not isinstance(self._tree, dict):
            raise EditError("the file is no mapping")
        usual, _ = spell_usually(tree)
        found = BREAK.search(self._text)
        self._break = found[0] if found else "\n"
        columns = (each.start_mark.column for _, each in self._root.value if _is_block(each))
        self._step = next(filter(None, columns), 2)
        last = None
        for self._deepest in range(MAX_DEPTH, 0, -1):
            try:
                edits = list(self._change(self._root, self._usual, usual, (), None))
                changed = make_edits(self._text, edits)
                if not edits or (changed != last and _says(changed, usual)):
                    return self._mark + changed
            except (EditError, YamlError):
                continue
            last = changed
        raise EditError(OTHERS)

    def _change(
        self, node: yaml.Node, old: Tree, new: Tree, key: KeyPath, head: _Head | None
    ) -> Iterator[Edit]:
        """Yield what makes a node that says one tree say another."""
        if spell_exactly(old, key) == spell_exactly(new, key):
            return
        grows = bool(head) and not _is_block(node) and is_large(new) and not is_large(old)
        if len(key) < self._deepest and not grows and _has_entries(node, old, new):
            yield from self._change_inside(node, old, new, key, head)
        elif _is_block(node):
            yield from self._replace_block(node, new, head)
        elif head and (is_large(new) or (head.is_dash and not is_flat(new))):
            yield from self._replace_by_block(node, new, head)
        elif isinstance(node, yaml.ScalarNode) and node.style not in ("|", ">"):
            yield from self._replace(node, new)
        else:
            yield Edit(node.start_mark.index, find_end(self._text, node), spell_flow(new))

    def _change_inside(
        self, node: yaml.CollectionNode, old: Tree, new: Tree, key: KeyPath, head: _Head | None
    ) -> Iterator[Edit]:
        places = list(self._iter_places(node))
        matches = match_entries(old, new, key)
        kept = [*(each.at for each in matches if each.old and each.new), len(places)]
        for at, was, now in matches:
            if now is None:
                yield self._remove(node, places, at, until=kept[bisect(kept, at)])
            elif was is None:
                yield self._add(node, places[at] if at >= 0 else None, now, head)
            elif was[0] == now[0]:
                place, part = places[at], was[0] if isinstance(old, dict) else at
                yield from self._change(place.value, was[1], now[1], (*key, part), place.head)
            else:
                yield self._replace_entry(node, places[at], was, now)

    def _iter_places(self, node: yaml.CollectionNode) -> Iterator[_Place]:
        column, end = node.start_mark.column, node.start_mark.index
        dash = re.compile(rf"(?<![^\r\n\x85\u2028\u2029]) {{{column}}}-")
        for item in node.value:
            key, value = item if isinstance(item, tuple) else (None, item)
            start, head = (key or value).start_mark.index, None
            if _is_block(node) and not key:
                found = dash.search(self._text, end) if item is not node.value[0] else None
                start = found.end() - 1 if found else end
                head = _Head(start + 1, column, is_dash=True)
            elif _is_block(node) and (colon := _COLON.match(self._text, key.end_mark.index)):
                head = _Head(colon.end(), column, is_dash=False)
            end = find_end(self._text, value)
            yield _Place(start, end, value, head, key)

    def _remove(self, node: yaml.CollectionNode, places: list[_Place], at: int, until: int) -> Edit:
        """Return the edit that removes an entry; the next that stays is number `until`."""
        start, end, *_ = places[at]
        if node.flow_style:
            if until == len(places):
                return Edit(places[at - 1].end, end, "")
            comma = _COMMA.match(self._text, end)
            return Edit(start, comma.end() if comma else end, "")
        line = self._find_line_before(node, start)
        if line is not None:
            return Edit(line, self._find_tail(node, end), "")
        tail = self._find_tail(node, places[until - 1].end)
        return Edit(start, len(self._text) - len(self._text[tail:].lstrip()), "")

    def _add(
        self, node: yaml.CollectionNode, before: _Place | None, new: Entry, head: _Head | None
    ) -> Edit:
        entry, start = self._spell_entry(node, new), node.start_mark.index
        if before:
            end = self._find_tail(node, before.end)
            return Edit(end, end, f", {entry}" if node.flow_style else self._indent(node) + entry)
        if node.flow_style:
            return Edit(start + 1, start + 1, f"{entry}, " if node.value else entry)
        if head and self._find_line_before(node, start) is not None:
            end = find_rest(self._text, head.end)
            return Edit(end, end, self._indent(node) + entry)
        return Edit(start, start, entry + self._indent(node))

    def _replace_entry(
        self, node: yaml.CollectionNode, place: _Place, old: Entry, new: Entry
    ) -> Edit:
        if place.key and spell_exactly(old[1], ("",)) == spell_exactly(new[1], ("",)):
            return Edit(place.start, place.key.end_mark.index, spell_flow(new[0]))
        entry = self._spell_entry(node, new, is_open=_is_block(place.value))
        return self._put(node, place.start, place.end, entry)

    def _replace_block(
        self, node: yaml.CollectionNode, new: Tree, head: _Head | None
    ) -> Iterator[Edit]:
        start, end = node.start_mark.index, find_end(self._text, node)
        line = self._find_line_before(node, start)
        if is_full(new):
            is_open = any(_is_block(place.value) for place in self._iter_places(node))
            lines = list(iter_lines(new, self._step, is_open))
            if head and isinstance(new, dict) and node.start_mark.column <= head.column:
                lines = [" " * self._step + each for each in lines]  # a list was not indented
            yield self._put(node, start, end, self._indent(node).join(lines))
        elif head and line is not None:
            yield Edit(head.end, head.end, f" {spell_flow(new)}")
            yield Edit(line, self._find_tail(node, end), "")
        else:
            yield self._put(node, start, end, spell_flow(new))

    def _put(self, node: yaml.CollectionNode, start: int, end: int, new: str) -> Edit:
        """Return the edit that puts a text in place of lines; a line for a line keeps comments."""
        is_line = not BREAK.search(self._text, start, end) and not BREAK.search(new)
        return Edit(start, end if is_line else self._find_tail(node, end), new)

    def _replace_by_block(self, node: yaml.Node, new: Tree, head: _Head) -> Iterator[Edit]:
        """Yield what puts a block where a value stands on its key's or dash's line."""
        end, lines = find_end(self._text, node), list(iter_lines(new, self._step))
        yield Edit(head.end, end, f" {lines.pop(0)}" if head.is_dash else "")
        indent = " " * (head.column + (2 if head.is_dash else self._step))
        end = find_rest(self._text, end)
        yield Edit(end, end, "".join(f"{self._break}{indent}{line}" for line in lines))

    def _spell_entry(self, node: yaml.CollectionNode, new: Entry, is_open: bool = False) -> str:
        tree: Tree = dict([new]) if isinstance(node, yaml.MappingNode) else [new[1]]
        if node.flow_style:
            return spell_flow(tree)[1:-1]
        return self._indent(node).join(iter_lines(tree, self._step, is_open))

    def _indent(self, node: yaml.Node) -> str:
        return self._break + " " * node.start_mark.column

    def _find_tail(self, node: yaml.CollectionNode, end: int) -> int:
        """Return where an entry of a node ends, with the comments that are its own."""
        return end if node.flow_style else find_tail(self._text, end, node.start_mark.column)

    def _find_line_before(self, node: yaml.Node, start: int) -> int | None:
        """Return where the line before an entry of a node ends; None if it begins none."""
        begin = start - node.start_mark.column
        breaks = BREAK.finditer(self._text, max(begin - 2, 0), begin)
        end = next((each.start() for each in breaks if each.end() == begin), None)
        return None if self._text[begin:start].strip(" ") else end


def _says(text: str, tree: Tree) -> bool:
    said, _ = parse_yaml(text)
    return isinstance(said, dict) and (
        spell_exactly(spell_usually(said)[0], ()) == spell_exactly(tree, ())
    )


def _is_block(node: yaml.Node) -> TypeGuard[yaml.CollectionNode]:
    return isinstance(node, yaml.CollectionNode) and not node.flow_style


def _has_entries(node: yaml.Node, old: Tree, new: Tree) -> TypeGuard[yaml.CollectionNode]:
    """Whether the entries of a node are those of the old tree: what `class_path` names has more."""
    if not isinstance(node, yaml.CollectionNode) or not isinstance(old, dict | list) or not new:
        return False
    is_kind = isinstance(node, yaml.MappingNode) == isinstance(old, dict)
    return is_kind and type(old) is type(new) and len(old) == len(node.value)
