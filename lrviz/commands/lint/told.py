"""What a lint prints: for people, on GitHub, and as the JSON of `docs/output.md`."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, replace

from lrviz.commands.lint.linting import Request, iter_linted
from lrviz.commands.results import Block, Line
from lrviz.errors import KeyPath, Problem, SpecError, UsageError, spell_key
from lrviz.linter.findings import (
    Linted,
    closing_line,
    count_rules,
    count_states,
    judge,
    overview_table,
    spell_beside,
)
from lrviz.linter.rule import Finding
from lrviz.spec.origin import source_file
from lrviz.spell import printable
from lrviz.system.annotations import (
    LintListing,
    format_findings,
    spell_annotation,
    spell_position,
    spell_problem,
)


def iter_blocks(request: Request, listing: LintListing) -> Iterator[Block]:
    """Lint, and yield what is to be printed of every spec, then of all.

    Raises:
        UsageError: the request makes no sense, whatever the specs say.
    """
    _refuse_mixture(request, listing)
    done: list[Linted] = []
    for linted in iter_linted(request):
        done.append(linted)
        yield _tell(linted, request, listing)
    yield Block(_sum_up(done, request, listing))
    yield Block(lines=(closing_line(done),))


def _refuse_mixture(request: Request, listing: LintListing) -> None:
    """Refuse options that leave each other nothing to print.

    Raises:
        UsageError: there are such.
    """
    if request.diffs and (listing != "text" or request.counts or request.summarises):
        others = "--output-format, --statistics and --summary"
        raise UsageError(f"--diff: nothing but a diff is printed; leave {others} out")
    if request.counts and listing not in ("text", "json"):
        raise UsageError(f"--statistics: cannot be told as {listing}; leave --output-format out")
    if request.summarises and listing == "sarif":
        raise UsageError("--summary: cannot be told as sarif; leave --output-format out")


def _tell(linted: Linted, request: Request, listing: LintListing) -> Block:
    """Return what is printed of one spec; its error goes where nothing else is read."""
    changes = () if request.diffs else linted.changes
    lines: list[Line] = [*map(str, (*changes, *linted.refusals)), *linted.warnings]
    status = judge([linted], lenient=request.lenient)
    if not (request.diffs or listing == "sarif" or (request.counts and listing == "text")):
        return Block(_join(_iter_lines(linted, listing)), tuple(lines), status)
    if linted.error:
        lines += linted.error.lines
    return Block((linted.diff or "").encode(), tuple(lines), status)


def _sum_up(done: Sequence[Linted], request: Request, listing: LintListing) -> str:
    """Return what is printed of all specs."""
    if listing == "json":
        return _format_json(done, lenient=request.lenient, counts=request.counts)
    if listing == "sarif":
        from lrviz.commands.lint.sarif import format_sarif

        return format_sarif(done)
    counted = _iter_statistics(done) if request.counts else ()
    rows = [(each.source, row) for each in done for row in each.summaries]
    derived = (f"{each.source}: {each.derivation}" for each in done if each.derivation)
    return _join((*counted, *(overview_table(rows) if rows else ()), *map(printable, derived)))


def _iter_statistics(linted: Iterable[Linted]) -> Iterator[str]:
    """Yield the lines of a table, one a rule that found something."""
    rows = count_rules(linted)
    width = max((len(f"{count}") for _, count, _ in rows), default=0)
    yield from (f"{code}  {count:>{width}}  {name}" for code, count, name in rows)


def _join(lines: Iterable[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


def _iter_lines(linted: Linted, listing: str) -> Iterator[str]:
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


def _format_json(linted: Sequence[Linted], *, lenient: bool, counts: bool) -> str:
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
            {**_list_place(each, fix.key if fix else each.problem.key), "reason": reason}
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
