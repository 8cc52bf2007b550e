"""What the rules see in a run: values in, values out."""

from collections.abc import Iterable, Mapping, Sequence

from lrviz.errors import Position, Problem, UsageError, tell_first
from lrviz.linter.rule import Case, Finding, Fix, Rule
from lrviz.run.driven import Run
from lrviz.spec.model import Spec
from lrviz.spec.wording import suggest

_NOWHERE = Position(0, 0)


def lint_run(run: Run, rules: Iterable[Rule]) -> tuple[Finding, ...]:
    """Return what rules see in a run, in file order.

    The same said of the same key in several curves is one finding. Rules that the spec ignores
    are not asked.

    Args:
        run: a driven spec.
        rules: those to ask.
    """
    asked = [rule for rule in rules if rule.code not in run.spec.lint.ignore]
    seen: dict[tuple[str, Problem], tuple[Rule, Fix | None, list[str]]] = {}
    for schedule, facts, curve in zip(run.spec.schedules, run.schedulers, run.curves, strict=True):
        case = Case(run.spec, schedule, facts, curve)
        here: dict[tuple[str, Problem], tuple[Rule, Fix | None]] = {}
        for rule in asked:
            for found in rule.check(case):
                problem = schedule.source.problem(found.key, found.message)
                here.setdefault((rule.code, problem), (rule, found.fix))
        for key, (rule, fix) in here.items():
            seen.setdefault(key, (rule, fix, []))[2].append(schedule.label)
    findings = [
        Finding(rule, problem, fix, _name_curves(labels, len(run.curves)))
        for (_, problem), (rule, fix, labels) in seen.items()
    ]
    return sort_findings(findings)


def sort_findings(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return findings in file order."""
    return tuple(sorted(findings, key=_place))


def _name_curves(labels: Sequence[str], curves: int) -> str:
    """Return which of a run's curves something was seen in; empty for all of them."""
    if len(labels) == curves:
        return ""
    return f"{labels[0]} and {len(labels) - 1} more" if len(labels) > 1 else labels[0]


def _place(finding: Finding) -> tuple[Position, str]:
    return finding.problem.position or _NOWHERE, finding.rule.code


def spell_finding(finding: Finding) -> str:
    """Return a finding as lrviz prints it: place, code, severity, key path and message."""
    problem = finding.problem
    place = str(Problem(problem.source, (), "", problem.position))
    return f"{place}: {finding.rule.code} {finding.rule.severity}: {spell_message(finding)}"


def spell_message(finding: Finding) -> str:
    """Return the key path of a finding, what it says, and of which curve."""
    curve = f" (curve '{finding.label}')" if finding.label else ""
    return f"{Problem('', finding.problem.key, finding.problem.text)}{curve}"


def is_failure(finding: Finding) -> bool:
    """Whether it fails a lint, as errors and warnings do."""
    return finding.rule.severity != "note"


def failure_lines(run: Run, rules: Mapping[str, Rule]) -> tuple[str, ...]:
    """Return the errors and warnings of a run, a line each; notes are not worth asking for."""
    asked = [rule for rule in rules.values() if rule.severity != "note"]
    return tell_first(list(map(spell_finding, lint_run(run, asked))), run.spec.source.name)


def select_rules(
    rules: Mapping[str, Rule], select: str | None = None, ignore: str | None = None
) -> tuple[Rule, ...]:
    """Return some of the rules, in order of their codes.

    Args:
        rules: by code.
        select: codes, or how they begin, separated by commas; None for all.
        ignore: those to leave out, spelt the same.

    Raises:
        UsageError: something in either is how no code begins.
    """
    wanted = _read_codes(rules, "--select", select) if select is not None else set(rules)
    dropped = _read_codes(rules, "--ignore", ignore) if ignore is not None else set()
    return tuple(rules[code] for code in sorted(wanted - dropped))


def _read_codes(rules: Mapping[str, Rule], option: str, text: str) -> set[str]:
    parts = [part.strip().upper() for part in text.split(",")]
    if not any(parts):
        raise UsageError(f"{option}: names no rule; give codes, for example LR001,LR01")
    codes: set[str] = set()
    for part in filter(None, parts):
        matching = {code for code in rules if code.startswith(part)}
        if not matching:
            raise UsageError(f"{option} {text}: no rule {part}; {suggest(part, tuple(rules))}")
        codes |= matching
    return codes


def find_rule(rules: Mapping[str, Rule], code: str) -> Rule:
    """Return the rule of a code.

    Raises:
        UsageError: there is none.
    """
    rule = rules.get(code.strip().upper())
    if rule is None:
        raise UsageError(f"no rule {code}; {suggest(code, tuple(rules))}")
    return rule


NO_RULE = Rule(
    "LR000",
    "no-such-rule",
    "warning",
    summary="a spec ignores what is no rule",
    why=(
        "A code in a spec's `lint: {ignore: [...]}` that no rule has ignores nothing. It is a slip "
        "and what should not be said is said all the same, or a rule of another version. It is a "
        "finding whatever rules are selected, and cannot be ignored itself. Write the code of the "
        "rule that is meant, or leave it out."
    ),
    threads=(),
    check=lambda _: iter(()),
)
"""What is said of the codes that a spec ignores; it looks at no schedule."""


def find_unknown(spec: Spec, rules: Mapping[str, Rule]) -> tuple[Finding, ...]:
    """Return a finding for each code that a spec ignores and no rule has."""
    unknown = [each for each in enumerate(spec.lint.ignore) if each[1] not in rules]
    return tuple(
        Finding(
            NO_RULE,
            spec.source.problem(
                ("lint", "ignore", index), f"no rule {code}; {suggest(code, tuple(rules))}"
            ),
        )
        for index, code in unknown
    )
