"""The axes of a panel: limits and ticks, and on top an axis that counts in the other unit."""

import math
from collections.abc import Callable, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.ticker import (
    Formatter,
    LogLocator,
    MaxNLocator,
    MultipleLocator,
    NullFormatter,
    NullLocator,
)

from lrviz.draw.geometry import Geometry
from lrviz.draw.scale import Limits
from lrviz.draw.ticks import choose_spacing
from lrviz.draw.titles import UNITS
from lrviz.spec.style import Style
from lrviz.spell import spell_magnitudes, spell_steps, spell_ticks

ROUND = 2  # the digits of a distance in steps that is round enough to be read beside epochs
LABEL_PAD = 0.5  # between the labels of the ticks on top and the axis' own, in font sizes
DIGIT = 0.64  # the width of a digit, in font sizes


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
    _set_step_ticks(axes.xaxis, spacing, style)


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
        functions=(lambda at: np.multiply(at, factor), lambda at: np.divide(at, factor)),
    )
    second.grid(visible=False)
    second.spines["top"].set_visible("top" in style.spines)
    ends = geometry.xlim[0] * factor, geometry.xlim[1] * factor
    unit = geometry.epoch if x == "step" else 1.0
    major, _ = _choose_spacing(ends, unit, geometry, style, alone=False)
    _set_step_ticks(second.xaxis, (major, None), style)
    second.set_xlabel(
        UNITS["step" if x == "epoch" else "epoch"], labelpad=LABEL_PAD * style.font_size
    )


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


def _set_step_ticks(axis: Axis, spacing: tuple[float, float | None], style: Style) -> None:
    """Put ticks on an x axis at multiples of two distances."""
    major, minor = spacing
    axis.set_major_locator(MultipleLocator(major))
    axis.set_minor_locator(MultipleLocator(minor) if minor else NullLocator())
    if style.numbers == "short":
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
    if scale == "linear" and plain:
        axes.yaxis.set_major_formatter(PlainFormatter(spell_ticks))
    if scale == "linear":
        return
    decades = abs(math.log10(limits[1] / limits[0]))
    axes.yaxis.set_major_formatter(PlainFormatter(spell_magnitudes))
    axes.yaxis.set_minor_formatter(NullFormatter())
    if decades < 1:
        axes.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
        axes.yaxis.set_minor_locator(NullLocator())
    elif decades < 2.5:
        axes.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
