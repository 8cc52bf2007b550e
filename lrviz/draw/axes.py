"""The axes of a panel: limits and ticks, and on top an axis that counts in the other unit."""

import math
from collections.abc import Callable, Sequence

import matplotlib as mpl
import numpy as np
from matplotlib import ticker
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.backend_bases import RendererBase
from matplotlib.lines import Line2D
from matplotlib.markers import TICKDOWN, MarkerStyle
from matplotlib.transforms import ScaledTranslation

from lrviz.draw.chart import Layout
from lrviz.draw.panels import Limits, round_up
from lrviz.spec.style import Style
from lrviz.spell import spell_magnitudes, spell_steps, spell_ticks

ROUND = 2  # the digits of a distance in steps that is round enough to be read beside epochs
LABEL_PAD = 0.5  # between the labels of the ticks on top and the axis' own, in font sizes
LEAST_EPOCHS = 1.5  # what the x axis shows, at least, for one in epochs to say more than it does
DIGIT = 0.64  # the width of a digit, in font sizes


class PlainFormatter(ticker.Formatter):
    """Labels every tick with its whole value."""

    def __init__(self, spell: Callable[[Sequence[float]], list[str]]) -> None:
        self.spell = spell

    def __call__(self, x: float, pos: int | None = None) -> str:
        """Return the label of one tick."""
        return self.spell([x])[0]

    def format_ticks(self, values: Sequence[float]) -> list[str]:
        """Return the labels of all ticks of an axis."""
        return self.spell(values)


class MinorTicks(Artist):
    """The minor ticks below one panel, at multiples of a distance, drawn at once.

    matplotlib would make an object of three lines for each, which takes longer than all the rest.

    Attributes:
        distance: from one to the next, in the axis' unit.
    """

    def __init__(self, axes: Axes, distance: float) -> None:
        super().__init__()
        self.distance = distance
        self._line = Line2D(
            [],
            [],
            linestyle="none",
            marker=MarkerStyle(TICKDOWN),
            color=mpl.rcParams["xtick.color"],
            markersize=mpl.rcParams["xtick.minor.size"],
            markeredgewidth=mpl.rcParams["xtick.minor.width"],
            transform=axes.get_xaxis_transform("tick1"),
            figure=axes.get_figure(root=False),
        )
        self.set(zorder=axes.xaxis.get_zorder(), in_layout=False)
        axes.add_artist(self)

    def draw(self, renderer: RendererBase) -> None:
        """Draw the ticks that are in view and under no major one."""
        assert self.axes is not None
        low, high = sorted(self.axes.get_xlim())
        places = np.asarray(ticker.MultipleLocator(self.distance).tick_values(low, high))
        major = np.asarray(self.axes.xaxis.get_majorticklocs())
        near = (high - low) * 1e-5  # this and the edge as matplotlib has them
        is_free = np.abs(places[:, np.newaxis] - major).min(axis=1, initial=np.inf) > near
        edge = (high - low) * 1e-10
        places = places[is_free & (places >= low - edge) & (places <= high + edge)]
        self._line.set_data(places, np.zeros(len(places)))
        self._line.draw(renderer)


def set_step_axis(panels: Sequence[Axes], layout: Layout, *, alone: bool, at_once: bool) -> None:
    """Set limits and ticks of the x axis at the bottom, which all panels share.

    Args:
        panels: from the top to the last one.
        layout: of the figure.
        alone: whether its ticks are to show where epochs begin: no other axis does, and epochs are
            as long for every curve.
        at_once: whether minor ticks are one artist, which nobody can set otherwise any more.
    """
    panels[-1].set_xlim(*layout.xlim)
    major, minor = _choose_spacing(layout.xlim, layout.unit, layout, alone=alone)
    _set_step_ticks(panels[-1].xaxis, major, layout.style)
    if minor and at_once:
        for each in panels:
            MinorTicks(each, minor)
    elif minor:
        panels[-1].xaxis.set_minor_locator(ticker.MultipleLocator(minor))


def add_top_axis(axes: Axes, layout: Layout, x: str, label: str) -> None:
    """Draw an axis on top of the first panel, in epochs where the one below counts steps, or steps.

    Args:
        axes: of the first panel; its limits are set.
        layout: of the figure.
        x: what the axis at the bottom counts.
        label: what the one on top is called.
    """
    style, factor = layout.style, layout.epoch if x == "epoch" else 1 / layout.epoch
    functions = (lambda at: np.multiply(at, factor), lambda at: np.divide(at, factor))
    second = axes.secondary_xaxis("top", functions=functions)
    second.grid(visible=False)
    second.spines["top"].set_visible("top" in style.spines)
    ends = layout.xlim[0] * factor, layout.xlim[1] * factor
    unit = layout.epoch if x == "step" else 1.0
    major, _ = _choose_spacing(ends, unit, layout, alone=False)
    _set_step_ticks(second.xaxis, major, style)
    second.set_xlabel(label, labelpad=LABEL_PAD * style.font_size)


def measure_top_axis(layout: Layout, x: str) -> float:
    """Return the height of the second axis, in points: ticks, their labels, and its own label.

    0 where it would say nothing: it does where steps and epochs differ, alike for all curves.
    """
    steps = abs(layout.xlim[1] - layout.xlim[0]) * layout.unit
    says = x == "epoch" or steps >= LEAST_EPOCHS * layout.epoch
    if not (layout.alike and layout.epoch > 1 and says):
        return 0.0
    return 7.0 + (2.4 + LABEL_PAD) * layout.style.font_size


def _choose_spacing(
    ends: Limits, unit: float, layout: Layout, *, alone: bool
) -> tuple[float, float | None]:
    """Return the distances of major and of minor ticks along an x axis with so many steps a unit.

    Unless it is `alone`, major ticks stand where epochs begin only where that is at round steps.
    """
    longest = max(len(f"{end:,.0f}") for end in ends) + 2
    span, step = abs(ends[1] - ends[0]), 1 / unit
    points = layout.width / layout.dot
    label = DIGIT * longest * layout.style.font_size
    spacing = choose_spacing(span, layout.epoch / unit, step, points, label)
    if alone or unit > 1 or float(f"{spacing[0]:.{ROUND}g}") == spacing[0]:
        return spacing
    return choose_spacing(span, step, step, points, label)


def _set_step_ticks(axis: Axis, distance: float, style: Style) -> None:
    """Put major ticks on an x axis at multiples of a distance, and no others."""
    axis.set_major_locator(ticker.MultipleLocator(distance))
    axis.set_minor_locator(ticker.NullLocator())
    if style.numbers == "short":
        axis.set_major_formatter(PlainFormatter(spell_steps))


def set_value_axis(axes: Axes, limits: Limits, scale: str, *, plain: bool) -> None:
    """Set scale, limits and ticks of a y axis; `plain` ones have their whole value."""
    axes.set_autoscaley_on(False)  # it would look at values that the scale cannot show
    axes.set_yscale(scale)
    axes.set_ylim(*limits)
    if scale == "linear" and plain:
        axes.yaxis.set_major_formatter(PlainFormatter(spell_ticks))
    if scale == "linear":
        return
    decades = abs(math.log10(limits[1] / limits[0]))
    axes.yaxis.set_major_formatter(PlainFormatter(spell_magnitudes))
    axes.yaxis.set_minor_formatter(ticker.NullFormatter())
    if decades < 1:
        axes.yaxis.set_major_locator(ticker.MaxNLocator(5, steps=[1, 2, 5, 10]))
        axes.yaxis.set_minor_locator(ticker.NullLocator())
    elif decades < 2.5:
        axes.yaxis.set_major_locator(ticker.LogLocator(subs=(1.0, 2.0, 5.0)))


MOST_MAJOR = 10
LEAST_GAP = 3.6  # points from one minor tick to the next, at least
MOST_MINOR = 990  # the minor ticks, at most, however long the axis; matplotlib warns of more


def choose_spacing(
    span: float, epoch: float, step: float, points: float, label: float
) -> tuple[float, float | None]:
    """Return the distances of major and of minor ticks along the x axis.

    A major tick every epoch and a minor one every step, as long as there is room; else every 2, 5,
    10, … epochs, and a minor one every epoch or none. Less than two epochs are divided evenly.

    Args:
        span: length of the axis, in its own unit.
        epoch: an epoch, in the same unit.
        step: a step, in the same unit.
        points: length of the axis.
        label: the room that a label needs, in points.

    >>> choose_spacing(32, 8, 1, 558, 14)
    (8.0, 1)
    >>> choose_spacing(90 * 100, 100, 1, 558, 29)
    (1000.0, 100)
    """
    most = min(max(points / max(label, 1), 1), MOST_MAJOR)
    if span >= 2 * epoch:
        major = epoch * max(1.0, round_up(span / epoch / most))
    else:
        major = max(round_up(span / most), min(step, span) // 1)
    fitting = (
        unit
        for unit in (step, epoch)
        if unit < major
        and abs(major / unit - round(major / unit)) < 1e-6
        and points * unit >= LEAST_GAP * span
        and span <= MOST_MINOR * unit
    )
    return major, next(fitting, None)


def lift(axes: Axes, points: float) -> ScaledTranslation:
    """Return what moves something up by so many points, whatever the dots an inch."""
    return ScaledTranslation(0, points / 72, axes.figure.dpi_scale_trans)
