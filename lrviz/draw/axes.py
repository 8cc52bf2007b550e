"""What stands above the first panel: title, legend and second axis, none over another."""

import math
from collections.abc import Callable, Sequence
from typing import Literal, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.legend import Legend
from matplotlib.lines import Line2D
from matplotlib.ticker import (
    Formatter,
    LogLocator,
    MaxNLocator,
    MultipleLocator,
    NullFormatter,
    NullLocator,
)

from lrviz.draw.chart import Chart
from lrviz.draw.floor import draw_mark
from lrviz.draw.geometry import Geometry
from lrviz.draw.legend import add_legend, lift_legend, measure_legend
from lrviz.draw.scale import Limits
from lrviz.draw.text import fit_in
from lrviz.draw.ticks import choose_spacing
from lrviz.draw.titles import UNITS, Words
from lrviz.run.driven import Run
from lrviz.spec.options import FigureOptions
from lrviz.spec.style import Style
from lrviz.spell import spell_magnitudes, spell_steps, spell_ticks

TITLE = 1.2  # the title's size, as a multiple of the labels'

TITLE_PAD = 0.5  # between the title and what is below it, in the title's font sizes

TITLE_LINES = 3


class PlainFormatter(Formatter):
    """Labels every tick with its whole value."""

    def __init__(self, spell: Callable[[Sequence[float]], list[str]]) -> None:
        self.spell = spell

    def __call__(self, x: float, pos: int | None = None) -> str:
        """Return the label of one tick."""
        return self.spell([x])[0]

    def format_ticks(self, values: Sequence[float]) -> list[str]:
        """Return the labels of all ticks of an axis."""
        return self.spell(values)


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


LEAST_EPOCHS = 1.5  # what the x axis shows, at least, for one in epochs to say more than it does

ROUND = 2  # the digits of a distance in steps that is round enough to be read beside epochs

LABEL_PAD = 0.5  # between the labels of the ticks on top and the axis' own, in font sizes

# The height, in font sizes, at least, that the axes keep where there is a second x axis.
LEAST_HEIGHT = 14

OTHER = {"step": "epoch", "epoch": "step"}

DIGIT = 0.64  # the width of a digit, in font sizes


def set_step_axis(axes: Axes, geometry: Geometry, style: Style, *, alone: bool) -> None:
    """Set limits and ticks of the x axis at the bottom.

    Args:
        axes: of the last panel.
        geometry: of the figure.
        style: of the figure.
        alone: whether its ticks are to show where epochs begin: no other axis does, and epochs are
            as long for every curve.
    """
    axes.set_xlim(*geometry.xlim)
    spacing = _choose_spacing(geometry.xlim, geometry.unit, geometry, style, alone=alone)
    set_step_ticks(axes.xaxis, spacing, style.numbers == "short")


def add_top_axis(axes: Axes, geometry: Geometry, style: Style, x: str) -> None:
    """Draw an axis on top that counts epochs where the one at the bottom counts steps, or steps.

    Args:
        axes: of the first panel; its limits are set.
        geometry: of the figure.
        style: of the figure.
        x: what the axis at the bottom counts.
    """
    factor = geometry.epoch if x == "epoch" else 1 / geometry.epoch
    second = axes.secondary_xaxis(
        "top",
        functions=(
            lambda place: np.multiply(place, factor),
            lambda place: np.divide(place, factor),
        ),
    )
    second.grid(visible=False)
    second.spines["top"].set_visible("top" in style.spines)
    ends = geometry.xlim[0] * factor, geometry.xlim[1] * factor
    unit = geometry.epoch if x == "step" else 1.0
    major, _ = _choose_spacing(ends, unit, geometry, style, alone=False)
    set_step_ticks(second.xaxis, (major, None), style.numbers == "short")
    second.set_xlabel(UNITS[OTHER[x]], labelpad=LABEL_PAD * style.font_size)


def has_two_units(run: Run, options: FigureOptions, geometry: Geometry) -> bool:
    """Whether a second axis says something: steps and epochs differ, alike for all curves."""
    low, high = geometry.find_ends(geometry.unit)
    shown = abs(high - low) / geometry.epoch
    return (
        options.style.second_axis
        and has_one_epoch(run)
        and geometry.epoch > 1
        and (options.x == "epoch" or shown >= LEAST_EPOCHS)
    )


def has_one_epoch(run: Run) -> bool:
    """Whether an epoch has as many steps for all curves."""
    return len({curve.steps_per_epoch for curve in run.curves}) == 1


def measure_top_axis(style: Style) -> float:
    """Return the height of the second axis, in points: ticks, their labels, and its own label."""
    return 7.0 + (2.4 + LABEL_PAD) * style.font_size


def _choose_spacing(
    ends: Limits, unit: float, geometry: Geometry, style: Style, *, alone: bool
) -> tuple[float, float | None]:
    """Return the distances of major and of minor ticks along an x axis.

    Args:
        ends: of the axis, in its own unit.
        unit: steps in one of that unit.
        geometry: of the figure.
        style: of the figure.
        alone: whether ticks must stand where epochs begin; else only where that is at round steps.
    """
    longest = max(len(f"{end:,.0f}") for end in ends) + 2
    span, step = abs(ends[1] - ends[0]), 1 / unit
    points = geometry.width / geometry.dot
    label = DIGIT * longest * style.font_size
    spacing = choose_spacing(span, geometry.epoch / unit, step, points, label)
    if alone or unit > 1 or float(f"{spacing[0]:.{ROUND}g}") == spacing[0]:
        return spacing
    return choose_spacing(span, step, step, points, label)


def set_step_ticks(axis: Axis, spacing: tuple[float, float | None], plain: bool) -> None:
    """Put ticks on an x axis at multiples of two distances."""
    major, minor = spacing
    axis.set_major_locator(MultipleLocator(major))
    axis.set_minor_locator(MultipleLocator(minor) if minor else NullLocator())
    if plain:
        axis.set_major_formatter(PlainFormatter(spell_steps))


def set_value_axis(axes: Axes, limits: Limits, scale: str, *, plain: bool) -> None:
    """Set scale, limits and ticks of a y axis.

    Args:
        axes: of a panel.
        limits: of the axis.
        scale: `linear` or `log`.
        plain: whether ticks have their whole value even on a linear axis.
    """
    axes.set_autoscaley_on(False)  # it would look at values that the scale cannot show
    axes.set_yscale(scale)
    axes.set_ylim(*limits)
    if scale == "linear":
        if plain:
            axes.yaxis.set_major_formatter(PlainFormatter(spell_ticks))
        return
    decades = abs(math.log10(limits[1] / limits[0]))
    axes.yaxis.set_major_formatter(PlainFormatter(spell_magnitudes))
    axes.yaxis.set_minor_formatter(NullFormatter())
    if decades < 1:
        axes.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
        axes.yaxis.set_minor_locator(NullLocator())
    elif decades < 2.5:
        axes.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
