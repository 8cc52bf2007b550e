"""How what a lint found reads: for people, on GitHub, and as the JSON of `docs/output.md`."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace

from lrviz.errors import KeyPath, Problem, SpecError, spell_key
from lrviz.linter.findings import Linted, count_rules, count_states, judge
from lrviz.linter.rule import Finding
from lrviz.spec.origin import source_file
from lrviz.spell import printable
from lrviz.system.annotations import (
    format_findings,
    spell_annotation,
    spell_position,
    spell_problem,
)


def iter_lines(linted: Linted, listing: str) -> Iterator[str]:
    """Yield what is told of a spec as text or on GitHub; JSON and SARIF are of all of them."""
    if listing == "text":
        yield from map(printable, map(str, linted.findings))
        yield from map(printable, linted.error.lines if linted.error else ())
    elif listing == "github":
        yield from _iter_annotations(linted)


def _iter_annotations(linted: Linted) -> Iterator[str]:
    """Yield annotations of a pull request, one a finding, on file and line."""
    source = linted.source
    for finding in linted.findings:
        rule, problem = finding.rule, replace(finding.problem, text=finding.message)
        level = "notice" if finding.severity == "note" else finding.severity
        yield _annotate(level, source, problem, f"{rule.code} {rule.name}")
    for problem in linted.told:
        yield _annotate("error", source, problem, f"lrviz lint: {linted.state}")


def _annotate(level: str, source: str, problem: Problem, title: str) -> str:
    """Return an annotation on the file, even of what an option said."""
    text = spell_beside(problem, source)
    return spell_annotation(level, source_file(source), problem.position, title, text)


def spell_beside(problem: Problem, source: str) -> str:
    """Return a problem as it is told beside its place in a file, even if an option brought it."""
    said = f" ({problem.source})" if problem.source != source else ""
    return f"{Problem('', problem.key, problem.text)}{said}"


def format_json(linted: Sequence[Linted], *, lenient: bool, counts: bool) -> str:
    """Return everything that is known of all specs, as one line of JSON.

    Args:
        linted: the specs.
        lenient: as `judge`.
        counts: whether it says how often each rule found something.
    """
    names = ("code", "count", "name")
    rows = [dict(zip(names, row, strict=True)) for row in count_rules(linted)] if counts else None
    data = {
        "exit_status": judge(linted, lenient=lenient),
        "counts": count_states(linted),
        "specs": list(map(_list_linted, linted)),
    }
    return format_findings(data if rows is None else data | {"statistics": rows})


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
        "derivation": linted.derivation,
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
        "severity": finding.severity,
        "message": problem.text,
        "option": problem.source if problem.source != source else None,
        "curve": finding.label,
        "fix": None if fix is None else {"key": spell_key(fix.key), "value": fix.value},
        **spell_position(problem.position),
    }


def _list_place(finding: Finding, key: KeyPath) -> dict[str, object]:
    return {"code": finding.rule.code, "key": spell_key(key)}
