"""The course of a batch: what is due is driven here, drawn by workers, and told in order."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

from lrviz.commands.batch.drawing import Drawn, Job, SheetJob, draw_job, draw_sheet_job
from lrviz.commands.batch.pairs import (
    Item,
    Options,
    Plan,
    is_code,
    is_current,
    is_current_sheet,
)
from lrviz.commands.results import Block, drive_linted, refuse_target
from lrviz.figure.record import panel_digest, sheet_digest
from lrviz.reading.sources import load_named
from lrviz.run.driven import Thumbnail
from lrviz.spec.model import Spec
from lrviz.spell import printable
from lrviz.system.mishap import explain_mishap
from lrviz.system.own import refuse_place
from lrviz.system.pool import Workers
from lrviz.system.writing import sweep_litter

SHEET_STYLE = "light"

STATES = ("drawn", "up to date", "wrong", "failed")
"""`wrong`: the spec cannot be drawn; `failed`: the machine could not read, draw or write."""

MACHINE = 3
"""The exit status from which on the machine is to blame."""

Due = tuple[int, Spec, bool]
"""The place of a spec that is to be driven, and whether it draws, or is for the sheet alone."""

Panel = tuple[Spec, Item]


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


def name_state(block: Block) -> str:
    """Return what became of a spec, in a word."""
    if block.status:
        return "failed" if block.status >= MACHINE else "wrong"
    return "drawn" if block.path else "up to date"


def summarise(counts: Counter[str]) -> str:
    """Return how many specs came to what.

    >>> summarise(Counter({"drawn": 2, "wrong": 1}))
    '3 specs: 2 drawn, 1 wrong'
    """
    parts = ", ".join(f"{counts[state]} {state}" for state in STATES if counts[state])
    total = counts.total()
    return f"{total} spec{'' if total == 1 else 's'}: {parts}"


@dataclass(eq=False)
class _Batch:
    """One batch under way.

    Attributes:
        settled: what is to be said and has not been, by place.
        told: of how many specs it has been.
        counts: the same, by what became of them.
        panels: what has been collected for the sheet.
        sheet: the sheet's file; None where none is to be drawn.
    """

    plan: Plan
    options: Options
    settled: dict[int, Block] = field(default_factory=dict)
    told: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    panels: list[tuple[Panel, Thumbnail]] = field(default_factory=list)
    sheet: Path | None = None

    def run(self) -> Iterator[Block]:
        """Yield what became of every spec, and of the sheet."""
        specs: Iterable[Spec | Exception] = map(self._load, self.plan.items)
        if self.plan.sheet is not None:
            specs = list(specs)  # whether it is due depends on all of them
            self._plan_sheet(self.plan.sheet, specs)
        due = self._iter_due(specs)
        first = next(due, None)
        if first is not None:
            left = len(self.plan.items) - first[0]
            try:
                with Workers(self.options.jobs, left) as workers:
                    yield from self._draw(workers, chain([first], due))
            finally:
                for folder in self.plan.folders:  # what a killed worker was writing
                    sweep_litter(folder)
        yield from self._tell()

    def _load(self, item: Item) -> Spec | Exception:
        try:
            return item.error or load_named(item.source, self.options.reading)
        except Exception as error:
            return error

    def _plan_sheet(self, path: Path, results: Sequence[Spec | Exception]) -> None:
        """Draw the sheet if it is not up to date; raises an error where it must not be written."""
        pairs = zip(results, self.plan.items, strict=True)
        panels = [(spec, item) for spec, item in pairs if isinstance(spec, Spec)]
        specs = [spec for spec, _ in panels]
        refuse_target(path, "figure", specs, overwrite=self.options.overwrite)
        is_new = self.options.force or any(map(is_code, specs))
        if is_new or not is_current_sheet(path, self.plan.sheet_format, self._digest(panels)):
            self.sheet = path

    def _digest(self, panels: Iterable[Panel]) -> str:
        """Return what a sheet with these panels depends on."""
        digests = [panel_digest(spec, _title(spec, item)) for spec, item in panels]
        return sheet_digest(digests, self._style)

    @property
    def _style(self) -> str:
        """The style of the sheet: the one that the command line names for all figures."""
        named = [each.value for each in self.options.reading.overrides if each.option == "--style"]
        return named[0] if named else SHEET_STYLE

    def _iter_due(self, specs: Iterable[Spec | Exception]) -> Iterator[Due]:
        """Yield what is to be driven; what is up to date or wrong is settled."""
        for place, (item, spec) in enumerate(zip(self.plan.items, specs, strict=True)):
            try:
                if isinstance(spec, Exception):
                    raise spec
                draws = self._is_due(item, spec)
            except Exception as error:
                self.settled[place] = self._explain(item.source, error)
                continue
            if draws or self.sheet:
                yield place, spec, draws
            else:
                self.settled[place] = Block()

    def _is_due(self, item: Item, spec: Spec) -> bool:
        """Whether a figure is to be drawn; raises a `RefusedError` where it must not be."""
        refuse_place(self.plan.root, item.path)
        if not self.options.force and is_current(item.path, self.plan.format, spec):
            return False
        refuse_target(item.path, "figure", [spec], overwrite=self.options.overwrite)
        return True

    def _draw(self, workers: Workers, due: Iterator[Due]) -> Iterator[Block]:
        """Drive and draw all that is due."""
        for job, drawn in workers.map(draw_job, self._drive(due)):
            self.settled[job.place] = self._judge(job, drawn)
            yield from self._tell()
        yield from self._tell()  # what came behind the last of them
        if self.sheet and self.panels:
            yield self._draw_sheet(self.sheet, workers)

    def _drive(self, due: Iterator[Due]) -> Iterator[Job]:
        plan, overwrite = self.plan, self.options.overwrite
        for place, spec, draws in due:
            item, shows = plan.items[place], self.sheet is not None
            try:
                run, lines = drive_linted(spec)
            except Exception as error:
                self.settled[place] = self._explain(item.source, error)
                continue
            yield Job(
                place, item, plan.root, plan.format, run, tuple(lines), draws, shows, overwrite
            )

    def _judge(self, job: Job, drawn: Drawn | BaseException) -> Block:
        """Return what there is to say of a job."""
        if isinstance(drawn, BaseException):
            return self._explain(job.item.source, drawn)
        if drawn.thumbnail is not None:
            self.panels.append(((job.run.spec, job.item), drawn.thumbnail))
        return Block(lines=drawn.lines, path=str(job.item.path) if job.draws else "")

    def _draw_sheet(self, path: Path, workers: Workers) -> Block:
        panels, thumbnails = zip(*self.panels, strict=True)
        titles = tuple(_title(*panel) for panel in panels)
        style, format = self._style, self.plan.sheet_format
        digest, overwrite = self._digest(panels), self.options.overwrite
        job = SheetJob(path, format, style, digest, titles, thumbnails, overwrite)
        ((_, result),) = workers.map(draw_sheet_job, [job])
        if isinstance(result, BaseException):
            return self._explain(str(path), result, remedy="draw the sheet of one spec")
        return Block(lines=result, path=str(path))

    def _explain(self, place: str, cause: BaseException, **remedy: str) -> Block:
        """Return what is said of an error; a bug is raised where it stops no other spec."""
        alone = len(self.plan.items) == 1
        error = explain_mishap(cause, place, alone=alone, **remedy)
        is_named = any(hasattr(error, name) for name in ("problems", "path"))
        lines = error.lines if is_named else (f"{place}: {error}",)
        return Block(lines=lines, status=error.exit_status)

    def _tell(self) -> Iterator[Block]:
        """Yield what is settled, in order, up to the first spec that is not."""
        while (block := self.settled.pop(self.told, None)) is not None:
            self.told += 1
            self.counts[name_state(block)] += 1
            yield block


def _title(spec: Spec, item: Item) -> str:
    return spec.title or printable(item.name)
