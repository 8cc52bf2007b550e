"""Linting of files and folders: specs are read, driven, linted, and mended where that is asked."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from lrviz.commands.results import drive_spec
from lrviz.errors import FileError, LrvizError, UsageError
from lrviz.linter.engine import find_rule, find_unknown, lint_run, select_codes, sort_findings
from lrviz.linter.findings import Linted, summarise_curve
from lrviz.linter.fix import MOST_TRIES, Findings, Refusal, fix_text, format_diff
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
from lrviz.system.files import ENCODINGS, STDIO, sniff
from lrviz.system.mishap import explain_mishap
from lrviz.system.writing import write_file

_ABOUT = {"--fix": "changes", "--diff": "is of"}  # what specs say


@dataclass(frozen=True)
class Request:
    """What to lint, and how.

    Attributes:
        sources: specs, figures, folders of specs, or `-` for standard input.
        select: codes of the rules to ask, or how they begin; None for all.
        ignore: those not to ask, spelt the same.
        fixes: whether values are replaced where the remedy is certain and local.
        diffs: whether such fixes are shown, and not made.
        counts: whether how often each rule finds something is wanted, and no findings.
        summarises: whether a summary of every curve is wanted.
        lenient: whether findings are no failure.
        reading: as the command line says it.
    """

    sources: Sequence[str]
    select: str | None = None
    ignore: str | None = None
    fixes: bool = False
    diffs: bool = False
    counts: bool = False
    summarises: bool = False
    lenient: bool = False
    reading: Reading = AS_WRITTEN

    @property
    def fix_option(self) -> str:
        """The option that asks for fixes; empty where none does."""
        return "--diff" if self.diffs else "--fix" if self.fixes else ""


def explain_rule(code: str) -> str:
    """Return what there is to know of a rule, as plain text.

    Raises:
        UsageError: there is no rule of that code.
    """
    return f"{find_rule(RULES, code).explain()}\n"


def iter_linted(request: Request) -> Iterator[Linted]:
    """Lint every spec, and yield what became of each; none stops the others.

    Raises:
        UsageError: the request makes no sense, whatever the specs say.
    """
    told = select_codes(RULES, request.select, request.ignore)
    if (option := request.fix_option) and request.reading.overrides:
        what = f"{option}: {_ABOUT[option]} what files say"
        raise UsageError(f"{what}; leave --set, --epochs and the like out")
    if not request.sources:
        raise UsageError("nothing to lint; name a spec or a folder of them")
    linter, collected = _Linter(request, told), list[Found]()
    exclude = request.reading.exclude
    for source in request.sources:
        collected += [Found(STDIO, Path())] if source == STDIO else collect_specs([source], exclude)
    for each in collected:
        linted = Linted(each.source, error=each.error)
        if each.error is None:
            linted = linter.lint(each.source, len(collected) == 1)
        note = (each.note,) if each.note else ()
        yield replace(linted, warnings=(*note, *linted.warnings))


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
        option, is_code = self.request.fix_option, split_factory(source) is not None
        try:
            if is_code and option:
                what = f"{source}: {option}: {_ABOUT[option]} what specs say"
                raise UsageError(f"{what}; a factory is code")
            data = b"" if is_code else read_source(source)
            reading = self.request.reading
            run = drive_spec(load_named(source, reading)) if is_code else self._run(data, source)
            findings = lint_run(run, RULES.values(), drive_spec)
            linted = self._say(source, run, findings)
            if option and any(each.fix for each in linted.findings):
                linted = self._fix(linted, data, run, findings)
            rest = [each for each in linted.findings if option and not each.fix]
            vague = tuple(Refusal(each, None, "no remedy is certain") for each in rest)
            return replace(linted, refusals=(*linted.refusals, *vague))
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
            derivation=run.spec.derivation if self.request.summarises else "",
            # Where a note matters a rule says so.
            warnings=tuple(each for each in run.warnings if each.grade != "note"),
            diff="" if self.request.diffs else None,
        )

    def _fix(self, linted: Linted, data: bytes, run: Run, findings: Findings) -> Linted:
        """Write or show the spec with what can be fixed, and return what is left to say of it."""
        source = linted.source
        if reason := why_not(source, data):
            return _refuse(linted, reason)

        def lint(text: str) -> Findings:
            return lint_run(self._run(text.encode(), source), RULES.values(), drive=None)

        fixed = fix_text(data.decode(), findings, lint, self.told, _count_tries(data, run))
        if not fixed.changes:
            return replace(linted, refusals=fixed.refusals)
        if self.request.diffs:
            diff = format_diff(source, data.decode(), fixed.text)
            return replace(linted, changes=fixed.changes, refusals=fixed.refusals, diff=diff)
        if _is_changed(source, data):
            return _refuse(linted, "the file has changed since it was read")
        try:
            write_file(Path(source), fixed.text.encode(), overwrite=True)
        except FileError as error:
            return replace(linted, error=error)
        run = self._run(fixed.text.encode(), source)
        after = self._say(source, run, lint_run(run, RULES.values(), drive_spec))
        return replace(after, changes=fixed.changes, refusals=fixed.refusals)


def _count_tries(data: bytes, run: Run) -> int:
    """Return how often a spec may be driven for its fixes: a large one not as often as a small."""
    calls = sum(each.calls for facts in run.schedulers for each in facts.walk())
    points = sum(curve.lr.size for curve in run.curves)
    return max(min(MAX_CALLS // (calls + points), MAX_WRITTEN // len(data), MOST_TRIES), 1)


def why_not(source: str, data: bytes) -> str:
    """Return why a source cannot be changed; empty where it can."""
    if source == STDIO:
        return "standard input cannot be changed"
    if sniff(data):
        return "a figure cannot be changed; fix its spec and draw it again"
    if data[:2] in ENCODINGS:
        return "the file is UTF-16; save it as UTF-8"
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
