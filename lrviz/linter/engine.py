"""What the rules see in a run: values in, values out."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from lrviz.curve import SchedulerFacts
from lrviz.drive.runs import simulate
from lrviz.errors import MOST_TOLD, LrvizError, UsageError
from lrviz.linter.part import Part
from lrviz.linter.remedy import Fix
from lrviz.linter.rule import Finding, Found, Rule
from lrviz.linter.rules import RULES
from lrviz.linter.view import View, build_view
from lrviz.run.driven import Run
from lrviz.spec.model import Schedule, Spec
from lrviz.spec.origin import FACTORY, RESUMED
from lrviz.spec.wording import suggest

# Drives a spec.
Drive = Callable[[Spec], Run]

# How many times the calls of a run are made again to try its remedies, and how many in any case.
_TIMES, _AT_LEAST = 2, 400_000


def lint_run(
    run: Run, rules: Collection[Rule], drive: Drive | None = simulate, *, notes: bool = True
) -> tuple[Finding, ...]:
    """Return what rules see in a run, in file order.

    The same said of the same key in several curves is one finding. What the spec ignores is left
    out, and what another of the rules names the reason of. A remedy is tried before it is told.

    Args:
        run: a driven spec.
        rules: those to ask.
        drive: drives the spec with a remedy; None where whoever asks tries them.
        notes: whether notes are wanted, too.
    """
    seen: dict[Finding, dict[int, str]] = {}
    trial = _Trial(run, rules, drive)
    curves = zip(run.spec.schedules, run.schedulers, run.curves, strict=True)
    for index, (schedule, facts, curve) in enumerate(curves):
        if curve.at is not None or facts.name.startswith(RESUMED):
            continue  # of a log or of runs that went wrong, in which no rule sees a schedule
        view = build_view(run.spec, schedule, _known(run, facts), curve)
        told = _list_told(view, rules)
        for rule, found in told if notes else filter(_is_failing, told):
            fix = trial.find(view, rule, found, told)
            finding = _tell(schedule, rule, found, fix)
            seen.setdefault(finding, {})[index] = schedule.label
    return sort_findings(
        replace(each, label=_name_curves([*labels.values()], len(run.curves)))
        for each, labels in seen.items()
    )


def _known(run: Run, facts: SchedulerFacts) -> SchedulerFacts:
    """Return what rules may judge by: of a figure's code nothing, as its defaults are not told."""
    if facts.key != FACTORY or facts.module:
        return facts
    name, calls = str(run.spec.tree.get("factory", facts.name)), facts.calls
    return SchedulerFacts(name, FACTORY, {}, frozenset(), calls, range(calls))


def _tell(schedule: Schedule, rule: Rule, found: Found, fix: Fix | None) -> Finding:
    remedy = str(fix or found.remedy)
    text = "; ".join(filter(None, (found.message, remedy)))
    key = found.key[1:] if found.key[:1] == FACTORY else found.key  # whose arguments are in code
    problem = schedule.source.problem(key, text, found.grade or rule.severity)
    return Finding(rule, problem, fix if fix and fix.is_certain else None, remedy=remedy)


Told = list[tuple[Rule, Found]]


class _Trial:
    """Tries remedies: each on its own schedule alone, as often as a spec may have it."""

    def __init__(self, run: Run, rules: Collection[Rule], drive: Drive | None) -> None:
        self._rules, self._drive = rules, drive
        own = sum(len(each.values) for facts in run.schedulers for each in facts.walk())
        self._calls = max(_TIMES * own, _AT_LEAST)

    def find(self, view: View, rule: Rule, found: Found, told: Told) -> Fix | None:
        """Return the first remedy that helps, or that stands in code and cannot be tried."""
        for fix in found.fixes:
            if fix.key[:1] == FACTORY or self._helps(view, (rule, found), fix, told):
                return fix
        return None

    def _helps(self, view: View, own: tuple[Rule, Found], fix: Fix, told: Told) -> bool:
        """Whether a schedule with a remedy earns its code less often, and no new warning."""
        if self._drive is None:
            return True
        self._calls -= sum(part.length for part in view.parts)
        if self._calls < 0 or (schedule := fix.apply(view.schedule)) == view.schedule:
            return False
        try:
            run = self._drive(replace(view.spec, schedules=(schedule,)))
        except LrvizError:
            return False
        after = build_view(run.spec, run.spec.schedules[0], run.schedulers[0], run.curves[0])
        now = _list_told(after, self._rules)
        left, before = (
            [found.key for rule, found in each if rule is own[0]] for each in (now, told)
        )
        is_gone = own[1].key not in left and len(left) < len(before)
        failing, known = ({rule for rule, _ in filter(_is_failing, each)} for each in (now, told))
        return is_gone and failing <= known


def _is_failing(told: tuple[Rule, Found]) -> bool:
    rule, found = told
    return (found.grade or rule.severity) != "note"


@np.errstate(all="ignore")  # no comparison with what comes of an overflow holds
def _list_told(view: View, rules: Collection[Rule]) -> Told:
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
    about = (each for each in view.parts if not each.tags.isdisjoint(rule.about))
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


def list_failures(run: Run, drive: Drive = simulate) -> tuple[str, ...]:
    """Return the errors and warnings of a run, a line each: beside a figure nobody wants notes."""
    lines = tuple(map(str, lint_run(run, RULES.values(), drive, notes=False)))
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
    digits = code.strip().upper().removeprefix("LR")
    rule = {NO_RULE.code: NO_RULE, **rules}.get(f"LR{digits:0>3}")
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
            problem = spec.source.problem(("lint", "ignore", index), text, NO_RULE.severity)
            yield Finding(NO_RULE, problem)
