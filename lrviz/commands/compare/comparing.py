"""Specs to a comparison: read, driven, compared and, where that is asked for, drawn as one run."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import chain, count
from pathlib import PurePath
from typing import TypeVar

from lrviz.commands.compare.parting import compare_curves, format_table
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
from lrviz.spec.options import FigureOptions
from lrviz.spec.origin import split_factory
from lrviz.spec.parse import MAX_POINTS
from lrviz.spec.style import override_options, styles
from lrviz.spec.sweep import MAX_CURVES
from lrviz.system.files import STDIO
from lrviz.system.mishap import explain_mishap

STYLE = "light"

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
    drive = partial(drive_spec, verbose=reading.verbose)
    driven = [
        _attempt(drive, each.source.name, each) if isinstance(each, Spec) else each for each in read
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
        refuse_reads(target.path, specs)  # of factories it is known by now
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


def combine_runs(runs: Sequence[Run], names: Sequence[str]) -> Run:
    """Return one run with the curves of all, each called after its run.

    Of its title and of the figure's options it has what all specs agree on, and `light` for a
    style; its legend says the rest. The x axis counts epochs where every spec says so; where none
    says anything, it does if all have as many epochs but not as many steps in one; else steps.

    Args:
        runs: at least one.
        names: as many, no two alike.

    Raises:
        UsageError: what they agree on makes no figure.
    """
    curves = [
        replace(curve, label=" · ".join(filter(None, (name, curve.label))))
        for run, name in zip(runs, names, strict=True)
        for curve in run.curves
    ]
    titles = {run.spec.title for run in runs}
    spec = replace(
        runs[0].spec,
        title=(titles.pop() if len(titles) == 1 else None) or "",
        schedules=tuple(each for run in runs for each in run.spec.schedules),
        figure=_agree_on_options(runs),
    )
    return Run(
        spec,
        tuple(curves),
        tuple(facts for run in runs for facts in run.schedulers),
        tuple(dict.fromkeys(line for run in runs for line in run.warnings)),
    )


def _agree_on_options(runs: Sequence[Run]) -> FigureOptions:
    figures = [run.figure for run in runs]
    given = [{name: getattr(each, name) for name in each.model_fields_set} for each in figures]
    agreed = {
        name: value
        for name, value in given[0].items()
        if all(name in other and other[name] == value for other in given)
    }
    if not any("x" in each for each in given) and _share_epochs(runs):
        agreed["x"] = "epoch"
    return override_options(FigureOptions(style=styles()[STYLE]), agreed)


def _share_epochs(runs: Sequence[Run]) -> bool:
    """Whether all runs have as many epochs, but not as many steps in one."""
    lengths = {(each.epochs, each.steps_per_epoch) for run in runs for each in run.spec.schedules}
    return len(lengths) > 1 and len({epochs for epochs, _ in lengths}) == 1


def name_sources(sources: Sequence[str], titles: Sequence[str | None]) -> tuple[str, ...]:
    """Return a name for every source, no two alike.

    A file is called after its name without an ending; where several have the same, by its whole
    path. Standard input is called by its spec's title. What still looks the same, as one file named
    twice does, is numbered.

    Args:
        sources: the specs as the user named them.
        titles: as many; None for a spec without one.

    >>> name_sources(["a/step.yaml", "b/step.yaml", "cos.yaml"], [None, None, None])
    ('a/step.yaml', 'b/step.yaml', 'cos')
    >>> name_sources(["step.yaml", "step.png", "step.png"], [None, None, None])
    ('step.yaml', 'step.png', 'step.png (2)')
    >>> name_sources(["a/step.yaml", "a/step.yaml"], [None, None])
    ('step', 'step (2)')
    """
    names = dict(zip(sources, map(_name_source, sources, titles), strict=True))
    counts = Counter(names.values())
    for source in set(sources) - {STDIO}:
        if counts[names[source]] > 1:
            names[source] = str(PurePath(source))
    return tuple(_number([names[source] for source in sources]))


def _name_source(source: str, title: str | None) -> str:
    """Return what a source is called where no other has the same name."""
    if source == STDIO:
        return " ".join((title or "").split()) or "standard input"
    named = split_factory(source)
    return named.attribute if named else PurePath(source).stem or source


def _number(names: Sequence[str]) -> list[str]:
    """Return the names, each that came before with a number behind it."""
    numbered: list[str] = []
    for name in names:
        tried = chain([name], (f"{name} ({number})" for number in count(2)))
        numbered.append(next(each for each in tried if each not in numbered))
    return numbered
