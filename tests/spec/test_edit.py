"""One value of a text is replaced, and nothing else."""

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrviz.errors import KeyPath
from lrviz.spec.assign import with_value
from lrviz.spec.edit import Document, EditError, Value
from lrviz.spec.tree import Tree
from lrviz.spec.yamltree import parse_yaml

BLOCK = "scheduler:\n  CosineAnnealingLR:\n    T_max: {}\n    eta_min: 0\n"
T_MAX = ("scheduler", "CosineAnnealingLR", "T_max")


def replace_value(text: str, key: KeyPath, value: Tree) -> str:
    return Document(text).replace([(key, value)])


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("20", "28"),
        ("20  # too short", "28  # too short"),
        ("   20", "   28"),
        ("=total_calls - 8", "28"),
        ("'=total_calls - 8' # why", "28 # why"),
        ('"=total_calls"', "28"),
        ("20.0", "28"),
        ("~", "28"),
        ("# nothing", "28 # nothing"),
        ("=total_calls\n      - 8 # why", "28 # why"),
        (">\n      =total_calls\n      - 8\n    # why", "28\n    # why"),
    ],
)
def test_a_value_in_a_block_is_replaced_where_it_stands(before: str, after: str) -> None:
    assert replace_value(BLOCK.format(before), T_MAX, 28) == BLOCK.format(after)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "{scheduler: {CosineAnnealingLR: {T_max: 20}}}",
            "{scheduler: {CosineAnnealingLR: {T_max: 28}}}",
        ),
        ("scheduler: {CosineAnnealingLR: {T_max:}}", "scheduler: {CosineAnnealingLR: {T_max: 28}}"),
        (
            "scheduler:\n  CosineAnnealingLR:\n    T_max:\n",
            "scheduler:\n  CosineAnnealingLR:\n    T_max: 28\n",
        ),
        ("scheduler: {CosineAnnealingLR: {}}", "scheduler: {CosineAnnealingLR: {T_max: 28}}"),
        ("scheduler: {CosineAnnealingLR: }", "scheduler: {CosineAnnealingLR: {T_max: 28} }"),
        ("scheduler: {CosineAnnealingLR}", "scheduler: {CosineAnnealingLR: {T_max: 28}}"),
        ("scheduler: CosineAnnealingLR # c", "scheduler: {CosineAnnealingLR: {T_max: 28}} # c"),
        ("scheduler:\n  CosineAnnealingLR:\n", "scheduler:\n  CosineAnnealingLR: {T_max: 28}\n"),
        (
            "scheduler: {CosineAnnealingLR: {eta_min: 0, }}",
            "scheduler: {CosineAnnealingLR: {eta_min: 0, T_max: 28, }}",
        ),
        (
            "scheduler:\n  CosineAnnealingLR:\n    eta_min: 0  # low\n\n# end\nepochs: 3\n",
            "scheduler:\n  CosineAnnealingLR:\n    eta_min: 0  # low\n    T_max: 28\n\n# end\n"
            "epochs: 3\n",
        ),
        (
            "scheduler:\n  CosineAnnealingLR:\n    eta_min: 0",
            "scheduler:\n  CosineAnnealingLR:\n    eta_min: 0\n    T_max: 28",
        ),
        ("epochs: 3\n...\n", "epochs: 3\nscheduler: {CosineAnnealingLR: {T_max: 28}}\n...\n"),
    ],
)
def test_flow_style_bare_names_and_keys_left_out_get_the_value_too(before: str, after: str) -> None:
    assert replace_value(before, T_MAX, 28) == after


def test_a_bare_name_need_not_be_in_the_key_path() -> None:
    text = "scheduler:\n  SequentialLR:\n    schedulers:\n    - LinearLR  # warm-up\n    - StepLR\n"
    key = ("scheduler", "SequentialLR", "schedulers", 0, "total_iters")
    expected = text.replace("- LinearLR ", "- {LinearLR: {total_iters: 8}} ")
    assert replace_value(text, key, 8) == expected
    found = Document(expected).find((*key[:-1], "LinearLR", "total_iters"))
    assert found == Value((*key[:-1], "LinearLR", "total_iters"), True, 8)
    assert Document(text).find(key) == Value((*key[:-1], "LinearLR", "total_iters"), False)


def test_line_endings_and_a_byte_order_mark_stay() -> None:
    text = "\ufeffepochs: 3\r\nscheduler:\r\n  LinearLR:\r\n    start_factor: 0.1 # low\r\n# x\r\n"
    expected = text.replace("low\r\n", "low\r\n    total_iters: 8\r\n")
    assert replace_value(text, ("scheduler", "LinearLR", "total_iters"), 8) == expected
    assert replace_value(text, ("epochs",), 4) == text.replace("3", "4")


@pytest.mark.parametrize(
    ("text", "value", "expected"),
    [
        ("a: =x", "=y", "a: =y"),
        ("a: '=x'", "=y", "a: '=y'"),
        ('a: "=x"', "=y", 'a: "=y"'),
        ("a: =x", "=min(1, 2)", "a: '=min(1, 2)'"),
        ("a: x", "it's: 1", "a: 'it''s: 1'"),
        ("a: x", "1", "a: '1'"),
        ("a: x", "1\n2", 'a: "1\\n2"'),
        ("a: 1", 1e-05, "a: 1e-5"),
        ("a: 1", 1.5e20, "a: 1.5e20"),
        ("a: 1", float("inf"), "a: .inf"),
        ("a: 1", float("-inf"), "a: -.inf"),
        ("a: 1", float("nan"), "a: .nan"),
        ("a: 1", True, "a: true"),
        ("a: true", 1, "a: 1"),
        ("a: 1", 1.0, "a: 1.0"),
        ("a: 1", None, "a: null"),
        ("a: 0x10", 16, "a: 0x10"),
        ("a: 1", [0.5, "b"], "a: [0.5, b]"),
    ],
)
def test_values_are_spelt_as_yaml_does(text: str, value: Any, expected: str) -> None:
    assert replace_value(text, ("a",), value) == expected


@pytest.mark.parametrize(
    ("text", "key", "reason"),
    [
        ("a: [1, 2]", ("a",), "more than one value stands there"),
        ("a:\n- 1\n- 2", ("a",), "more than one value stands there"),
        ("a: > # why\n  =x\n", ("a",), "there is a comment in the value"),
        ("[a: 1]", (0, "b"), "the file is laid out so that other values would change"),
        ("? a\n: 1\n", ("b",), "the file is laid out so that other values would change"),
        ("a: |\n  x\n", ("b",), "the key is not in the file, and cannot be added in certainty"),
        ("a: [1]", ("a", 1), "no item 1 in a list of 1"),
        ("a: 1", ("a", "b"), "leads through a value that has no keys"),
        ("a: 1", ("b", 0), "there is no such item in the file"),
        ("a: [1", ("a",), "not YAML: expected ',' or ']'"),
        ("# nothing", ("a",), "the file is empty"),
    ],
)
def test_what_is_not_certain_is_refused(text: str, key: tuple[str | int, ...], reason: str) -> None:
    with pytest.raises(EditError) as caught:
        replace_value(text, key, 8)
    assert str(caught.value) == reason


VALUES = st.one_of(
    st.integers(-1000, 1000),
    st.floats(allow_nan=False, allow_infinity=False),
    st.booleans(),
    st.none(),
    st.sampled_from(["=total_calls - 8", "=min(1, 2)", "it's", "a: b", "a # b", "#x", "", "true"]),
)
NAMES = st.sampled_from(["epochs", "T_max", "eta_min", "gamma", "milestones", "StepLR"])
TREES = st.recursive(
    VALUES,
    lambda below: st.one_of(st.lists(below, max_size=3), st.dictionaries(NAMES, below, max_size=3)),
    max_leaves=8,
)
BREAKS = st.sampled_from(["\n", "\r\n"])


class Writer:
    """Writes a tree as people do: block and flow, with comments and blank lines."""

    def __init__(self, data: st.DataObject) -> None:
        self.data = data
        self.comments: list[str] = []

    def end(self) -> str:
        """A line's end, often with a comment."""
        if self.data.draw(st.integers(0, 2)):
            return "\n"
        self.comments.append(f"comment {len(self.comments)}: [it's {{1}}]")
        blank = "\n  \n" if self.data.draw(st.booleans()) else "\n"
        return f"  # {self.comments[-1]}{blank}"

    def scalar(self, value: Any) -> str:
        """A scalar in any quotes that say it."""
        if isinstance(value, str):
            plain = value.startswith("=") and "," not in value and self.data.draw(st.booleans())
            single = f"""'{value.replace("'", "''")}'"""
            quoted = self.data.draw(st.sampled_from([single, json.dumps(value)]))
            return value if plain else quoted
        return "~" if value is None else json.dumps(value)

    def flow(self, value: Any) -> str:
        """A value between brackets, perhaps on several lines."""
        if isinstance(value, dict):
            items = [f"{key}: {self.flow(each)}" for key, each in value.items()]
        elif isinstance(value, list):
            items = [self.flow(each) for each in value]
        else:
            return self.scalar(value)
        gap = self.data.draw(st.sampled_from([", ", " , ", ",\n         "]))
        start, end = "{}" if isinstance(value, dict) else "[]"
        return start + gap.join(items) + end

    def block(self, value: Any, indent: int) -> str:
        """A value and the end of its last line, after a key or dash."""
        if not isinstance(value, dict | list) or not value or self.data.draw(st.booleans()):
            return f" {self.flow(value)}{self.end()}"
        return self.end() + self.lines(value, indent)

    def lines(self, value: Any, indent: int) -> str:
        """The lines of a mapping or list."""
        step = indent + self.data.draw(st.integers(1, 4))
        items = (
            [(f"{key}:", each) for key, each in value.items()]
            if isinstance(value, dict)
            else [("-", each) for each in value]
        )
        return "".join(f"{' ' * indent}{head}{self.block(each, step)}" for head, each in items)


def iter_paths(tree: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Every key path of a tree but that of the whole."""
    pairs = tree.items() if isinstance(tree, dict) else enumerate(tree)
    found: list[tuple[str | int, ...]] = []
    for part, value in pairs:
        found.append((*path, part))
        if isinstance(value, dict | list):
            found += iter_paths(value, (*path, part))
    return found


@given(st.dictionaries(NAMES, TREES, min_size=1, max_size=4), VALUES, BREAKS, st.data())
def test_the_changed_text_says_the_changed_tree_and_keeps_every_comment(
    tree: dict[str, Any], value: Any, line_break: str, data: st.DataObject
) -> None:
    writer = Writer(data)
    text = writer.lines(tree, 0).replace("\n", line_break)
    parsed, _ = parse_yaml(text)
    assert json.dumps(parsed) == json.dumps(tree)
    path = data.draw(st.sampled_from(iter_paths(tree)))
    try:
        changed = replace_value(text, path, value)
    except EditError as error:
        changed, reason = "", str(error)
    if not changed:
        assert reason == "more than one value stands there"
        assert isinstance(Document(text).find(path).tree, dict | list)
        return
    assert json.dumps(parse_yaml(changed)[0]) == json.dumps(with_value(tree, path, value))
    assert re.findall(r"# (comment .*?)\s*$", changed, re.MULTILINE) == writer.comments
    assert changed.count("\r") == (0 if line_break == "\n" else changed.count("\n"))


@given(st.dictionaries(NAMES, TREES, min_size=1, max_size=4), VALUES, BREAKS, st.data())
def test_a_key_is_added_behind_the_others_and_all_else_stays(
    tree: dict[str, Any], value: Any, line_break: str, data: st.DataObject
) -> None:
    writer = Writer(data)
    text = writer.lines(tree, 0).replace("\n", line_break)
    holders = [path for path in iter_paths(tree) if isinstance(at(tree, path), dict)]
    path = (*data.draw(st.sampled_from([(), *holders])), "added")
    changed = replace_value(text, path, value)
    expected = with_value(tree, path, value)
    assert json.dumps(parse_yaml(changed)[0]) == json.dumps(expected)
    start = next(i for i, (a, b) in enumerate(zip(text + "\0", changed, strict=False)) if a != b)
    added = len(changed) - len(text)
    assert changed[start + added :] == text[start:]
    assert changed[:start] == text[:start]


def at(tree: Any, path: tuple[str | int, ...]) -> Any:
    """The value at a key path."""
    for part in path:
        tree = tree[part]
    return tree
