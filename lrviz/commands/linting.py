"""Linting of files and folders: specs are read, driven, linted, and mended where that is asked."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from lrviz.commands.driving import drive_spec
from lrviz.commands.targets import refuse_stdin_twice
from lrviz.errors import FileError, LrvizError, UsageError
from lrviz.linter.engine import find_unknown, lint_run, select_rules, sort_findings
from lrviz.linter.fix import MOST_TRIES, Fixed, Refusal, fix_text
from lrviz.linter.linted import Linted
from lrviz.linter.rule import Finding, Rule
from lrviz.linter.rules import RULES
from lrviz.linter.summary import summarise_curve
from lrviz.reading.folders import Found, collect_specs
from lrviz.reading.sources import AS_WRITTEN, Reading, load_named, parse_data, read_source
from lrviz.run.driven import Run
from lrviz.spec.factory import split_factory
from lrviz.spec.schedules import MAX_CALLS, MAX_WRITTEN
from lrviz.system.files import STDIO, write_file
from lrviz.system.mishap import explain_mishap
from lrviz.system.own import sniff


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


def iter_linted(request: Request) -> Iterator[Linted]:
    """Lint every spec, and yield what became of each; none stops the others.

    Raises:
        UsageError: the request makes no sense, whatever the specs say.
    """
    linter = _Linter(request, select_rules(RULES, request.select, request.ignore))
    if request.fixes and request.reading.overrides:
        raise UsageError("--fix: changes what files say; leave --set, --epochs and the like out")
    collected = _collect(request.sources)
    for source, error in ((each.source, each.error) for each in collected):
        alone = len(collected) == 1
        yield Linted(source, error=error) if error else linter.lint(source, alone=alone)


def _collect(sources: Sequence[str]) -> list[Found]:
    if not sources:
        raise UsageError("nothing to lint; name a spec or a folder of them")
    refuse_stdin_twice(sources)
    found: list[Found] = []
    for source in sources:
        found += [Found(source, Path())] if source == STDIO else collect_specs([source])
    return found


@dataclass(frozen=True)
class _Linter:
    """Lints one spec after another.

    Attributes:
        request: what is wanted.
        rules: whose findings are told.
    """

    request: Request
    rules: Sequence[Rule]

    def lint(self, source: str, *, alone: bool) -> Linted:
        """Return what became of one spec; a bug is raised where it is the only one."""
        try:
            if split_factory(source):
                return self._lint_factory(source)
            data = read_source(source)
            run = self._run(data, source)
            findings = lint_run(run, RULES.values())
            if not self.request.fixes:
                return self._say(source, run, findings)
            return self._fix(source, data, run, findings)
        except Exception as error:
            return Linted(source, error=explain_mishap(error, source, alone=alone))

    def _lint_factory(self, source: str) -> Linted:
        request = self.request
        if request.fixes:
            raise UsageError(f"{source}: --fix: changes what specs say; a factory is code")
        run = drive_spec(load_named(source, request.reading))
        return self._say(source, run, lint_run(run, RULES.values()))

    def _run(self, data: bytes, source: str) -> Run:
        return drive_spec(parse_data(data, source, self.request.reading))

    def _say(self, source: str, run: Run, findings: Sequence[Finding]) -> Linted:
        told = {rule.code for rule in self.rules}
        curves = run.curves if self.request.summarises else ()
        selected = [finding for finding in findings if finding.rule.code in told]
        return Linted(
            source,
            sort_findings([*selected, *find_unknown(run.spec, RULES)]),
            summaries=tuple(each for curve in curves for each in summarise_curve(curve)),
            # Where a note matters a rule says so.
            warnings=tuple(each for each in run.warnings if each.grade != "note"),
        )

    def _fix(self, source: str, data: bytes, run: Run, findings: Sequence[Finding]) -> Linted:
        """Write the spec with what can be fixed, and return what is left to say of it."""
        linted = self._say(source, run, findings)
        if not any(each.fix for each in linted.findings):
            return linted
        if reason := _why_not(source, data):
            return _refuse(linted, reason)
        fixed, driven = self._mend(source, data.decode(), run, findings)
        if not fixed.changes:
            return replace(linted, refusals=fixed.refusals)
        if _is_changed(source, data):
            return _refuse(linted, "the file has changed since it was read")
        written = fixed.text.encode()
        try:
            write_file(Path(source), written, overwrite=True)  # it is what the user named
        except FileError as error:
            return replace(linted, error=error)
        after = self._say(source, driven or self._run(written, source), fixed.findings)
        return replace(after, changes=fixed.changes, refusals=fixed.refusals)

    def _mend(
        self, source: str, text: str, run: Run, findings: Sequence[Finding]
    ) -> tuple[Fixed, Run | None]:
        """Return what became of a text, and its run where it was the last one to be driven."""
        last: dict[str, Run] = {}

        def lint(changed: str) -> tuple[Finding, ...]:
            last.clear()
            last[changed] = self._run(changed.encode(), source)
            return lint_run(last[changed], RULES.values())

        codes = {rule.code for rule in self.rules}
        fixed = fix_text(text, findings, lint, codes, _count_tries(text, run))
        return fixed, last.get(fixed.text)


def _count_tries(text: str, run: Run) -> int:
    """Return how often a spec may be driven for its fixes: a large one not as often as a small."""
    calls = sum(each.calls for facts in run.schedulers for each in facts.walk())
    points = sum(curve.lr.size for curve in run.curves)
    most = min(MAX_CALLS // (calls + points), MAX_WRITTEN // len(text), MOST_TRIES)
    return max(most, 1)


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
