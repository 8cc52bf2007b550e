"""Fixes are made one by one, and only where they help."""

import shutil
from dataclasses import replace
from difflib import ndiff
from pathlib import Path

import pytest

from lrviz.commands.lint.linting import Request, iter_linted
from lrviz.errors import Problem
from lrviz.linter.findings import Linted
from lrviz.linter.fix import Fixed, fix_text
from lrviz.linter.remedy import Fix
from lrviz.linter.rule import Finding, Rule
from lrviz.spec.assign import with_value
from lrviz.spec.yamltree import parse_yaml
from tests.support.linting import CLEAN, COSINE, ENDLESS, RULES, lint
from tests.support.specs import EXAMPLES

BAD = EXAMPLES / "lint/bad"
SHARED = """\
epochs: 3
steps_per_epoch: 4
scheduler: {CosineAnnealingLR: {T_max: 5}}
curves:
  a: {interval: step}
  b: {interval: epoch}
"""
BOTH = """\
epochs: 3
curves:
  a: {scheduler: {CosineAnnealingLR: {T_max: 5}}}  # first
  b: {scheduler: {CosineAnnealingLR: {T_max: 6}}}  # second
"""


def fix(text: str, codes: tuple[str, ...] = tuple(RULES)) -> Fixed:
    return fix_text(text, lint(text), lint, codes)


def test_a_value_is_replaced_and_nothing_else() -> None:
    fixed = fix(COSINE)
    assert fixed.text == COSINE.replace("20", "32")
    assert (fixed.findings, fixed.refusals) == ((), ())
    assert list(map(str, fixed.changes)) == [
        "a.yaml:6:5: LR901 fixed: scheduler.CosineAnnealingLR.T_max: was 20, is 32"
    ]


def test_every_curve_is_fixed() -> None:
    fixed = fix(BOTH)
    assert fixed.text == BOTH.replace("5", "3").replace("6", "3")
    assert (len(fixed.changes), fixed.findings) == (2, ())


def test_a_text_without_findings_stays() -> None:
    fixed = fix(CLEAN)
    assert (fixed.text, fixed.changes, fixed.refusals) == (CLEAN, (), ())


def test_only_wanted_rules_fix() -> None:
    fixed = fix(COSINE, ("LR902",))
    assert (fixed.text, fixed.changes, len(fixed.findings)) == (COSINE, (), 1)


def test_a_fix_that_would_bring_an_error_is_not_made() -> None:
    fixed = fix(ENDLESS)
    assert (fixed.text, fixed.changes) == (ENDLESS, ())
    assert list(map(str, fixed.refusals)) == [
        "a.yaml:2:29: LR911 not fixed: scheduler.ExponentialLR.gamma: LR902 would be found then"
    ]


def test_curves_that_share_a_value_must_agree_on_it() -> None:
    fixed = fix(SHARED)
    assert (fixed.text, fixed.changes) == (SHARED, ())
    assert [each.reason for each in fixed.refusals] == ["it could be 12 or 3; give each its own"]


def test_a_value_of_a_sweep_is_not_fixed() -> None:
    text = COSINE + "sweep: {scheduler.CosineAnnealingLR.T_max: [8]}\n"
    fixed = fix(text)
    assert (fixed.text, fixed.changes) == (text, ())
    assert [each.reason for each in fixed.refusals] == ["it would be found all the same"]


@pytest.fixture(scope="module")
def mended(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[str, Path, Linted]]:
    """The bad specs that could be fixed: what they said, the file now, and what became of it."""
    folder = tmp_path_factory.mktemp("bad") / "bad"
    shutil.copytree(BAD, folder)
    linted = list(iter_linted(Request([str(folder)], fixes=True)))
    return [
        ((BAD / Path(each.source).name).read_text("utf-8"), Path(each.source), each)
        for each in linted
        if each.changes or any(refused.fix for refused in each.refusals)
    ]


def test_every_bad_spec_with_a_fix_lints_clean_after_it(
    mended: list[tuple[str, Path, Linted]],
) -> None:
    assert len(mended) >= 8
    for _, path, fixed in mended:
        assert (fixed.refusals, fixed.findings) == ((), ()), path
        (after,) = iter_linted(Request([str(path)]))
        assert after.state == "clean", path


def test_it_differs_in_that_value_only(mended: list[tuple[str, Path, Linted]]) -> None:
    for text, path, fixed in mended:
        (change,) = fixed.changes
        now = path.read_text("utf-8")
        expected, _ = parse_yaml(text)
        expected = with_value(expected, change.old.key, change.new)
        assert parse_yaml(now)[0] == expected
        moved = [line for line in ndiff(text.splitlines(), now.splitlines()) if line[0] in "+-"]
        assert len(moved) == (2 if change.old.given else 1), path


def propose(value: object, rule: Rule = RULES["LR901"]) -> Finding:
    """A finding whose fix is a bad one."""
    key = ("scheduler", "CosineAnnealingLR", "T_max")
    return Finding(rule, Problem("a.yaml", key, "is odd"), Fix(key, value))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (
            0,
            "torch could not drive it then: "
            "a.yaml:6:5: scheduler.CosineAnnealingLR.T_max: must be at least 1, got 0 (LR027)",
        ),
        (16, "it would be found all the same"),
        (20, "it would be found all the same"),
    ],
)
def test_a_fix_that_does_not_help_is_not_made(value: int, reason: str) -> None:
    finding = propose(value)
    fixed = fix_text(COSINE, (finding,), lint, tuple(RULES))
    assert fixed.text == COSINE
    assert [each.reason for each in fixed.refusals] == [reason]


def test_two_fixes_of_one_value_are_made_once() -> None:
    second = replace(RULES["LR901"], code="LR903")

    def lint_twice(text: str) -> tuple[Finding, ...]:
        return (*lint(text), *([propose(32, second)] if "20" in text else []))

    fixed = fix_text(COSINE, lint_twice(COSINE), lint_twice, ("LR901", "LR903"))
    assert fixed.text == COSINE.replace("20", "32")
    assert (len(fixed.changes), fixed.refusals) == (1, ())


def test_what_the_text_does_not_allow_is_said() -> None:
    text = "epochs: 3\nscheduler:\n  CosineAnnealingLR:\n    T_max: |\n      =9\n"
    finding = propose(3)
    finding = Finding(finding.rule, finding.problem, Fix((*finding.problem.key[:2], "x"), 3))
    fixed = fix_text(text, (finding,), lint, tuple(RULES))
    assert [str(each) for each in fixed.refusals] == [
        "a.yaml: LR901 not fixed: scheduler.CosineAnnealingLR.x: "
        "the key is not in the file, and cannot be added in certainty"
    ]
