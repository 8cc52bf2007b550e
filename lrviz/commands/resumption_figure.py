"""A resumed run in a figure: the plan, and every other curve that there is after the stop."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from lrviz.commands.compare.combined import combine_runs
from lrviz.curve import Curve, SchedulerFacts
from lrviz.errors import UsageError
from lrviz.run.driven import Run
from lrviz.run.resumed import WAYS, Resumed, Resumption
from lrviz.spec.length import LENGTH_KEYS
from lrviz.spec.model import Spec
from lrviz.spec.origin import FACTORY, RESUMED
from lrviz.spec.refused import override_options
from lrviz.spec.style import MAX_TEXT, PLAIN_STYLE
from lrviz.spec.sweep import MAX_CURVES
from lrviz.spell import shorten

# How far a way may lead from the plan before a log axis shows both: so many times as high.
WILD = 3

# Of a line's name: what is longer is cut in a figure of the usual size.
MOST_LETTERS = 75

# What a figure keeps of its spec: how long it is, when it is called, and how it is drawn.
_KEPT = (*LENGTH_KEYS, "interval", "frequency", "calls", "title")


def draw_resumption(done: Resumption, spec: Spec, at: int | None) -> Run:
    """Return one run with the plan and every other curve that there is after the stop.

    Its spec is that of a factory: what its figure remembers are its numbers.

    Args:
        done: what became of the run.
        spec: that was stopped.
        at: where, and None for several stops.

    Raises:
        UsageError: there are more curves than one figure may have.
    """
    run, labels = done.run, list(dict.fromkeys(row.label for row in done.rows))
    lines: dict[tuple[int, bytes], tuple[Curve, list[Resumed]]] = {}
    for row in done.rows:
        place = labels.index(row.label)
        plan = run.curves[place % len(run.curves)]
        lines.setdefault((place, _key(plan)), (plan, []))
        drawn = plan if row.verdict == "right" else row.curve
        if drawn is not None:
            lines.setdefault((place, _key(drawn)), (drawn, []))[1].append(row)
    if len(lines) > MAX_CURVES:
        raise UsageError(f"{len(lines)} curves are more than {MAX_CURVES}; draw fewer schedules")
    runs = [
        replace(
            run,
            spec=replace(run.spec, schedules=(run.spec.schedules[place % len(run.curves)],)),
            curves=(replace(curve, label=labels[place]),),
        )
        for (place, _), (curve, _) in lines.items()
    ]
    names = [_name(rows, curve in run.curves, at) for curve, rows in lines.values()]
    whole = combine_runs(runs, names)
    tree = {key: run.spec.tree[key] for key in _KEPT if key in run.spec.tree}
    figure = run.spec.tree.get("figure")
    highest, wildest = (max(each.lr.max() for each in few.curves) for few in (run, whole))
    scale = {"yscale": "log"} if wildest > WILD * highest else {}
    own = {**scale, **(figure if isinstance(figure, dict) else {})}
    tree["figure"] = {"style": PLAIN_STYLE, **own}
    if own.get("yscale") == scale.get("yscale"):
        whole = replace(
            whole, spec=replace(whole.spec, figure=override_options(whole.figure, scale))
        )
    name = f"{RESUMED}{spec.source.name}"[:MAX_TEXT]
    stopped = f", stopped at step {at}" if at is not None else ""
    title = whole.spec.title or shorten(f"{name}{stopped}", MAX_TEXT)
    tree |= {"factory": name, "title": title}
    tree["curves"] = {shorten(curve.label, MAX_TEXT): {} for curve in whole.curves}
    facts = (  # what a figure remembers of code: no scheduler that hands over
        SchedulerFacts(name, FACTORY, {}, frozenset(), each.total_calls, range(each.total_calls))
        for each in whole.spec.schedules
    )
    whole_spec = replace(whole.spec, tree=tree, title=title)
    return replace(whole, spec=whole_spec, schedulers=tuple(facts))


def _key(curve: Curve) -> bytes:
    """Return what two curves share that are one line."""
    return b"".join(np.array(each).tobytes() for each in (curve.lr, curve.momentum))


def _name(rows: Sequence[Resumed], is_plan: bool, at: int | None) -> str:
    """Return what a line is called: after the ways that lead there."""
    if len(rows) == len(WAYS):
        return "plan = every way"
    stop = at is None and not is_plan
    told = [f"{row.text}{f' at {row.at}' if stop else ''}" for row in rows]
    if len(" · ".join(told)) > MOST_LETTERS:
        told[1:] = [f"{len(told) - 1} more"]
    return " = ".join(filter(None, ["plan" * is_plan, " · ".join(told)]))
