"""YAML text to plain data and the place of every key, and back: YAML 1.2's core schema.

The tree is built from the parser's events with a stack of our own, so that no depth, alias or tag
of a hostile text costs more than a message.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from lrviz.errors import KeyPath, Position
from lrviz.spec.tree import Tree
from lrviz.spell import spell_yaml

MAX_BYTES = 256_000
MAX_DEPTH = 20
MAX_REASON = 200

_INT = re.compile(r"[-+]?[0-9]+")
_OCTAL_OR_HEX = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_WORDS: dict[str, bool | float | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), float("inf")),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), float("-inf")),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
}
_LARGEST_INT = 2**63
_NO_TEXT = "not text: a control character"


class YamlError(ValueError):
    """A text that is no YAML, or YAML beyond what a spec may hold.

    Attributes:
        key: the key path that it happened at.
        reason: what is wrong.
        position: where.
    """

    def __init__(self, reason: str, position: Position | None, key: KeyPath = ()) -> None:
        if len(reason) > MAX_REASON:  # it may quote what is written there
            reason = f"{reason[:MAX_REASON]}…"
        self.reason, self.position, self.key = reason, position, key
        super().__init__(reason)


@dataclass
class _Open:
    """A mapping or sequence whose end has not been reached."""

    key: KeyPath
    value: dict[str, Tree] | list[Tree]
    pending: str | None = None
    seen: dict[str, int] = field(default_factory=dict)


def parse_scalar(text: str) -> Tree:
    """Return what a plain scalar means in YAML 1.2; an integer beyond 64 bits is a float.

    >>> [parse_scalar(text) for text in ("1e-3", "1E5", ".5", "on", "1:30", "0x1F", "~")]
    [0.001, 100000.0, 0.5, 'on', '1:30', 31, None]
    """
    if text in _WORDS:
        return _WORDS[text]
    if _INT.fullmatch(text):
        value = float(text)
        return int(text) if abs(value) < _LARGEST_INT else value
    if _OCTAL_OR_HEX.fullmatch(text):
        return int(text, 0) if len(text) < 18 else float("inf")
    return float(text) if _FLOAT.fullmatch(text) else text


def parse_yaml(text: str) -> tuple[Tree, dict[KeyPath, Position]]:
    """Return the plain data of one YAML document and where each key and list item stands.

    Raises:
        YamlError: no YAML, more than one document, a key twice, or past a limit.
    """
    if len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        raise YamlError(f"larger than {MAX_BYTES // 1000} kB", None)
    builder = _Builder()
    try:
        for event in yaml.parse(text, Loader=yaml.SafeLoader):
            builder.take(event)
    except yaml.MarkedYAMLError as error:
        raise YamlError(_say(error), _position(error.problem_mark or error.context_mark)) from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        column = error.position - text.rfind("\n", 0, error.position)
        raise YamlError(_NO_TEXT, Position(line, column)) from None
    except YamlError:
        raise
    except (ValueError, OverflowError):  # what PyYAML itself lets slip: "\U00110000"
        raise YamlError("not YAML: an escape or number out of range", None) from None
    return builder.root, builder.positions


def is_text(text: str) -> bool:
    r"""Whether a YAML text can hold a text: not with most control characters.

    >>> is_text("a\tb"), is_text("a\0b")
    (True, False)
    """
    return not yaml.reader.Reader.NON_PRINTABLE.search(text)


def beyond_yaml(tree: Tree) -> Iterator[tuple[KeyPath, str]]:
    """Yield where plain data that came from elsewhere is not what a YAML text can give.

    >>> list(beyond_yaml({"metric": [1, 10**30]}))
    [(('metric', 1), 'a number beyond 64 bits')]
    """
    waiting: list[tuple[KeyPath, Tree]] = [((), tree)]
    while waiting:
        key, value = waiting.pop()
        match value:
            case dict() | list() if len(key) >= MAX_DEPTH:
                yield key, f"nested more than {MAX_DEPTH} deep"
            case dict():
                waiting += [((*key, name), each) for name, each in value.items()]
            case list():
                waiting += [((*key, index), each) for index, each in enumerate(value)]
            case int() if abs(value) >= _LARGEST_INT:
                yield key, "a number beyond 64 bits"


class _Builder:
    """Builds the tree from events, one at a time."""

    def __init__(self) -> None:
        self.root: Tree = None
        self.positions: dict[KeyPath, Position] = {}
        self._stack: list[_Open] = []
        self._documents = 0

    def take(self, event: yaml.Event) -> None:
        """Add what one event says."""
        position = _position(event.start_mark)
        match event:
            case yaml.DocumentStartEvent():
                self._documents += 1
                if self._documents > 1:
                    raise YamlError("more than one document; a spec is one", position)
            case yaml.AliasEvent():
                raise YamlError("aliases (*) are not allowed; write the value out", position)
            case yaml.ScalarEvent():
                self._refuse_extras(event, position)
                plain = event.style is None and event.implicit[0]
                self._add(parse_scalar(event.value) if plain else event.value, event, position)
            case yaml.MappingStartEvent() | yaml.SequenceStartEvent():
                self._refuse_extras(event, position)
                self._open({} if isinstance(event, yaml.MappingStartEvent) else [], event, position)
            case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                self._stack.pop()

    def _refuse_extras(self, event: yaml.NodeEvent, position: Position | None) -> None:
        if event.anchor is not None:
            raise YamlError("anchors (&) are not allowed; write the value out", position)
        tag = getattr(event, "tag", None)
        if tag is not None:
            raise YamlError(f"tags ({tag}) are not allowed; a spec is plain data", position)
        if not is_text(getattr(event, "value", "")):
            raise YamlError(_NO_TEXT, position)  # escaped: the reader has seen the others

    def _open(self, value: dict[str, Tree] | list[Tree], event: yaml.Event, at: Position) -> None:
        if len(self._stack) >= MAX_DEPTH:
            raise YamlError(f"nested more than {MAX_DEPTH} deep", at)
        self._stack.append(_Open(self._add(value, event, at), value))

    def _add(self, value: Tree, event: yaml.Event, at: Position) -> KeyPath:
        """Put a value where it belongs and return its key path."""
        if not self._stack:
            self.root = value
            self.positions[()] = at
            return ()
        parent = self._stack[-1]
        if isinstance(parent.value, list):
            key = (*parent.key, len(parent.value))
            parent.value.append(value)
            self.positions[key] = at
        elif parent.pending is None:
            self._take_key(parent, event, at)
            return parent.key
        else:
            key = (*parent.key, parent.pending)
            parent.value[parent.pending] = value
            parent.pending = None
        return key

    def _take_key(self, parent: _Open, event: yaml.Event, at: Position) -> None:
        if not isinstance(event, yaml.ScalarEvent):
            raise YamlError("a key must be a word", at, parent.key)
        name = event.value
        if name == "<<" and event.style is None:
            raise YamlError("merge keys (<<) are not allowed; write the keys out", at, parent.key)
        key = (*parent.key, name)
        if name in parent.seen:
            raise YamlError(f"given twice (first at line {parent.seen[name]})", at, key)
        parent.seen[name] = at.line
        parent.pending = name
        self.positions[key] = at


def _position(mark: Any) -> Position:
    return Position(mark.line + 1, mark.column + 1) if mark else Position(1, 1)


def _say(error: yaml.MarkedYAMLError) -> str:
    problem = (error.problem or error.context or "cannot be parsed").split(", but ")[0]
    if "\\t" in problem:
        return "not YAML: a tab cannot indent; use spaces"
    return f"not YAML: {problem}"


def spell_flow(value: Tree, quotes: str = "") -> str:
    """Return a value in YAML's flow style, on one line.

    Args:
        value: what is to be read from it again.
        quotes: those that a text is to stand in, `'` or `"`; empty for as few as it needs.

    >>> spell_flow({"milestones": [8, 16], "gamma": 1e-5, "by": "=total_calls - 8"})
    '{milestones: [8, 16], gamma: 1e-5, by: =total_calls - 8}'
    """
    match value:
        case dict():
            items = [f"{spell_flow(key)}: {spell_flow(each)}" for key, each in value.items()]
            return f"{{{', '.join(items)}}}"
        case list():
            return f"[{', '.join(map(spell_flow, value))}]"
        case str():
            return _spell_text(value, quotes)
    return spell_yaml(value)


def _spell_text(value: str, quotes: str) -> str:
    single = "'" + value.replace("'", "''") + "'"
    for text in {"'": [single], '"': []}.get(quotes, [value, single]):
        try:
            if parse_yaml(f"{{{text}: {text}}}")[0] == {value: value}:
                return text
        except YamlError:
            continue
    return json.dumps(value, ensure_ascii=False)
