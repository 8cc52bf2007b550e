"""Specs to figures, one after another: in files, on standard output, or in characters."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple, TextIO

from lrviz.commands.block import Line, spell_line
from lrviz.commands.targets import (
    Format,
    Target,
    is_stdout,
    plan_targets,
    refuse_format,
    refuse_input,
    refuse_stdin_twice,
)
from lrviz.commands.watch import Watch
from lrviz.errors import FileError, LrvizError, RefusedError, SpecError, UsageError
from lrviz.reading.factories import load_named
from lrviz.run.driven import Run
from lrviz.spec.model import Spec
from lrviz.spell import printable
from lrviz.system.files import write_file, write_stdout
from lrviz.system.mishap import explain_mishap
from lrviz.system.own import refuse_other, refuse_place
from lrviz.system.reads import Reads
from lrviz.system.startup import quick_imports


@dataclass(frozen=True)
class PlotRequest:
    """What is to be drawn, and how.

    Attributes:
        sources: the specs as the user named them.
        output: the figure's file, `-` for standard output; None for one called after its spec.
        format: of the figure; None: as its file ends.
        overrides: (key path, YAML value) pairs.
        metadata: whether the figure carries its spec.
        watch: whether each is drawn again whenever it is saved, until interrupted.
        terminal: whether it is drawn in characters, and a figure only where `output` says so.
        allow: the scheduler classes beside the catalog that specs may name.
        overwrite: whether a file is replaced, too, that lrviz did not write.
    """

    sources: Sequence[str]
    output: str | None = None
    format: Format | None = None
    overrides: Sequence[tuple[str, str]] = ()
    metadata: bool = True
    watch: bool = False
    terminal: bool = False
    allow: Sequence[str] = ()
    overwrite: bool = False


@dataclass(frozen=True)
class Outcome:
    """What became of one spec.

    Attributes:
        source: the spec as the user named it.
        written: the figure's path; None where none was written, or to standard output.
        description: what the figure shows, in a line.
        clear: what empties the screen for it; empty where all is to stay.
        picture: the curve in characters; empty where none was asked for.
        lines: what is worth saying.
        error: why nothing was drawn; None where it was.
    """

    source: str
    written: str | None = None
    description: str = ""
    clear: str = ""
    picture: str = ""
    lines: tuple[Line, ...] = ()
    error: LrvizError | None = None


@dataclass(frozen=True)
class Plan:
    """What is to be drawn, as far as it can be said before any spec is read.

    Attributes:
        request: what was asked for.
        targets: where every figure goes.
        watch: what looks after the sources; None where each is drawn once.
    """

    request: PlotRequest
    targets: Sequence[Target]
    watch: Watch | None

    @property
    def is_watching(self) -> bool:
        """Whether anything will be drawn again."""
        return self.watch is not None and self.watch.has_file


class Streams(NamedTuple):
    """Where what is drawn in characters will be shown, and what is worth saying; if they are open.

    Attributes:
        out: standard output.
        err: standard error.
    """

    out: TextIO | None
    err: TextIO | None


def plan_plots(request: PlotRequest) -> Plan:
    """Return what is to be drawn and where it goes.

    Raises:
        UsageError: what is refused before anything is written.
    """
    refuse_stdin_twice(request.sources)
    targets = _list_targets(request)
    for target in targets:
        _refuse_loss(target, request)
    return Plan(request, targets, Watch(request.sources) if request.watch else None)


def _list_targets(request: PlotRequest) -> list[Target]:
    """Return where every figure goes; in the terminal alone, nowhere."""
    output = request.output
    if output is not None and is_stdout(output):
        if request.watch:
            raise UsageError(f"--watch -o {output}: one picture would follow another; name a file")
        if request.terminal:
            raise UsageError(f"--terminal -o {output}: one of the two only; name a file")
    if request.terminal and output is None:
        refuse_format(request.format)
        return [Target(source, None, "png") for source in request.sources]
    return plan_targets(request.sources, output, request.format)


def _refuse_loss(target: Target, request: PlotRequest) -> None:
    """Refuse to write over what lrviz did not write; of what a spec reads that is said."""
    if target.path is None:
        return
    if request.output is None:  # a pipe that was named is meant
        refuse_place(Path(), target.path)
    try:
        refuse_other(target.path, "figure", overwrite=request.overwrite)
    except RefusedError:
        with suppress(SpecError, FileError):
            refuse_input(target.path, target.source, _load(target, request, Reads()))
        raise


def iter_plots(plan: Plan, streams: Streams) -> Iterator[Outcome]:
    """Draw every spec, and yield what became of each; none stops the others."""
    watch, sources = plan.watch, list(plan.request.sources)
    for saved in watch.iter_saves() if watch else [sources]:
        for target in plan.targets:
            if target.source in saved:
                reads = Reads()
                outcome = _try(target, plan.request, streams, reads)
                if watch:
                    watch.keep(target.source, reads)
                yield outcome


def _try(target: Target, request: PlotRequest, streams: Streams, reads: Reads) -> Outcome:
    try:
        return _plot(_load(target, request, reads), target, request, streams)
    except Exception as error:
        alone = len(request.sources) == 1
        return Outcome(target.source, error=explain_mishap(error, target.source, alone=alone))


def _load(target: Target, request: PlotRequest, reads: Reads) -> Spec:
    return load_named(target.source, overrides=request.overrides, allow=request.allow, reads=reads)


def _plot(spec: Spec, target: Target, request: PlotRequest, streams: Streams) -> Outcome:
    with quick_imports():  # only now: a spec that is wrong is said to be so at once
        from lrviz.drive import simulate
        from lrviz.linter.beside import list_failures
    run = simulate(spec)
    lines: list[Line] = [*run.warnings, *list_failures(run)]
    outcome = Outcome(target.source, description=str(run), lines=tuple(lines))
    if request.output is not None or not request.terminal:
        outcome = _write(run, spec, outcome, target, request)
    return _show(run, outcome, request, streams) if request.terminal else outcome


def _write(run: Run, spec: Spec, outcome: Outcome, target: Target, request: PlotRequest) -> Outcome:
    """Write the figure."""
    with quick_imports():
        from lrviz.figure.figurefile import render_run
    rendered = render_run(run, target.format, metadata=request.metadata)
    lines = (*outcome.lines, *rendered.warnings)
    if target.path is None:
        write_stdout(rendered.data)
        return replace(outcome, lines=lines)
    refuse_input(target.path, target.source, spec)
    write_file(target.path, rendered.data, overwrite=request.overwrite)
    return replace(outcome, written=str(target.path), lines=lines)


def _show(run: Run, outcome: Outcome, request: PlotRequest, streams: Streams) -> Outcome:
    """Draw the picture in characters, to fill the screen with what else is said there."""
    from lrviz.draw.terminal import explain_limits
    from lrviz.draw.terminal.screen import CLEAR, draw_screen, find_screen

    said = tuple(map(run.remark, filter(None, [explain_limits(run)])))
    if not set(said) <= set(outcome.lines):  # else a figure has said so
        outcome = replace(outcome, lines=(*outcome.lines, *said))
    screen = find_screen(streams.out)
    is_alone = len(request.sources) == 1
    is_cleared = request.watch and is_alone and screen.is_capable
    heading = "" if is_alone else printable(outcome.source)
    beside = [] if outcome.written is None else [printable(outcome.written)]
    if is_cleared and streams.err is not None and streams.err.isatty():
        beside += map(printable, map(spell_line, outcome.lines))
    picture = draw_screen(run, screen, heading, beside)
    return replace(outcome, clear=CLEAR if is_cleared else "", picture=picture)
