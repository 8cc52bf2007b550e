"""A plan and the log of a run: what is told of the two, and both in one figure."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from lrviz.check.logged.held import Held
from lrviz.check.logged.holding import hold
from lrviz.check.report.article import build_logged
from lrviz.commands.compare.combined import Compared
from lrviz.commands.results import drive_spec
from lrviz.curve import Curve
from lrviz.errors import Problem, UsageError, spec_error
from lrviz.reading.logs.joining import join_logs
from lrviz.reading.sources import Reading, load_named
from lrviz.run.driven import Run
from lrviz.run.log import Log
from lrviz.spec.model import Spec
from lrviz.spec.options import FigureOptions
from lrviz.spec.refused import override_options
from lrviz.spec.style import PLAIN_STYLE, styles
from lrviz.spell import spell_plural
from lrviz.system.annotations import spell_problem


def hold_logs(runs: Sequence[Run], parts: Sequence[Spec]) -> Compared:
    """Hold what a run logged against its plan.

    Args:
        runs: the plan, driven.
        parts: the logs of the run, as they are read.

    Raises:
        UsageError: there is no plan, or more than one.
        SpecError: a log of which only a figure is left; or logs of no one run.
    """
    if len(runs) != 1:
        remedy = "name one plan and the logs of one run of it"
        found = f"{spell_plural(len(runs), 'spec')} and {spell_plural(len(parts), 'log')}"
        raise UsageError(f"{found}; {remedy}")
    logs, plan = list(map(_find_log, parts)), runs[0]
    log = join_logs(logs)
    held = hold(plan, log, drive_spec)
    notes = [Problem(each.name, (), text, grade="note") for each in logs for text in each.notes]
    notes += [Problem(log.name, (), text, grade="note") for text in log.notes]
    run = replace(draw_over(plan, held, parts[0]), warnings=(*notes, *plan.warnings))
    names = {"plan": plan.spec.source.name, "logs": [each.name for each in logs]}
    told = {**held.as_json(), **names, "notes": list(map(spell_problem, notes))}
    return Compared(run, held.sentence, held.parted, told, held=held)


def show_logs(source: str, logs: Sequence[str], reading: Reading) -> tuple[str, Sequence[Problem]]:
    """Return what a report shows of a spec's run, its log over the plan, as HTML; and all notes.

    Raises:
        LrvizError: the spec cannot be driven, or a log is none.
    """
    parts = [load_named(name, Reading(columns=())) for name in logs]
    told = hold_logs([drive_spec(load_named(source, reading))], parts)
    from lrviz.figure.image import render_run  # matplotlib, which a verdict in words does without

    picture, _ = render_run(told.run, "png", metadata=False)
    notes = [each for each in told.run.warnings if each.source != source]
    return build_logged(", ".join(logs), told.text, picture, notes), notes


def _find_log(part: Spec) -> Log:
    factory = part.schedules[0].factory
    if factory is None or factory.log is None:
        text = "a figure of a log, which does not say how exact its numbers are; name the log"
        raise spec_error(part.source.name, text)
    return factory.log


def draw_over(plan: Run, held: Held, part: Spec) -> Run:
    """Return a plan's curves and, as points, what was logged, as one run to draw.

    What reproduces the log, where something does, is a curve between the two.
    """
    own, name = plan.spec.figure, plan.spec.source.name
    given = {key: getattr(own, key) for key in own.model_fields_set}
    options = override_options(FigureOptions(style=styles()[PLAIN_STYLE]), given)
    planned = [replace(each, label=each.label or name) for each in plan.curves]
    explained = [_connect(held.explained)] if held.explained else []
    curves = (*planned, *explained, *held.aligned)
    schedules = plan.spec.schedules + part.schedules * (len(curves) - len(planned))
    title = held.sentence if plan.spec.title is None else plan.spec.title
    spec = replace(plan.spec, title=title, figure=options, schedules=schedules)
    # Phases are named where they are of all curves, and an explanation hands over elsewhere.
    return Run(spec, curves, () if explained else plan.schedulers)


def _connect(curve: Curve) -> Curve:
    """Return a curve of which every step is known as one that is drawn as a line."""
    is_whole = curve.at is not None and np.array_equal(curve.at, np.arange(len(curve.at)))
    return replace(curve, at=None) if is_whole else curve
