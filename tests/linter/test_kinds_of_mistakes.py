"""Mistakes that people make, one spec a kind: what is said of it, and what it is told to do."""

import pytest

from lrviz.drive.runs import simulate
from lrviz.linter.engine import lint_run
from lrviz.linter.rule import Finding
from lrviz.linter.rules import RULES
from lrviz.spec.model import Spec
from lrviz.spec.origin import Source
from lrviz.spec.parse import parse_spec, parse_tree
from tests.support.kinds import COSINE, KINDS, Kind, of_lambda, of_transformers, plateau
from tests.support.remedies import follow, read_remedies


@pytest.fixture
def kind(name: str, request: pytest.FixtureRequest) -> Kind:
    """A kind, where the library that its spec names is installed."""
    for library in parse_spec(KINDS[name].text).packages:
        request.getfixturevalue(library)
    return KINDS[name]


def lint(spec: Spec) -> tuple[Finding, ...]:
    return lint_run(simulate(spec), RULES.values())


def find(kind: Kind) -> Finding:
    """Return the one thing that is said of a kind, but for notes on something else."""
    findings = lint(parse_spec(kind.text))
    failures = [each for each in findings if each.is_failure]
    (found,) = failures or findings
    return found


@pytest.mark.parametrize("name", KINDS)
def test_a_mistake_is_told_once_and_with_its_numbers(kind: Kind) -> None:
    found = find(kind)
    assert found.severity in kind.grades.split(), found
    assert [each for each in kind.said if each not in found.message] == [], found


@pytest.mark.parametrize("name", [name for name, each in KINDS.items() if each.remedy])
def test_a_mistake_is_told_what_to_set(kind: Kind) -> None:
    assert list(read_remedies(find(kind).message)) == [kind.remedy]


@pytest.mark.parametrize("name", KINDS)
def test_what_it_is_told_to_set_leaves_nothing_to_say(kind: Kind) -> None:
    found, tree = find(kind), dict(parse_spec(kind.text).tree)
    for values in read_remedies(found.message):
        assert lint(parse_tree(follow(tree, found, values), Source())) == ()


@pytest.mark.usefixtures("transformers")
def test_a_warmup_that_cannot_but_begin_at_0_is_not_told_so_once_a_step() -> None:
    assert lint(parse_spec(of_transformers(COSINE, "num_warmup_steps: 20"))) == ()


def test_a_lambda_that_need_not_begin_at_0_is_told_so() -> None:
    (found,) = lint(parse_spec(of_lambda("epoch / 10 if epoch < 10 else 1.1 - epoch / 100", 110)))
    assert (found.rule.code, found.severity) == ("LR017", "note")


def test_a_lambda_counts_calls_by_any_of_three_names() -> None:
    curves = [
        simulate(parse_spec(of_lambda(f"0.9 ** {word}", 8))).lr[0].tolist()
        for word in ("epoch", "step", "call")
    ]
    assert curves[0] == curves[1] == curves[2] == pytest.approx([6e-4 * 0.9**n for n in range(8)])


def test_a_metric_counts_calls_by_the_name_of_call_too() -> None:
    by_step = plateau(8, "patience: 0", '{expression: "max(0.6, 0.9 ** step)"}', "interval: epoch")
    first, second = (
        simulate(parse_spec(text)).lr[0, ::50].tolist()
        for text in (by_step, by_step.replace("** step", "** call"))
    )
    assert first == second
    assert first == [1e-3] * 7 + [5e-4]  # 0.6 comes at call 5, and at call 6 is no better
