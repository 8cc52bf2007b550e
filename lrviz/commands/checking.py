"""A check of many specs: torch drives them here, workers draw and compare, figures are mended."""

import os
import shlex
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lrviz.check.baselines import Baseline, Facts, Pair, gather_facts, pair_specs, read_baseline
from lrviz.check.orphans import judge_orphans
from lrviz.check.output import format_checked
from lrviz.check.verdict import PAGE, Checked, Verdict, refuse
from lrviz.commands.results import Block, drive_spec, list_files, tell_error
from lrviz.errors import LrvizError, Problem, RefusedError, UsageError
from lrviz.reading.sources import AS_WRITTEN, Reading, load_named
from lrviz.spec.model import Spec
from lrviz.spec.origin import FIGURE_ENDINGS, source_file, split_factory
from lrviz.system.annotations import Listing
from lrviz.system.files import is_same_file
from lrviz.system.mishap import explain_mishap
from lrviz.system.own import refuse_other, refuse_place
from lrviz.system.pool import Workers
from lrviz.system.process import quick_imports
from lrviz.system.writing import write_below

if TYPE_CHECKING:  # it draws, and this process may be the one that drives
    from lrviz.check.examine import Examined

# More sources than these are not repeated in a remedy.
MOST_NAMED = 3


@dataclass(frozen=True)
class Request:
    """What to check, and what to do about it.

    Attributes:
        sources: specs, and folders of them.
        baselines: the folder of their figures.
        updates: whether figures that are no match are written anew.
        adds: whether those that are missing are written.
        report: the folder of the page that shows pictures; None for no page.
        jobs: how many processes draw; None for as many as there are processors.
        reading: its overrides say how long the runs of factories are; where they are left out, as
            long as those of their figures. A spec says so itself.
        overwrite: whether files are replaced, too, that lrviz did not write.
        logs: what the run of the only spec logged, in parts; the page shows it over the plan.
    """

    sources: Sequence[str]
    baselines: Path
    updates: bool = False
    adds: bool = False
    report: Path | None = None
    jobs: int | None = None
    reading: Reading = AS_WRITTEN
    overwrite: bool = False
    logs: Sequence[str] = ()

    @property
    def remedy(self) -> str:
        """What writes a figure that is missing; empty where it is written anyway."""
        if self.adds:
            return ""
        sources = self.sources if len(self.sources) <= MOST_NAMED else ("SPEC…",)
        length = (word for each in self.reading.overrides for word in (each.option, each.value))
        allow = (word for name in self.reading.allow for word in ("--allow", name))
        left = (word for each in self.reading.exclude for word in ("--exclude", each))
        words = (
            "lrviz",
            "check",
            *sources,
            *length,
            *allow,
            *left,
            "--baselines",
            str(self.baselines),
        )
        return f"run `{shlex.join((*words, '--add-missing'))}`"


def iter_check(request: Request, listing: Listing) -> Iterator[Block]:
    """Hold every spec against its figure, and yield what was found, and where the report is.

    Raises:
        UsageError: the request makes no sense, whatever the figures hold.
    """
    checked = check_specs(request)
    yield Block(format_checked(checked, listing), checked.warnings, checked.exit_status)
    if request.report is not None:
        from lrviz.check.report import write_report

        logged = ""
        if request.logs:
            from lrviz.commands.compare.planned import show_logs

            try:
                source = checked.verdicts[0].source
                logged, notes = show_logs(source, request.logs, request.reading)
                yield Block(lines=tuple(notes))
            except LrvizError as error:  # of a log; the figure has been checked
                yield tell_error(error)
        page = write_report(checked.verdicts, request.report, logged, overwrite=request.overwrite)
        yield Block(lines=(f"report: {page}",))


def check_specs(request: Request) -> Checked:
    """Hold every spec against its figure, and return what was found; none stops the others.

    Orphans, figures that belong to no spec, are looked for where a folder is checked: one spec
    alone says nothing about the figures of others. A figure that was mended, because the request
    wants it, is a finding without an exit status.

    Raises:
        UsageError: the request makes no sense, whatever the figures hold.
    """
    _refuse_report(request)
    exclude = request.reading.exclude
    pairs = pair_specs(request.sources, request.baselines, exclude, adds=request.adds)
    if request.updates or request.adds:
        inputs = [pair.found.source for pair in pairs]
        figures = [each for each in inputs if each.lower().endswith(FIGURE_ENDINGS)]
        for found, path in pairs:
            _refuse_read(path, [found.source, *figures])
    whole = any(map(os.path.isdir, request.sources)) and os.path.isdir(request.baselines)  # noqa: PTH112 - one that may not be asked for is none
    orphans = judge_orphans(pairs, request.baselines, exclude) if whole else []
    check = _Check(request, alone=len(pairs) == 1, orphans=orphans)
    if request.logs and (not check.alone or request.report is None):
        raise UsageError("--log: shown over the plan in a report; name one spec, and --report")
    check.examine_all(pairs)
    verdicts = (*(check.found[pair.path] for pair in pairs), *check.orphans)
    return Checked(verdicts, tuple(check.warnings))


def _refuse_read(path: Path, sources: Iterable[str | Path]) -> None:
    """Refuse to write a figure over what is read.

    Raises:
        RefusedError: it is one of the sources.
    """
    if any(is_same_file(path, source_file(str(source))) for source in sources):
        raise RefusedError(path, "is also an input; it would be written to")


def examine_facts(facts: Facts, **wishes: Any) -> "Examined":
    """Examine a figure, in whatever process; what draws is imported only now."""
    with quick_imports():
        from lrviz.check.examine import examine
    return examine(facts, **wishes)


def _refuse_report(request: Request) -> None:
    """Refuse a page that cannot be written while nothing is done yet.

    What cannot be asked for is no file.
    """
    report = request.report
    if report is None:
        return
    if os.path.exists(report) and not os.path.isdir(report):  # noqa: PTH110, PTH112
        remedy = f"the page is written below one, as {PAGE}"
        raise UsageError(f"--report {report}: not a folder; {remedy}")
    if any(is_same_file(report / PAGE, source_file(each)) for each in request.sources):
        raise UsageError(f"--report {report}: its {PAGE} is also an input; name another folder")
    refuse_place(report, report / PAGE)
    refuse_other(report / PAGE, "report", overwrite=request.overwrite)


@dataclass
class _Check:
    """A check under way; `alone` is whether it is of one spec.

    A figure of `orphans` may turn out to be the one of a spec that was renamed.
    """

    request: Request
    alone: bool
    orphans: list[Verdict]
    found: dict[Path, Verdict] = field(default_factory=dict)
    warnings: list[Problem] = field(default_factory=list)

    def examine_all(self, pairs: Sequence[Pair]) -> None:
        """Examine every figure, in this process where no other is asked for."""
        request = self.request
        wishes: dict[str, Any] = {"updates": request.updates, "adds": request.adds}
        wishes |= {"shows": request.report is not None, "remedy": request.remedy}
        examine: Callable[[Facts], Examined] = partial(examine_facts, **wishes)
        facts = self._iter_facts(pairs)
        if self.alone or request.jobs == 1:
            for each in facts:
                with self._settling(each.source, Path(each.path)):
                    self._take(each, examine(each))
            return
        with Workers(request.jobs, len(pairs)) as workers:
            for each, result in workers.map(examine, facts):
                with self._settling(each.source, Path(each.path)):
                    if isinstance(result, BaseException):
                        raise result
                    self._take(each, result)

    def _iter_facts(self, pairs: Sequence[Pair]) -> Iterator[Facts]:
        """Yield what is left to examine of every spec that can be driven."""
        for pair in pairs:
            source, path = pair.found.source, pair.path
            if note := pair.found.note:
                self.warnings.append(note)
            with self._settling(source, path):
                if pair.found.error is not None:
                    raise pair.found.error
                baseline = read_baseline(path)
                spec = self._load(source, baseline)
                if self.request.updates or self.request.adds:
                    _refuse_read(path, list_files(spec))
                run = drive_spec(spec, self.request.reading.verbose)
                facts = gather_facts(source, str(path), run, baseline, drive_spec)
                if self.orphans and not (baseline.exists or self.request.adds):
                    from lrviz.check.renames import find_renamed

                    facts, self.orphans = find_renamed(facts, self.orphans)
                self.warnings += run.warnings
                yield facts

    @contextmanager
    def _settling(self, source: str, path: Path) -> Iterator[None]:
        """Judge a figure by what is raised inside; a bug is raised where it stops no other spec."""
        try:
            yield
        except Exception as error:
            mishap = explain_mishap(error, source, alone=self.alone)
            self.found[path] = refuse(source, str(path), mishap)

    def _load(self, source: str, baseline: Baseline) -> Spec:
        reading = self.request.reading
        if (reading.overrides or reading.returns) and not split_factory(source):
            reading = replace(reading, overrides=(), returns=None)
        return load_named(source, reading, drawn=baseline.record)

    def _take(self, facts: Facts, examined: "Examined") -> None:
        """Keep what became of a figure, and write it if that is wanted."""
        path, request = Path(facts.path), self.request
        self.warnings += examined.warnings
        if examined.data:
            write_below(request.baselines, path, examined.data, overwrite=request.overwrite)
        self.found[path] = examined.verdict
