"""Specs to figures, one after another: in files, on standard output, or in characters."""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from lrviz.commands.results import (
    Block,
    Line,
    Target,
    drive_linted,
    output_file,
    plan_targets,
    refuse_format,
    refuse_reads,
    spell_line,
    tell_error,
    write_figure,
)
from lrviz.commands.watch import Watch
from lrviz.errors import RefusedError, UsageError
from lrviz.figure import Drawn
from lrviz.reading.sources import AS_WRITTEN, Reading, load_named
from lrviz.run.driven import Run
from lrviz.spec.model import Spec
from lrviz.spell import printable
from lrviz.system.files import Reads
from lrviz.system.mishap import explain_mishap
from lrviz.system.own import refuse_other, refuse_place


@dataclass(frozen=True)
class PlotRequest:
    """What is to be drawn, and how.

    Attributes:
        sources: the specs as the user named them.
        output: the figure's file, `-` for standard output; None for one called after its spec.
        format: of the figure; None: as its file ends.
        reading: as the command line says it.
        metadata: whether the figure carries its spec.
        watch: whether each is drawn again whenever it is saved, until interrupted.
        terminal: whether it is drawn in characters, and a figure only where `output` says so.
        overwrite: whether a file is replaced, too, that lrviz did not write.
    """

    sources: Sequence[str]
    output: str | None = None
    format: Drawn | None = None
    reading: Reading = AS_WRITTEN
    metadata: bool = True
    watch: bool = False
    terminal: bool = False
    overwrite: bool = False

    @property
    def is_one(self) -> bool:
        """Whether there is one spec only."""
        return len(self.sources) == 1


def iter_plots(request: PlotRequest) -> Iterator[Block]:
    """Draw every spec, and yield what became of each; none stops the others.

    Raises:
        FileError: a figure that would be written over cannot be read.
        SpecError: it holds no spec.
        UsageError: what is refused before anything is written.
    """
    try:
        targets = _list_targets(request)
    except RefusedError:
        for source in request.sources if request.output is None else ():
            load_named(source, request.reading)  # what holds no spec would not be drawn elsewhere
        raise
    if not request.metadata and any(target.format == "html" for target in targets):
        raise UsageError("--no-metadata: a page reads its values from the record; leave it out")
    for path in filter(None, (target.path for target in targets)):
        if request.output is None:  # a pipe that was named is meant
            refuse_place(Path(), path)
        refuse_other(path, "figure", overwrite=request.overwrite)
    watch = Watch(request.sources) if request.watch else None
    if watch and watch.has_file:
        yield Block(lines=(f"watching {', '.join(request.sources)}; Ctrl-C ends it",))
    for saved in watch.iter_saves() if watch else [request.sources]:
        for target in (each for each in targets if each.source in saved):
            reads = Reads()
            blocks = _try(target, request, reads)
            if watch:
                watch.keep(target.source, reads)
            yield from blocks


def _list_targets(request: PlotRequest) -> list[Target]:
    """Return where every figure goes; in the terminal alone, nowhere."""
    output = request.output
    if output is not None and output_file(output) is None:
        if request.watch:
            raise UsageError(f"--watch -o {output}: one picture would follow another; name a file")
        if request.terminal:
            raise UsageError(f"--terminal -o {output}: one of the two only; name a file")
    if request.terminal and output is None:
        refuse_format(request.format)
        return [Target(source, None, "png") for source in request.sources]
    return plan_targets(request.sources, output, request.format)


def _try(target: Target, request: PlotRequest, reads: Reads) -> list[Block]:
    """Return what became of one spec."""
    try:
        return _plot(load_named(target.source, request.reading, reads=reads), target, request)
    except Exception as error:
        return [tell_error(explain_mishap(error, target.source, alone=request.is_one))]


def _plot(spec: Spec, target: Target, request: PlotRequest) -> list[Block]:
    run, lines = drive_linted(spec, request.reading.verbose)
    path = str(target.path or "")
    if request.output is not None or not request.terminal:
        refuse_reads(target.path, [spec])
        lines += write_figure(run, target, metadata=request.metadata, overwrite=request.overwrite)
    if request.terminal:
        return _show(run, target.source, path, lines, request)
    told = "" if request.reading.verbose else str(run)  # as a note says it then
    return [Block(lines=tuple(lines), path=path, description=told)]


def _show(run: Run, source: str, path: str, lines: list[Line], request: PlotRequest) -> list[Block]:
    """Draw the picture in characters, to fill the screen with what else is said there."""
    from lrviz.draw.terminal.picture import CLEAR, draw_screen, explain_limits, find_screen

    remarks = map(run.remark, filter(None, [explain_limits(run)]))
    lines += [each for each in remarks if each not in lines]  # a figure has said so
    screen = find_screen(sys.stdout)
    is_cleared = request.watch and request.is_one and screen.is_capable
    beside = [path] if path else []
    if is_cleared and sys.stderr is not None and sys.stderr.isatty():
        beside += map(spell_line, lines)
    heading = "" if request.is_one else printable(source)
    picture = draw_screen(run, screen, heading, list(map(printable, beside)))
    shown = Block(picture, tuple(lines), path=path)
    return [Block(CLEAR), shown] if is_cleared else [shown]
