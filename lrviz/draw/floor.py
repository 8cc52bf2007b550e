"""What a logarithmic axis has no place for: marks at its end where a value is 0 or less.

So are values above 0 that are too small for an axis of as many decades as a float has digits.
"""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from lrviz.curve import Quantity, Values
from lrviz.draw.chart import lift
from lrviz.draw.geometry import Geometry
from lrviz.draw.points import Indices
from lrviz.spec.style import Style
from lrviz.spell import spell_floor

MARK = 1.2  # the size of a mark, as a multiple of a point's marker


def explain_hidden(values: Sequence[Values], floor: float, quantity: Quantity) -> str:
    """Return a note on how many of the values in view a log axis has no place for."""
    hidden = sum(int(np.count_nonzero(row <= floor)) for row in values)
    count = sum(row.size for row in values)
    what = spell_floor(floor)
    return f"{quantity}: a log axis only marks {hidden} of {count} values, which are {what}"


def draw_mark(style: Style) -> Line2D:
    """Return a mark as the legend shows it: of no curve's colour."""
    return Line2D(
        [],
        [],
        color=style.foreground,
        linestyle="none",
        marker="v",
        markersize=MARK * style.marker_size,
        markeredgewidth=0,
    )


def sink_hidden(line: Line2D, floor: float, bottom: float) -> None:
    """Have a line lead to the end of a log axis, not beyond, where it has no place for a value."""
    values = np.asarray(line.get_ydata(), dtype=np.float64)
    if (values <= floor).any():
        line.set_ydata(np.where(values > floor, values, bottom))
        line.set_markevery(np.flatnonzero(values > floor).tolist())


def mark_hidden(
    axes: Axes, line: Line2D, values: Values, floor: float, unit: float, geometry: Geometry
) -> None:
    """Draw a triangle at the end of a log axis wherever it has no place for a curve's value.

    Where there are too many to be told apart, some stand for those beside them.

    Args:
        axes: its limits in y are set.
        line: the curve's, whose colour they have.
        values: the curve's, shape (steps,).
        floor: it has no place for so much, or less.
        unit: its steps in one unit of the x axis.
        geometry: of the figure.
    """
    low, ends, size = values <= floor, geometry.find_ends(unit), MARK * line.get_markersize()
    steps = find_marks(low, ends, size * geometry.dot, geometry.measure_gap(unit))
    if not len(steps):
        return
    bottom, top = axes.get_ylim()
    end, shape, inwards = (0, "v", size / 2) if bottom < top else (1, "^", -size / 2)
    axes.add_line(
        Line2D(
            steps / unit,
            np.full(len(steps), end),
            color=line.get_color(),
            linestyle="none",
            marker=shape,
            markersize=size,
            markeredgewidth=0,
            clip_on=False,
            zorder=2.1,
            transform=axes.get_xaxis_transform() + lift(axes, inwards),
        )
    )


def find_marks(
    hidden: NDArray[np.bool_], ends: tuple[float, float], size: float, gap: float
) -> Indices:
    """Return the steps to mark: those with a value that is hidden, thinned to what fits.

    Args:
        hidden: one a step.
        ends: of the x axis, in steps.
        size: of a mark, in pixels.
        gap: from one step to the next, in pixels.

    >>> hidden = np.array([True, False, True, True, True])
    >>> find_marks(hidden, (0, 5), 4.0, 10.0).tolist()
    [0, 2, 3, 4]
    >>> find_marks(hidden, (0, 5), 3.0, 1.0).tolist()
    [0, 3]
    """
    low, high = sorted(ends)
    steps = np.flatnonzero(hidden)
    steps = steps[(steps >= low) & (steps <= high)]
    steps = steps[np.unique(np.floor(steps * gap), return_index=True)[1]]  # one a pixel
    kept: list[int] = []
    for step in map(int, steps):
        if not kept or (step - kept[-1]) * gap >= size:
            kept.append(step)
    return np.array(kept, dtype=np.intp)
