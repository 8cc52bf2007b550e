"""What a logarithmic axis has no place for: marks at its end where a value is 0 or less.

So are values above 0 that are too small for an axis of as many decades as a float has digits.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from numpy.typing import ArrayLike

from lrviz.draw.axes import lift
from lrviz.draw.chart import Layout
from lrviz.draw.panels import Panel, Row
from lrviz.draw.titles import tell_hidden
from lrviz.spec.style import Style

MARK = 1.2  # the size of a mark, as a multiple of a point's marker


def draw_mark(style: Style) -> Line2D:
    """Return a mark as the legend shows it: of no curve's colour."""
    return _mark([], [], style.foreground, "v", MARK * style.marker_size)


def _mark(xs: ArrayLike, ys: ArrayLike, color: Any, shape: str, size: float) -> Line2D:
    look = {"color": color, "linestyle": "none", "marker": shape, "markeredgewidth": 0}
    return Line2D(xs, ys, markersize=size, **look)


def mark_floor(
    axes: Axes, lines: Sequence[Line2D], panel: Panel, layout: Layout, others: int = 0
) -> list[str]:
    """Mark what a log axis has no place for; return a note on it.

    Args:
        axes: of the panel; their limits are set.
        lines: one a row of the panel.
        panel: what it shows.
        layout: of the figure.
        others: the lines that were there before, which are left alone.
    """
    if panel.highest <= 0 and not panel.given:
        # Beside values that the axis only marks they would be read.
        axes.yaxis.set_ticks([])
        axes.yaxis.set_ticks([], minor=True)
    for line in axes.lines[others:]:  # it may lead to a value out of view
        sink_hidden(line, panel.floor or 0.0, min(axes.get_ylim()))
    if panel.floor is None:
        return []
    for line, row in zip(lines, panel.rows, strict=True):
        mark_hidden(axes, line, row, panel.floor, layout)
    form = "a log axis only marks {hidden} of {count} values, which are {what}"
    return [f"{panel.quantity}: {tell_hidden(panel, form)}"]


def sink_hidden(line: Line2D, floor: float, bottom: float) -> None:
    """Have a line lead to the end of a log axis, not beyond, where it has no place for a value."""
    values = np.asarray(line.get_ydata(), dtype=np.float64)
    if (values <= floor).any():
        line.set_ydata(np.where(values <= floor, bottom, values))
        every, shown = line.get_markevery(), np.flatnonzero(values > floor)
        both = np.intersect1d(every, shown) if isinstance(every, list) else shown
        line.set_markevery(both.tolist())


def mark_hidden(axes: Axes, line: Line2D, row: Row, floor: float, layout: Layout) -> None:
    """Draw a triangle at the end of a log axis wherever it has no place for a line's value.

    The axis' limits are set. Of several in the width of a triangle the first one is drawn.
    """
    size, (low, high) = MARK * line.get_markersize(), sorted(layout.xlim)
    places = row.place(np.flatnonzero(row.values <= floor))
    places = places[(places >= low) & (places <= high)]
    bottom, top = axes.get_ylim()
    end, shape, inwards = (0, "v", size / 2) if bottom < top else (1, "^", -size / 2)
    if not len(places):
        return
    apart, kept = max(size * layout.dot, 1.0) * (high - low) / layout.width, [0]
    while (after := int(np.searchsorted(places, places[kept[-1]] + apart))) < len(places):
        kept.append(after)
    places = places[kept]
    marks = _mark(places, np.full(len(places), end), line.get_color(), shape, size)
    marks.set(clip_on=False, zorder=2.1)
    marks.set_transform(axes.get_xaxis_transform() + lift(axes, inwards))
    axes.add_line(marks)
