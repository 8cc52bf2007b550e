"""Specs to a comparison: read, driven, compared and, where that is asked for, drawn."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TypeVar

from lrviz.commands.compare.parting import compare_curves, format_table
from lrviz.commands.compare.union import combine_runs, name_sources
from lrviz.commands.results import (
    Block,
    Target,
    drive_spec,
    list_files,
    plan_target,
    refuse_format,
    refuse_inputs,
    refuse_stdin_twice,
    refuse_target,
    tell_error,
    write_figure,
)
from lrviz.errors import LrvizError, UsageError
from lrviz.figure import Format
from lrviz.reading.sources import AS_WRITTEN, Reading, load_named
from lrviz.run.driven import Run
from lrviz.spec.model import Spec
from lrviz.spec.parse import MAX_POINTS
from lrviz.spec.sweep import MAX_CURVES
from lrviz.system.files import STDIO
from lrviz.system.mishap import explain_mishap

T = TypeVar("T")


def compare_specs(
    sources: Sequence[str],
    output: str | None = None,
    format: Format | None = None,
    reading: Reading = AS_WRITTEN,
    *,
    overwrite: bool = False,
) -> Iterator[Block]:
    """Compare schedules with the first one, and draw all of them over each other.

    The table is for standard error where standard output has the figure.

    Args:
        sources: the specs as the user named them.
        output: the figure's file; `-` for standard output, None for no figure.
        format: of the figure; None for what the file ends in.
        reading: for every spec.
        overwrite: whether the figure's file is replaced, too, where lrviz did not write it.

    Raises:
        RefusedError: the figure's file is an input, or is not to be replaced.
        UsageError: fewer than two sources, standard input twice, more curves or points than one
            figure may have, or an output that has no known ending.
    """
    target = _plan(sources, output, format)
    read = [_attempt(load_named, source, source, reading) for source in sources]
    specs = [each for each in read if isinstance(each, Spec)]
    if target is not None:
        refuse_target(target.path, "figure", specs, overwrite=overwrite)
    _refuse_too_many(specs)
    driven = [
        _attempt(drive_spec, each.source.name, each) if isinstance(each, Spec) else each
        for each in read
    ]
    if errors := [each for each in driven if isinstance(each, LrvizError)]:
        # An option that is wrong is so for every spec: it is told once.
        told = dict.fromkeys(line for each in errors for line in tell_error(each).lines)
        yield Block(lines=tuple(told), status=max(each.exit_status for each in errors))
        return
    runs = [each for each in driven if isinstance(each, Run)]
    run = combine_runs(runs, name_sources(sources, [each.title for each in specs]))
    table, drawn = format_table(compare_curves(run.curves)), Block()
    if target is not None:
        for spec in specs:
            refuse_inputs([target.path], list_files(spec))  # of factories it is known by now
        drawn = _draw(run, target, ", ".join(sources), overwrite=overwrite)
    lines = (*run.warnings, *drawn.lines)
    if target is not None and target.path is None:  # standard output has the figure
        yield Block(None, (*lines, *table.splitlines()), drawn.status)
    else:
        yield replace(drawn, text=f"{table}\n", lines=lines)


def _draw(run: Run, target: Target, source: str, *, overwrite: bool) -> Block:
    """Return what is worth saying of the figure, and its path once it is written."""
    path = str(target.path or STDIO)
    try:
        said = write_figure(run, target, metadata=False, overwrite=overwrite)
    except (LrvizError, MemoryError) as error:
        return tell_error(explain_mishap(error, path))
    return Block(lines=tuple(replace(each, source=source) for each in said), path=path)


def _plan(sources: Sequence[str], output: str | None, format: Format | None) -> Target | None:
    """Return where the figure goes, if anywhere."""
    if len(sources) < 2:
        raise UsageError(f"{sources[0]}: nothing to compare it with; name two specs or more")
    refuse_stdin_twice(sources)
    if output is None:
        refuse_format(format)
        return None
    return plan_target(sources[0], output, format)


def _attempt(function: Callable[..., T], name: str, *given: object) -> T | LrvizError:
    """Return what a function returns, or why it does not."""
    try:
        return function(*given)
    except Exception as error:
        return explain_mishap(error, name, remedy="plot this spec")


def _refuse_too_many(specs: Sequence[Spec]) -> None:
    schedules = [schedule for spec in specs for schedule in spec.schedules]
    points = sum(schedule.total_steps * schedule.groups for schedule in schedules)
    counts = (len(schedules), MAX_CURVES, "curves"), (points, MAX_POINTS, "points")
    for count, most, what in counts:
        if count > most:
            raise UsageError(f"{count:,} {what} are more than {most:,}; compare fewer specs")
