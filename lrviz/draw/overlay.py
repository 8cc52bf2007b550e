"""Old and new numbers of the same curves in one picture."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from lrviz.curve import Curve, Quantity, Values
from lrviz.draw.outputs import draw_pixels
from lrviz.draw.scale import LARGEST
from lrviz.run.driven import Run
from lrviz.spec.model import Spec
from lrviz.spec.options import FigureOptions, LintOptions
from lrviz.spec.style import Style, styles
from lrviz.spec.tree import Source


@dataclass(frozen=True, eq=False)
class Trace:
    """One line, then and now.

    Attributes:
        name: what a legend calls it; may be empty.
        old_steps: the steps of the old values, ascending.
        old: as many values.
        new: the values now, one a step.
    """

    name: str
    old_steps: Values
    old: Values
    new: Values


def draw_overlay(
    traces: Sequence[Trace], quantity: Quantity | Literal["metric"]
) -> NDArray[np.uint8]:
    """Return old values, dashed, over new ones, solid: pixels of shape (height, width, 4).

    Args:
        traces: one a colour; at least one.
        quantity: what they are values of.
    """
    figure = FigureOptions(
        style=_choose_style(len(traces)),
        size=(8.0, 4.0),
        dpi=100.0,
        panels=("momentum",) if quantity == "metric" else (quantity,),
        ylabel="Metric" if quantity == "metric" else None,
        markers=False,
        legend=True,
    )
    now = [_make_curve(trace.name, "now", trace.new) for trace in traces]
    then = [_make_curve(trace.name, "then", _unfold(trace)) for trace in traces]
    spec = Spec(tree={}, source=Source(), title="", schedules=(), figure=figure, lint=LintOptions())
    return draw_pixels(Run(spec, (*now, *then), ())).pixels


def _choose_style(count: int) -> Style:
    """Return a style with a colour a curve; a single one and its past have a colour each."""
    style = styles()["light"]
    colors = [style.colors[index % len(style.colors)] for index in range(max(count, 2))]
    patterns = ("-",) * count + ("--",) * count
    return style.model_copy(update={"colors": tuple(colors), "linestyles": patterns})


def _make_curve(name: str, when: str, values: Values) -> Curve:
    """Return a curve of which every quantity has these values."""
    rows = values[None]
    label = " · ".join(filter(None, (name, when)))
    return Curve(
        groups=("",), lr=rows, momentum=rows, weight_decay=rows, base_lr=(0.0,), label=label
    )


def _unfold(trace: Trace) -> Values:
    """Return an old value for every step, on the line through those that were stored."""
    steps = np.arange(int(trace.old_steps[-1]) + 1)
    return np.interp(steps, trace.old_steps, np.clip(trace.old, -LARGEST, LARGEST))
