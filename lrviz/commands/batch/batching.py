"""The course of a batch: what is due is driven here, drawn by workers, and told in order."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Literal, NamedTuple, get_args

from lrviz.commands.batch.drawing import Drawn, Job, SheetJob, draw_job, draw_sheet_job
from lrviz.commands.batch.pairs import (
    Item,
    Options,
    Plan,
    is_code,
    is_current,
    is_current_sheet,
)
from lrviz.commands.block import Block
from lrviz.commands.targets import refuse_input
from lrviz.errors import LrvizError, RefusedError
from lrviz.figure.record import panel_digest, sheet_digest
from lrviz.reading.sources import load_named
from lrviz.run.driven import Thumbnail
from lrviz.spec.model import Spec
from lrviz.spell import printable
from lrviz.system.files import sweep_litter
from lrviz.system.mishap import explain_mishap
from lrviz.system.own import refuse_other, refuse_place
from lrviz.system.pool import Workers, count_workers
from lrviz.system.process import quick_imports

SHEET_STYLE = "light"

State = Literal["drawn", "up to date", "wrong", "failed"]
"""`wrong`: the spec cannot be drawn; `failed`: the machine could not read, draw or write."""

STATES: tuple[State, ...] = get_args(State)
MACHINE = 3
"""The exit status from which on the machine is to blame."""

Outcome = tuple[State, Block]
"""What became of one spec."""


def iter_batch(plan: Plan, options: Options) -> Iterator[Block]:
    """Draw what is not up to date; yield what became of every spec, in order, then of the sheet.

    At last it is counted. Where there is nothing to draw, neither torch nor matplotlib is imported
    and no process is started. However it ends, no process is left, and no temporary file of one.
    """
    for folder in plan.folders:
        sweep_litter(folder)
    batch = _Batch(plan, options)
    yield from batch.run()
    yield Block(lines=(summarise(batch.counts),))


def explain_error(place: str, error: LrvizError) -> Outcome:
    """Return the outcome of what could not be drawn; its lines name the spec or a file.

    >>> from lrviz.errors import WorkerDied
    >>> explain_error("a.yaml", WorkerDied("was killed by SIGSEGV"))[1].lines
    ('a.yaml: its worker process was killed by SIGSEGV',)
    """
    state: State = "failed" if error.exit_status >= MACHINE else "wrong"
    named = any(hasattr(error, name) for name in ("problems", "path"))
    lines = error.lines if named else (f"{place}: {error}",)
    return state, Block(lines=lines, status=error.exit_status)


def summarise(counts: Counter[State]) -> str:
    """Return how many specs came to what.

    >>> summarise(Counter({"drawn": 2, "wrong": 1}))
    '3 specs: 2 drawn, 1 wrong'
    """
    parts = ", ".join(f"{counts[state]} {state}" for state in STATES if counts[state])
    total = counts.total()
    return f"{total} spec{'' if total == 1 else 's'}: {parts}"


class _Due(NamedTuple):
    """A spec that is to be driven: for its figure, if it draws, or for the sheet alone."""

    place: int
    spec: Spec
    draws: bool


@dataclass(eq=False)
class _Batch:
    """One batch under way.

    Attributes:
        settled: outcomes that have not been told, by place.
        told: how many have been.
        counts: the same, by what became of them.
        panels: what has been collected for the sheet: digest, title and picture of each panel.
        has_sheet: whether the sheet is to be drawn.
        closing: what is told behind all specs.
    """

    plan: Plan
    options: Options
    settled: dict[int, Outcome] = field(default_factory=dict)
    told: int = 0
    counts: Counter[State] = field(default_factory=Counter)
    panels: list[tuple[str, str, Thumbnail]] = field(default_factory=list)
    has_sheet: bool = False
    closing: list[Block] = field(default_factory=list)

    def run(self) -> Iterator[Block]:
        """Yield what became of every spec, and of the sheet."""
        specs: Iterable[Spec | Exception] = map(self._load, self.plan.items)
        if self.plan.sheet is not None:
            specs = list(specs)  # whether it is due depends on all of them
            self.has_sheet = self._is_sheet_due(self.plan.sheet, specs)
        due = self._iter_due(specs)
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
        yield from self.closing

    def _load(self, item: Item) -> Spec | Exception:
        try:
            return item.error or load_named(item.source, self.options.reading)
        except Exception as error:
            return error

    def _is_sheet_due(self, path: Path, specs: Sequence[Spec | Exception]) -> bool:
        """Whether the sheet may be written and is not up to date."""
        panels, is_new = [], self.options.force
        for item, spec in zip(self.plan.items, specs, strict=True):
            if isinstance(spec, Spec):
                refuse_input(path, item.source, spec)
                is_new = is_new or is_code(spec)
                if not item.clash:
                    panels.append(panel_digest(spec, _title(spec, item)))
        try:
            refuse_other(path, "figure", overwrite=self.options.overwrite)
        except RefusedError as error:
            self.closing.append(explain_error(str(path), error)[1])
            return False
        digest = sheet_digest(panels, self.options.style or SHEET_STYLE)
        return is_new or not is_current_sheet(path, self.plan.sheet_format, digest)

    def _iter_due(self, specs: Iterable[Spec | Exception]) -> Iterator[_Due]:
        """Yield what is to be driven; what is up to date or wrong is settled."""
        for place, (item, spec) in enumerate(zip(self.plan.items, specs, strict=True)):
            if item.clash:
                said = f"{item.source}: {item.clash}"
                self.settled[place] = "wrong", Block(lines=(said,), status=2)
                continue
            try:
                if isinstance(spec, Exception):
                    raise spec
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
        if self.panels and self.plan.sheet is not None:
            yield self._draw_sheet(self.plan.sheet, workers)

    def _drive(self, due: Iterator[_Due]) -> Iterator[Job]:
        from lrviz.drive import simulate
        from lrviz.linter.engine import list_failures

        for place, spec, draws in due:
            item = self.plan.items[place]
            try:
                run = simulate(spec)
                findings, title = list_failures(run), _title(spec, item)
                panel = panel_digest(spec, title) if self.has_sheet else ""
            except Exception as error:
                self.settled[place] = self._explain(item, error)
                continue
            format, overwrite = self.plan.format, self.options.overwrite
            yield Job(place, item, run, findings, format, draws, panel, title, overwrite)

    def _judge(self, job: Job, drawn: Drawn | BaseException) -> Outcome:
        """Return what became of a job."""
        if isinstance(drawn, BaseException):
            return self._explain(job.item, drawn)
        if drawn.thumbnail is not None:
            self.panels.append((job.panel, job.title, drawn.thumbnail))
        if not job.draws:
            return "up to date", Block(lines=drawn.lines)
        return "drawn", Block(lines=drawn.lines, path=str(job.item.path))

    def _draw_sheet(self, path: Path, workers: Workers) -> Block:
        style, format = self.options.style or SHEET_STYLE, self.plan.sheet_format
        digests, titles, thumbnails = zip(*self.panels, strict=True)
        digest = sheet_digest(digests, style)
        overwrite = self.options.overwrite
        job = SheetJob(path, format, style, digest, titles, thumbnails, overwrite)
        ((_, result),) = workers.map(draw_sheet_job, [job])
        if isinstance(result, BaseException):
            alone, remedy = len(self.plan.items) == 1, "draw the sheet of one spec"
            error = explain_mishap(result, str(path), alone=alone, remedy=remedy)
            return explain_error(str(path), error)[1]
        return Block(lines=result, path=str(path))

    def _explain(self, item: Item, error: BaseException) -> Outcome:
        """Return the outcome that an error is; a bug is raised where it stops no other spec."""
        alone = len(self.plan.items) == 1
        return explain_error(item.source, explain_mishap(error, item.source, alone=alone))

    def _tell(self, end: int) -> Iterator[Block]:
        """Yield the outcomes up to a place, in order."""
        for place in range(self.told, end):
            state, block = self.settled.pop(place)
            self.counts[state] += 1
            yield block
        self.told = max(self.told, end)


def _title(spec: Spec, item: Item) -> str:
    return spec.title or printable(item.name)
