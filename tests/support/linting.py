"""A few rules that are no rules of lrviz, and ways to lint with them."""

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

from lrviz.drive import simulate
from lrviz.linter.engine import lint_run
from lrviz.linter.rule import Case, Finding, Fix, Found, Rule, Severity
from lrviz.spec.parse import parse_spec

Check = Callable[[Case], Iterator[Found]]

COSINE = """\
# as in the paper
epochs: 4
steps_per_epoch: 8  # batches
scheduler:
  CosineAnnealingLR:
    T_max: 20  # too short
    eta_min: 0
"""
GROWING = "epochs: 3\nscheduler: {ExponentialLR: {gamma: 2}}\n"
CLEAN = "epochs: 3\nscheduler: {ExponentialLR: {gamma: 0.5}}\n"
ENDLESS = "epochs: 3\nscheduler: {ExponentialLR: {gamma: 1.0}}\n"


def _see_climb(case: Case) -> Iterator[Found]:
    length, calls = case.facts.arguments.get("T_max"), case.facts.calls
    if length is not None and length != calls:
        key = (*case.facts.key, "T_max")
        text = f"ends after {length} of {calls} calls; set T_max to {calls}"
        yield Found(key, text, Fix(key, calls))


def _see_growth(case: Case) -> Iterator[Found]:
    if case.curve.lr[0, -1] > case.curve.lr[0, 0]:
        yield Found(case.facts.key, f"grows to {case.curve.lr[0, -1]:g}")


def _see_sameness(case: Case) -> Iterator[Found]:
    if case.curve.lr[0, -1] == case.curve.lr[0, 0] and case.curve.steps > 1:
        key = (*case.facts.key, "gamma")
        yield Found(key, "nothing happens; set gamma to 2", Fix(key, 2))


def _rule(code: str, name: str, severity: Severity, summary: str, check: Check) -> Rule:
    return Rule(code, name, severity, summary, "Why it is.", ("owner/repo#7",), check)


RULES: Mapping[str, Rule] = MappingProxyType(
    {
        rule.code: rule
        for rule in (
            _rule("LR901", "climbs-again", "warning", "a length not the run's", _see_climb),
            _rule("LR902", "grows", "error", "a learning rate that grows", _see_growth),
            _rule("LR911", "nothing", "note", "a learning rate that stays", _see_sameness),
        )
    }
)
"""A warning that can be fixed, an error, and a note whose fix would bring the error."""


def lint(text: str, name: str = "a.yaml") -> tuple[Finding, ...]:
    """What these rules see in a text."""
    return lint_run(simulate(parse_spec(text, name)), RULES.values())
