"""Specs to a comparison: read, driven, compared and, where that is asked for, drawn."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from lrviz.commands.block import Block, tell_error
from lrviz.commands.compare.combined import combine_runs, name_sources
from lrviz.commands.compare.parting import compare_curves
from lrviz.commands.compare.table import format_table
from lrviz.commands.driving import drive_spec
from lrviz.commands.targets import (
    Format,
    Target,
    plan_targets,
    refuse_format,
    refuse_input,
    refuse_stdin_twice,
)
from lrviz.errors import LrvizError, Problem, SpecError, UsageError
from lrviz.reading.sources import AS_WRITTEN, Reading, load_named
from lrviz.run.driven import Run
from lrviz.spec.model import Spec
from lrviz.spec.schedules import MAX_POINTS
from lrviz.spec.sweep import MAX_CURVES
from lrviz.system.files import STDIO, write_file, write_stdout
from lrviz.system.mishap import explain_mishap
from lrviz.system.own import refuse_other
from lrviz.system.process import quick_imports


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
    specs = [_load(source, reading) for source in sources]
    path = None if target is None else target.path
    if path is not None:
        _refuse_inputs(path, sources, specs)
        refuse_other(path, "figure", overwrite=overwrite)
    runs, errors = _drive(specs)
    if errors:
        yield from map(tell_error, _say_once(errors))
        return
    if path is not None:  # of factories it is known by now what they read
        _refuse_inputs(path, sources, specs)
    names = name_sources(sources, [run.spec.title for run in runs])
    run = combine_runs(runs, names)
    table = format_table(compare_curves(run.curves))
    drawn: tuple[Problem, ...] = ()
    written = False
    if target is not None:
        try:
            drawn, written = _draw(run, target, overwrite=overwrite), path is not None
        except (LrvizError, MemoryError) as error:
            yield tell_error(explain_mishap(error, output or ""))
    lines = (*run.warnings, *(replace(each, source=", ".join(sources)) for each in drawn))
    if output == STDIO:
        yield Block(lines=(*lines, *table.splitlines()))
    else:
        yield Block(f"{table}\n", lines, path=str(path) if written else "")


def _plan(sources: Sequence[str], output: str | None, format: Format | None) -> Target | None:
    """Return where the figure goes, if anywhere."""
    if len(sources) < 2:
        raise UsageError(f"{sources[0]}: nothing to compare it with; name two specs or more")
    refuse_stdin_twice(sources)
    if output is None:
        refuse_format(format)
        return None
    (target,) = plan_targets(sources[:1], output, format)
    for source in sources:
        refuse_input(target.path or STDIO, source)
    return target


def _refuse_inputs(path: Path, sources: Sequence[str], specs: Sequence[Spec | LrvizError]) -> None:
    for source, spec in zip(sources, specs, strict=True):
        refuse_input(path, source, spec if isinstance(spec, Spec) else None)


def _drive(specs: Sequence[Spec | LrvizError]) -> tuple[list[Run], list[LrvizError]]:
    """Return the runs of all specs, and what is wrong with any of them."""
    _refuse_too_many([spec for spec in specs if isinstance(spec, Spec)])
    driven = [_simulate(spec) if isinstance(spec, Spec) else spec for spec in specs]
    return (
        [each for each in driven if isinstance(each, Run)],
        [each for each in driven if isinstance(each, LrvizError)],
    )


def _load(source: str, reading: Reading) -> Spec | LrvizError:
    try:
        return load_named(source, reading)
    except Exception as error:
        return explain_mishap(error, source, remedy="plot this spec")


def _simulate(spec: Spec) -> Run | LrvizError:
    try:
        return drive_spec(spec)
    except Exception as error:
        return explain_mishap(error, spec.source.name, remedy="plot this spec")


def _refuse_too_many(specs: Sequence[Spec]) -> None:
    schedules = [schedule for spec in specs for schedule in spec.schedules]
    points = sum(schedule.total_steps * schedule.groups for schedule in schedules)
    counts = (len(schedules), MAX_CURVES, "curves"), (points, MAX_POINTS, "points")
    for count, most, what in counts:
        if count > most:
            raise UsageError(f"{count:,} {what} are more than {most:,}; compare fewer specs")


def _say_once(errors: Sequence[LrvizError]) -> tuple[LrvizError, ...]:
    """Return the errors without what they repeat: an option is wrong for every spec."""
    said: set[Problem] = set()
    kept: list[LrvizError] = []
    for error in errors:
        if not isinstance(error, SpecError):
            kept.append(error)
            continue
        new = [problem for problem in error.problems if problem not in said]
        said.update(new)
        if new:
            kept.append(error if len(new) == len(error.problems) else SpecError(new))
    return tuple(kept)


def _draw(run: Run, target: Target, *, overwrite: bool) -> tuple[Problem, ...]:
    """Write the figure; without a record, which holds one spec. Return what is worth saying."""
    with quick_imports():
        from lrviz.figure.figurefile import render_run
    rendered = render_run(run, target.format, metadata=False)
    if target.path is None:
        write_stdout(rendered.data)
    else:
        write_file(target.path, rendered.data, overwrite=overwrite)
    return rendered.warnings
