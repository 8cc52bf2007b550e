"""The course of a batch: what is due is driven here, drawn by workers, and told in order."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain

from lrviz.commands.batch.current import is_code, is_current, is_current_sheet
from lrviz.commands.batch.job import Drawn, Job, SheetJob, draw_job, draw_sheet_job
from lrviz.commands.batch.outcome import Outcome, State, explain_error, summarise
from lrviz.commands.batch.plan import Item, Plan
from lrviz.commands.block import Block
from lrviz.commands.targets import refuse_input
from lrviz.errors import LrvizError
from lrviz.figure.record import panel_digest, sheet_digest
from lrviz.reading.sources import AS_WRITTEN, Reading, load_named
from lrviz.run.driven import Thumbnail
from lrviz.spec.model import Spec
from lrviz.spell import printable
from lrviz.system.files import sweep_litter
from lrviz.system.mishap import explain_mishap
from lrviz.system.own import refuse_other, refuse_place
from lrviz.system.pool import Workers, count_workers
from lrviz.system.process import quick_imports

SHEET_STYLE = "light"


@dataclass(frozen=True)
class Options:
    """How a batch is worked off.

    Attributes:
        reading: of every spec.
        style: of the sheet; None for its default.
        jobs: workers; None for as many as there are processors and use for them.
        force: whether what is up to date is drawn, too.
        overwrite: whether files are replaced, too, that lrviz did not write.
    """

    reading: Reading = AS_WRITTEN
    style: str | None = None
    jobs: int | None = None
    force: bool = False
    overwrite: bool = False


@dataclass(frozen=True, eq=False)
class _Due:
    """A spec that is to be driven: for its figure, if it draws, or for the sheet alone."""

    place: int
    spec: Spec
    draws: bool


def iter_batch(plan: Plan, options: Options = Options()) -> Iterator[Block]:
    """Draw what is not up to date; yield what became of every spec, in order, then of the sheet.

    At last it is counted.

    Where there is nothing to draw, neither torch nor matplotlib is imported and no process is
    started. However it ends, no process is left, and no temporary file of one.
    """
    for folder in plan.folders:
        sweep_litter(folder)
    batch = _Batch(plan, options)
    yield from batch.run()
    yield Block(lines=(summarise(batch.counts),))


@dataclass(eq=False)
class _Batch:
    """One batch under way.

    Attributes:
        settled: outcomes that have not been told, by place.
        told: how many have been.
        counts: the same, by what became of them.
        panels: what has been collected for the sheet: digest, title and picture of each panel.
        has_sheet: whether the sheet is to be drawn.
        refused: why it must not be; None where it may.
    """

    plan: Plan
    options: Options
    settled: dict[int, Outcome] = field(default_factory=dict)
    told: int = 0
    counts: Counter[State] = field(default_factory=Counter)
    panels: list[tuple[str, str, Thumbnail]] = field(default_factory=list)
    has_sheet: bool = False
    refused: LrvizError | None = None

    def run(self) -> Iterator[Block]:
        """Yield what became of every spec, and of the sheet."""
        self.has_sheet = self._is_sheet_due()
        due = self._iter_due()
        first = next(due, None)
        if first is not None:
            count = count_workers(self.options.jobs, len(self.plan.items) - first.place)
            try:
                with Workers(count) as workers:
                    yield from self._draw(workers, chain([first], due), alone=count == 1)
            finally:
                for folder in self.plan.folders:  # what a killed worker was writing
                    sweep_litter(folder)
        yield from self._tell(len(self.plan.items))
        if self.plan.sheet is not None and self.refused is not None:
            yield explain_error(str(self.plan.sheet), self.refused)[1]

    def _draw(self, workers: Workers, due: Iterator[_Due], *, alone: bool) -> Iterator[Block]:
        """Drive and draw all that is due."""
        with quick_imports():
            if alone:
                import lrviz.figure.render  # noqa: F401 - what workers import at their start
            from lrviz.drive import simulate  # noqa: F401 - while the workers do
        for job, drawn in workers.map(draw_job, self._drive(due)):
            self.settled[job.place] = self._judge(job, drawn)
            yield from self._tell(job.place + 1)
        yield from self._tell(len(self.plan.items))
        if self.panels:
            yield self._draw_sheet(workers)

    def _iter_due(self) -> Iterator[_Due]:
        """Yield what is to be driven; what is up to date or wrong is settled."""
        for place, item in enumerate(self.plan.items):
            if item.clash:
                self.settled[place] = (
                    "wrong",
                    Block(lines=(f"{item.source}: {item.clash}",), status=2),
                )
                continue
            try:
                spec = self._load(item)
                draws = self._is_due(item, spec)
            except Exception as error:
                self.settled[place] = self._explain(item, error)
                continue
            if draws or self.has_sheet:
                yield _Due(place, spec, draws)
            else:
                self.settled[place] = "up to date", Block()

    def _is_due(self, item: Item, spec: Spec) -> bool:
        """Whether a figure is to be drawn; raises a `RefusedError` where it must not be."""
        refuse_place(item.root, item.path)
        if not self.options.force and is_current(item.path, self.plan.format, spec):
            return False
        refuse_input(item.path, item.source, spec)
        refuse_other(item.path, "figure", overwrite=self.options.overwrite)
        return True

    def _load(self, item: Item) -> Spec:
        if item.error is not None:
            raise item.error
        return load_named(item.source, self.options.reading)

    def _drive(self, due: Iterator[_Due]) -> Iterator[Job]:
        from lrviz.drive import simulate
        from lrviz.linter.engine import list_failures

        for each in due:
            item = self.plan.items[each.place]
            try:
                run = simulate(each.spec)
                findings = list_failures(run)
                title = _title(each.spec, item)
                panel = panel_digest(each.spec, title) if self.has_sheet else ""
            except Exception as error:
                self.settled[each.place] = self._explain(item, error)
                continue
            format, overwrite = self.plan.format, self.options.overwrite
            yield Job(each.place, item, run, findings, format, each.draws, panel, title, overwrite)

    def _judge(self, job: Job, drawn: Drawn | BaseException) -> Outcome:
        """Return what became of a job."""
        item = job.item
        if isinstance(drawn, BaseException):
            return self._explain(item, drawn)
        if drawn.thumbnail is not None:
            self.panels.append((job.panel, job.title, drawn.thumbnail))
        if not job.draws:
            return "up to date", Block(lines=drawn.lines)
        return "drawn", Block(lines=drawn.lines, path=str(item.path))

    def _explain(self, item: Item, error: BaseException) -> Outcome:
        """Return the outcome that an error is; a bug is raised where it stops no other spec."""
        told = explain_mishap(error, item.source, alone=len(self.plan.items) == 1)
        return explain_error(item.source, told)

    def _tell(self, end: int) -> Iterator[Block]:
        """Yield the outcomes up to a place, in order."""
        for place in range(self.told, end):
            state, block = self.settled.pop(place)
            self.counts[state] += 1
            yield block
        self.told = max(self.told, end)

    def _is_sheet_due(self) -> bool:
        """Whether the sheet is wanted, may be written and is not up to date."""
        if self.plan.sheet is None:
            return False
        panels, is_new = [], self.options.force
        for item in self.plan.items:
            try:
                spec = self._load(item)
            except Exception:  # which is told when it is loaded to be drawn
                continue
            refuse_input(self.plan.sheet, item.source, spec)
            is_new = is_new or is_code(spec)
            if not item.clash:
                panels.append(panel_digest(spec, _title(spec, item)))
        try:
            refuse_other(self.plan.sheet, "figure", overwrite=self.options.overwrite)
        except LrvizError as error:
            self.refused = error
            return False
        digest = sheet_digest(panels, self.options.style or SHEET_STYLE)
        return is_new or not is_current_sheet(self.plan.sheet, self.plan.sheet_format, digest)

    def _draw_sheet(self, workers: Workers) -> Block:
        path = self.plan.sheet
        assert path is not None
        style = self.options.style or SHEET_STYLE
        digests, titles, thumbnails = zip(*self.panels, strict=True)
        digest = sheet_digest(digests, style)
        overwrite = self.options.overwrite
        job = SheetJob(path, self.plan.sheet_format, style, digest, titles, thumbnails, overwrite)
        ((_, result),) = workers.map(draw_sheet_job, [job])
        if isinstance(result, BaseException):
            alone, remedy = len(self.plan.items) == 1, "draw the sheet of one spec"
            error = explain_mishap(result, str(path), alone=alone, remedy=remedy)
            return explain_error(str(path), error)[1]
        return Block(lines=result, path=str(path))


def _title(spec: Spec, item: Item) -> str:
    return spec.title or printable(item.name)
