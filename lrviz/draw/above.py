"""What stands above the first panel: title, legend and second axis, none over another."""

from collections.abc import Sequence
from typing import Literal, NamedTuple

from matplotlib.axes import Axes
from matplotlib.legend import Legend
from matplotlib.lines import Line2D

from lrviz.draw.chart import Chart
from lrviz.draw.geometry import Geometry
from lrviz.draw.hidden import draw_mark
from lrviz.draw.legend import add_legend, lift_legend, measure_legend
from lrviz.draw.text import fit_in
from lrviz.draw.words import Words
from lrviz.draw.xaxis import LEAST_HEIGHT, add_top_axis, has_two_units, measure_top_axis
from lrviz.run.driven import Run
from lrviz.spec.options import FigureOptions
from lrviz.spec.style import Style

TITLE = 1.2
"""The title's size, as a multiple of the labels'."""

TITLE_PAD = 0.5
"""Between the title and what is below it, in the title's font sizes."""

TITLE_LINES = 3


class Above(NamedTuple):
    """What stands above the first panel.

    Attributes:
        has_axis: whether a second axis does.
        left: how high the panel's axes are below it, in points; about.
    """

    has_axis: bool
    left: float


def draw_above(
    axes: Axes,
    lines: Sequence[Line2D],
    run: Run,
    options: FigureOptions,
    words: Words,
    geometry: Geometry,
) -> Above:
    """Draw title, legend and second axis, as far as there are any and there is room.

    Args:
        axes: of the first panel.
        lines: which the legend names.
        run: what is drawn.
        options: of the figure.
        words: of the figure.
        geometry: of the figure.
    """
    figure, style = axes.get_figure(root=True), options.style
    assert isinstance(figure, Chart)
    legend = _draw_legend(axes, lines, words, style, geometry.width)
    above = measure_legend(legend, style.font_size) if legend else 0.0
    size = TITLE * style.font_size
    pad = TITLE_PAD * size
    title = fit_in(figure, words.title, geometry.width, TITLE_LINES, size)
    room = pad + 1.2 * size * (1 + title.count("\n")) if title else 0.0
    height = geometry.measure_height(len(options.panels), above + room, style.font_size)
    second = measure_top_axis(style)
    has_axis = (
        has_two_units(run, options, geometry) and height - second >= LEAST_HEIGHT * style.font_size
    )
    if has_axis:
        add_top_axis(axes, geometry, style, options.x)
        above, height = above + second, height - second
        if legend:
            lift_legend(legend, axes, second)
    if title:
        loc: Literal["center", "left"] = "center" if style.title == "own" else "left"
        axes.set_title(title, loc=loc, y=1.0, fontsize=size, pad=pad + above)
    return Above(has_axis, height)


def _draw_legend(
    axes: Axes, lines: Sequence[Line2D], words: Words, style: Style, width: float
) -> Legend | None:
    """Draw the legend, if any: the lines' names, and what marks are."""
    note = (draw_mark(style), words.note) if words.note else None
    if not (words.legend or note):
        return None
    lines, names = (lines, words.names) if words.legend else ([], ())
    return add_legend(axes, lines, names, style.font_size, width, note)
