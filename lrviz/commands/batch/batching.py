"""The course of a batch: what is due is driven here, drawn by workers, and told in order."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

from lrviz.commands.batch.drawing import Job, Panel, SheetJob, draw_job, draw_sheet_job
from lrviz.commands.batch.pairs import (
    Item,
    Options,
    find_missing,
    is_code,
    is_current,
    is_current_sheet,
    list_folders,
)
from lrviz.commands.results import Block, drive_linted, refuse_target
from lrviz.figure.record import panel_digest, sheet_digest
from lrviz.reading.sources import load_named
from lrviz.spec.model import Spec
from lrviz.system.mishap import explain_mishap
from lrviz.system.own import refuse_place
from lrviz.system.pool import Workers
from lrviz.system.writing import sweep_litter

# `skipped`: its package is not installed; `wrong`: the spec cannot be drawn; `failed`: the machine
# could not read, draw or write.
STATES = ("drawn", "up to date", "skipped", "wrong", "failed")

# The exit status from which on the machine is to blame.
MACHINE = 3

# The place of a spec that is to be driven, and whether it draws, or is for the sheet alone.
Due = tuple[int, Spec, bool]


def iter_batch(items: Sequence[Item], options: Options) -> Iterator[Block]:
    """Draw what is not up to date; yield what became of every spec, in order, then of the sheet.

    At last it is counted. Where there is nothing to draw, neither torch nor matplotlib is imported
    and no process is started. However it ends, no process is left, and no temporary file of one.
    """
    yield from (Block(lines=(each.note,)) for each in items if each.note)
    folders = list_folders(items, options)
    batch = _Batch(items, options)
    try:
        for folder in folders:
            sweep_litter(folder)
        yield from batch.run()
    finally:
        for folder in folders:  # what a killed worker was writing
            sweep_litter(folder)
    yield Block(lines=(summarise(batch.counts),))


def name_state(block: Block) -> str:
    """Return what became of a spec, in a word."""
    if isinstance(block, Skipped):
        return "skipped"
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


class Skipped(Block):
    """What is said of a spec whose package is not installed."""


@dataclass(eq=False)
class _Batch:
    """One batch under way.

    Attributes:
        settled: what is to be said and has not been, by place.
        told: of how many specs it has been.
        counts: the same, by what became of them.
        shows: whether the sheet is to be drawn.
        panels: what has been collected for it.
    """

    items: Sequence[Item]
    options: Options
    settled: dict[int, Block] = field(default_factory=dict)
    told: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    shows: bool = False
    panels: list[Panel] = field(default_factory=list)

    def run(self) -> Iterator[Block]:
        """Yield what became of every spec, and of the sheet."""
        specs: Iterable[Spec | Exception] = map(self._load, self.items)
        if self.options.sheet is not None:
            specs = list(specs)  # whether it is due depends on all of them
            self.shows = self._is_sheet_due(self.options.sheet, specs)
        due = self._iter_due(specs)
        first = next(due, None)
        if first is not None:
            left = len(self.items) - first[0]
            with Workers(self.options.jobs, left) as workers:
                yield from self._draw(workers, chain([first], due))
        yield from self._tell()

    def _load(self, item: Item) -> Spec | Exception:
        try:
            return item.error or load_named(item.source, self.options.reading)
        except Exception as error:
            return error

    def _is_sheet_due(self, path: Path, results: Sequence[Spec | Exception]) -> bool:
        """Whether the sheet is to be drawn; raises a `RefusedError` where it must not be."""
        pairs = zip(self.items, results, strict=True)
        read = [(item, spec) for item, spec in pairs if isinstance(spec, Spec)]
        refuse_target(path, "figure", (spec for _, spec in read), overwrite=self.options.overwrite)
        shown = [(item, spec) for item, spec in read if find_missing(spec) is None]
        if self.options.force or any(is_code(spec) for _, spec in shown):
            return True
        digests = [panel_digest(spec, item.title(spec)) for item, spec in shown]
        return not is_current_sheet(path, sheet_digest(digests, self.options.style))

    def _iter_due(self, specs: Iterable[Spec | Exception]) -> Iterator[Due]:
        """Yield what is to be driven; what is up to date, skipped or wrong is settled."""
        for place, (item, spec) in enumerate(zip(self.items, specs, strict=True)):
            with self._settling(place):
                if isinstance(spec, Exception):
                    raise spec
                if missing := find_missing(spec):
                    self.settled[place] = Skipped(lines=(missing,))
                    continue
                draws = self._is_due(item, spec)
                if draws or self.shows:
                    yield place, spec, draws
                else:
                    self.settled[place] = Block()

    def _is_due(self, item: Item, spec: Spec) -> bool:
        """Whether a figure is to be drawn; raises a `RefusedError` where it must not be."""
        refuse_place(self.options.root, item.path)
        if not self.options.force and is_current(item.path, self.options.format, spec):
            return False
        refuse_target(item.path, "figure", [spec], overwrite=self.options.overwrite)
        return True

    def _draw(self, workers: Workers, due: Iterable[Due]) -> Iterator[Block]:
        """Drive and draw all that is due."""
        for job, result in workers.map(draw_job, self._drive(due)):
            with self._settling(job.place):
                if isinstance(result, BaseException):
                    raise result
                self.settled[job.place], panel = result
                self.panels += [panel] if panel else []
            yield from self._tell()
        yield from self._tell()  # what came behind the last of them
        if self.options.sheet and self.panels:
            yield self._draw_sheet(self.options.sheet, workers)

    def _drive(self, due: Iterable[Due]) -> Iterator[Job]:
        for place, spec, draws in due:
            with self._settling(place):
                run, lines = drive_linted(spec, self.options.reading.verbose)
                item, told = self.items[place], tuple(lines)
                yield Job(place, item, run, told, draws, self.shows, self.options)

    @contextmanager
    def _settling(self, place: int) -> Iterator[None]:
        """Settle a spec by what is raised inside."""
        try:
            yield
        except Exception as error:
            self.settled[place] = self._explain(self.items[place].source, error)

    def _draw_sheet(self, path: Path, workers: Workers) -> Block:
        job = SheetJob(path, self.options.style, tuple(self.panels), self.options.overwrite)
        ((_, result),) = workers.map(draw_sheet_job, [job])
        if isinstance(result, BaseException):
            return self._explain(str(path), result, remedy="draw the sheet of one spec")
        return result

    def _explain(self, place: str, cause: BaseException, **remedy: str) -> Block:
        """Return what is said of an error; a bug is raised where it stops no other spec."""
        error = explain_mishap(cause, place, alone=len(self.items) == 1, **remedy)
        is_named = any(hasattr(error, name) for name in ("problems", "path"))
        lines = error.lines if is_named else (f"{place}: {error}",)
        return Block(lines=lines, status=error.exit_status)

    def _tell(self) -> Iterator[Block]:
        """Yield what is settled, in order, up to the first spec that is not."""
        while (block := self.settled.pop(self.told, None)) is not None:
            self.told += 1
            self.counts[name_state(block)] += 1
            yield block
