"""Rules are asked, and what they see becomes findings in file order."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

import pytest

from lrviz.drive.runs import simulate
from lrviz.errors import Position, Problem, UsageError
from lrviz.linter import engine
from lrviz.linter.engine import find_rule, find_unknown, lint_run, list_failures, select_codes
from lrviz.linter.part import Part
from lrviz.linter.remedy import Fix
from lrviz.linter.rule import Finding, Found, Rule
from lrviz.linter.view import View
from lrviz.spec.parse import parse_spec
from tests.support.linting import CLEAN, COSINE, ENDLESS, GROWING, RULES, lint


def test_a_finding_has_its_rule_place_and_fix() -> None:
    key = ("scheduler", "CosineAnnealingLR", "T_max")
    text = "ends after 20 of 32 calls; set T_max to 32"
    problem = Problem("a.yaml", key, text, Position(6, 5), "warning")
    assert lint(COSINE) == (Finding(RULES["LR901"], problem, Fix(key, 32)),)


def test_it_is_printed_with_place_code_severity_key_and_message() -> None:
    (finding,) = lint(COSINE)
    assert str(finding) == (
        "a.yaml:6:5: LR901 warning: scheduler.CosineAnnealingLR.T_max: "
        "ends after 20 of 32 calls; set T_max to 32"
    )


def test_what_an_option_gave_is_told_of_the_option() -> None:
    key = "scheduler.CosineAnnealingLR.T_max"
    spec = parse_spec(COSINE, "a.yaml", overrides=[(key, "4")])
    (finding,) = lint_run(simulate(spec), RULES.values())
    assert str(finding) == (
        f"--set {key}=4: LR901 warning: {key}: ends after 4 of 32 calls; set T_max to 32"
    )


def test_a_spec_ignores_rules() -> None:
    assert lint(f"{COSINE}lint: {{ignore: [LR901]}}\n") == ()
    assert len(lint(f"{COSINE}lint: {{ignore: [LR902]}}\n")) == 1


CURVES = """\
epochs: 3
curves:
  one: {scheduler: {CosineAnnealingLR: {T_max: 9}}}
  two: {scheduler: {CosineAnnealingLR: {T_max: 3}}}
  three: {scheduler: {ExponentialLR: {gamma: 2}}}
"""


def test_findings_of_several_curves_stand_in_file_order_with_the_curve() -> None:
    assert [str(each) for each in lint(CURVES)] == [
        "a.yaml:3:41: LR901 warning: curves.one.scheduler.CosineAnnealingLR.T_max: "
        "ends after 9 of 3 calls; set T_max to 3 (curve 'one')",
        "a.yaml:5:23: LR902 error: curves.three.scheduler.ExponentialLR: grows to 0.004"
        " (curve 'three')",
    ]


@pytest.mark.parametrize(
    ("sweep", "labels"),
    [
        ("eta_min: [0, 1e-5]", [""]),
        ("eta_min: [0, 1e-5], epochs: [4, 5]", ["eta_min 0, epochs 4 and 1 more"] * 2),
        ("T_max: [32, 8, 4]", ["T_max 8", "T_max 4"]),
    ],
)
def test_the_same_in_several_curves_is_said_once(sweep: str, labels: list[str]) -> None:
    sweep = sweep.replace("eta_min:", "scheduler.CosineAnnealingLR.eta_min:")
    sweep = sweep.replace("T_max:", "scheduler.CosineAnnealingLR.T_max:")
    found = lint(f"{COSINE}sweep: {{{sweep}}}\n")
    assert [each.label.replace("epochs 5", "epochs 4") for each in found] == labels


def test_only_errors_and_warnings_are_lines_beside_a_figure(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(engine, "RULES", RULES)

    def lines(text: str) -> tuple[str, ...]:
        return list_failures(simulate(parse_spec(text, "a.yaml")))

    assert lines(ENDLESS) == ()
    assert lines(GROWING) == ("a.yaml:2:13: LR902 error: scheduler.ExponentialLR: grows to 0.004",)


@pytest.mark.parametrize(
    ("select", "ignore", "codes"),
    [
        (None, None, ["LR901", "LR902", "LR911"]),
        ("LR902", None, ["LR902"]),
        ("LR90", None, ["LR901", "LR902"]),
        (" lr911 ,LR902,", None, ["LR902", "LR911"]),
        (None, "LR90", ["LR911"]),
        ("LR90", "LR901", ["LR902"]),
        ("LR901", "LR", []),
    ],
)
def test_rules_are_selected_by_code_or_prefix(
    select: str | None, ignore: str | None, codes: list[str]
) -> None:
    assert select_codes(RULES, select, ignore) == set(codes)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"select": "LR991"}, "--select LR991: no rule LR991; did you mean 'LR911'?"),
        ({"ignore": "LR901,X"}, "--ignore LR901,X: no rule X; known: LR901, LR902, LR911"),
        ({"select": " ,"}, "--select: names no rule; give codes, for example LR001,LR01"),
    ],
)
def test_a_code_that_is_none_is_a_wrong_usage(options: Mapping[str, str], message: str) -> None:
    with pytest.raises(UsageError, match=f"^{re.escape(message)}$"):
        select_codes(RULES, options.get("select"), options.get("ignore"))


def test_a_rule_is_found_by_its_code() -> None:
    assert find_rule(RULES, "lr902").name == "grows"
    with pytest.raises(UsageError, match="no rule LR909; did you mean 'LR90"):
        find_rule(RULES, "LR909")


def test_a_spec_that_ignores_what_is_no_rule_is_told() -> None:
    spec = parse_spec(f"{COSINE}lint: {{ignore: [LR901, LR777]}}\n", "a.yaml")
    assert [str(each) for each in find_unknown(spec, RULES)] == [
        "a.yaml:8:24: LR000 warning: lint.ignore.1: no rule LR777; known: LR901, LR902, LR911"
    ]


LATER = """\
epochs: 3
scheduler:
  SequentialLR:
    schedulers: [{ExponentialLR: {gamma: 2}}, {ExponentialLR: {gamma: 3}}, {StepLR: {step_size: 1}}]
    milestones: [2, 9]
"""


def see(view: View, part: Part) -> Iterator[Found]:
    yield Found(part.key(), f"{part.name} has {part.length}")


def seen_by(rule: Rule, text: str = LATER) -> list[str]:
    found = lint_run(simulate(parse_spec(text, "a.yaml")), [rule])
    return [each.problem.text for each in found]


def test_a_rule_is_handed_the_schedulers_that_it_is_about() -> None:
    assert seen_by(Rule("LR991", "note", see)) == ["SequentialLR has 3"]
    assert seen_by(Rule("LR991", "note", see, about=("ExponentialLR",))) == [
        "ExponentialLR has 2",
        "ExponentialLR has 1",
    ]
    assert seen_by(Rule("LR991", "note", see, about=("CyclicLR",))) == []


def test_a_scheduler_that_the_run_never_comes_to_is_for_rules_that_ask_for_it() -> None:
    rule = Rule("LR991", "note", see, about=("StepLR",))
    assert seen_by(rule) == []
    assert seen_by(replace(rule, everywhere=True)) == ["StepLR has 0"]


@pytest.mark.parametrize("ignored", ["", "lint: {ignore: [LR902]}\n"])
def test_a_rule_is_silent_where_another_names_the_reason(ignored: str) -> None:
    """The reason stays one, also where nobody wants to hear it."""
    silenced = Rule("LR991", "note", see, silenced_by=("LR902",))

    def codes(text: str) -> list[str]:
        run = simulate(parse_spec(f"{text}{ignored}", "a.yaml"))
        return [each.rule.code for each in lint_run(run, [*RULES.values(), silenced])]

    assert codes(CLEAN) == ["LR991"]
    assert codes(GROWING) == ([] if ignored else ["LR902"])


def test_what_a_rule_sees_may_be_silenced_alone() -> None:
    def both(view: View, part: Part) -> Iterator[Found]:
        yield Found(part.key(), "first", silenced_by=("LR902",))
        yield Found(part.key(), "second")

    rules = [RULES["LR902"], Rule("LR991", "note", both)]
    found = lint_run(simulate(parse_spec(GROWING)), rules)
    assert [each.problem.text for each in found] == ["grows to 0.004", "second"]


def test_a_rule_of_a_python_that_keeps_no_docstrings_says_so() -> None:
    rule = Rule("LR991", "note", see)
    assert (rule.summary, rule.paragraphs) == ("", [])
    assert rule.explain() == "LR991 see (note)\n\nPython -OO drops what there is to say."
