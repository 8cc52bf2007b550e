"""What every command does: refuse what would be lost, drive, write, and tell of it in blocks."""

import os
import stat
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

from lrviz.errors import LrvizError, NoFigureError, Problem, RefusedError, UsageError
from lrviz.figure import DRAWN, FORMATS, Drawn, find_format
from lrviz.spec.origin import figure_stem, source_file
from lrviz.system.files import STDIO, find_status, identify, write_stdout
from lrviz.system.own import Kind, refuse_other
from lrviz.system.process import quick_imports
from lrviz.system.writing import write_file

if TYPE_CHECKING:  # all that is printed is a block: help and errors need neither spec nor run
    from lrviz.run.driven import Run
    from lrviz.spec.model import Spec

Line = str | Problem

_STDOUT = (STDIO, "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1")


@dataclass(frozen=True)
class Block:
    """What there is to print: lines, then text, then a path.

    Attributes:
        text: for standard output, as bytes where other programs read it; None for nothing.
        lines: for standard error, one a line.
        status: what the command's exit status must be at least.
        path: of a file that was written, for standard output; empty where none was.
        description: what stands behind the path on a terminal.
    """

    text: str | bytes | None = None
    lines: tuple[Line, ...] = ()
    status: int = 0
    path: str = ""
    description: str = ""


def spell_line(line: Line) -> str:
    """Return a line as it is printed."""
    return line.line if isinstance(line, Problem) else line


def tell_error(error: LrvizError) -> Block:
    """Return what an error says to whoever may have meant a file to write, not to read."""
    remedy = f"; did you mean -o {error.path}?" if isinstance(error, NoFigureError) else ""
    return Block(lines=tuple(f"{line}{remedy}" for line in error.lines), status=error.exit_status)


@dataclass(frozen=True)
class Target:
    """One spec and where its figure goes.

    Attributes:
        source: the spec as the user named it.
        path: the figure's file; None for standard output.
        format: of the figure.
    """

    source: str
    path: Path | None
    format: Drawn


def plan_targets(sources: Sequence[str], output: str | None, format: Drawn | None) -> list[Target]:
    """Return where every source's figure goes, be it a page.

    Raises:
        UsageError: several sources for one file, an output that is an input, an unknown ending.

    >>> plan_targets(["configs/steplr.yaml"], None, "svg")[0].path.name
    'steplr.svg'
    """
    if output is not None and len(sources) > 1:
        raise UsageError(f"-o {output}: one file for {len(sources)} specs; leave -o out")
    targets = [plan_target(source, output, format, DRAWN) for source in sources]
    refuse_inputs((each.path for each in targets), map(source_file, sources))
    stream = Path("standard output")
    for error in find_sharing((each.source, each.path or stream) for each in targets).values():
        raise error
    return targets


def plan_target(
    source: str, output: str | None, format: Drawn | None, formats: Sequence[Drawn] = FORMATS
) -> Target:
    """Return where a source's figure goes; where no output is named, into a file of its name."""
    if output is None and not _is_stream(source):
        return Target(source, Path(f"{figure_stem(source)}.{format or 'png'}"), format or "png")
    path = output_file(output or STDIO)
    return Target(source, path, format or (find_format(path, formats) if path else "png"))


def output_file(output: str) -> Path | None:
    """Return the file that an output is; None for standard output.

    >>> output_file("-"), output_file("/dev/stdout"), str(output_file("stdout"))
    (None, None, 'stdout')
    """
    return None if output in _STDOUT else Path(output)


def _is_stream(source: str) -> bool:
    """Whether a source has no name that a figure could be called after."""
    if source == STDIO or (status := find_status(source)) is None:
        return source == STDIO
    return not stat.S_ISREG(status.st_mode) and not stat.S_ISDIR(status.st_mode)


def refuse_format(format: Drawn | None) -> None:
    """Refuse the format of a figure where none is drawn.

    Raises:
        UsageError: there is one.
    """
    if format is not None:
        raise UsageError(f"-f {format}: nothing is drawn without a file; name one with -o")


def find_sharing(pairs: Iterable[tuple[str, Path]]) -> dict[Path, UsageError]:
    """Return what is wrong with every file that is to be written for several specs."""
    groups, shared = defaultdict[str, list[tuple[str, Path]]](list), {}
    for source, path in pairs:
        groups[os.path.normcase(path)].append((source, path))
    for group in (each for each in groups.values() if len(each) > 1):
        sources = " and ".join(source for source, _ in group)
        for _, path in group:
            shared[path] = UsageError(f"{path}: {sources} would be written to it")
    return shared


def refuse_inputs(
    outputs: Iterable[Path | None], inputs: Iterable[Path | str], other: str = "file"
) -> None:
    """Refuse to write over any of the files that are read; each of them is asked for once.

    Raises:
        RefusedError: an output is an input; the remedy is `other`.
    """
    read = {identify(each) for each in inputs if each != STDIO} - {None}
    for output in filter(None, outputs):
        if identify(output) in read:
            raise RefusedError(output, f"is also an input; name another {other} with -o")


def refuse_target(
    path: Path | None, kind: Kind, specs: Iterable["Spec"], *, overwrite: bool
) -> None:
    """Refuse to write over what specs are read from, or over what lrviz did not write.

    Raises:
        RefusedError: the file, which is not standard output, would be lost.
    """
    refuse_reads(path, specs)
    if path is not None:
        refuse_other(path, kind, overwrite=overwrite)


def refuse_reads(path: Path | None, specs: Iterable["Spec"]) -> None:
    """Refuse to write over what specs are read from; of a factory that is known once it has run.

    Raises:
        RefusedError: the file is an input.
    """
    for spec in specs:
        refuse_inputs([path], list_files(spec))


def list_files(spec: "Spec") -> Iterator[Path | str]:
    """Yield what a spec was read from: its own file, its metrics, and its factory's code."""
    source = spec.source.name
    yield source_file(source)
    for schedule in spec.schedules:
        if schedule.metric_file:
            yield Path(source).parent / schedule.metric_file
        if schedule.factory:
            yield from schedule.factory.reads


def drive_spec(spec: "Spec", verbose: bool = False) -> "Run":
    """Return what a spec gives, as `simulate`.

    torch is imported only now: a spec that is wrong needs none to be said so. `verbose` adds what
    the run does, and how its steps follow from its data.
    """
    simulate, with_torch = _load_driver()
    drive = partial(simulate, spec)
    is_whole = "torch.optim" in sys.modules  # all of it: there is nothing to choose
    run = drive() if is_whole else with_torch(drive, spec.needs, spec.source.name)
    return run.explain() if verbose else run


@cache
def _load_driver() -> tuple[Callable[["Spec"], "Run"], Callable[..., "Run"]]:
    with quick_imports():
        from lrviz.drive.runs import simulate
        from lrviz.drive.whole import with_torch
    return simulate, with_torch


def drive_linted(spec: "Spec", verbose: bool = False) -> tuple["Run", list[Line]]:
    """Return what a spec gives, and what is worth saying of it wherever it is drawn."""
    from lrviz.linter.engine import list_failures

    run = drive_spec(spec, verbose)
    return run, [*run.warnings, *list_failures(run, drive_spec)]


def write_figure(
    run: "Run", target: Target, *, metadata: bool, overwrite: bool
) -> tuple[Problem, ...]:
    """Write a run's figure, and return what is worth saying of it.

    Args:
        run: what is drawn.
        target: its file, or standard output.
        metadata: whether it carries its spec; what several specs make has no such record.
        overwrite: whether a file is replaced, too, that lrviz did not write.

    Raises:
        FileError: it cannot be written.
    """
    with quick_imports():
        from lrviz.figure.image import render_run
    if target.format == "html":
        from lrviz.page.alone import render_page

        data, warnings = render_page(run)
    else:
        data, warnings = render_run(run, target.format, metadata=metadata)
    write_parts(target.path, [data], overwrite=overwrite)
    return warnings


def write_parts(path: Path | None, parts: Iterable[bytes], *, overwrite: bool) -> None:
    """Write a file, or to standard output as long as somebody reads on."""
    if path is None:
        all(map(write_stdout, parts))
    else:
        write_file(path, parts, overwrite=overwrite)
