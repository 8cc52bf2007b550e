"""What the rules see in a run: values in, values out."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from lrviz.errors import MOST_TOLD, UsageError
from lrviz.linter.rule import Finding, Found, Rule
from lrviz.linter.rules import RULES
from lrviz.linter.view import Part, View, build_view
from lrviz.run.driven import Run
from lrviz.spec.model import Spec
from lrviz.spec.wording import suggest


def lint_run(run: Run, rules: Collection[Rule]) -> tuple[Finding, ...]:
    """Return what rules see in a run, in file order.

    The same said of the same key in several curves is one finding. What the spec ignores is left
    out, and what another of the rules names the reason of.

    Args:
        run: a driven spec.
        rules: those to ask.
    """
    seen: dict[Finding, dict[int, str]] = {}
    curves = zip(run.spec.schedules, run.schedulers, run.curves, strict=True)
    for index, (schedule, facts, curve) in enumerate(curves):
        view = build_view(run.spec, schedule, facts, curve)
        for rule, found in _list_told(view, rules):
            problem = schedule.source.problem(found.key, found.message)
            seen.setdefault(Finding(rule, problem, found.fix), {})[index] = schedule.label
    return sort_findings(
        replace(each, label=_name_curves([*labels.values()], len(run.curves)))
        for each, labels in seen.items()
    )


def _list_told(view: View, rules: Collection[Rule]) -> list[tuple[Rule, Found]]:
    """Return what is seen in one schedule and worth telling."""
    seen = [(rule, found) for rule in rules for found in _iter_found(rule, view)]
    codes = {rule.code for rule, _ in seen}
    return [
        (rule, found)
        for rule, found in seen
        if codes.isdisjoint((*rule.silenced_by, *found.silenced_by))
        and rule.code not in view.spec.lint.ignore
    ]


def _iter_found(rule: Rule, view: View) -> Iterator[Found]:
    """Yield what a rule sees in the schedulers that it is about."""
    about = (each for each in view.parts if each.name in rule.about)
    for part in about if rule.about else view.parts[:1]:
        if part.length or rule.everywhere:
            yield from rule.see(view, part)


def sort_findings(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return findings in file order."""
    return tuple(
        sorted(findings, key=lambda each: (each.problem.position or (0, 0), each.rule.code))
    )


def _name_curves(labels: Sequence[str], curves: int) -> str:
    """Return which of a run's curves something was seen in; empty for all of them."""
    if len(labels) == curves:
        return ""
    return f"{labels[0]} and {len(labels) - 1} more" if len(labels) > 1 else labels[0]


def list_failures(run: Run) -> tuple[str, ...]:
    """Return the errors and warnings of a run, a line each: beside a figure nobody wants notes."""
    asked = [rule for rule in RULES.values() if rule.severity != "note"]
    lines = tuple(map(str, lint_run(run, asked)))
    rest = len(lines) - MOST_TOLD
    more = (f"{run.spec.source.name}: and {rest:,} more",) if rest > 0 else ()
    return (*lines[:MOST_TOLD], *more)


def select_codes(rules: Collection[str], select: str | None, ignore: str | None) -> set[str]:
    """Return the codes of some of the rules.

    Args:
        rules: the codes of all.
        select: codes, or how they begin, separated by commas; None for all.
        ignore: those to leave out, spelt the same.

    Raises:
        UsageError: something in either is how no code begins.
    """
    wanted = _read_codes(rules, "--select", select) if select is not None else set(rules)
    dropped = _read_codes(rules, "--ignore", ignore) if ignore is not None else set()
    return wanted - dropped


def _read_codes(rules: Collection[str], option: str, text: str) -> set[str]:
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
    rule = {NO_RULE.code: NO_RULE, **rules}.get(code.strip().upper())
    if rule is None:
        raise UsageError(f"no rule {code}; {suggest(code, tuple(rules))}")
    return rule


def no_such_rule(view: View, part: Part) -> Iterator[Found]:
    """A spec ignores what is no rule.

    A code in a spec's `lint: {ignore: [...]}` that no rule has ignores nothing. It is a slip and
    what should not be said is said all the same, or a rule of another version. It is a finding
    whatever rules are selected, and cannot be ignored itself. Write the code of the rule that is
    meant, or leave it out.
    """
    yield from ()  # it is the spec that is looked at, and no schedule


NO_RULE = Rule("LR000", "warning", no_such_rule)


def find_unknown(spec: Spec, rules: Mapping[str, Rule]) -> Iterator[Finding]:
    """Yield a finding for each code that a spec ignores and no rule has."""
    for index, code in enumerate(spec.lint.ignore):
        if code not in rules:
            text = f"no rule {code}; {suggest(code, tuple(rules))}"
            yield Finding(NO_RULE, spec.source.problem(("lint", "ignore", index), text))
