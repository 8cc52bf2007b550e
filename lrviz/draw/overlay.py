"""Old and new numbers of the same curves in one picture."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from numpy.typing import NDArray

from lrviz.curve import Quantity, Values
from lrviz.draw.chart import Chart, apply_settings, gather_settings
from lrviz.draw.fonts import choose_fonts
from lrviz.draw.geometry import DEFAULT_SHARE
from lrviz.draw.legend import add_legend
from lrviz.draw.pieces import ease_lines
from lrviz.draw.points import pick_points
from lrviz.draw.scale import LARGEST, find_limits, mend_steps
from lrviz.draw.ticks import set_value_ticks
from lrviz.draw.titles import LABELS
from lrviz.spec.style import styles

SIZE = (8.0, 4.0)
DPI = 100.0
WIDTH = DEFAULT_SHARE * SIZE[0] * DPI
"""Of the axes, in pixels; about."""

METRIC_LABEL = "Metric"


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
    style = styles()["light"]
    names = _name(traces)
    fonts = choose_fonts(style.fonts, "".join(names))
    settings = gather_settings(style, fonts.families, style.grid)
    with apply_settings(settings):
        figure = Chart(settings, SIZE, DPI, fit=True)
        axes = figure.subplots()
        _draw_lines(axes, traces, style.colors)
        _set_axes(axes, traces, quantity)
        add_legend(axes, list(axes.lines), names, style.font_size, WIDTH)
        ease_lines([axes])
    canvas = FigureCanvasAgg(figure)
    canvas.draw()  # type: ignore[no-untyped-call]
    return np.array(canvas.buffer_rgba())  # type: ignore[no-untyped-call]


def _name(traces: Sequence[Trace]) -> list[str]:
    """Return what the legend says, in the order of the lines."""
    return [
        " · ".join(filter(None, (trace.name, when))) for when in ("now", "then") for trace in traces
    ]


def _draw_lines(axes: Axes, traces: Sequence[Trace], colors: Sequence[str]) -> None:
    for index, trace in enumerate(traces):
        points = pick_points(trace.new, 0, len(trace.new), int(WIDTH))
        axes.plot(points, trace.new[points], color=colors[index % len(colors)])
    for index, trace in enumerate(traces):
        shade = index + (len(traces) == 1)  # a single line and its past have a colour each
        axes.plot(
            trace.old_steps,
            np.clip(trace.old, -LARGEST, LARGEST),
            color=colors[shade % len(colors)],
            linestyle="--",
        )


def _set_axes(axes: Axes, traces: Sequence[Trace], quantity: Quantity | Literal["metric"]) -> None:
    steps = max(max(len(trace.new), float(trace.old_steps[-1])) for trace in traces)
    values = [each for trace in traces for each in (trace.old, trace.new)]
    kind: Quantity = "momentum" if quantity == "metric" else quantity
    limits = find_limits(values, kind, 0.0, "linear")
    axes.set_xlim(*mend_steps((0.0, steps)))
    axes.set_ylim(*limits)
    set_value_ticks(axes.yaxis, limits, "linear", plain=True)
    axes.set_xlabel("Steps")
    axes.set_ylabel(METRIC_LABEL if quantity == "metric" else LABELS[quantity])
