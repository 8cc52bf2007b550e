"""Specs to a comparison: read, driven, compared and, where that is asked for, drawn as one run."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from shlex import quote
from typing import Literal, TypeVar

from lrviz.commands.compare.combined import Compared, combine_runs, name_sources
from lrviz.commands.compare.parting import compare_curves, format_table, spell_comparison
from lrviz.commands.results import (
    Block,
    Target,
    drive_spec,
    plan_target,
    refuse_format,
    refuse_reads,
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
from lrviz.system.annotations import format_findings
from lrviz.system.files import STDIO
from lrviz.system.mishap import explain_mishap

PARTED = 1

T = TypeVar("T")


@dataclass(frozen=True)
class CompareRequest:
    """What is to be compared, and how that is told.

    Attributes:
        sources: the specs, or a plan and its logs, as the user named them.
        output: the figure's file; `-` for standard output, None for no figure.
        format: of the figure; None for what the file ends in.
        reading: for every spec.
        overwrite: whether the figure's file is replaced, too, where lrviz did not write it.
        exit_code: whether the exit status says that they part.
        listing: how it is told.
    """

    sources: Sequence[str]
    output: str | None = None
    format: Format | None = None
    reading: Reading = AS_WRITTEN
    overwrite: bool = False
    exit_code: bool = False
    listing: Literal["text", "json"] = "text"


def compare_specs(request: CompareRequest) -> Iterator[Block]:
    """Compare schedules with the first one, and draw all of them over each other.

    Or one plan with what a run of it logged. What is told is for standard error where standard
    output has the figure.

    Raises:
        RefusedError: the figure's file is an input, or is not to be replaced.
        UsageError: fewer than two sources, standard input twice, more curves or points than one
            figure may have, or an output that has no known ending.
    """
    sources, reading, overwrite = request.sources, request.reading, request.overwrite
    if len(sources) < 2:
        raise UsageError(_explain_alone(sources[0], reading))
    target = _plan(sources, request.output, request.format)
    read = [_attempt(load_named, source, source, reading) for source in sources]
    specs = [each for each in read if isinstance(each, Spec)]
    if target is not None:
        refuse_target(target.path, "figure", specs, overwrite=overwrite)
    logs = [each for each in specs if is_log(each)]
    _refuse_too_many([each for each in specs if each not in logs])
    drive = partial(drive_spec, verbose=reading.verbose)
    driven = [
        _attempt(drive, each.source.name, each)
        if isinstance(each, Spec) and not is_log(each)
        else each
        for each in read
    ]
    if errors := [each for each in driven if isinstance(each, LrvizError)]:
        # An option that is wrong is so for every spec: it is told once.
        told = dict.fromkeys(line for each in errors for line in tell_error(each).lines)
        yield Block(lines=tuple(told), status=max(each.exit_status for each in errors))
        return
    compared = compare_runs([each for each in driven if isinstance(each, Run)], logs)
    text, is_told = compared.text, request.exit_code and compared.parted
    if request.listing == "json":
        own = {"exit_status": int(is_told)} if logs else {}
        text = format_findings({**compared.data, **own}).rstrip()
    drawn = Block()
    if target is not None:
        refuse_reads(target.path, specs)  # of factories it is known by now
        drawn = _draw(compared.run, target, ", ".join(sources), overwrite=overwrite)
    lines, status = (*compared.run.warnings, *drawn.lines), drawn.status
    if is_told:
        status = max(status, PARTED)
    if target is not None and target.path is None:  # standard output has the figure
        yield Block(None, (*lines, *text.splitlines()), status)
    else:
        yield replace(drawn, text=f"{text}\n", lines=lines, status=status)


def _explain_alone(source: str, reading: Reading) -> str:
    """Return what is wrong with a single source, and what to type."""
    is_plan = not is_log(load_named(source, reading))
    what = "nothing to compare it with" if is_plan else "a log, and no plan to hold it against"
    typed = f"{quote(source)} OTHER.yaml" if is_plan else f"PLAN.yaml {quote(source)}"
    return f"{source}: {what}; type lrviz compare {typed}"


def is_log(spec: Spec) -> bool:
    """Whether what was read is what a run logged, and no schedule."""
    factory = spec.schedules[0].factory
    return factory is not None and factory.key == "log"


def compare_runs(runs: Sequence[Run], logs: Sequence[Spec]) -> Compared:
    """Compare schedules with the first one; or one, the plan, with the logs of a run.

    Raises:
        UsageError: there are logs, and not one plan.
    """
    if logs:
        from lrviz.commands.compare.planned import hold_logs

        return hold_logs(runs, logs)
    if any(curve.at is not None for each in runs for curve in each.curves):
        raise UsageError("a log is held against a plan by its path, not by its Run")
    specs = [each.spec for each in runs]
    names = name_sources([each.source.name for each in specs], [each.title for each in specs])
    rows = compare_curves((run := combine_runs(runs, names)).curves)
    parted = any(each.difference and each.difference.parts is not None for each in rows)
    data = {"comparisons": list(map(spell_comparison, rows))}
    return Compared(run, format_table(rows), parted, data, rows)


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
    found = (len(schedules), MAX_CURVES, "curves"), (points, MAX_POINTS, "points")
    for number, most, what in found:
        if number > most:
            raise UsageError(f"{number:,} {what} are more than {most:,}; compare fewer specs")
