"""Linting of files and folders: specs are read, driven, linted, and mended where that is asked."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from lrviz.commands.results import Block, Line, drive_spec
from lrviz.errors import FileError, LrvizError, UsageError
from lrviz.linter.engine import find_rule, find_unknown, lint_run, select_codes, sort_findings
from lrviz.linter.findings import Linted, closing_line, format_json, iter_lines
from lrviz.linter.fix import MOST_TRIES, Findings, Refusal, fix_text
from lrviz.linter.overview import overview_table, summarise_curve
from lrviz.linter.rules import RULES
from lrviz.reading.sources import (
    AS_WRITTEN,
    Found,
    Reading,
    collect_specs,
    load_named,
    parse_data,
    read_source,
)
from lrviz.run.driven import Run
from lrviz.spec.origin import split_factory
from lrviz.spec.parse import MAX_CALLS, MAX_WRITTEN
from lrviz.system.annotations import Listing
from lrviz.system.files import STDIO, sniff
from lrviz.system.mishap import explain_mishap
from lrviz.system.writing import write_file


@dataclass(frozen=True)
class Request:
    """What to lint, and how.

    Attributes:
        sources: specs, figures, folders of specs, or `-` for standard input.
        select: codes of the rules to ask, or how they begin; None for all.
        ignore: those not to ask, spelt the same.
        fixes: whether values are replaced where the remedy is certain and local.
        summarises: whether a summary of every curve is wanted.
        reading: as the command line says it.
    """

    sources: Sequence[str]
    select: str | None = None
    ignore: str | None = None
    fixes: bool = False
    summarises: bool = False
    reading: Reading = AS_WRITTEN


def explain_rule(code: str) -> str:
    """Return what there is to know of a rule, as plain text.

    Raises:
        UsageError: there is no rule of that code.
    """
    return f"{find_rule(RULES, code).explain()}\n"


def iter_blocks(request: Request, listing: Listing) -> Iterator[Block]:
    """Lint, and yield what is to be printed of every spec, then of all.

    Raises:
        UsageError: the request makes no sense, whatever the specs say.
    """
    done: list[Linted] = []
    for linted in iter_linted(request):
        done.append(linted)
        lines: list[Line] = [*map(str, (*linted.changes, *linted.refusals)), *linted.warnings]
        yield Block(_join(iter_lines(linted, listing)), tuple(lines), linted.exit_status)
    if listing == "json":
        yield Block(format_json(done))
    elif rows := [(each.source, row) for each in done for row in each.summaries]:
        yield Block(_join(overview_table(rows)))
    yield Block(lines=(closing_line(done),))


def _join(lines: Iterable[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


def iter_linted(request: Request) -> Iterator[Linted]:
    """Lint every spec, and yield what became of each; none stops the others.

    Raises:
        UsageError: the request makes no sense, whatever the specs say.
    """
    told = select_codes(RULES, request.select, request.ignore)
    if request.fixes and request.reading.overrides:
        raise UsageError("--fix: changes what files say; leave --set, --epochs and the like out")
    if not request.sources:
        raise UsageError("nothing to lint; name a spec or a folder of them")
    linter, collected = _Linter(request, told), list[Found]()
    for source in request.sources:
        collected += [Found(STDIO, Path())] if source == STDIO else collect_specs([source])
    for source, error in ((each.source, each.error) for each in collected):
        yield Linted(source, error=error) if error else linter.lint(source, len(collected) == 1)


@dataclass(frozen=True)
class _Linter:
    """Lints one spec after another.

    Attributes:
        request: what is wanted.
        told: the codes of the rules whose findings are told.
    """

    request: Request
    told: set[str]

    def lint(self, source: str, alone: bool) -> Linted:
        """Return what became of one spec; a bug is raised where it is the only one."""
        fixes, is_code = self.request.fixes, split_factory(source) is not None
        try:
            if is_code and fixes:
                raise UsageError(f"{source}: --fix: changes what specs say; a factory is code")
            data = b"" if is_code else read_source(source)
            reading = self.request.reading
            run = drive_spec(load_named(source, reading)) if is_code else self._run(data, source)
            findings = lint_run(run, RULES.values())
            linted = self._say(source, run, findings)
            is_fixable = fixes and any(each.fix for each in linted.findings)
            return self._fix(linted, data, run, findings) if is_fixable else linted
        except Exception as error:
            return Linted(source, error=explain_mishap(error, source, alone=alone))

    def _run(self, data: bytes, source: str) -> Run:
        return drive_spec(parse_data(data, source, self.request.reading))

    def _say(self, source: str, run: Run, findings: Findings) -> Linted:
        curves = run.curves if self.request.summarises else ()
        selected = [finding for finding in findings if finding.rule.code in self.told]
        return Linted(
            source,
            sort_findings([*selected, *find_unknown(run.spec, RULES)]),
            summaries=tuple(each for curve in curves for each in summarise_curve(curve)),
            # Where a note matters a rule says so.
            warnings=tuple(each for each in run.warnings if each.grade != "note"),
        )

    def _fix(self, linted: Linted, data: bytes, run: Run, findings: Findings) -> Linted:
        """Write the spec with what can be fixed, and return what is left to say of it."""
        source = linted.source
        if reason := _why_not(source, data):
            return _refuse(linted, reason)

        def lint(text: str) -> Findings:
            return lint_run(self._run(text.encode(), source), RULES.values())

        fixed = fix_text(data.decode(), findings, lint, self.told, _count_tries(data, run))
        if not fixed.changes:
            return replace(linted, refusals=fixed.refusals)
        if _is_changed(source, data):
            return _refuse(linted, "the file has changed since it was read")
        try:
            write_file(Path(source), fixed.text.encode(), overwrite=True)
        except FileError as error:
            return replace(linted, error=error)
        after = self._say(source, self._run(fixed.text.encode(), source), fixed.findings)
        return replace(after, changes=fixed.changes, refusals=fixed.refusals)


def _count_tries(data: bytes, run: Run) -> int:
    """Return how often a spec may be driven for its fixes: a large one not as often as a small."""
    calls = sum(each.calls for facts in run.schedulers for each in facts.walk())
    points = sum(curve.lr.size for curve in run.curves)
    return max(min(MAX_CALLS // (calls + points), MAX_WRITTEN // len(data), MOST_TRIES), 1)


def _why_not(source: str, data: bytes) -> str:
    """Return why a source cannot be changed; empty where it can."""
    if source == STDIO:
        return "standard input cannot be changed"
    if sniff(data):
        return "a figure cannot be changed; fix its spec and draw it again"
    if Path(source).is_symlink():
        return "a link is not written through; name the file that it leads to"
    return "" if Path(source).is_file() else "not a regular file"


def _is_changed(source: str, data: bytes) -> bool:
    try:
        return read_source(source) != data
    except LrvizError:
        return True


def _refuse(linted: Linted, reason: str) -> Linted:
    refusals = [Refusal(each, each.fix, reason) for each in linted.findings if each.fix]
    return replace(linted, refusals=tuple(refusals))
