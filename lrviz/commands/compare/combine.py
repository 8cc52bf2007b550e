"""Several runs as one, to be drawn in one figure."""

from collections.abc import Sequence
from dataclasses import replace

from lrviz.run.driven import Run
from lrviz.spec.options import FigureOptions
from lrviz.spec.style import override_options, styles

STYLE = "light"


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
    schedules = [schedule for run in runs for schedule in run.spec.schedules]
    return (
        len({schedule.epochs for schedule in schedules}) == 1
        and len({schedule.steps_per_epoch for schedule in schedules}) > 1
    )
