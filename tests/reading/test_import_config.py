"""Configs as plain data: what trainers' parsers take is taken, and what is hostile ends at once."""

import itertools
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from lrviz.errors import SpecError
from lrviz.reading.trainers.config import parse_config
from lrviz.reading.trainers.draft import Asked
from lrviz.reading.trainers.families import FAMILIES, import_config
from tests.support.lrvizrun import run

LINEAR = "lr_scheduler_type: linear\nmax_steps: 3\n"


def tree_of(text: str, name: str = "a.yaml") -> Any:
    return parse_config(text.encode(), name).tree


def refusal_of(data: bytes, name: str = "a.yaml") -> str:
    with pytest.raises(SpecError) as caught:
        import_config(data, name, Asked())
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "name", "tree"),
    [
        ("a: 2e-5\nb: yes\nc: 'yes'\nd: 010\ne: ~\n", "a.yaml", [2e-5, True, "yes", 10, None]),
        ('{"a": 2e-5, "b": [true]}', "a.json", [2e-5, [True]]),
        ("{a: 2e-5, b: [on]}", "-", [2e-5, [True]]),
        ("a = 2e-5\n[b]\nc = 2024-05-01\n", "a.toml", [2e-5, {"c": "2024-05-01"}]),
        ("\ufeffa: 1\r\nb: 2\r\n", "a.yml", [1, 2]),
    ],
)
def test_a_config_is_read_in_the_language_that_it_is_written_in(
    text: str, name: str, tree: list[object]
) -> None:
    assert list(tree_of(text, name).values()) == tree


@pytest.mark.parametrize(
    ("text", "last"),
    [
        ("a: &x {p: 1, q: 2}\nb: {<<: *x, q: 3}", {"p": 1, "q": 3}),
        ("a: &x {p: 1}\nb: &y {p: 2, q: 2}\nc: {<<: [*x, *y]}", {"p": 1, "q": 2}),
        ("a: &x [1, 2]\nb: [*x, *x]", [[1, 2], [1, 2]]),
    ],
)
def test_aliases_and_merges_are_followed(text: str, last: object) -> None:
    assert list(tree_of(text).values())[-1] == last


@pytest.mark.parametrize(
    ("text", "last"),
    [
        ("a: {b: 2e-5}\nc: ${a.b}", 2e-5),
        ("a: {b: [1, {d: 7}]}\nc: ${a.b[1].d}", 7),
        ("a: {b: [1, {d: 7}]}\nc: ${a.b.1}", {"d": 7}),
        ("a: run\nc: out/${a}/x", "out/run/x"),
        ("b: 4\na: {b: 5, c: '${.b}', d: '${..b}'}", {"b": 5, "c": 5, "d": 4}),
        ("a: ${b}\nb: ${c}\nc: 3\nd: ${a}", 3),
        # What is elsewhere, or leads back to itself, is left.
        ("a: ${oc.env:HOME}", "${oc.env:HOME}"),
        ("a: ${b}", "${b}"),
        ("a: ${now:%Y}/x", "${now:%Y}/x"),
        ("b: ${a}\na: ${b}", "${b}"),
        ("a: {b: '${a}'}", {"b": {"b": "${a}"}}),
    ],
)
def test_references_within_a_config_are_resolved(text: str, last: object) -> None:
    assert list(tree_of(text).values())[-1] == last


def grow(first: str, each: str, many: str) -> str:
    """A config whose every key holds the one before it ten times."""
    keys = "abcdefghi"
    lines = [
        f"{new}: {many.replace('ALL', each.replace('OLD', old) * 10).replace('NEW', new)}"
        for old, new in itertools.pairwise(keys)
    ]
    return "\n".join([f"a: {first}", *lines])


LAUGHS = grow("&a [x, x, x]", "*OLD, ", "&NEW [ALL]")
MERGED = grow("&a {x: 1}", "*OLD, ", "&NEW {<<: [ALL]}")
REFERRED = grow("[x, x, x]", "'${OLD}', ", "[ALL]")
SPELT = grow("xxx", "${OLD}", "ALL")

HOSTILE = {
    "a billion laughs": (LAUGHS, "more than 20,000 values, with what aliases (*) repeat"),
    "a billion merges": (MERGED, "more than 20,000 values, with what aliases (*) repeat"),
    "a billion references": (REFERRED, "more than 20,000 values, with what references repeat"),
    "a billion letters": (SPELT, "more than 20,000 values, with what references repeat"),
    "a long text many times": (
        f"a: '{'x' * 200_000}'\nb: '{'${a}' * 15_000}'",
        "a.yaml:2:1: b: more than 1 MB, made by references",
    ),
    "a long text copied many times": (
        f"a: '${{nowhere}}{'x' * 200_000}'\nb: [" + "'${a}', " * 15_000 + "]",
        "more than 1 MB, made by references",
    ),
    "a chain of references": (
        "".join(f"k{n}: {'[' * 25}'${{k{n + 1}}}'{']' * 25}\n" for n in range(60)),
        "looks like no trainer's config that is known here; give --as",
    ),
    "an alias of itself": ("a: &a [*a]", "nested more than 30 deep"),
    "a merge of itself": ("a: &a {<<: *a}", "nested more than 30 deep"),
    "ten megabytes": ("a: " + "x" * 10_000_000, "larger than 1 MB, which no config is"),
    "many values": ("a: [" + "1, " * 200_000 + "]", "more than 20,000 values"),
    "deep lists": ("a: " + "[" * 100_000, "nested more than 30 deep"),
    "deep mappings": ("{a: " * 50_000, "nested more than 30 deep"),
    "deep dashes": ("- " * 100_000, "nested more than 30 deep"),
    "an object": ("a: !!python/object/apply:os.system [id]", "a tag (!!python/object/apply:os."),
    "a tag": ("a: !mine {b: 1}", "a tag (!mine), which may make any object; write plain data"),
    "a key twice": ("a: 1\na: 2", "a: given twice (first at line 1)"),
    "a key that is a list": ("? [a]\n: 1", "a key must be a word"),
    "two documents": ("a: 1\n---\nb: 2", "not YAML: found another document"),
    "no alias": ("a: *b", "not YAML: found undefined alias 'b'"),
    "nothing": ("", "empty, where a config has keys"),
    "a list": ("- lr: 1", "a list, where a config has keys"),
    "a text": ("hello", "a text, where a config has keys"),
    "a circle": (LINEAR + "learning_rate: ${a}\na: ${b}\nb: ${a}", "learning_rate: must be a numb"),
    "any other": ("a: 1", "looks like no trainer's config that is known here; give --as"),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_what_is_hostile_or_none_ends_at_once_in_one_line(what: str) -> None:
    text, told = HOSTILE[what]
    start = time.perf_counter()
    message = refusal_of(text.encode())
    assert time.perf_counter() - start < 5
    assert told in message
    assert "\n" not in message
    assert len(message) < 300


@pytest.mark.parametrize(
    ("text", "name", "told"),
    [
        ('{"a" 1}', "a.json", "a.json: not JSON: expecting ':' delimiter"),
        ('{"a": ' * 100_000, "a.json", "a.json: nested more than 30 deep"),
        ('{"a": ' * 40 + "1" + "}" * 40, "a.json", "a: nested more than 30 deep"),
        ("a = ", "a.toml", "a.toml: not TOML: invalid value (at end of document)"),
        ("\0\1\2", "a.yaml", "not text: a control character"),
    ],
)
def test_other_languages_have_their_own_errors(text: str, name: str, told: str) -> None:
    message = refusal_of(text.encode(), name)
    assert told in message
    assert "\n" not in message


def test_bytes_that_are_no_text_are_refused() -> None:
    assert refusal_of(b"\xff\xff\0\0") == "a.yaml: not text: byte 0 is not UTF-8"


# Runs the command, and says what it imported, opened or started beside lrviz's own and Python's.
WATCHED = """
import sys
watched = sys.argv.pop(1).split(",")
seen = []

def hook(event, arguments):
    told = " ".join(map(str, arguments[:2]))
    if event in ("os.system", "subprocess.Popen", "os.exec", "os.posix_spawn", "socket.connect"):
        seen.append(f"{event} {told}")
    if event in ("import", "open", "os.listdir", "os.scandir"):
        seen.extend(f"{event} {told}" for each in watched if each in told)

from lrviz.cli import app
import lrviz.commands.importing, lrviz.spec.wording
sys.addaudithook(hook)
try:
    app(sys.argv[1:], standalone_mode=False)
except SystemExit as end:
    print("exit", end.code)
except BaseException as error:
    print("raised", type(error).__name__)
print("seen", seen)
"""

NAMING = """
lr_scheduler_type: linear
max_steps: 10
learning_rate: 1e-3
deepspeed: /nowhere/secrets.json
callback: {_target_: os.system, command: touch /tmp/pwned}
scheduler: {class_path: antigravity.fly, init_args: {path: /nowhere/secrets.json}}
loss: {_component_: this.is_imported}
config: {_target_: builtins.open, file: /nowhere/secrets.json}
template: ${oc.env:SECRET}
"""


@pytest.mark.parametrize("family", [None, *FAMILIES])
def test_nothing_that_a_config_names_is_imported_opened_or_called(
    family: str | None, tmp_path: Path
) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(NAMING)
    options = ["--examples", "8", "--processes", "1", *(["--as", family] if family else [])]
    words = "antigravity,this,os.system,secrets,is_imported,pwned"
    *before, last = watch(words, "import", path, *options)
    assert last == "seen []"
    assert before == ["raised SpecError"] or before[1].startswith("# Made of ")


def test_what_is_opened_would_be_seen_above(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(NAMING)
    assert f"open {path}" in watch(path.name, "import", path)[-1]


def watch(words: str, *arguments: object) -> list[str]:
    """What the watched command prints."""
    done = subprocess.run(
        [sys.executable, "-c", WATCHED, words, *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return done.stdout.splitlines()


def test_a_name_in_a_scheduler_s_place_is_data(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("lr_scheduler_type: os.system\nmax_steps: 3\n")
    result = run("import", path)
    assert (result.status, result.text) == (2, "")
    assert "lr_scheduler_type: unknown schedule" in result.stderr


def test_a_comment_cannot_be_left(tmp_path: Path) -> None:
    config = {"lr_scheduler_type": "linear", "max_steps": 3, "optim": "adamw\nscheduler: StepLR"}
    text, _ = import_config(json.dumps(config).encode(), "a\n.json", Asked())
    assert "AdamW:  # optim: adamw\\nscheduler: StepLR\n" in text
    assert text.startswith("# Made of a\\n.json")
