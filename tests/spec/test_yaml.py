"""YAML text becomes plain data with YAML 1.2's numbers, or one error in its place."""

import json
import math
from typing import Any

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from lrviz.errors import Position
from lrviz.spec.yamltree import YamlError, parse_scalar, parse_yaml

SCALARS: tuple[tuple[str, Any], ...] = (
    ("1e-3", 0.001),
    ("1E5", 100000.0),
    ("1e5", 100000.0),
    ("-1.5e+3", -1500.0),
    (".5", 0.5),
    ("5.", 5.0),
    ("+.5", 0.5),
    ("0.1", 0.1),
    ("1", 1),
    ("-0", 0),
    ("-0.0", -0.0),
    ("+7", 7),
    ("010", 10),
    ("0o17", 15),
    ("0x1F", 31),
    ("0b11", "0b11"),
    ("1_000", "1_000"),
    ("1,000", "1,000"),
    ("1:30", "1:30"),
    ("on", "on"),
    ("yes", "yes"),
    ("no", "no"),
    ("off", "off"),
    ("y", "y"),
    ("2020-01-01", "2020-01-01"),
    ("true", True),
    ("False", False),
    ("TRUE", True),
    ("tRUE", "tRUE"),
    ("null", None),
    ("~", None),
    ("", None),
    ("none", "none"),
    (".inf", math.inf),
    ("-.INF", -math.inf),
    ("inf", "inf"),
    ("nan", "nan"),
    (".", "."),
    ("1e", "1e"),
    ("e5", "e5"),
    ("1.2.3", "1.2.3"),
    ("--1", "--1"),
    ("0x", "0x"),
    ("-0x1F", "-0x1F"),
    ("9223372036854775807", 9.223372036854775807e18),
    ("9007199254740993", 9007199254740993),
    ("1e999", math.inf),
    ("9" * 400, math.inf),
    ("0x" + "f" * 400, math.inf),
    ("\u0661", "\u0661"),
    ("=total_calls - 8", "=total_calls - 8"),
)


@pytest.mark.parametrize(("text", "value"), SCALARS)
def test_a_scalar_means_what_yaml_1_2_says(text: str, value: Any) -> None:
    for found in (parse_scalar(text), parse_yaml(f"k: {text}")[0]["k"]):  # type: ignore[call-overload,index]
        assert found == value
        assert type(found) is type(value)


def test_nan_is_a_float() -> None:
    value = parse_scalar(".nan")
    assert isinstance(value, float)
    assert math.isnan(value)


@pytest.mark.parametrize("text", ["'1e-3'", '"1e-3"', "|-\n  1e-3"])
def test_what_is_quoted_is_text(text: str) -> None:
    assert parse_yaml(f"k: {text}")[0] == {"k": "1e-3"}


PLAIN = "a spec is plain data"


def error_of(text: str) -> YamlError:
    with pytest.raises(YamlError) as caught:
        parse_yaml(text)
    return caught.value


def reason_of(text: str) -> str:
    return error_of(text).reason


def outcome(text: str) -> tuple[Any, str]:
    """Return what a text holds, or why it cannot be read."""
    try:
        return parse_yaml(text)[0], ""
    except YamlError as error:
        return None, error.reason


def test_every_key_and_item_has_its_place() -> None:
    text = """\
# a comment
epochs: 4
scheduler:
  SequentialLR:
    schedulers:
      - LinearLR: {total_iters: 8}
      -   StepLR
    milestones: [8, 16]
"""
    tree, positions = parse_yaml(text)
    assert tree == {
        "epochs": 4,
        "scheduler": {
            "SequentialLR": {
                "schedulers": [{"LinearLR": {"total_iters": 8}}, "StepLR"],
                "milestones": [8, 16],
            }
        },
    }
    at = ("scheduler", "SequentialLR", "schedulers")
    assert positions == {
        (): Position(2, 1),
        ("epochs",): Position(2, 1),
        ("scheduler",): Position(3, 1),
        ("scheduler", "SequentialLR"): Position(4, 3),
        at: Position(5, 5),
        (*at, 0): Position(6, 9),
        (*at, 0, "LinearLR"): Position(6, 9),
        (*at, 0, "LinearLR", "total_iters"): Position(6, 20),
        (*at, 1): Position(7, 11),
        ("scheduler", "SequentialLR", "milestones"): Position(8, 5),
        ("scheduler", "SequentialLR", "milestones", 0): Position(8, 18),
        ("scheduler", "SequentialLR", "milestones", 1): Position(8, 21),
    }


def test_a_byte_order_mark_is_no_part_of_the_text() -> None:
    assert parse_yaml("\ufeffepochs: 4") == (
        {"epochs": 4},
        {(): Position(1, 1), ("epochs",): Position(1, 1)},
    )


ERRORS: tuple[tuple[str, str, Position, tuple[str | int, ...]], ...] = (
    ("a: 1\nb: 2\na: 3\n", "given twice (first at line 1)", Position(3, 1), ("a",)),
    ("x:\n  - {lr: 1, lr: 2}\n", "given twice (first at line 2)", Position(2, 13), ("x", 0, "lr")),
    ("1: a\n'1': b\n", "given twice (first at line 1)", Position(2, 1), ("1",)),
    ("a:\n\tb: 1\n", "not YAML: a tab cannot indent; use spaces", Position(2, 1), ()),
    ("a: &x 1\n", "anchors (&) are not allowed; write the value out", Position(1, 4), ()),
    ("a: &x {b: 1}\n", "anchors (&) are not allowed; write the value out", Position(1, 4), ()),
    ("a: *x\n", "aliases (*) are not allowed; write the value out", Position(1, 4), ()),
    ("<<: {a: 1}\n", "merge keys (<<) are not allowed; write the keys out", Position(1, 1), ()),
    (
        "a: !!python/object/apply:os.system [x]\n",
        "tags (tag:yaml.org,2002:python/object/apply:os.system) are not allowed; " + PLAIN,
        Position(1, 4),
        (),
    ),
    ("a: !x 1\n", "tags (!x) are not allowed; " + PLAIN, Position(1, 4), ()),
    ("? [1, 2]\n: 3\n", "a key must be a word", Position(1, 3), ()),
    ("a: 1\n---\nb: 2\n", "more than one document; a spec is one", Position(2, 1), ()),
    ("a: 1\nb: \x07\n", "not text: a control character", Position(2, 4), ()),
    ("\x00", "not text: a control character", Position(1, 1), ()),
    ("a: \ud800", "not text: a control character", Position(1, 4), ()),
    ('a: "\\e[31m"', "not text: a control character", Position(1, 4), ()),
    ('"\\ud800": 1', "not text: a control character", Position(1, 1), ()),
    ("a: [1, 2\n", "not YAML: expected ',' or ']'", Position(2, 1), ()),
    ("a: b: c\n", "not YAML: mapping values are not allowed here", Position(1, 5), ()),
)


@pytest.mark.parametrize(("text", "reason", "position", "key"), ERRORS)
def test_what_a_spec_may_not_hold_is_said_in_its_place(
    text: str, reason: str, position: Position, key: tuple[str | int, ...]
) -> None:
    error = error_of(text)
    assert error.reason == reason
    assert error.position == position
    assert error.key == key


def test_merge_is_a_word_like_others_where_it_is_quoted() -> None:
    assert parse_yaml("'<<': 1")[0] == {"<<": 1}


@pytest.mark.parametrize("brackets", ["[]", "{}"])
def test_twenty_levels_are_the_deepest(brackets: str) -> None:
    opening, closing = ("[", "]") if brackets == "[]" else ("{a: ", "}")
    tree, _ = parse_yaml(opening * 20 + "1" + closing * 20)
    assert json.dumps(tree).count(brackets[0]) == 20
    assert reason_of(opening * 21 + "1" + closing * 21) == "nested more than 20 deep"


def test_a_flood_of_brackets_costs_no_more_than_a_message() -> None:
    assert reason_of("[" * 100_000) == "nested more than 20 deep"
    assert reason_of("- " * 100_000) == "nested more than 20 deep"


def test_256_kb_are_the_largest_text() -> None:
    assert parse_yaml("#" * 256_000) == (None, {})
    assert reason_of("#" * 256_001) == "larger than 256 kB"
    assert reason_of("#" + "\u00e9" * 128_000) == "larger than 256 kB"
    assert error_of("#" * 256_001).position is None


@pytest.mark.parametrize("text", ["", "# nothing", "---", "---\n...\n", "~"])
def test_an_empty_text_is_nothing(text: str) -> None:
    assert parse_yaml(text)[0] is None


@given(st.one_of(st.text(), st.text("ab:-[]{}&*!|>'\"%#\t\n ,?~.0123456789e<@`\\", max_size=60)))
@example("%YAML 3.0\n---\na")
@example("%TAG ! tag:x,\n---\n!a b")
@example("a: |\n  b\n c")
@example('"\\ud800"')
@example('"\\U00110000"')
@example('"\\UFFFFFFFF"')
@example(f"%YAML {'1' * 5000}.1\n---\na")
@example("? a\n? b\n")
@example("- - - a\n")
def test_any_text_is_plain_data_or_a_yaml_error(text: str) -> None:
    tree, reason = outcome(text)
    assert reason or json.dumps(tree)


# Without digits: PyYAML does not quote "1e3", which is text to it and a number to YAML 1.2.
WORDS = st.one_of(
    st.text(st.characters(exclude_characters="0123456789"), max_size=8),
    st.sampled_from(["on", "1:30", "~", "=lr", "a: b", "null"]),
)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False).filter(lambda x: "e" not in repr(x))
    | WORDS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS, inner),
    max_leaves=20,
)


@given(JSON)
def test_json_means_what_it_means_to_a_yaml_loader(tree: Any) -> None:
    text = json.dumps(tree)
    found, reason = outcome(text)
    assert reason.startswith(("not text", "nested")) or found == yaml.safe_load(text)


@given(JSON)
def test_what_a_yaml_writer_wrote_is_read_back(tree: Any) -> None:
    found, reason = outcome(yaml.safe_dump(tree))
    assert reason.startswith(("not text", "nested")) or found == tree
