"""Every rule sees what it is for, in a spec of its own, and keeps quiet next to it."""

import re
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import lrviz
from lrviz.commands.look_up import spec_template
from lrviz.drive.runs import simulate
from lrviz.errors import SpecError
from lrviz.linter.engine import lint_run
from lrviz.linter.part import METRIC
from lrviz.linter.rule import SEVERITIES, Finding
from lrviz.linter.rules import RULES
from lrviz.spec.assign import with_value
from lrviz.spec.catalog import CATALOG
from lrviz.spec.model import Spec
from lrviz.spec.origin import Source
from lrviz.spec.parse import parse_spec, parse_tree
from tests.support.any_schedules import ARGUMENTS, BESIDE, around, node
from tests.support.specs import ROOT
from tests.support.training import make_optimizer, make_scheduler, train

BAD = sorted((ROOT / "tests/examples/lint/bad").glob("*.yaml"))
GOOD = sorted((ROOT / "tests/examples/lint/good").glob("*.yaml"))
TEMPLATES = {name: spec_template(entry) for name, entry in CATALOG.items()}

IN_MESSAGE = re.compile(r"\((LR\d{3})\)")

# E, W and I as the catalog of mistakes has them, in its order.
GRADES = "WWEEWWWWEWEWEEEWIIEWWWWWEWEIEWWWWIIWIWIWWWWIIW"


def lint(spec: Spec) -> tuple[Finding, ...]:
    return lint_run(simulate(spec), RULES.values())


def codes_of(path: Path) -> set[str]:
    """Return the codes that a spec earns: of its findings, or of what refuses it."""
    try:
        return {finding.rule.code for finding in lint(lrviz.load(path))}
    except SpecError as error:
        texts = [problem.text for problem in error.problems]
        return {code for text in texts for code in IN_MESSAGE.findall(text) or [text]}


@pytest.fixture
def path(request: pytest.FixtureRequest) -> Path:
    """A spec; skipped where the library that it names is not installed."""
    found: Path = request.param
    for library in lrviz.load(found).packages:
        request.getfixturevalue(library)
    return found


@pytest.mark.parametrize("path", BAD, indirect=True, ids=lambda path: path.stem)
def test_a_bad_spec_earns_exactly_its_code(path: Path) -> None:
    assert codes_of(path) == {path.stem[:5]}


@pytest.mark.parametrize("path", GOOD, indirect=True, ids=lambda path: path.stem)
def test_a_near_miss_earns_nothing(path: Path) -> None:
    assert codes_of(path) == set()


@pytest.mark.parametrize("paths", [BAD, GOOD], ids=["bad", "good"])
def test_every_rule_has_a_spec_on_either_side(paths: list[Path]) -> None:
    assert {path.stem[:5] for path in paths} == set(RULES)


def test_rules_are_in_order_and_complete() -> None:
    assert list(RULES) == [f"LR{number:03}" for number in range(1, len(GRADES) + 1)]
    assert all(code == rule.code for code, rule in RULES.items())
    assert len({rule.name for rule in RULES.values()}) == len(RULES)


def test_rules_of_metrics_are_about_whatever_takes_one() -> None:
    judges = {code for code, rule in RULES.items() if METRIC in rule.about}
    assert judges == {"LR031", "LR036", "LR037", "LR044"}


def test_severities_are_those_of_the_catalog_of_mistakes() -> None:
    letters = dict(zip("EWI", SEVERITIES, strict=True))
    assert [rule.severity for rule in RULES.values()] == [letters[each] for each in GRADES]


@pytest.mark.parametrize("code", RULES)
def test_a_rule_explains_itself(code: str) -> None:
    rule = RULES[code]
    assert re.fullmatch(r"[a-z]+(-[a-z]+)+", rule.name)
    assert 0 < len(rule.name) <= 24
    assert len(rule.summary) <= 90
    assert not rule.summary.endswith(".")
    _, why, *met = rule.paragraphs
    assert len(why) > 150
    assert why.endswith(".")
    thread = r"[\w.-]+/[\w.-]+#\d+"
    assert all(re.fullmatch(rf"Met in {thread}(, {thread})*\.", text) for text in met)


# What is amiss is where a scheduler stands, not how far it goes: there is nothing to count.
WITHOUT_NUMBERS = {"LR013", "LR014", "LR029"}


def messages_of(path: Path) -> list[str]:
    """Return what is said of a bad spec: its findings, or what refuses it without the code."""
    try:
        return [finding.problem.text for finding in lint(lrviz.load(path))]
    except SpecError as error:
        return [IN_MESSAGE.sub("", problem.text).rstrip() for problem in error.problems]


@pytest.mark.parametrize("path", BAD, indirect=True, ids=lambda path: path.stem)
def test_a_message_has_the_numbers_that_count(path: Path) -> None:
    messages = messages_of(path)
    assert messages
    wanted = path.stem[:5] not in WITHOUT_NUMBERS
    assert [bool(re.search(r"\d", text)) for text in messages] == [wanted] * len(messages)


# What refuses a spec because of a number says what the number must be, or what became of it.
WITHOUT_REMEDY = {"LR025_infinite", "LR027_cycle", "LR027_factor", "LR027_step_size"}


@pytest.mark.parametrize("path", BAD, indirect=True, ids=lambda path: path.stem)
def test_a_message_has_a_remedy_and_no_full_stop(path: Path) -> None:
    messages = messages_of(path)
    assert messages
    wanted = path.stem not in WITHOUT_REMEDY
    assert ["; " in text for text in messages] == [wanted] * len(messages)
    assert not [text for text in messages if text.endswith((".", "!"))]


def test_a_run_of_one_call_is_not_told_to_drop_before_it() -> None:
    spec = parse_spec("{epochs: 1, scheduler: {StepLR: {step_size: 1}}}")
    (found,) = (each for each in lint(spec) if each.rule.code == "LR008")
    assert found.problem.text.endswith("after 1 call, there is 1 call and so no room for a drop")


def test_a_message_has_the_numbers_of_the_run() -> None:
    (found,) = lint(lrviz.load(ROOT / "tests/examples/lint/bad/LR002_forgets_the_warmup.yaml"))
    assert found.problem.text == (
        "the anneal is planned for 32 calls and gets 24: it ends at 0.0183, from 0.1; "
        "set T_max to 24"
    )
    assert found.problem.position is not None
    assert found.problem.position.line == 9


FIXABLE = {"LR001", "LR002", "LR004", "LR007", "LR016", "LR031", "LR039"}


def test_fixes_leave_nothing_to_say() -> None:
    fixed = set()
    for path in BAD:
        if path.stem[:5] not in FIXABLE:
            continue
        spec = lrviz.load(path)
        for finding in lint(spec):
            if finding.fix is not None:
                fixed.add(finding.rule.code)
                tree = with_value(dict(spec.tree), finding.fix.key, finding.fix.value)
                assert lint(parse_tree(tree, Source())) == ()
    assert fixed == FIXABLE


def test_no_other_rule_offers_a_fix() -> None:
    offered = set()
    for path in BAD:
        try:
            findings = lint(lrviz.load(path))
        except SpecError:
            continue
        offered |= {each.rule.code for each in findings if each.fix is not None}
    assert offered == FIXABLE


def test_the_specs_of_this_repository_earn_nothing_but_notes(config_path: Path) -> None:
    failures = [str(each) for each in lint(lrviz.load(config_path)) if each.is_failure]
    assert failures == []


def test_what_a_spec_of_this_repository_ignores_it_would_earn(config_path: Path) -> None:
    text = config_path.read_text("utf-8")
    spec = lrviz.load(config_path)
    if not spec.lint.ignore:
        return
    tree = {key: value for key, value in spec.tree.items() if key != "lint"}
    earned = {each.rule.code for each in lint(parse_tree(tree, Source())) if each.is_failure}
    assert earned == set(spec.lint.ignore)
    before = [one for one, line in pairwise(text.splitlines()) if line.startswith("lint:")]
    assert before[0].startswith("# "), "the reason stands beside it"


@pytest.mark.parametrize("name", TEMPLATES)
def test_what_lrviz_new_prints_is_sound(name: str, request: pytest.FixtureRequest) -> None:
    spec = parse_spec(TEMPLATES[name])
    for library in spec.packages:
        request.getfixturevalue(library)
    assert [str(each) for each in lint(spec) if each.is_failure] == []


def test_every_code_that_driving_names_is_a_rule() -> None:
    text = "".join(path.read_text("utf-8") for path in (ROOT / "lrviz/drive").rglob("*.py"))
    named = set(IN_MESSAGE.findall(text))
    assert named <= set(RULES)
    assert {"LR003", "LR013", "LR014", "LR025", "LR027"} <= named


@pytest.mark.parametrize("interval", ["step", "epoch"])
@pytest.mark.parametrize("path", BAD, indirect=True, ids=lambda path: path.stem)
def test_a_curve_among_others_earns_what_it_earns_alone(path: Path, interval: str) -> None:
    """Steps a call are nothing to a rule: the same calls, the same findings."""
    spec = lrviz.load(path)
    if spec.interval == "epoch" or path.stem.startswith("LR006"):
        return
    if interval == "epoch" and spec.packages == ("timm",):
        return  # which says itself when it is called
    keys = ("scheduler", "optimizer", "metric", "calls")
    bad: dict[str, Any] = {key: spec.tree[key] for key in keys if key in spec.tree}
    tree: dict[str, Any] = {"epochs": spec.epochs, "steps_per_epoch": spec.steps_per_epoch}
    if interval == "epoch":
        tree = {"epochs": spec.schedules[0].intervals, "steps_per_epoch": 3, "interval": "epoch"}
    sound = {"scheduler": {"ExponentialLR": {"gamma": 0.95}}}
    tree["curves"] = {"sound": sound, "bad": bad}
    try:
        found = {each.rule.code for each in lint(parse_tree(tree, Source()))}
    except SpecError as error:
        found = set(IN_MESSAGE.findall(str(error)))
    # What is a note of one step, or cannot be otherwise, is a warning of a whole epoch.
    if interval == "epoch" and spec.packages:
        found -= {"LR017"}
    assert found == {path.stem[:5]}


def test_a_swept_value_is_judged_in_every_variant() -> None:
    text = (
        "epochs: 32\nscheduler: {CosineAnnealingLR: {T_max: 32}}\n"
        "sweep: {scheduler.CosineAnnealingLR.T_max: [16, 32, 31, 20]}\n"
    )
    labels = [(each.rule.code, each.label) for each in lint(parse_spec(text))]
    assert labels == [("LR001", "T_max 16"), ("LR001", "T_max 20")]


NESTED: dict[str, Any] = {
    "SequentialLR": {
        "schedulers": [
            {
                "SequentialLR": {
                    "schedulers": [
                        {"LinearLR": {"start_factor": 0.1, "total_iters": 20}},
                        {"ExponentialLR": {"gamma": 0.5}},
                    ],
                    "milestones": [4],
                }
            },
            {"ConstantLR": {"factor": 1.0, "total_iters": 9}},
        ],
        "milestones": [8],
    }
}


def test_a_list_that_comes_first_in_another_is_judged_where_torch_hands_over() -> None:
    """It runs a call ahead: the LR jumps a step before the milestone says."""
    optimizer = make_optimizer("SGD", {"lr": 0.1})
    lr = train(optimizer, make_scheduler(optimizer, NESTED), 12).lr[0]
    step = max(range(1, 6), key=lambda at: lr[at] - lr[at - 1])
    spec: dict[str, Any] = {"epochs": 12, "optimizer": {"SGD": {"lr": 0.1}}, "scheduler": NESTED}
    found = {each.rule.code: each for each in lint(parse_tree(spec, Source()))}
    assert found.keys() == {"LR013", "LR016"}
    assert found["LR016"].problem.text == (
        f"the warm-up takes 20 calls and gets {step}: the LR jumps from {lr[step - 1]:.3g} to "
        f"{lr[step]:.3g} at step {step}; set total_iters to {step}"
    )
    assert step == 3


def groups() -> st.SearchStrategy[dict[str, Any]]:
    rates = st.lists(st.sampled_from([0.0, 1e-4, 0.1, 1.0]), min_size=1, max_size=3)
    names = st.sampled_from(["SGD", "AdamW", "RMSprop", "Adagrad"])
    listed = rates.map(lambda each: [{"lr": rate} for rate in each])
    return st.builds(lambda name, each: {name: {"lr": 0.1, "param_groups": each}}, names, listed)


LOOSE = (
    BESIDE,
    {"MultiStepLR": {"milestones": [2.5, 40, 3, 3], "gamma": 1.0}},
    {"LambdaLR": {"lr_lambda": "cos(epoch) - 0.5"}},
    {"LambdaLR": {"lr_lambda": "0"}},
    {"MultiplicativeLR": {"lr_lambda": "1"}},
    {"ReduceLROnPlateau": {"patience": 0, "min_lr": 0.5}},
)

SCHEDULES = st.one_of(
    st.sampled_from(LOOSE),
    st.sampled_from(sorted(ARGUMENTS)).flatmap(node),
    st.sampled_from(sorted(ARGUMENTS)).flatmap(node).flatmap(around),
    st.sampled_from(sorted(ARGUMENTS)).flatmap(node).flatmap(around).flatmap(around),
)


@given(
    SCHEDULES,
    groups(),
    st.integers(1, 12),
    st.integers(1, 4),
    st.sampled_from(["step", "epoch"]),
    st.lists(st.floats(), min_size=1, max_size=4),
)
@settings(suppress_health_check=list(HealthCheck))
def test_no_rule_fails_on_what_torch_can_drive(
    scheduler: dict[str, Any],
    optimizer: dict[str, Any],
    epochs: int,
    steps_per_epoch: int,
    interval: str,
    metric: list[float],
) -> None:
    run = {"epochs": epochs, "steps_per_epoch": steps_per_epoch, "interval": interval}
    spec: dict[str, Any] = {**run, "optimizer": optimizer, "scheduler": scheduler, "metric": metric}
    try:
        driven = simulate(parse_tree(spec, Source()))
    except SpecError:
        return
    unsilenced = [replace(rule, silenced_by=()) for rule in RULES.values()]
    for found in lint_run(driven, unsilenced):
        assert "nan" not in found.message
