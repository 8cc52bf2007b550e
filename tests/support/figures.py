"""Runs made by hand, and the settings of a caller that must change no figure."""

from collections.abc import Sequence

import numpy as np
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from lrviz.curve import Curve, SchedulerFacts
from lrviz.run.driven import Run
from lrviz.spec.model import Node, Schedule, Spec
from lrviz.spec.options import FigureOptions, LintOptions
from lrviz.spec.origin import Source

STEPS = np.arange(32)
STEP = 1e-3 * 0.5 ** (STEPS // 4)
COSINE = 1e-4 + 9e-4 * (1 + np.cos(np.pi * STEPS / 32)) / 2
ONE_CYCLE = 4e-5 + 9.59e-4 * np.sin(np.pi * (STEPS + 0.3) / 32)
FACTS = SchedulerFacts(
    name="StepLR",
    key=("scheduler", "StepLR"),
    arguments={"step_size": 4, "gamma": 0.5, "last_epoch": -1},
    given=frozenset({"step_size", "gamma"}),
    calls=32,
    values=range(32),
)


def points_of(line: Line2D) -> tuple[list[float], list[float]]:
    """Return where a line's points are, without the corners of its steps."""
    xs, ys = np.asarray(line.get_xdata()), np.asarray(line.get_ydata())
    is_point = np.append(np.diff(xs) > 0, xs[-1:] == xs[-1:])
    return xs[is_point].tolist(), ys[is_point].tolist()


def spread(values: NDArray[np.floating], count: int) -> list[NDArray[np.floating]]:
    """Return as many rows: no two alike, and in no order, but about where these values are."""
    return [values * (1 - (place ^ 1) * 1e-4) for place in range(count)]


def make_run(
    *rows: object,
    steps_per_epoch: int = 8,
    groups: Sequence[str] = (),
    base_lr: float = 1e-3,
    title: str | None = None,
    momentum: object = None,
    facts: SchedulerFacts = FACTS,
    source: Source | None = None,
    **figure: object,
) -> Run:
    """Return a run whose param groups have the given learning rates, one a row."""
    lr = np.array(rows, dtype=float)
    names = tuple(groups) or tuple(
        f"group {index}" if len(rows) > 1 else "" for index in range(len(rows))
    )
    moved = None if momentum is None else np.array([momentum] * len(rows), dtype=float)
    schedule = Schedule(
        source=source or Source(),
        label="",
        epochs=max(1, lr.shape[1] // steps_per_epoch),
        steps_per_epoch=steps_per_epoch,
        interval="step",
        optimizer=Node("SGD", ("optimizer", "SGD"), {}),
        scheduler=Node("StepLR", ("scheduler", "StepLR"), {}),
        metric=None,
    )
    spec = Spec(
        tree={},
        source=source or Source(),
        title=title,
        schedules=(schedule,),
        figure=FigureOptions.model_validate(figure),
        lint=LintOptions(),
    )
    curve = Curve(
        groups=names,
        lr=lr,
        base_lr=(base_lr,) * len(rows),
        momentum=moved,
        steps_per_epoch=steps_per_epoch,
    )
    return Run(spec, (curve,), (facts,))


STRANGE = {
    "lines.linewidth": 7,
    "font.size": 20,
    "font.family": "DejaVu Serif",
    "axes.facecolor": "pink",
    "axes.formatter.limits": (-1, 1),
    "xtick.direction": "in",
    "text.parse_math": True,
    "path.simplify": False,
}
