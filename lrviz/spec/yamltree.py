"""YAML text to plain data and the place of every key, and back: YAML 1.2's core schema.

The tree is built from the parser's events, so that no depth, alias or tag of a hostile text costs
more than a message.
"""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
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
_CONTROL = "not text: a control character"

# What a YAML text cannot hold: most control characters.
NO_TEXT = yaml.reader.Reader.NON_PRINTABLE


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
    reader = _Reader(yaml.parse(text, Loader=yaml.SafeLoader))
    with telling_errors(text):
        return reader.read(), reader.positions


@contextmanager
def telling_errors(text: str) -> Iterator[None]:
    """Tell in our words what the parser finds wrong in a text.

    Raises:
        YamlError: it has found something.
    """
    try:
        yield
    except yaml.MarkedYAMLError as error:
        raise YamlError(
            _say(error), position_of(error.problem_mark or error.context_mark)
        ) from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        column = error.position - text.rfind("\n", 0, error.position)
        raise YamlError(_CONTROL, Position(line, column)) from None
    except YamlError:
        raise
    except (ValueError, OverflowError):  # what PyYAML itself lets slip: "\U00110000"
        raise YamlError("not YAML: an escape or number out of range", None) from None


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


class _Reader:
    """Reads the tree from the parser's events, no deeper than a spec may be."""

    def __init__(self, events: Iterator[yaml.Event]) -> None:
        self.positions: dict[KeyPath, Position] = {}
        self._events = events

    def read(self) -> Tree:
        """Return the one document."""
        tree: Tree = None
        for event in self._events:
            match event:
                case yaml.DocumentStartEvent() if self.positions:
                    place = position_of(event.start_mark)
                    raise YamlError("more than one document; a spec is one", place)
                case yaml.NodeEvent():
                    self.positions[()] = position_of(event.start_mark)
                    tree = self._read_node(event, ())
        return tree

    def _read_node(self, event: yaml.Event, key: KeyPath) -> Tree:
        at = _refuse_extras(event)
        if isinstance(event, yaml.ScalarEvent):
            plain = event.style is None and event.implicit[0]
            return parse_scalar(event.value) if plain else str(event.value)
        if len(key) >= MAX_DEPTH:
            raise YamlError(f"nested more than {MAX_DEPTH} deep", at)
        if isinstance(event, yaml.SequenceStartEvent):
            return list(self._read_items(key))
        return dict(self._read_pairs(key))

    def _read_items(self, key: KeyPath) -> Iterator[Tree]:
        for index, event in enumerate(self._events):
            if isinstance(event, yaml.SequenceEndEvent):
                return
            own = (*key, index)
            self.positions[own] = position_of(event.start_mark)
            yield self._read_node(event, own)

    def _read_pairs(self, key: KeyPath) -> Iterator[tuple[str, Tree]]:
        for event in self._events:
            if isinstance(event, yaml.MappingEndEvent):
                return
            at = _refuse_extras(event)
            if not isinstance(event, yaml.ScalarEvent):
                raise YamlError("a key must be a word", at, key)
            name = str(event.value)
            if name == "<<" and event.style is None:
                raise YamlError("merge keys (<<) are not allowed; write the keys out", at, key)
            own = (*key, name)
            if own in self.positions:
                first = self.positions[own].line
                raise YamlError(f"given twice (first at line {first})", at, own)
            self.positions[own] = at
            yield name, self._read_node(next(self._events), own)


def _refuse_extras(event: yaml.Event) -> Position:
    """Return where a node stands that has nothing which plain data has not."""
    at = position_of(event.start_mark)
    if isinstance(event, yaml.AliasEvent):
        raise YamlError("aliases (*) are not allowed; write the value out", at)
    if getattr(event, "anchor", None) is not None:
        raise YamlError("anchors (&) are not allowed; write the value out", at)
    tag = getattr(event, "tag", None)
    if tag is not None:
        raise YamlError(f"tags ({tag}) are not allowed; a spec is plain data", at)
    if NO_TEXT.search(getattr(event, "value", "")):
        raise YamlError(_CONTROL, at)  # escaped: the reader has seen the others
    return at


def position_of(mark: Any) -> Position:
    """Return a place as people count."""
    return Position(mark.line + 1, mark.column + 1) if mark else Position(1, 1)


def _say(error: yaml.MarkedYAMLError) -> str:
    problem = (
        (error.problem or error.context or "cannot be parsed")
        .split(", but ")[0]
        .removeprefix("but ")
    )
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
