"""Specs to figures, one after another: in files, on standard output, or in characters."""

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TextIO

from lrviz.errors import LrvizError
from lrviz.factories import load_named
from lrviz.files import write_file, write_stdout
from lrviz.startup import quick_imports
from lrviz.targets import Format, Target, plan_targets
from lrviz.watch import iter_saves


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
    targets = plan_targets(request.sources, request.output, request.format)
    saves = iter_saves(request.sources) if request.watch else iter([list(request.sources)])
    for saved in saves:
        for target in targets:
            if target.source in saved:
                yield _try(target, request, terminal)


def _try(target: Target, request: PlotRequest, terminal: TextIO) -> Outcome:
    try:
        return _plot(target, request, terminal)
    except LrvizError as error:
        return Outcome(target.source, error=error)


def _plot(target: Target, request: PlotRequest, terminal: TextIO) -> Outcome:
    spec = load_named(target.source, overrides=request.overrides, allow=request.allow)
    with quick_imports():  # only now: a spec that is wrong is said to be so at once
        from lrviz.drive import simulate
        from lrviz.lint.beside import with_findings
    run = with_findings(simulate(spec))
    picture = ""
    if request.terminal:
        from lrviz.terminal import draw_terminal

        size = shutil.get_terminal_size()
        ascii_only = terminal.encoding.lower().replace("-", "") != "utf8"
        picture = draw_terminal(
            run, size.columns, size.lines - 1, colors=terminal.isatty(), ascii_only=ascii_only
        )
        if request.output is None:
            return Outcome(target.source, None, str(run), f"{picture}\n", run.warnings)
    with quick_imports():
        from lrviz.figurefile import render_run
    rendered = render_run(run, target.format, metadata=request.metadata)
    if target.path is None:
        write_stdout(rendered.data)
    else:
        write_file(target.path, rendered.data)
    written = None if target.path is None else str(target.path)
    warnings = (*run.warnings, *rendered.warnings)
    picture = f"{picture}\n" if picture else ""
    return Outcome(target.source, written, str(run), picture, warnings)
