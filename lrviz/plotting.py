"""Specs to figures, one after another: in files, on standard output, or in characters."""

import os
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TextIO

from lrviz.errors import LrvizError, UsageError
from lrviz.factories import load_named
from lrviz.files import write_file, write_stdout
from lrviz.reads import Reads
from lrviz.run import Run
from lrviz.spec import Spec
from lrviz.startup import quick_imports
from lrviz.targets import Format, Target, is_stdout, plan_targets, refuse_input
from lrviz.watch import Watch
from lrviz.words import printable

CLEAR = "\x1b[H\x1b[2J"
"""To the corner of the screen, which is emptied."""


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
    """

    sources: Sequence[str]
    output: str | None = None
    format: Format | None = None
    overrides: Sequence[tuple[str, str]] = ()
    metadata: bool = True
    watch: bool = False
    terminal: bool = False
    allow: Sequence[str] = ()


@dataclass(frozen=True)
class Outcome:
    """What became of one spec.

    Attributes:
        source: the spec as the user named it.
        written: the figure's path; None where none was written, or to standard output.
        description: what the figure shows, in a line.
        picture: the curve in characters; empty where none was asked for.
        warnings: what is worth saying, one line each.
        error: why nothing was drawn; None where it was.
    """

    source: str
    written: str | None = None
    description: str = ""
    picture: str = ""
    warnings: tuple[str, ...] = ()
    error: LrvizError | None = None


def iter_plots(request: PlotRequest, terminal: TextIO) -> Iterator[Outcome]:
    """Draw every spec, and yield what became of each; none stops the others.

    Args:
        request: what is to be drawn.
        terminal: where a picture in characters will be shown.

    Raises:
        UsageError: what is refused before anything is written.
    """
    targets = _plan(request)
    watch = Watch(request.sources) if request.watch else None
    for saved in watch.iter_saves() if watch else [list(request.sources)]:
        for target in targets:
            if target.source in saved:
                reads = Reads()
                outcome = _try(target, request, terminal, reads)
                if watch:
                    watch.keep(target.source, reads)
                yield outcome


def _plan(request: PlotRequest) -> list[Target]:
    """Return where every figure goes; in the terminal alone, nowhere."""
    output = request.output
    if output is not None and is_stdout(output):
        if request.watch:
            raise UsageError(f"--watch -o {output}: one picture would follow another; name a file")
        if request.terminal:
            raise UsageError(f"--terminal -o {output}: one of the two only; name a file")
    if request.terminal and output is None:
        return [Target(source, None, "png") for source in request.sources]
    return plan_targets(request.sources, output, request.format)


def _try(target: Target, request: PlotRequest, terminal: TextIO, reads: Reads) -> Outcome:
    try:
        spec = load_named(
            target.source, overrides=request.overrides, allow=request.allow, reads=reads
        )
        return _plot(spec, target, request, terminal)
    except LrvizError as error:
        return Outcome(target.source, error=error)


def _plot(spec: Spec, target: Target, request: PlotRequest, terminal: TextIO) -> Outcome:
    with quick_imports():  # only now: a spec that is wrong is said to be so at once
        from lrviz.drive import simulate
        from lrviz.lint.beside import with_findings
    run = with_findings(simulate(spec))
    picture = _draw_picture(run, target, request, terminal) if request.terminal else ""
    if request.terminal and request.output is None:
        return Outcome(target.source, None, str(run), picture, run.warnings)
    with quick_imports():
        from lrviz.figurefile import render_run
    rendered = render_run(run, target.format, metadata=request.metadata)
    if target.path is None:
        write_stdout(rendered.data)
    else:
        refuse_input(target.path, target.source, spec)
        write_file(target.path, rendered.data)
    written = None if target.path is None else str(target.path)
    warnings = (*run.warnings, *rendered.warnings)
    return Outcome(target.source, written, str(run), picture, warnings)


def _draw_picture(run: Run, target: Target, request: PlotRequest, terminal: TextIO) -> str:
    """Return a run in characters, what it is of where there are several, and its sentence."""
    from lrviz.terminal import draw_terminal

    is_capable = terminal.isatty() and os.environ.get("TERM") != "dumb"
    alone = len(request.sources) == 1
    size = shutil.get_terminal_size()
    room = size.lines - 2 - (not alone)  # for the sentence, and where the cursor is
    picture = draw_terminal(
        run,
        size.columns,
        room,
        colors=is_capable and not os.environ.get("NO_COLOR"),
        ascii_only=terminal.encoding.lower().replace("-", "") != "utf8",
    )
    heading = "" if alone else f"{printable(target.source)}\n"
    clear = CLEAR if request.watch and is_capable and alone else ""
    return f"{clear}{heading}{picture}\n{run}\n"
