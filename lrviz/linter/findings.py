"""What a lint found in specs, and how people, GitHub and programs read it.

`docs/output.md` describes the JSON.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Literal

from lrviz.errors import KeyPath, LrvizError, Problem, SpecError, spell_key
from lrviz.linter.fix import Change, Findings, Refusal
from lrviz.linter.overview import Summary
from lrviz.linter.rule import SEVERITIES, Finding
from lrviz.spec.origin import source_file
from lrviz.spell import printable
from lrviz.system.annotations import (
    format_findings,
    spell_annotation,
    spell_position,
    spell_problem,
)

# `wrong`: torch cannot drive the spec; `failed`: the machine could not read or write it.
State = Literal["clean", "findings", "wrong", "failed"]


@dataclass(frozen=True)
class Linted:
    """What became of one spec.

    Attributes:
        source: the spec as the user named it.
        findings: what the rules see in it; what was fixed is not among it.
        changes: what was fixed.
        refusals: what could have been and was not.
        summaries: of its curves, where they were asked for.
        warnings: what else is worth saying.
        error: why there is nothing to say of it, or why its fixes could not be written.
    """

    source: str
    findings: Findings = ()
    changes: tuple[Change, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    summaries: tuple[Summary, ...] = ()
    warnings: tuple[Problem, ...] = ()
    error: LrvizError | None = None

    @property
    def state(self) -> State:
        """What became of it, in a word."""
        if self.error is not None:
            return "failed" if self.error.exit_status > 2 else "wrong"
        return "findings" if self.findings else "clean"

    @property
    def exit_status(self) -> int:
        """What the command's exit status must be at least."""
        if self.error is not None:
            return self.error.exit_status
        return int(any(each.is_failure for each in self.findings))


def count_states(linted: Sequence[Linted]) -> dict[str, int]:
    """Return how many specs there are, of what state, and how many findings of what severity."""
    states = Counter(each.state for each in linted)
    severities = Counter(finding.rule.severity for each in linted for finding in each.findings)
    return {
        **{"specs": len(linted), "with_findings": states["findings"]},
        **{state: states[state] for state in ("clean", "wrong", "failed")},
        **{f"{severity}s": severities[severity] for severity in SEVERITIES},
        "fixed": sum(len(each.changes) for each in linted),
    }


def closing_line(linted: Sequence[Linted]) -> str:
    """Return a line on all: `12 specs: 9 clean, 2 with findings (1 error, 3 notes), 1 wrong`."""
    counts = count_states(linted)
    severities = [(counts[f"{severity}s"], severity) for severity in SEVERITIES]
    told = ", ".join(_count(*each) for each in severities if each[0])
    words = {"with_findings": f"with findings ({told})"}
    states = ("clean", "with_findings", "wrong", "failed")
    said = ", ".join(f"{counts[each]} {words.get(each, each)}" for each in states if counts[each])
    fixed = f"; {_count(counts['fixed'], 'value')} fixed" if counts["fixed"] else ""
    return f"{_count(len(linted), 'spec')}: {said}{fixed}"


def _count(count: int, word: str) -> str:
    return f"{count} {word}{'s' * (count != 1)}"


def iter_lines(linted: Linted, listing: str) -> Iterator[str]:
    """Yield what is told of a spec as text or on GitHub; JSON is of all of them."""
    if listing == "text":
        yield from map(printable, map(str, linted.findings))
        yield from map(printable, linted.error.lines if linted.error else ())
    elif listing == "github":
        yield from _iter_annotations(linted)


def _iter_annotations(linted: Linted) -> Iterator[str]:
    """Yield annotations of a pull request, one a finding, on file and line."""
    source, error = linted.source, linted.error
    for finding in linted.findings:
        rule, problem = finding.rule, replace(finding.problem, text=finding.message)
        level = "notice" if rule.severity == "note" else rule.severity
        yield _annotate(level, source, problem, f"{rule.code} {rule.name}")
    whole = [] if error is None else [Problem(source, (), str(error))]
    for problem in error.told if isinstance(error, SpecError) else whole:
        yield _annotate("error", source, problem, f"lrviz lint: {linted.state}")


def _annotate(level: str, source: str, problem: Problem, title: str) -> str:
    """Return an annotation on the file, even of what an option said."""
    said = f" ({problem.source})" if problem.source != source else ""
    text = f"{Problem('', problem.key, problem.text)}{said}"
    return spell_annotation(level, source_file(source), problem.position, title, text)


def format_json(linted: Sequence[Linted]) -> str:
    """Return everything that is known of all specs, as one line of JSON."""
    data = {
        "exit_status": max((each.exit_status for each in linted), default=0),
        "counts": count_states(linted),
        "specs": list(map(_list_linted, linted)),
    }
    return format_findings(data)


def _list_linted(linted: Linted) -> dict[str, object]:
    error, summaries = linted.error, linted.summaries
    return {
        "file": linted.source,
        "state": linted.state,
        "exit_status": linted.exit_status,
        "findings": [_list_finding(linted.source, each) for each in linted.findings],
        "fixed": [
            {**_list_place(each, old.key), "old": old.tree, "new": new, "added": not old.given}
            for each, old, new in linted.changes
        ],
        "not_fixed": [
            {**_list_place(each, fix.key), "reason": reason}
            for each, fix, reason in linted.refusals
        ],
        "summaries": [asdict(each) | {"warmup_share": each.warmup_share} for each in summaries],
        "problems": list(map(spell_problem, error.told)) if isinstance(error, SpecError) else [],
        "error": None if error is None else str(error),
        "warnings": [each.line for each in linted.warnings],
    }


def _list_finding(source: str, finding: Finding) -> dict[str, object]:
    rule, problem, fix = finding.rule, finding.problem, finding.fix
    return {
        **_list_place(finding, problem.key),
        "name": rule.name,
        "severity": rule.severity,
        "message": problem.text,
        "option": problem.source if problem.source != source else None,
        "curve": finding.label,
        "fix": None if fix is None else {"key": spell_key(fix.key), "value": fix.value},
        **spell_position(problem.position),
    }


def _list_place(finding: Finding, key: KeyPath) -> dict[str, object]:
    return {"code": finding.rule.code, "key": spell_key(key)}
