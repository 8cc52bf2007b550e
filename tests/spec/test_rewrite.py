"""A text is made to say another tree, and as much of it as can be stays."""

import copy
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrviz.errors import KeyPath
from lrviz.spec.edit import EditError
from lrviz.spec.rewrite import rewrite
from lrviz.spec.tree import IN_ORDER, Tree, find_below
from lrviz.spec.usual import spell_usually
from lrviz.spec.yamltree import parse_yaml
from tests.support.specs import ROOT

STEP = """\
# Halved.
epochs: 4
scheduler:
  # every 4 steps
  StepLR:  # torch's
    step_size: 4  # steps
    gamma: 0.5
    # last_epoch: -1

# how it looks
figure: {x: epoch}
"""
CHAIN = """\
scheduler:
  SequentialLR:
    schedulers:
      # warm-up
      - LinearLR: {total_iters: 8}  # short
      # then
      - StepLR:
          step_size: 4  # steps
    milestones: [8]
"""
GROUPS = """\
param_groups:
- name: backbone  # slow
  # a tenth
  lr: 1e-4
- {name: head, lr: 1e-3}
"""


def read(text: str) -> dict[str, Tree]:
    """What a text says, as a spec spells it."""
    tree, _ = parse_yaml(text.removeprefix("\ufeff"))
    assert isinstance(tree, dict)
    return spell_usually(tree)[0]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("step_size: 4 ", "step_size: 8 "),
        ("gamma: 0.5", "gamma: .nan"),
        ("gamma: 0.5", "gamma: -.inf"),
        ("gamma: 0.5", "gamma: 1.0"),
        ("gamma: 0.5", "gamma: null"),
        ("gamma: 0.5", "gamma: =0.5 ** 2"),
        ("gamma: 0.5", "gamma: [0.5, 1]"),
        ("x: epoch}", "x: step}"),
        ("x: epoch}", "x: epoch, style: dark}"),
        ("{x: epoch}", "{}"),
        ("{x: epoch}", "null"),
        ("    gamma: 0.5\n", ""),
        ("    step_size: 4  # steps\n", ""),
        ("epochs: 4\n", ""),
        ("\nfigure: {x: epoch}", ""),
        ("    gamma: 0.5\n", "    gamma: 0.5\n    more: {lr: 0.1}\n"),
        ("    # last_epoch: -1\n", "    # last_epoch: -1\n  more: [1, a]\n"),
        ("    # last_epoch: -1\n", "    # last_epoch: -1\nmore: [1, a]\n"),
        ("{x: epoch}\n", "{x: epoch}\nmetric: [0.9, 0.7]\n"),
        ("{x: epoch}\n", "{x: epoch}\noptimizer:\n  SGD: {lr: 0.1}\n"),
        (
            "{x: epoch}\n",
            "{x: epoch}\ncurves:\n  a:\n    scheduler:\n      StepLR: {step_size: 4}\n"
            "  b: {scheduler: LinearLR}\n",
        ),
    ],
)
def test_a_value_is_changed_and_a_key_added_or_removed(old: str, new: str) -> None:
    after = STEP.replace(old, new)
    assert rewrite(STEP, read(after)) == after


@pytest.mark.parametrize(
    ("scheduler", "after"),
    [
        ({"CosineAnnealingLR": {"T_max": 8}}, ":\n{}  CosineAnnealingLR:\n    T_max: 8\n"),
        ("LinearLR", ": LinearLR\n{}"),
        ({"LinearLR": {}}, ":\n{}  LinearLR: {{}}\n"),
        (
            {"SequentialLR": {"schedulers": ["LinearLR", {"StepLR": {"step_size": 4}}]}},
            ":\n{}  SequentialLR:\n    schedulers:\n      - LinearLR\n"
            "      - StepLR: {{step_size: 4}}\n",
        ),
    ],
)
def test_a_scheduler_is_replaced_where_it_stands(scheduler: Tree, after: str) -> None:
    start, end = STEP.index(":\n  # every"), STEP.index("\n# how")
    expected = STEP[:start] + after.format("  # every 4 steps\n") + STEP[end:]
    assert rewrite(STEP, read(STEP) | {"scheduler": scheduler}) == expected


def test_arguments_that_are_all_gone_leave_an_empty_mapping() -> None:
    expected = re.sub(r"StepLR:(  # torch's\n).*\n.*\n", r"StepLR: {}\1", STEP)
    assert rewrite(STEP, read(expected)) == expected


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("scheduler: StepLR # c", "scheduler: {StepLR: {step_size: 4}} # c"),
        ("scheduler:\n  StepLR: # c\n", "scheduler:\n  StepLR: {step_size: 4} # c\n"),
        ("scheduler: {StepLR: {}}", "scheduler: {StepLR: {step_size: 4}}"),
        ("scheduler: {StepLR: {gamma: 1,}}", "scheduler: {StepLR: {gamma: 1, step_size: 4,}}"),
        ("schedulers:\n- StepLR # c\n- a", "schedulers:\n- StepLR: {step_size: 4} # c\n- a"),
        ("schedulers:\n-   StepLR: {a: 1} # c", "schedulers:\n-   StepLR # c"),
        (
            "scheduler: StepLR # c\nepochs: 3",
            "scheduler: # c\n  SequentialLR:\n    schedulers:\n      - StepLR: {a: 1}\nepochs: 3",
        ),
        ("a: 1\n\nb: 2 # b\n", "a: 1\n\nb: 2 # b\nc: 3\n"),
        ("# top\na: 1 # a\n", "# top\nb: {c: d}\na: 1 # a\n"),
        ("a:\n- b: 1 # b\n", "a:\n- c: 2\n  b: 1 # b\n"),
        ("a:\n- - 1 # b\n", "a:\n- - 2\n  - 1 # b\n"),
        ("a: 1\nb: 2", "a: 1"),
        ("a: 1\nb: 2", "b: 2"),
        ("a: 1\r\nb: 2\r\n", "a: 1\r\n"),
        ("\ufeffa: 1\r\nb: 2 # b\r\n", "\ufeffa: 1\r\nb: 2 # b\r\nc:\r\n  d: {e: 1}\r\n"),
        ("\ufeffa: 1\r\nb: 2\r\n", "\ufeffb: 2\r\n"),
        ("---\na: 1\n...\n", "---\na: 1\nb: 2\n...\n"),
        ("--- # d\na: 1\nb: 2\n... # e\n", "--- # d\nb: 2\n... # e\n"),
        ("a: 1 #\tt\n#\tu\nb: 2\n", "a: 1 #\tt\n#\tu\n"),
        ("title: 阶梯 # 标题\nepochs: 4 # 轮\n", "title: 余弦 # 标题\nepochs: 4 # 轮\n"),
        ("title: '阶梯' # 标题\n", "title: '余弦' # 标题\nfigure: {xlabel: 步数}\n"),
        ('a: "x" # c\n', 'a: "y" # c\n'),
        ("a: {b: 1, c: 2, d: 3}", "a: {b: 1, d: 3}"),
        ("a: {b: 1, c: 2, d: 3}", "a: {b: 1}"),
        ("a: {b: 1, c: 2, d: 3}", "a: {d: 3}"),
        ("a: [8, 16]", "a: [8, 12, 16]"),
        ("a: [8, 16]", "a: [4, 8, 16]"),
        ("a: [8, 16]", "a: [16]"),
        ("a: [8, 16]", "a: []"),
        ("a: []", "a: [8, 16]"),
        ("a: [8, # c\n  16]", "a: [8, # c\n  24, 32]"),
        ("a:\n- 8 # c\n- 16\n", "a: []\n"),
        ("a:\n    b:\n        c: 1\n", "a:\n    b:\n        c: 1\nd:\n    e: {f: 1}\n"),
        ("{a: 1}", "{}"),
        ("{}", "{a: 1}"),
        ("a:\nb: 2", "a: 1\nb: 2"),
    ],
)
def test_the_text_after_is_made_of_the_text_before(before: str, after: str) -> None:
    assert rewrite(before, read(after)) == after


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("      # then\n", "      - ConstantLR: {factor: 0.1}\n      # then\n"),
        ("      # warm-up\n", "      - ConstantLR: {factor: 0.1}\n      # warm-up\n"),
        ("    milestones", "      - ConstantLR\n    milestones"),
        ("      - LinearLR: {total_iters: 8}  # short\n", ""),
        ("      - StepLR:\n          step_size: 4  # steps\n", ""),
        ("          step_size: 4 ", "          step_size: 8 "),
        ("{total_iters: 8}", "{total_iters: 16}"),
        ("LinearLR: {total_iters: 8}", "ConstantLR: {factor: 0.1}"),
        ("StepLR:\n          step_size: 4  # steps", "CosineAnnealingLR:\n          T_max: 9"),
        ("[8]", "[8, 16]"),
    ],
)
def test_an_item_is_added_removed_and_changed_at_any_place(old: str, new: str) -> None:
    after = CHAIN.replace(old, new)
    assert rewrite(CHAIN, read(after)) == after


def test_an_item_that_has_changed_is_found_behind_one_that_is_gone() -> None:
    after = CHAIN.replace("      - LinearLR: {total_iters: 8}  # short\n", "")
    after = after.replace("4  # steps", "5  # steps").replace("[8]", "[]")
    assert rewrite(CHAIN, read(after)) == after


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("backbone ", "body "),
        ("1e-4", "1e-5"),
        ("name: backbone  # slow\n  ", ""),
        ("  # a tenth\n  lr: 1e-4\n", "  # a tenth\n"),
        ("  lr: 1e-4\n", "  lr: 1e-4\n  weight_decay: 0.1\n"),
        ("- {name: head, lr: 1e-3}\n", "- {name: head, lr: 1e-3}\n- {name: bias, lr: 0.1}\n"),
        ("- {name: head", "- {name: bias, lr: 0.1}\n- {name: head"),
        ("name: head, ", ""),
        ("- {name: head, lr: 1e-3}\n", ""),
        (GROUPS[GROUPS.index("- name") : GROUPS.index("- {")], ""),
    ],
)
def test_a_group_that_begins_behind_its_dash_is_changed_too(old: str, new: str) -> None:
    after = GROUPS.replace(old, new)
    assert rewrite(GROUPS, read(after)) == after


def test_the_order_of_curves_follows_and_that_of_other_keys_does_not() -> None:
    text = "epochs: 4\ncurves:\n  # first\n  a: {interval: step} # a\n  b: {interval: epoch} # b\n"
    a: dict[str, Tree] = {"a": {"interval": "step"}}
    b: dict[str, Tree] = {"b": {"interval": "epoch"}}
    assert rewrite(text, {"curves": a | b, "epochs": 4}) == text
    turned = rewrite(text, {"epochs": 4, "curves": b | a})
    assert json.dumps(read(turned)["curves"]) == json.dumps(b | a)
    assert "# first" in turned


def test_a_curve_that_is_renamed_keeps_its_comments() -> None:
    text = "curves:\n  a: {interval: step} # a\n  b: {interval: epoch} # b\n"
    after = "curves:\n  z: {interval: step} # a\n  c: {}\n  b: {interval: epoch} # b\n"
    assert rewrite(text, read(after)) == after


def test_what_others_spell_stays_where_it_is_not_touched() -> None:
    text = """\
optimizer: {class_path: torch.optim.SGD, init_args: {lr: 1.0e-3}}
curves:
  a: {scheduler: {torch.optim.lr_scheduler.StepLR: {step_size: 4}}}
  b: {scheduler: {LambdaLR: {lr_lambda: math.cos(epoch)}}} # b
  c:
    scheduler:
      class_path: torch.optim.lr_scheduler.StepLR
      init_args:
        step_size: 4 # c
"""
    assert rewrite(text, read(text)) == text
    changed = text.replace("step_size: 4}", "step_size: 8}")
    assert rewrite(text, read(changed)) == changed
    start = text.index("class_path: torch.optim.lr")
    anew = f"{text[:start]}StepLR:\n        step_size: 9\n"
    assert rewrite(text, read(anew)) == anew


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a: > # why\n  =x\nb: 1\n", {"a": 8, "b": 1}),
        ("a: {? b\n : 1}", {"a": {"b": 1, "c": 2}}),
        ("a: [b: 1]", {"a": [{"b": 1, "c": 2}]}),
        ("a:\n- b: {c: 1}\n", {"a": {"d": {"e": {"f": 1}}}}),
        ("a:\n  ? b\n  : 1\n", {"a": {"b": 1, "c": 2}}),
    ],
)
def test_where_a_value_cannot_be_changed_alone_what_is_around_it_is_written_anew(
    before: str, after: dict[str, Tree]
) -> None:
    assert read(rewrite(before, after)) == after


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a: [1", "not YAML: expected ',' or ']'"),
        ("[1]", "the file is no mapping"),
        ("# nothing", "the file is no mapping"),
        ("? a\n: 1\n", "the file is laid out so that other values would change"),
    ],
)
def test_what_cannot_be_done_is_refused(text: str, reason: str) -> None:
    with pytest.raises(EditError) as caught:
        rewrite(text, {"b": 8})
    assert str(caught.value) == reason


def _decorate(text: str) -> str:
    """A spec's text with a comment above every line and one behind it, all of them different."""
    lines = []
    for number, line in enumerate(text.splitlines()):
        if not line.strip().startswith("#"):
            lines.append(" " * (len(line) - len(line.lstrip())) + f"# above {number}")
            line = f"{line.partition(' # ')[0]} # behind {number}"
        lines.append(line)
    return "\n".join((*lines, ""))


COMMENT = re.compile(r"# (?:above|behind) \d+")
PATHS = sorted((ROOT / "configs").rglob("*.yaml"))
TEXTS = [path.read_text("utf-8") for path in PATHS]
SCALARS = st.one_of(
    st.integers(-1000, 1000),
    st.floats(),
    st.booleans(),
    st.none(),
    st.sampled_from(["=total_calls - 8", "=min(1, 2)", "it's", "a: b", "a # b", "", "true", "学"]),
)
NAMES = st.sampled_from(["epochs", "T_max", "gamma", "StepLR", "schedulers", "名"])
TREES = st.recursive(
    SCALARS,
    lambda below: st.one_of(st.lists(below, max_size=3), st.dictionaries(NAMES, below, max_size=3)),
    max_leaves=8,
)


def iter_keys(tree: Tree, key: KeyPath = ()) -> Iterator[KeyPath]:
    """Every key path below the top, in order."""
    pairs: Any = tree.items() if isinstance(tree, dict) else ()
    for part, value in enumerate(tree) if isinstance(tree, list) else pairs:
        yield (*key, part)
        if isinstance(value, dict | list):
            yield from iter_keys(value, (*key, part))


def change(tree: dict[str, Tree], data: st.DataObject) -> tuple[dict[str, Tree], KeyPath | None]:
    """A tree that differs in one place, and what is removed or replaced there; None for nothing."""
    tree = copy.deepcopy(tree)
    key = data.draw(st.sampled_from(list(iter_keys(tree)) or [()]))
    if not key or data.draw(st.integers(0, 4)) == 0:
        holders = [each for each in iter_keys(tree) if isinstance(find_below(tree, each), dict)]
        holder: Any = find_below(tree, data.draw(st.sampled_from([(), *holders])))
        holder["added"] = data.draw(TREES)
        return tree, None
    parent: Any = find_below(tree, key[:-1])
    old, part = parent[key[-1]], key[-1]
    match data.draw(st.sampled_from(["remove", "set", "insert", "copy", "move"])):
        case "remove":
            del parent[part]
            if isinstance(part, int) and old in parent:  # nobody knows which
                return tree, key[:-1]
        case "insert" if isinstance(part, int):
            parent.insert(part, data.draw(TREES))
            return tree, None
        case "copy" if isinstance(part, int):
            parent.insert(data.draw(st.integers(0, len(parent))), copy.deepcopy(old))
            return tree, key[:-1]
        case "move" if isinstance(part, int):
            parent.insert(data.draw(st.integers(0, len(parent) - 1)), parent.pop(part))
            return tree, key[:-1]
        case "move" if key[:-1] == ("curves",):
            tree["curves"] = {part: parent.pop(part)} | parent
            return tree, key[:-1]
        case _:
            parent[part] = data.draw(TREES)
            if not isinstance(old, dict | list):
                return tree, None
    return tree, key


def find_lines(text: str, key: KeyPath) -> range:
    """The numbers of the lines of what stands at a key path."""
    _, places = parse_yaml(text)
    lines = [place.line for each, place in places.items() if each[: len(key)] == key]
    return range(min(lines) - 1, max(lines))


def exactly(tree: Tree) -> str:
    """A tree as text: types count, and the order of keys only among curves."""
    orders = [list(find_below(tree, (name,)) or ()) for name in IN_ORDER]  # type: ignore[arg-type]
    return json.dumps([tree, orders], sort_keys=True)


@pytest.mark.parametrize("text", TEXTS, ids=[path.stem for path in PATHS])
def test_a_text_that_says_the_tree_already_stays_as_it_is(text: str) -> None:
    assert rewrite(text, read(text)) == text


@given(st.sampled_from(TEXTS).map(_decorate), st.sampled_from(["\n", "\r\n"]), st.data())
def test_the_text_says_the_tree_and_what_is_not_touched_keeps_its_comments(
    text: str, line_break: str, data: st.DataObject
) -> None:
    tree, gone = change(read(text), data)
    lost = set(find_lines(text, gone)) if gone else set()
    kept = [line for number, line in enumerate(text.splitlines()) if number not in lost]
    changed = rewrite(text.replace("\n", line_break), tree)
    assert exactly(read(changed)) == exactly(tree)
    found = COMMENT.findall(changed)
    expected = COMMENT.findall("\n".join(kept))
    assert [each for each in found if each in expected] == expected
    assert changed.count("\r") == (0 if line_break == "\n" else changed.count("\n"))


@given(st.sampled_from(TEXTS), st.integers(2, 3), st.data())
def test_many_changes_are_made_at_once_and_taken_back(
    text: str, changes: int, data: st.DataObject
) -> None:
    old = new = read(text)
    for _ in range(changes):
        new, _ = change(new, data)
    changed = rewrite(text, new)
    assert exactly(read(changed)) == exactly(new)
    assert exactly(read(rewrite(changed, old))) == exactly(old)
